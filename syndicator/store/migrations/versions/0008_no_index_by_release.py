"""no index of deliveries by release: its few events lead to them, and each delivery was written to it three times"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index(op.f("ix_deliveries_release"), "deliveries")


def downgrade() -> None:
    op.create_index(op.f("ix_deliveries_release"), "deliveries", ["release_id", "endpoint_no"])
