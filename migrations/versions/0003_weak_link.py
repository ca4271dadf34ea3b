"""Read marks, drafts and quotes; threads that are pinned, locked and summed up."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_read_mark"),
        sa.UniqueConstraint(
            "person_id", "thread_id", name="uq_read_mark_person_id_thread_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_read_mark_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name="fk_read_mark_thread_id_thread"
        ),
    )
    op.create_index("ix_read_mark_thread_id", "read_mark", ["thread_id"])
    op.create_table(
        "quote",
        sa.Column("post_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name="pk_quote"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_quote_post_id_post"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_quote_revision_id_revision"
        ),
    )
    op.create_index("ix_quote_revision_id", "quote", ["revision_id"])
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("forum_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("beside_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("quote_n", sa.Integer(), nullable=True),
        sa.Column("base_n", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint(
            "person_id", "form_key", name="uq_draft_person_id_form_key"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_draft_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name="fk_draft_thread_id_thread"
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name="fk_draft_forum_id_forum"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_draft_post_id_post"
        ),
        sa.ForeignKeyConstraint(
            ["beside_id"], ["post.id"], name="fk_draft_beside_id_post"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["post.id"], name="fk_draft_parent_id_post"
        ),
    )
    op.create_index("ix_draft_thread_id", "draft", ["thread_id"])

    no, nothing = sa.false(), "0"
    for name in ("pinned", "announcement", "keeps_first"):
        op.add_column(
            "thread", sa.Column(name, sa.Boolean(), nullable=False, server_default=no)
        )
    op.add_column("thread", sa.Column("locked_at", sa.DateTime()))
    op.add_column("thread", sa.Column("kept_title", sa.String(120)))
    op.add_column("thread", sa.Column("begun_no", sa.BigInteger()))
    op.add_column("thread", sa.Column("last_no", sa.BigInteger()))
    for name, kind in (("last_key", sa.BigInteger()), ("post_count", sa.Integer())):
        op.add_column(
            "thread", sa.Column(name, kind, nullable=False, server_default=nothing)
        )
    op.drop_index("ix_thread_space_id", "thread")
    op.drop_index("ix_thread_forum_id", "thread")
    op.create_index("ix_thread_space_id_begun_no", "thread", ["space_id", "begun_no"])
    op.create_index(
        "ix_thread_space_id_announcement", "thread", ["space_id", "announcement"]
    )
    op.create_index(
        "ix_thread_forum_id_pinned_last_key",
        "thread",
        ["forum_id", "pinned", "last_key"],
    )
    op.create_index("ix_post_thread_id_change_no", "post", ["thread_id", "change_no"])
    op.create_index("ix_post_author_id_change_no", "post", ["author_id", "change_no"])
    op.add_column(
        "forum",
        sa.Column("category", sa.String(80), nullable=False, server_default=""),
    )
    op.add_column("revision", sa.Column("published_at", sa.DateTime()))
    op.create_index("ix_revision_rendered_by", "revision", ["rendered_by"])
    op.add_column("account", sa.Column("keeps_copy", sa.Boolean()))
    op.add_column(
        "account",
        sa.Column("seen_no", sa.BigInteger(), nullable=False, server_default=nothing),
    )
    # Until now no version took the place of one that was out.
    op.execute(
        "UPDATE revision SET published_at = (SELECT post.published_at FROM post "
        "WHERE post.current_id = revision.id)"
    )
    _sum_up_threads()
    _guard_titles()
    _mark_what_was_read()


def _sum_up_threads() -> None:
    """Say in each thread what `publishing` keeps there from now on."""
    readable = (
        "post.thread_id = thread.id AND post.current_id IS NOT NULL AND "
        "post.hidden_at IS NULL AND post.withdrawn_at IS NULL AND post.erased_at IS NULL"
    )
    op.execute(
        f"UPDATE thread SET post_count = (SELECT count(*) FROM post WHERE {readable}), "  # noqa: S608  # all of it stands here
        f"last_no = (SELECT max(change_no) FROM post WHERE {readable}), "
        "last_key = coalesce("
        f"(SELECT max(order_key) FROM post WHERE {readable}), "
        "(SELECT max(order_key) FROM post WHERE post.thread_id = thread.id), 0), "
        "begun_no = (SELECT min(order_key) FROM post "
        "WHERE post.thread_id = thread.id AND post.published_at IS NOT NULL)"
    )


def _guard_titles() -> None:
    """Put a line in place of the title where the post it came with is hidden."""
    op.execute(
        "UPDATE thread SET kept_title = title, title = '…' WHERE title <> '' AND EXISTS "
        "(SELECT 1 FROM post WHERE post.published_at IS NOT NULL "
        "AND (post.hidden_at IS NOT NULL OR post.withdrawn_at IS NOT NULL "
        "OR post.erased_at IS NOT NULL) AND post.id = "
        "(SELECT min(one.id) FROM post AS one WHERE one.thread_id = thread.id))"
    )


def _mark_what_was_read() -> None:
    """Call read what a person has answered, and nothing new that was there before.

    Until now nobody wrote down who had read what: a letter after her own last one
    is new for her, and so are replies from now on.
    """
    op.execute(
        "UPDATE account SET seen_no = "
        "coalesce((SELECT value FROM counter WHERE name = 'change_no'), 0)"
    )
    op.execute(
        "INSERT INTO read_mark (person_id, thread_id, change_no, follows) "
        "SELECT post.author_id, post.thread_id, CASE WHEN thread.kind = 'letters' "
        "THEN max(post.change_no) ELSE coalesce(thread.last_no, 0) END, "
        "thread.kind <> 'letters' "
        "FROM post JOIN thread ON thread.id = post.thread_id "
        "GROUP BY post.author_id, post.thread_id, thread.kind, thread.last_no"
    )
