"""After an update of `markup`: what older ones rendered is rendered anew, bit by bit."""

from sqlalchemy import select

from app import markup
from app.db import db, reading
from app.jobs.registry import chore_when_idle
from app.posts.models import Rendition, Revision

# Some 0.2 s each quiet minute: a new letter never waits for old ones.
PORTION = 200


@chore_when_idle
def render_again() -> None:
    """Render the next versions and translations that an older `markup` made; commits."""
    old = (
        select(Revision.id).where(Revision.rendered_by < markup.VERSION).limit(PORTION)
    )
    with reading():
        ids = db.session.scalars(old).all()
    if not ids:
        return
    for rendition in db.session.scalars(
        select(Rendition).where(
            Rendition.revision_id.in_(ids), Rendition.source.is_not(None)
        )
    ):
        rendition.html = str(markup.render(rendition.source or ""))
    for revision in db.session.scalars(select(Revision).where(Revision.id.in_(ids))):
        revision.html = str(markup.render(revision.source))
        revision.rendered_by = markup.VERSION
    db.session.commit()
