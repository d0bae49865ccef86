"""a row that is held while media files come and go, and the index that their sweep reads"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("INSERT INTO counters (name, value) VALUES ('media', 0)")
    op.create_index(op.f("ix_media_files_created_at"), "media_files", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_media_files_created_at"), "media_files")
    op.execute("DELETE FROM counters WHERE name = 'media'")
