"""the index by which a channel finds its tombstones, whatever the number of its entries"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_WITHDRAWN = sa.text("state = 'withdrawn'")


def upgrade() -> None:
    op.create_index(
        op.f("ix_releases_withdrawn"),
        "releases",
        ["updated_at"],
        postgresql_where=_WITHDRAWN,
        sqlite_where=_WITHDRAWN,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_releases_withdrawn"), "releases")
