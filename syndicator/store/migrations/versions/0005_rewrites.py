"""a number that moves when stored pushes were rewritten"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("INSERT INTO counters (name, value) VALUES ('rewrite', 0)")


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE name = 'rewrite'")
