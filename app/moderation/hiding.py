"""After publication: readers report, teachers hide and show again."""

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounts.models import Account
from app.db import db, now
from app.moderation.log import record
from app.moderation.models import Report
from app.posts.models import Post
from app.posts.permissions import moderated_by
from app.posts.publishing import conceal
from app.web.errors import Refused

WORDS_MAX = 500


def moderated_posts(viewer: Account) -> Select[tuple[Post]]:
    """Select the posts a teacher may hide: published once, in threads she can open.

    Hidden ones are among them, so that she can show them again.
    """
    return select(Post).where(
        moderated_by(viewer),
        Post.current_id.is_not(None),
        Post.withdrawn_at.is_(None),
        Post.erased_at.is_(None),
    )


def reported_posts(viewer: Account) -> Select[tuple[Post]]:
    """Select the posts whose reports a teacher closes.

    Also what its author has taken back since: a report is about what was read.
    """
    return select(Post).where(
        moderated_by(viewer), Post.published_at.is_not(None), Post.erased_at.is_(None)
    )


def hide(post: Post, teacher: Account, reason: str) -> None:
    """Take a post from its readers' eyes and close its reports; flushes."""
    if post.hidden_at is None:
        conceal(post, hidden=True)
        record(teacher, "hide", post.uid, reason.strip()[:WORDS_MAX])
    _close_reports(post)


def show_again(post: Post, teacher: Account) -> None:
    if post.hidden_at is not None:
        conceal(post, hidden=False)
        record(teacher, "show again", post.uid)


def report(post: Post, reader: Account, words: str) -> None:
    """Ask the teachers to look at a post; the same reader asks once; flushes."""
    words = words.strip()
    if len(words) > WORDS_MAX:
        raise Refused(
            _(
                "Your words are longer than %(most)s letters. Shorten them.",
                most=WORDS_MAX,
            )
        )
    open_one = select(Report.id).where(
        Report.post_id == post.id,
        Report.reporter_id == reader.person_id,
        Report.closed_at.is_(None),
    )
    if db.session.scalar(open_one) is not None:
        return
    db.session.add(Report(post_id=post.id, reporter_id=reader.person_id, words=words))
    record(reader, "report", post.uid)


def keep(post: Post, teacher: Account) -> None:
    """Leave a reported post as it is and close its reports; flushes."""
    _close_reports(post)
    record(teacher, "keep", post.uid)


def open_reports(viewer: Account) -> Select[tuple[Report]]:
    """Select the reports a teacher should look at, oldest first."""
    # Asked of each open report: all that she may look at are a year's posts.
    reported = reported_posts(viewer).where(Post.id == Report.post_id)
    return (
        select(Report)
        .where(Report.closed_at.is_(None), reported.correlate(Report).exists())
        .order_by(Report.id)
    )


def _close_reports(post: Post) -> None:
    for row in db.session.scalars(
        select(Report).where(Report.post_id == post.id, Report.closed_at.is_(None))
    ):
        row.closed_at = now()
    db.session.flush()
