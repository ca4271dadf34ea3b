"""The recall bench: how much of what a pupil means stands on the first page of hits."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from app import markup
from app.accounts.models import Account
from app.accounts.people import FreshPin
from app.accounts.secrets import hash_secret
from app.classrooms.list_saving import add_pupils
from app.classrooms.partnering import accept, propose
from app.db import db, set_reading
from app.factory import create_app
from app.jobs.runner import work_once
from app.posts.models import Rendition
from app.posts.publishing import publish
from app.posts.threads import start_thread
from app.search.asking import Question
from app.search.searching import search
from bench import labelled
from bench.figures import Values
from bench.labelled import Query, lang_of
from bench.processes import an_instance
from bench.world import PIN, a_class, a_forum

# As many as a page of hits shows.
FIRST = 10
# Between these two the packs that ship translate.
BY_PACKS = frozenset(["es", "en"])
# No word of these names is looked for, for a pack leaves names as they are.
READERS = {"es": "Inés Robledo", "en": "Edith Barasa", "fr": "Odile Ferrand", "ar": "Salma Haddad"}  # fmt: skip


class Answer(NamedTuple):
    """What was asked for, and the posts on the first page, the best first."""

    query: Query
    hits: list[str]
    # So many of them, the first, have all that was asked.
    whole: int = 0


def measured() -> Values:
    """Measure in an instance of its own; translating takes most of the time."""
    with an_instance() as instance, create_app(instance).app_context():
        set_reading(value=False)
        school = School()
        school.say_by_hand()
        work()
        values = figures(school.answers())
        db.session.remove()
        db.engine.dispose()
    return values


def work() -> None:
    """Do all that waits, as the worker does: translate, then index."""
    db.session.commit()
    while work_once():
        pass


class School:
    """Two classes that write with each other, and their posts; commits.

    Four pupils read the labelled languages, one each.
    """

    def __init__(self) -> None:
        (spanish, teacher), (english, _other) = (
            a_class("es", "Nuria Robledo"),
            a_class("en", "Edith Wekesa"),
        )
        asked = propose(spanish, english.code, "Letters", teacher)
        accept(asked)
        pin = FreshPin(PIN, hash_secret(PIN))
        readers = add_pupils(spanish, list(READERS.values()), [pin] * len(READERS))
        for lang, reader in zip(READERS, readers, strict=True):
            reader.person.lang = lang
        self.readers = dict(zip(READERS, (one.id for one in readers), strict=True))
        forum = a_forum(asked.space)
        thread = start_thread(asked.space_id, forum.id, "Letters", teacher, "en")
        posts = {
            name: publish(
                thread, teacher, text, form_key=f"labelled-{name}", lang=lang_of(name)
            )
            for name, text in labelled.posts().items()
        }
        self.names = {post.uid: name for name, post in posts.items()}
        self.versions = {name: post.current_id for name, post in posts.items()}
        db.session.commit()

    def say_by_hand(self) -> None:
        """Store the renditions that no pack at hand could make; commits."""
        db.session.add_all(
            Rendition(
                revision_id=self.versions[name],
                lang=lang,
                source=text,
                html=str(markup.render(text)),
            )
            for (name, lang), text in labelled.by_hand().items()
        )
        db.session.commit()

    def answers(self) -> list[Answer]:
        return [self.ask(query) for query in labelled.queries()]

    def ask(self, query: Query) -> Answer:
        """Search as the reader of this language would, and take the first page."""
        reader = db.session.get_one(Account, self.readers[query.lang])
        page = search(reader, Question(typed=query.typed))
        hits = [self.names[hit.post_uid] for hit in (*page.hits, *page.partly)]
        return Answer(query, hits[:FIRST], len(page.hits))


def figures(answers: Iterable[Answer]) -> Values:
    """Give recall at 10 for each way between languages, and how much of it is meant."""
    all_of_them = [*answers]
    values: Values = {
        "recall_across": recall(all_of_them, _is_across),
        "recall_by_hand": recall(all_of_them, _is_by_hand),
    }
    for lang in READERS:
        own = [answer for answer in all_of_them if answer.query.lang == lang]
        values[f"recall_{lang}"] = recall(own, _is_own)
    # Of what has all that was asked, and of all that the first page shows.
    whole = [one._replace(hits=one.hits[: one.whole]) for one in all_of_them]
    values["precision"] = precision(whole)
    values["precision_page"] = precision(all_of_them)
    return values


def recall(answers: Iterable[Answer], counts: Callable[[Query, str], bool]) -> float:
    """Of the posts that were meant and count, the mean share on the first page."""
    shares = []
    for query, hits, _whole in answers:
        wanted = {post for post in query.relevant if counts(query, post)}
        if wanted:
            shares.append(len(wanted.intersection(hits)) / min(FIRST, len(wanted)))
    return _mean(shares)


def precision(answers: Iterable[Answer]) -> float:
    """Of the posts on each first page that is not empty, the mean share that was meant."""
    shares = [
        len(query.relevant.intersection(hits)) / len(hits)
        for query, hits, _whole in answers
        if hits
    ]
    return _mean(shares)


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0


def _is_own(query: Query, post: str) -> bool:
    return lang_of(post) == query.lang


def _is_across(query: Query, post: str) -> bool:
    return {query.lang, lang_of(post)} == BY_PACKS


def _is_by_hand(query: Query, post: str) -> bool:
    """Hold for what was said in the asker's language by a person."""
    return (post, query.lang) in labelled.by_hand()
