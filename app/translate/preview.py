"""The job behind *How will it read?*: words that are not sent, said and said back.

What it finds is nobody's yet: nothing of it goes into the memory, which erasing
could not reach.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import update

from app.db import db, reading
from app.jobs import job
from app.packs import engine, packs
from app.packs.engine import models, precedence
from app.packs.errors import PackBrokenError
from app.packs.packs import Pack
from app.posts.models import Preview
from app.posts.previewing import KIND, MOST_WAITING, no_pack
from app.translate.glossary import ask, terms_of
from app.translate.hints import Hint, Tried, has_stops, hints_for
from app.translate.interpreting import Asked
from app.translate.memory import BY_NOBODY, Remembered
from app.translate.sentences import cut
from app.translate.speaking import Route, put_aside, say, usable
from app.translate.translating import names_of

# The first lines stand there at once; who waits takes what there is.
PORTION_CHARACTERS = 400
# More is not looked at on one page.
MOST_CHARACTERS = 3_000

# A sentence, as it will read, as it comes back, and what helps.
Told = tuple[str, str, str, list[Hint]]


class Words(NamedTuple):
    """What is tried out: a row's words, and what counts where they would be read."""

    row_id: int
    person_id: int
    source: str
    lang: str
    to_lang: str
    names: frozenset[str]
    terms: dict[str, str]


def why_no_translation(from_lang: str, to_lang: str) -> str | None:
    """Say why nothing here translates between them; for the web process."""
    if reason := engine.unavailable():
        return reason
    return (
        None
        if packs.route(from_lang, to_lang, usable())
        else no_pack(from_lang, to_lang)
    )


@job(KIND, batch=MOST_WAITING, promptly=True)
def preview(row_ids: Sequence[int]) -> None:
    """Say the words of these rows; a row whose writer has gone is passed over."""
    for row_id in row_ids:
        with reading():
            words = _words(row_id)
        if words is not None:
            with precedence.urgent():
                _try_out(words)


def _words(row_id: int) -> Words | None:
    row = db.session.get(Preview, row_id)
    if row is None:
        return None
    return Words(
        row.id,
        row.person_id,
        row.source,
        row.lang,
        row.to_lang,
        names_of(row.space_id),
        terms_of(row.space_id, row.lang, row.to_lang),
    )


def _try_out(words: Words) -> None:
    try:
        _say_all(words)
    except PackBrokenError as broken:
        put_aside(broken)
        _try_out(words)  # by the packs that are left


def _say_all(words: Words) -> None:
    """Hand over portion by portion, until all is said or nobody waits any more."""
    known = usable()
    there = packs.route(words.lang, words.to_lang, known)
    back = packs.route(words.to_lang, words.lang, known)
    if not there:
        _hand_over(words, {"said": None, "left": 0, "done": True})
        return
    sentences = [one for _n, one in cut(words.source, words.lang).placed_sentences()]
    stops = has_stops(words.source)
    told: list[Told] = []
    portions = [*_portions(sentences)]
    for portion in portions:
        for one in _said(words, portion, there, back):
            hints = _hints(one, words, there[0], has_stops=stops)
            stops = True  # it is said once
            told.append((one.source, one.target, one.back, hints))
        left = len(sentences) - len(told)
        done = portion is portions[-1]
        if not _hand_over(words, {"said": told, "left": left, "done": done}):
            return


def _portions(sentences: Sequence[str]) -> Iterator[list[str]]:
    """Part the sentences, and end where no page would show more."""
    portion: list[str] = []
    size = total = 0
    for sentence in sentences:
        size, total = size + len(sentence), total + len(sentence)
        if portion and total > MOST_CHARACTERS:
            break
        if portion and size > PORTION_CHARACTERS:
            yield portion
            portion, size = [], len(sentence)
        portion.append(sentence)
    yield portion


def _said(
    words: Words, sentences: Sequence[str], there: Route, back: Route
) -> list[Tried]:
    asked = {one: ask(one, words.names, words.terms) for one in sentences}
    known = say(words.lang, words.to_lang, there, _of_nobody(asked.values()), [])
    returned = say(
        words.to_lang,
        words.lang,
        back,
        _of_nobody(
            _returning(one, found.told.text)
            for one, found in known.items()
            if not found.told.doubt and found.by != BY_NOBODY
        ),
        [],
    )
    return [_tried(asked[one], known, returned) for one in sentences]


def _returning(one: Asked, target: str) -> Asked:
    terms = tuple((said, term) for term, said in one.terms)
    return Asked(target, one.names, terms)


def _tried(
    one: Asked, known: Mapping[Asked, Remembered], returned: Mapping[Asked, Remembered]
) -> Tried:
    found = known.get(one)
    if found is None or found.told.doubt:
        return Tried(one.text, one.text, stumbled=True)
    again = returned.get(_returning(one, found.told.text))
    back = again.told.text if again and not again.told.doubt else ""
    return Tried(one.text, found.told.text, back)


def _hints(one: Tried, words: Words, pack: Pack, *, has_stops: bool) -> list[Hint]:
    if one.target == one.source and not one.stumbled:
        return []  # in the language of its readers already
    known = {word for term in words.terms for word in term.lower().split()}

    def pieces(word: str) -> int:
        return 0 if word in known else _pieces(pack, word)

    return hints_for(
        one, words.lang, names=words.names, pieces=pieces, has_stops=has_stops
    )


def _of_nobody(asked: Iterable[Asked]) -> dict[Asked, Sequence[int]]:
    """Ask for sentences that stand in no post: so none of them is kept."""
    return dict.fromkeys(asked, ())


def _pieces(pack: Pack, word: str) -> int:
    try:
        with models.use(pack.folder) as model:
            return model.tokens_of(word)
    except (ImportError, RuntimeError, OSError, ValueError, AttributeError):
        return 0  # no hint is worth more trouble


def _hand_over(words: Words, result: dict[str, Any]) -> bool:
    """Give the writer what there is; say whether she still waits."""
    # Numbers are used again: the row must still be hers, with these words.
    done = db.session.execute(
        update(Preview)
        .where(
            Preview.id == words.row_id,
            Preview.person_id == words.person_id,
            Preview.source == words.source,
            Preview.lang == words.lang,
            Preview.to_lang == words.to_lang,
        )
        .values(result=result)
        .returning(Preview.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.commit()
    return done is not None
