"""an index of further attempts by endpoint: those of one that is to rest were looked for among all that wait"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    condition = sa.text("state IN ('waiting', 'claimed') AND lane = 3 AND attempts > 0")
    name = op.f("ix_deliveries_retried")
    op.create_index(name, "deliveries", ["endpoint_no"], postgresql_where=condition, sqlite_where=condition)


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_retried"), "deliveries")
