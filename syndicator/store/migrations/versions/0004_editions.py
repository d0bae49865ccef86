"""releases that name others, and editions: what changes without a new version"""

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "relations",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_relations_release_id")),
        sa.PrimaryKeyConstraint("release_id", "target_id", name=op.f("pk_relations")),
    )
    op.create_index(op.f("ix_relations_target_id"), "relations", ["target_id"])
    op.add_column("releases", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    _relate()
    _fragments("edition")
    _respan(lambda span: [*span[:2], 0, *span[2:]])


def downgrade() -> None:
    _respan(lambda span: [*span[:2], *span[3:]])
    _fragments()
    op.drop_column("releases", "edition")
    op.drop_table("relations")


def _relate() -> None:
    connection = op.get_bind()
    named = sa.text("SELECT release_id, record FROM versions WHERE record LIKE '%_of\"%' OR record LIKE '%replaces\"%'")
    insert = sa.text("INSERT INTO relations (release_id, target_id) VALUES (:id, :target) ON CONFLICT DO NOTHING")
    for row in connection.execute(named).all():
        record = json.loads(row.record)
        for target in {record.get("translation_of"), record.get("replaces")} - {None}:
            connection.execute(insert, {"id": row.release_id, "target": target})


def _fragments(*further: str) -> None:
    """Made anew and empty: every fragment is composed again by whoever needs it."""
    op.drop_table("fragments")
    key = ("release_id", "version", *further, "format", "template")
    op.create_table(
        "fragments",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in further),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("template", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_fragments_release_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_fragments")),
    )


def _respan(changed: Callable[[list[object]], list[object]]) -> None:
    """Every document keeps where its entries stand, in the other form."""
    connection = op.get_bind()
    update = sa.text(
        "UPDATE renditions SET spans = :spans WHERE channel_no = :no AND page = :page AND format = :format"
    )
    for row in connection.execute(sa.text("SELECT channel_no, page, format, spans FROM renditions")).all():
        spans = json.dumps([changed(span) for span in json.loads(row.spans)], separators=(",", ":"))
        values = {"spans": spans, "no": row.channel_no, "page": row.page, "format": row.format}
        connection.execute(update, values)
