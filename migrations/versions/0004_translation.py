"""Urgency of jobs; sentences of renditions; mends, wrong readings, glossaries, previews."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(_zero("urgency"))
    with op.batch_alter_table("rendition") as rendition:
        rendition.add_column(_zero("mended"))
        rendition.add_column(sa.Column("pairs", sa.JSON(), nullable=True))
    with op.batch_alter_table("memory") as memory:
        memory.add_column(sa.Column("score", sa.Float(), nullable=True))
        memory.add_column(
            sa.Column(
                "to_check", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
        memory.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        memory.add_column(sa.Column("made_at", sa.DateTime(), nullable=True))
        memory.create_foreign_key(
            "fk_memory_person_id_person", "person", ["person_id"], ["id"]
        )
    op.create_index("ix_memory_to_check", "memory", ["to_check"])
    op.create_table(
        "mend",
        _id(),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mend"),
        sa.UniqueConstraint(
            "revision_id", "lang", "sha256", name="uq_mend_revision_id_lang_sha256"
        ),
        _key("mend", "revision_id", "revision"),
        _key("mend", "person_id", "person"),
    )
    op.create_table(
        "wrong_reading",
        _id(),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_reading"),
        sa.UniqueConstraint(
            "revision_id",
            "lang",
            "sha256",
            "person_id",
            name="uq_wrong_reading_revision_id_lang_sha256_person_id",
        ),
        _key("wrong_reading", "revision_id", "revision"),
        _key("wrong_reading", "person_id", "person"),
    )
    op.create_table(
        "glossary_term",
        _id(),
        sa.Column("classroom_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("term_folded", sa.String(length=80), nullable=False),
        sa.Column("to_lang", sa.String(length=8), nullable=False),
        sa.Column("said", sa.String(length=80), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_glossary_term"),
        sa.UniqueConstraint(
            "classroom_id",
            "lang",
            "term_folded",
            "to_lang",
            name="uq_glossary_term_classroom_id_lang_term_folded_to_lang",
        ),
        _key("glossary_term", "classroom_id", "classroom"),
        _key("glossary_term", "made_by_id", "person"),
    )
    op.create_table(
        "preview",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("to_lang", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_preview"),
        _key("preview", "person_id", "person"),
        _key("preview", "space_id", "space"),
    )
    op.create_index("ix_preview_person_id", "preview", ["person_id"])
    # What is translated already gets its sentences from the memory, in quiet minutes.
    op.execute("UPDATE rendition SET pack = ''")


def _zero(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)
