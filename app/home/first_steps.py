"""The next step for a teacher whose class does not write yet."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import exists, select

from app.accounts.models import Account
from app.classrooms.models import (
    PARTNERSHIP,
    Classroom,
    Space,
    pupils_of,
    space_ids,
)
from app.db import db
from app.posts.models import Thread


def next_step(viewer: Account) -> tuple[str, str] | None:
    """Say what to do next and where; None once threads or letters are there."""
    taught = space_ids(viewer, as_teacher=True)
    partnership = select(Space.id).where(
        Space.kind == PARTNERSHIP, Space.id.in_(taught)
    )
    has_class, has_pupils, has_partner, has_threads = db.session.execute(
        select(
            exists(
                Classroom.taught_by(viewer)
                .order_by(None)
                .with_only_columns(Classroom.id)
            ),
            exists(pupils_of(viewer)),
            exists(partnership),
            exists(select(Thread.id).where(Thread.space_id.in_(taught))),
        )
    ).one()
    if has_threads:
        return None
    classes = url_for("classrooms.my_classrooms")
    if not has_class:
        return _("Make your class"), classes
    if not has_pupils:
        return _("Add your pupils to the class"), classes
    if not has_partner:
        return _("Propose a partnership to another class"), classes
    return _("Pair your pupils with pen pals"), url_for("penpals.all_letters")
