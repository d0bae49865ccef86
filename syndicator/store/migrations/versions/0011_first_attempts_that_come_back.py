"""a first attempt that comes back without having counted holds its endpoint's place, whatever its lane"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _make_anew("state IN ('waiting', 'claimed') AND (lane < 3 OR attempts = 0)")


def downgrade() -> None:
    _make_anew("state IN ('waiting', 'claimed') AND lane < 3")


def _make_anew(where: str) -> None:
    name, condition = op.f("ix_deliveries_open"), sa.text(where)
    op.drop_index(name, "deliveries")
    op.create_index(name, "deliveries", ["endpoint_no"], postgresql_where=condition, sqlite_where=condition)
