"""an index of deliveries that are dead or superseded: to list the few there are read all that was ever delivered"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    condition = sa.text("state = 'dead' OR state = 'superseded'")
    name = op.f("ix_deliveries_failed")
    op.create_index(name, "deliveries", ["state", "id"], postgresql_where=condition, sqlite_where=condition)


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_failed"), "deliveries")
