"""when an endpoint failed last"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("endpoints", sa.Column("failed_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("endpoints", "failed_at")
