"""What there is to find, read from the tables, and found by reading all of it one by one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import func, select

from app import markup
from app.db import db
from app.posts.models import Attachment, Post, Rendition, Revision
from app.search.analysis import Word, field_of, words
from app.search.asking import Clause, Question, read
from app.search.folding import fold


@dataclass(frozen=True)
class Text:
    """What stands together in one language: a title, a post, words about a picture."""

    words: str
    lang: str


class Shelf:
    """All published texts, as they stand now."""

    def __init__(self) -> None:
        self.texts: dict[int, list[Text]] = defaultdict(list)
        # Its author's name, its forum's number, its day and its language.
        self.about: dict[int, tuple[str, str, date, str]] = {}
        first_in = set(
            db.session.scalars(select(func.min(Post.id)).group_by(Post.thread_id))
        )
        for post in db.session.scalars(select(Post)):
            if not post.is_out or post.current is None or post.published_at is None:
                continue
            self.about[post.id] = (
                post.author.shown_name.lower(),
                str(post.thread.forum_id or "letters"),
                post.published_at.date(),
                post.current.lang,
            )
            self.texts[post.id] = [*_texts_of(post.current)]
            if post.id in first_in and post.thread.title:
                title = Text(post.thread.title, post.thread.lang)
                self.texts[post.id].append(title)

    def right(self, readable: set[int], asked: Question) -> set[int]:
        """Find the posts by reading them all."""
        return {
            n
            for n in readable.intersection(self.texts)
            if self._fits(n, asked) and has(self.texts[n], asked.typed)
        }

    def _fits(self, post_id: int, asked: Question) -> bool:
        name, where, day, lang = self.about[post_id]
        return (
            asked.who.lower() in name
            and asked.where in ("", where)
            and (asked.since or day) <= day <= (asked.until or day)
            and asked.lang in ("", lang)
        )


def _texts_of(revision: Revision) -> Iterator[Text]:
    yield Text(markup.plain(revision.source), revision.lang)
    for words_about in db.session.scalars(
        select(Attachment.description).where(Attachment.revision_id == revision.id)
    ):
        yield Text(words_about, revision.lang)
    for lang, source, more in db.session.execute(
        select(Rendition.lang, Rendition.source, Rendition.words).where(
            Rendition.revision_id == revision.id, Rendition.source.is_not(None)
        )
    ):
        if lang != revision.lang:
            yield Text(markup.plain(source), lang)
            for word in (more or "").split():
                yield Text(word, lang)


def has(texts: list[Text], typed: str) -> bool:
    """Say whether each word and phrase is in one of the texts: slowly, one by one."""
    required = read(typed).required
    return all(any(_stands_in(text, one) for text in texts) for one in required)


def _stands_in(text: Text, clause: Clause) -> bool:
    field = field_of(text.lang)
    places: dict[int, set[str]] = defaultdict(set)
    for word in _cut(text.words, field):
        places[word.place].update(word.terms)
    wanted = _cut(clause.text, field)
    wanted = tuple(word for word in wanted if not _covered(word, wanted))
    begins = fold(clause.text.strip("*"))
    if clause.beginning and any(
        term.startswith(begins) for terms in places.values() for term in terms
    ):
        return True
    # As it was written, or as it is typed without accents.
    ways = [[(w.place - wanted[0].place, w.terms[n]) for w in wanted] for n in (0, -1)]
    return any(
        all(term in places.get(at + after, ()) for after, term in way)
        for way in ways
        for at in places
        if way
    )


@lru_cache(maxsize=10_000)
def _cut(text: str, field: str) -> tuple[Word, ...]:
    return tuple(words(text, field))


def _covered(word: Word, among: tuple[Word, ...]) -> bool:
    """A character of Chinese that stands in a pair says nothing more than the pair."""
    return any(
        other.start <= word.start and word.end <= other.end and other != word
        for other in among
    )
