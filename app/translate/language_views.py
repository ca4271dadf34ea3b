"""Page: which languages can be read by whom here, what is missing, what packs take."""

import shutil
from itertools import groupby

from flask import Blueprint, abort, render_template
from flask_babel import format_number
from flask_babel import gettext as _
from flask_login import login_required

from app.accounts.models import Account
from app.accounts.sessions import viewer
from app.classrooms.models import Classroom
from app.classrooms.permissions import is_teacher, may_see_health
from app.db import db
from app.packs import engine, inventory, packs
from app.translate.ways import Way, pairs_here, wanted_packs, ways_between
from app.web.answers import Answer

bp = Blueprint("languages", __name__, template_folder="templates")


@bp.get("/languages")
@login_required
def page() -> Answer:
    if not may_see(viewer()):
        abort(404)
    reason = engine.unavailable()
    there = packs.installed()
    ways = ways_between([] if reason else there, pairs_here())
    missing = [way for way in ways if not way.packs]
    return render_template(
        "translate/languages.html",
        reason=reason,
        by_lang=[(lang, list(some)) for lang, some in groupby(ways, _written_in)],
        wanted=wanted_packs(missing, there),
        never=sorted({lang for way in missing for lang in way.never}),
        # Who teaches nowhere has no glossary to open.
        classrooms=_classrooms() if missing else [],
        packs=[(pack, inventory.taken(pack.folder)) for pack in there],
        damaged=packs.damaged(),
        free_bytes=shutil.disk_usage(packs.packs_folder().parent).free,
        keeps=may_see_health(viewer()),
        megabytes=megabytes,
    )


def may_see(viewer: Account) -> bool:
    """Who looks after the machine, and teachers, whose pupils wait to be read."""
    return may_see_health(viewer) or is_teacher(viewer)


def megabytes(size_bytes: int) -> str:
    """Say a size as disks and packs are counted, rounded up."""
    return _("%(count)s MB", count=format_number(-(-size_bytes // 1_000_000)))


def _written_in(way: Way) -> str:
    return way.from_lang


def _classrooms() -> list[Classroom]:
    return list(db.session.scalars(Classroom.taught_by(viewer())))
