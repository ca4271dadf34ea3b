"""The first tables: people, classes, posts and their copies, jobs, moderation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "index_state",
        sa.Column("generation", sa.String(length=40), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("commit_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_index_state"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("ready_at", sa.DateTime(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("kind", "key", name="uq_job_kind_key"),
    )
    op.create_index("ix_job_ready_at", "job", ["ready_at"])
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("upload", sa.String(length=40), nullable=True),
        sa.Column("mime", sa.String(length=20), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("sha256", name="uq_media_sha256"),
        sa.UniqueConstraint("uid", name="uq_media_uid"),
    )
    op.create_table(
        "memory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_memory"),
        sa.UniqueConstraint("pair", "sha256", "by", name="uq_memory_pair_sha256_by"),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school"),
        sa.UniqueConstraint("uid", name="uq_school_uid"),
    )
    op.create_table(
        "space",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_space"),
        sa.UniqueConstraint("uid", name="uq_space_uid"),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_wrong_tries"),
    )
    op.create_table(
        "classroom",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name="fk_classroom_school_id_school"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_classroom"),
        sa.UniqueConstraint("code", name="uq_classroom_code"),
    )
    op.create_table(
        "forum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name="fk_forum_space_id_space"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum"),
        sa.UniqueConstraint("uid", name="uq_forum_uid"),
    )
    op.create_index("ix_forum_space_id", "forum", ["space_id"])
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shown_name", sa.String(length=60), nullable=False),
        sa.Column("symbol", sa.String(length=20), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name="fk_person_school_id_school"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("school_id", "number", name="uq_person_school_id_number"),
        sa.UniqueConstraint("uid", name="uq_person_uid"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("login_folded", sa.String(length=120), nullable=True),
        sa.Column("secret", sa.String(length=120), nullable=True),
        sa.Column("slip_sha256", sa.String(length=64), nullable=True),
        sa.Column("slip_until", sa.DateTime(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_account_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login_folded", name="uq_account_login_folded"),
        sa.UniqueConstraint("person_id", name="uq_account_person_id"),
        sa.UniqueConstraint("slip_sha256", name="uq_account_slip_sha256"),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("classroom_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("name_folded", sa.String(length=120), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["classroom_id"], ["classroom.id"], name="fk_member_classroom_id_classroom"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_member_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint(
            "classroom_id", "name_folded", name="uq_member_classroom_id_name_folded"
        ),
        sa.UniqueConstraint(
            "classroom_id", "person_id", name="uq_member_classroom_id_person_id"
        ),
    )
    op.create_index("ix_member_person_id", "member", ["person_id"])
    op.create_table(
        "moderation_log",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("post_uid", sa.String(length=22), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name="fk_moderation_log_actor_id_person"
        ),
        sa.PrimaryKeyConstraint("n", name="pk_moderation_log"),
    )
    op.create_index("ix_moderation_log_post_uid", "moderation_log", ["post_uid"])
    op.create_table(
        "space_classroom",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("classroom_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name="fk_space_classroom_asked_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.id"],
            name="fk_space_classroom_classroom_id_classroom",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name="fk_space_classroom_space_id_space"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_space_classroom"),
        sa.UniqueConstraint(
            "space_id", "classroom_id", name="uq_space_classroom_space_id_classroom_id"
        ),
    )
    op.create_index(
        "ix_space_classroom_classroom_id", "space_classroom", ["classroom_id"]
    )
    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("forum_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name="fk_thread_forum_id_forum"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name="fk_thread_made_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name="fk_thread_space_id_space"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        sa.UniqueConstraint("uid", name="uq_thread_uid"),
    )
    op.create_index("ix_thread_forum_id", "thread", ["forum_id"])
    op.create_index("ix_thread_space_id", "thread", ["space_id"])
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("scribe_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.Column("current_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.Column("order_key", sa.BigInteger(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name="fk_post_author_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["current_id"],
            ["revision.id"],
            name="fk_post_current_id_revision",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["post.id"], name="fk_post_parent_id_post"
        ),
        sa.ForeignKeyConstraint(
            ["scribe_id"], ["person.id"], name="fk_post_scribe_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name="fk_post_thread_id_thread"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.UniqueConstraint("author_id", "form_key", name="uq_post_author_id_form_key"),
        sa.UniqueConstraint("change_no", name="uq_post_change_no"),
        sa.UniqueConstraint("uid", name="uq_post_uid"),
    )
    op.create_index("ix_post_thread_id_order_key", "post", ["thread_id", "order_key"])
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_session_account_id_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_sha256", name="uq_session_token_sha256"),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_table(
        "thread_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_thread_reader_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name="fk_thread_reader_thread_id_thread"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_thread_reader"),
        sa.UniqueConstraint(
            "thread_id", "person_id", name="uq_thread_reader_thread_id_person_id"
        ),
    )
    op.create_index("ix_thread_reader_person_id", "thread_reader", ["person_id"])
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_report_post_id_post"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name="fk_report_reporter_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_post_id", "report", ["post_id"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("rendered_by", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_revision_post_id_post"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("post_id", "n", name="uq_revision_post_id_n"),
    )
    op.create_index("ix_revision_state", "revision", ["state"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name="fk_attachment_media_id_media"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_attachment_revision_id_revision"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint(
            "revision_id", "media_id", "n", name="uq_attachment_revision_id_media_id_n"
        ),
    )
    op.create_index("ix_attachment_media_id", "attachment", ["media_id"])
    op.create_table(
        "memory_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("memory_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["memory_id"], ["memory.id"], name="fk_memory_source_memory_id_memory"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name="fk_memory_source_revision_id_revision",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_memory_source"),
        sa.UniqueConstraint(
            "memory_id", "revision_id", name="uq_memory_source_memory_id_revision_id"
        ),
    )
    op.create_index("ix_memory_source_revision_id", "memory_source", ["revision_id"])
    op.create_table(
        "rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("pack", sa.String(length=80), nullable=True),
        sa.Column("doubt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_rendition_revision_id_revision"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rendition"),
        sa.UniqueConstraint(
            "revision_id", "lang", name="uq_rendition_revision_id_lang"
        ),
    )
    # A post points to its current revision and a revision to its post: SQLite
    # takes that in one go, others need both tables first.
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(
            "fk_post_current_id_revision", "post", "revision", ["current_id"], ["id"]
        )
