"""People on shared devices: roles, devices, counted tries, kept forms, school data."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("classroom_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pictures", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("token_sha256", name="uq_device_token_sha256"),
        sa.ForeignKeyConstraint(
            ["classroom_id"], ["classroom.id"], name="fk_device_classroom_id_classroom"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name="fk_device_made_by_id_person"
        ),
    )
    op.create_index("ix_device_classroom_id", "device", ["classroom_id"])
    op.create_table(
        "kept_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_form"),
        sa.UniqueConstraint("uid", name="uq_kept_form_uid"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_kept_form_account_id_account"
        ),
    )
    op.create_index("ix_kept_form_account_id", "kept_form", ["account_id"])
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name="fk_access_log_actor_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_access_log_person_id_person"
        ),
    )
    op.create_index("ix_access_log_person_id", "access_log", ["person_id"])
    op.create_table(
        "school_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_days"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name="fk_school_days_school_id_school"
        ),
    )
    op.create_index("ix_school_days_school_id", "school_days", ["school_id"])

    # Wrong tries of before count no more; each is a row of its own now.
    op.drop_table("wrong_tries")
    op.create_table(
        "wrong_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("steady", sa.Integer(), nullable=False),
        sa.Column("forgiven", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_try"),
    )
    op.create_index("ix_wrong_try_account_key", "wrong_try", ["account_key"])
    op.create_index("ix_wrong_try_source_key", "wrong_try", ["source_key"])

    # A session of before cannot say how long it lasts: everyone signs in again.
    op.drop_table("session")
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("csrf_token", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seen_steady", sa.Integer(), nullable=False),
        sa.Column("until_steady", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_sha256", name="uq_session_token_sha256"),
        sa.UniqueConstraint("csrf_token", name="uq_session_csrf_token"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_session_account_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name="fk_session_device_id_device"
        ),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])

    # Columns are added one by one: rebuilding a table that others point to would
    # mean to switch off what keeps them together.
    no = sa.false()
    op.add_column("account", sa.Column("picture_secret", sa.String(length=120)))
    op.add_column("account", sa.Column("card", sa.String(length=12)))
    op.create_index("ix_account_card", "account", ["card"], unique=True)
    for name in ("teacher", "keeper", "safeguarding"):
        op.add_column(
            "account", sa.Column(name, sa.Boolean(), nullable=False, server_default=no)
        )
    op.add_column(
        "account",
        sa.Column("text_size", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("account", sa.Column("suspended_at", sa.DateTime()))
    op.add_column("account", sa.Column("left_at", sa.DateTime()))
    # Until now who signed in by name alone was a teacher.
    account = sa.table(
        "account", sa.column("teacher", sa.Boolean()), sa.column("login_folded")
    )
    op.execute(
        account.update().where(account.c.login_folded.is_not(None)).values(teacher=True)
    )
    _give_cards()
    for name, length in (
        ("country", 2), ("place", 80), ("time_zone", 40), ("reads", 120),
        ("writes", 120), ("link_days", 7), ("wifi_name", 40), ("cards_address", 200),
    ):  # fmt: skip
        op.add_column(
            "school",
            sa.Column(name, sa.String(length), nullable=False, server_default=""),
        )
    op.add_column(
        "school", sa.Column("pen_names", sa.Boolean(), nullable=False, server_default=no)
    )


def _give_cards() -> None:
    """Number the cards of pupils who are here already: all without a name of their own."""
    account = sa.table(
        "account", sa.column("id"), sa.column("login_folded"), sa.column("card")
    )
    pupils = sa.select(account.c.id).where(account.c.login_folded.is_(None))
    ids = op.get_bind().scalars(pupils).all()
    cards: set[str] = set()
    while len(cards) < len(ids):
        cards.add(f"{secrets.randbelow(10**12):012d}")
    for account_id, card in zip(ids, cards, strict=True):
        op.execute(
            account.update().where(account.c.id == account_id).values(card=card)
        )
