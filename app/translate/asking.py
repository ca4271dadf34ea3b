"""A reader asks for a translation that is not there yet: it goes before others."""

from sqlalchemy import func, select

from app.db import db
from app.jobs import Job, enqueue, hurry
from app.packs import packs
from app.posts.models import Rendition, Revision
from app.translate.speaking import usable
from app.translate.translating import KIND

# Who asks again and again gains no more than a few readers who ask once.
MOST_COUNTED = 5
# So many letters of today at most stand behind what somebody asked for: a batch.
MOST_AHEAD = 32


def ask_for(post_id: int) -> None:
    """Have a post translated before others, into all languages it lacks; flushes.

    Beyond what may count it comes in its turn.
    """
    ahead = db.session.scalar(
        select(func.count()).where(Job.kind == KIND, Job.open(), Job.urgency > 0)
    )
    counted = db.session.scalar(
        select(Job.urgency).where(Job.kind == KIND, Job.key == post_id, Job.open())
    )
    counted = max(counted or 0, 0)
    if counted >= MOST_COUNTED or (not counted and (ahead or 0) >= MOST_AHEAD):
        enqueue(KIND, [post_id])
    else:
        hurry(KIND, post_id)


def has_way(from_lang: str, to_lang: str) -> bool:
    """Whether the packs of this machine lead from one language to the other."""
    return bool(packs.route(from_lang, to_lang, usable()))


def is_lacking(revision: Revision, copy: Rendition | None, lang: str) -> bool:
    """Whether a reader of a language gets another one to read."""
    has_copy = copy is not None and copy.source is not None
    return revision.lang != lang and bool(revision.source.strip()) and not has_copy
