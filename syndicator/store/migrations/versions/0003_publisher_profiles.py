"""a publisher's profile holds more than its block: contacts, language, network"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("UPDATE publishers SET profile = '{\"publisher\":' || profile || '}'")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("UPDATE publishers SET profile = CAST(CAST(profile AS json) -> 'publisher' AS text)")
    else:
        op.execute("UPDATE publishers SET profile = json_extract(profile, '$.publisher')")
