"""Words that are not sent yet: kept for their writer, none ever lost to another."""

import hashlib
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.accounts.models import Account
from app.db import db, now
from app.posts.form import Written, other_key
from app.posts.models import Draft, Post
from app.posts.publishing import checked_source, sent_before
from app.posts.threads import check_length
from app.web.errors import Refused

FINGERPRINT_CHARACTERS = 6
# Of one person: as many as her first page lists, so that none is out of sight.
MOST_DRAFTS = 20


class Place(NamedTuple):
    """Where words belong: in a thread, as a new one in a forum, or in place of a post.

    `beside` is the post that the same form made with other words.
    """

    thread_id: int | None = None
    forum_id: int | None = None
    post_id: int | None = None
    beside_id: int | None = None


def drafts_of(writer: Account) -> Select[tuple[Draft]]:
    """Select what she has not sent yet, newest first; nobody else sees it."""
    return select(Draft).where(Draft.person_id == writer.person_id).order_by(-Draft.id)


def keep_draft(
    writer: Account, place: Place, form_key: str, written: Written
) -> Draft | Post:
    """Keep words under the key of their form; flushes.

    They take the place of what is kept under it when the form began from that,
    or goes on from it; else both are kept, the new ones under a key derived
    from the words, so that a form that comes again is kept once. Gives the post
    where they were sent under that key meanwhile. Refused when there are no words,
    too many, or `MOST_DRAFTS` already.
    """
    _check(written)
    draft = _with_key(writer, form_key)
    if draft is None:
        return _fill(_new(writer, form_key), place, written)
    if _is_all_in(written, draft):
        return _fill(draft, place, written)
    if _goes_on(words_of(draft), written.words):
        return draft
    return keep_other_words(writer, place, form_key, written)


def keep_other_words(
    writer: Account, place: Place, form_key: str, written: Written
) -> Draft | Post:
    """Keep words whose key is used by others; gives what became of them before."""
    _check(written)
    key = other_key(form_key, "\n".join(written.words))
    known = sent_before(writer, key) or _with_key(writer, key)
    if known is not None:
        return known
    return _fill(_new(writer, key), place, written)


def forget_sent(writer: Account, post: Post, written: Written) -> None:
    """Drop the draft that was sent as this post; flushes.

    One that says what the post does not, as when two tabs wrote on from it, is
    kept beside the post.
    """
    draft = _with_key(writer, post.form_key)
    if draft is None:
        return
    if _is_all_in(written, draft):
        db.session.delete(draft)
    else:
        draft.form_key = other_key(post.form_key, "\n".join(words_of(draft)))
        draft.beside_id = post.id
    db.session.flush()


def fingerprint(draft: Draft) -> str:
    """Name the words of a draft, so that a form can say what it began from."""
    digest = hashlib.sha256("\n".join(words_of(draft)).encode())
    return digest.hexdigest()[:FINGERPRINT_CHARACTERS]


def words_of(draft: Draft) -> tuple[str, str, str]:
    return draft.title, draft.source, draft.description


def _with_key(writer: Account, form_key: str) -> Draft | None:
    return db.session.scalars(
        select(Draft).where(
            Draft.person_id == writer.person_id, Draft.form_key == form_key
        )
    ).one_or_none()


def _new(writer: Account, form_key: str) -> Draft:
    hers = select(func.count(Draft.id)).where(Draft.person_id == writer.person_id)
    if (db.session.scalar(hers) or 0) >= MOST_DRAFTS:
        raise Refused(
            _(
                "You have %(most)s drafts. Send one of them or throw it away, then save "
                "this one.",
                most=MOST_DRAFTS,
            )
        )
    return Draft(person_id=writer.person_id, form_key=form_key)


def _is_all_in(written: Written, draft: Draft) -> bool:
    """Whether what was written may take a draft's place: it knew it, or goes on from it."""
    knew = written.began_from == fingerprint(draft)
    return knew or _goes_on(written.words, words_of(draft))


def _goes_on(later: tuple[str, ...], earlier: tuple[str, ...]) -> bool:
    """Whether somebody only wrote on: every word is still there."""
    pairs = zip(later, earlier, strict=True)
    return all(new.startswith(old.rstrip()) for new, old in pairs)


def _check(written: Written) -> None:
    check_length(written.title)
    has_more = bool(written.title or written.description)
    checked_source(written.source, may_be_empty=has_more)


def _fill(draft: Draft, place: Place, written: Written) -> Draft:
    draft.thread_id, draft.forum_id = place.thread_id, place.forum_id
    draft.post_id = place.post_id
    draft.beside_id = place.beside_id or draft.beside_id
    draft.title, draft.source, draft.description = written.words
    draft.lang, draft.base_n = written.lang, written.base
    draft.parent_id, draft.quote_n = _answered(written.parent), written.quote
    draft.kept_at = now()
    db.session.add(draft)
    db.session.flush()
    return draft


def _answered(parent: str) -> int | None:
    """Find the post that a draft answers; who may see it is asked when it is sent."""
    if not parent:
        return None
    return db.session.scalar(select(Post.id).where(Post.named(parent)))
