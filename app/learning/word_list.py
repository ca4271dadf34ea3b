"""Words to learn: from the sentences of one's own letters, each with how it is said."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, String, and_, bindparam, or_, select

from app.accounts.models import ANYONE, Account, Person
from app.classrooms.models import Member, SpaceClassroom, space_ids
from app.db import db
from app.learning.function_words import function_words
from app.posts.models import (
    BY_MACHINE,
    MENDED,
    Post,
    Rendition,
    Revision,
    Sentence,
    ThreadReader,
)

# As far back as a list looks.
MOST_COPIES = 100
# A whole paragraph without a stop teaches no word.
MOST_CHARACTERS = 240
WORDS_OF_A_SENTENCE = 5
# Longer ones are cries, or a script without spaces.
MOST_LETTERS = 24
# What stands in so many of the sentences holds them together, whatever the language.
COMMON_SHARE, LEAST_SENTENCES = 0.2, 20
# There a word has no vowels, or one letter is a word.
_SHORT_WORDS = frozenset({"ar", "bn", "fa", "hi", "ja", "ko", "th", "ur", "zh"})
# There every noun has a capital.
_CAPITAL_NOUNS = frozenset({"de"})
_ELISION = {
    lang: re.compile("(?:[cdjlmnst]|qu|un|dell|all)['’]") for lang in ("fr", "it")
}
_CLINGING = "'’-"


class Read(NamedTuple):
    """A sentence in a language that somebody learns, and what it means to her."""

    lang: str
    sentence: str
    meaning: str
    # A person has said so, and no machine.
    mended: bool


class Taught(NamedTuple):
    """A line of a word list; the words stand in this sentence first."""

    words: Sequence[str]
    read: Read


def word_list(viewer: Account) -> list[Taught]:
    """List words from the letters between the viewer and her pen pals.

    What a person has mended comes first, then the newest letters. Two queries.
    """
    given = ANYONE.as_viewer(viewer) | {"lang": viewer.person.lang}
    found = db.session.connection().execute(_copies(), given).all()
    names = db.session.connection().scalars(_names(), given).all()
    read = [
        one
        for row in found
        for one in _read(row.lang, row.to_lang, viewer.person.lang, row.pairs or ())
    ]
    read.sort(key=lambda one: not one.mended)
    return taught(read, {word for name in names for word in words_in(name)})


def taught(read: Iterable[Read], names: Collection[str]) -> list[Taught]:
    """Choose from each sentence the words that no line has shown before it."""
    first: dict[tuple[str, str], Read] = {}
    for one in read:
        first.setdefault((one.lang, one.sentence), one)
    sentences = list(first.values())
    names = {name.casefold() for name in names}
    common = _common(sentences)
    known: set[tuple[str, str]] = set()
    lines = []
    for one in sentences:
        words = []
        for word in content_words(one, names):
            key = (one.lang, word.casefold())
            if key in known or key in common:
                continue
            words.append(word)
            known.add(key)
            if len(words) == WORDS_OF_A_SENTENCE:
                break
        if words:
            lines.append(Taught(words, one))
    return lines


def content_words(read: Read, names: Collection[str]) -> Iterator[str]:
    """Give the words of a sentence that are worth learning, as a dictionary writes them.

    None of the names, given in small letters, no numbers, and no word that is the
    same in both languages.
    """
    same = {word.casefold() for word in words_in(read.meaning)}
    left_out = function_words(read.lang)
    shortest = 2 if read.lang in _SHORT_WORDS else 3
    shouted = read.sentence.isupper()
    for n, word in enumerate(words_in(read.sentence)):
        plain = _without_elision(word, read.lang)
        small = plain.casefold().replace("’", "'")
        if not shortest <= len(plain) <= MOST_LETTERS:
            continue
        if small in left_out or word.casefold() in left_out or small in same:
            continue
        if not plain[0].islower():
            is_name = plain[0].isupper() and n > 0 and not shouted
            if small in names or (is_name and read.lang not in _CAPITAL_NOUNS):
                continue
        yield plain if read.lang in _CAPITAL_NOUNS and not shouted else plain.lower()


def words_in(sentence: str) -> list[str]:
    """Cut a sentence into words, with the marks and hyphens that belong to them."""
    letters = "".join(
        char if char.isalpha() or char in _CLINGING or _is_mark(char) else " "
        for char in sentence
    )
    return [word for part in letters.split() if (word := part.strip(_CLINGING))]


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _without_elision(word: str, lang: str) -> str:
    elision = _ELISION.get(lang)
    return (
        elision.sub("", word.lower())
        if elision and elision.match(word.lower())
        else word
    )


def _common(sentences: Sequence[Read]) -> set[tuple[str, str]]:
    count: Counter[str] = Counter(one.lang for one in sentences)
    stands_in = Counter(
        (one.lang, word)
        for one in sentences
        for word in {word.casefold() for word in words_in(one.sentence)}
    )
    return {
        (lang, word)
        for (lang, word), n in stands_in.items()
        if count[lang] >= LEAST_SENTENCES and n > COMMON_SHARE * count[lang]
    }


def _read(lang: str, to_lang: str, hers: str, pairs: Sequence[Any]) -> Iterator[Read]:
    """Turn the sentences of one copy so that the language to be learned comes first."""
    for pair in pairs:
        one = Sentence(*pair)
        if one.how not in (BY_MACHINE, MENDED):
            continue
        mended = one.how == MENDED
        if to_lang == hers:
            read = Read(lang, one.source, one.target, mended)
        else:
            read = Read(to_lang, one.target, one.source, mended)
        if len(read.sentence) <= MOST_CHARACTERS:
            yield read


@cache
def _copies() -> Select[Any]:
    """Select how letters to the viewer are said in her language, hers in her pen pal's."""
    lang: BindParameter[str] = bindparam("lang", type_=String)
    # Only letters have readers of their own.
    own = select(ThreadReader.thread_id).where(
        ThreadReader.person_id == ANYONE.person_id
    )
    pen_pals = (
        select(Person.lang)
        .join(ThreadReader, ThreadReader.person_id == Person.id)
        .where(
            ThreadReader.thread_id == Post.thread_id,
            Person.id != ANYONE.person_id,
        )
        .correlate(Post)
    )
    is_hers = Post.author_id == ANYONE.person_id
    return (
        Post.visible_to(ANYONE)
        # What has a current version and may be read is out.
        .join(Revision, Revision.id == Post.current_id)
        .join(Rendition, Rendition.revision_id == Revision.id)
        .where(
            Post.thread_id.in_(own),
            Rendition.source.is_not(None),
            or_(
                and_(~is_hers, Revision.lang != lang, Rendition.lang == lang),
                and_(
                    is_hers,
                    Revision.lang == lang,
                    Rendition.lang != lang,
                    Rendition.lang.in_(pen_pals),
                ),
            ),
        )
        .order_by(None)
        .order_by(Post.order_key.desc(), Rendition.lang)
        .limit(MOST_COPIES)
        .with_only_columns(
            Revision.lang, Rendition.lang.label("to_lang"), Rendition.pairs
        )
    )


@cache
def _names() -> Select[Any]:
    """Select the names that members of the viewer's spaces are shown by."""
    return (
        select(Person.shown_name)
        .join(Member, Member.person_id == Person.id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(SpaceClassroom.space_id.in_(space_ids(ANYONE)))
        .distinct()
    )
