"""a number that moves when a filter comes into use"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("INSERT INTO counters (name, value) VALUES ('filters', 0)")


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE name = 'filters'")
