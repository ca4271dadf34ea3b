"""What a writer can mend herself: long sentences, small names, sayings, unknown words."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import NamedTuple

from app.translate.checks import likeness
from app.translate.words import says

# posts/_preview.html has a sentence for each.
LONG = "long"
NO_STOP = "no stop"
SMALL_NAME = "small name"
CAPITALS = "capitals"
IDIOM = "idiom"
UNKNOWN = "unknown"
STUMBLED = "stumbled"
DIFFERS = "differs"

# More helps nobody of ten.
MOST_HINTS = 2
LONG_WORDS = 25
# So many pieces make a word that a model has not met; one it knows is one or two.
UNKNOWN_PIECES, UNKNOWN_LETTERS = 3, 4
# Of 1,000 everyday sentences, two in a hundred come back less like themselves.
LEAST_LIKENESS, LIKENESS_WORDS = 0.38, 4

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STOP = re.compile(r"[.!?。！？؟।…]")
# "la luna" is the moon, "luna" alone may be a friend.
_NO_NAME_AFTER = {
    "es": "el la los las un una unos unas mi tu su este esta ese esa del al muy más",
    "en": "the a an my your his her our their this that some very more",
    "fr": "le la les un une des mon ma mes ton ta tes son sa ses ce cette du au très plus",
    "pt": "um uma uns umas meu minha seu sua este esta esse essa muito mais",
}
# A word that stands for itself; "*" is any ending, "/" parts other ways to say it.
_IDIOMS = {
    "es": """
        a cántaros / tom* el pelo / en las nubes / pan comido / met* la pata / metí la pata /
        un abrir y cerrar de ojos / un ojo de la cara / de tal palo / por los codos /
        dos pájaros de un tiro / como una cabra / que unas castañuelas / tir* la toalla /
        la gota que colm* / pelos en la lengua / por si las moscas / en el clavo /
        uña y carne / tres pies al gato / cosa del otro mundo / los puntos sobre las íes /
        hecho polvo / hecha polvo / como un tronco / las pilas / otro gallo cantaría /
        sobre ruedas / gato encerrado / como anillo al dedo
    """,
    "en": """
        cats and dogs / piece of cake / break a leg / under the weather / once in a blue moon /
        out of the bag / an arm and a leg / nail on the head / spill* the beans / pull* my leg /
        pull* your leg / pull* his leg / pull* her leg / butterflies in my stomach /
        butterflies in my tummy / over the moon / hit the sack / hit the hay / call it a day /
        the last straw / two birds with one stone / my cup of tea / see eye to eye /
        back to square one / in the same boat / couch potato / all ears / fingers crossed /
        blessing in disguise / head over heels / when pigs fly / cool as a cucumber
    """,
    "fr": """
        pleut des cordes / pleuvait des cordes / dans les pommes / les yeux de la tête /
        le cafard / pos* un lapin / langue au chat / un chat un chat /
        quand les poules auront des dents / un chat dans la gorge / grain de sel /
        déborder le vase / d'une pierre deux coups / mes oignons / tes oignons / la pêche /
        petit nuage / racont* des salades / cass* les pieds / autour du pot /
        les doigts dans le nez / un froid de canard / midi à quatorze heures /
        coup de foudre / grasse matinée / haut comme trois pommes / les pieds dans le plat /
        comme un poisson dans l'eau
    """,
    "pt": """
        chov* canivetes / a cântaros / os olhos da cara / pag* o pato / engol* sapos /
        quebr* o galho / quebr* um galho / pulga atrás da orelha / na maionese / pis* na bola /
        nas nuvens / dois coelhos / chut* o balde / mão na massa / gota d'água / mãos abanando /
        burros n'água / tempestade em copo / quem não tem cão / mamão com açúcar /
        caiu a ficha / ench* linguiça / pelos cotovelos / amigo da onça / pé nem cabeça /
        os pés pelas mãos / pelo cano / a vaca tussa / bater as botas
    """,
}

Hint = tuple[str, str]


class Tried(NamedTuple):
    """A sentence, how it is said, and that said back; `back` may be missing."""

    source: str
    target: str
    back: str = ""
    stumbled: bool = False


def hints_for(
    one: Tried,
    lang: str,
    *,
    names: Collection[str],
    pieces: Callable[[str], int],
    has_stops: bool = True,
) -> list[Hint]:
    """Find the few things that help most, each with the word it is about.

    `names` are those of people there. `pieces` counts into how many a word falls
    for the model. `has_stops` says whether the whole text has any.
    """
    words, small = _WORD.findall(one.source), {name.lower() for name in names}
    # Of a name or a saying one thing is said.
    told = small.union(
        *(idiom.lower().split() for idiom in _idioms_in(one.source, lang))
    )
    found = chain(
        _in_source(one.source, words, lang, small, has_stops=has_stops),
        _in_answer(one, words, told, pieces),
    )
    # Nothing helps more than to know that it was not said at all.
    first = [(STUMBLED, "")] if one.stumbled else []
    return [*first, *islice(found, MOST_HINTS - len(first))]


def has_stops(text: str) -> bool:
    return _STOP.search(text) is not None or len(_WORD.findall(text)) <= LONG_WORDS


def _in_source(
    sentence: str,
    words: Sequence[str],
    lang: str,
    names: Collection[str],
    *,
    has_stops: bool,
) -> Iterator[Hint]:
    if sentence.isupper() and len(words) > 1:
        yield CAPITALS, ""
    for word in _small_names(words, lang, names):
        yield SMALL_NAME, word
    for idiom in _idioms_in(sentence, lang):
        yield IDIOM, idiom
    if not has_stops:
        yield NO_STOP, ""
    elif len(words) > LONG_WORDS:
        yield LONG, ""


def _in_answer(
    one: Tried,
    words: Sequence[str],
    told: Collection[str],
    pieces: Callable[[str], int],
) -> Iterator[Hint]:
    rare = {
        word: count
        for word in words
        if word.islower() and word.isalpha() and word not in told
        if len(word) >= UNKNOWN_LETTERS and (count := pieces(word)) >= UNKNOWN_PIECES
    }
    if one.stumbled and rare:
        yield UNKNOWN, max(rare, key=lambda word: rare[word])
    for word in () if one.stumbled else rare:
        if _is_lost(word, one):
            yield UNKNOWN, word
    is_known = one.back and len(words) >= LIKENESS_WORDS
    if is_known and likeness(one.source, one.back) < LEAST_LIKENESS:
        yield DIFFERS, ""


def _is_lost(word: str, one: Tried) -> bool:
    """Whether a rare word stands in the translation as it was, or never comes back."""
    if says(one.target, word):
        return True
    # Its beginning is enough: "construyeron" may come back as "construyó".
    return bool(one.back) and word[:UNKNOWN_LETTERS] not in one.back.lower()


def _small_names(
    words: Sequence[str], lang: str, names: Collection[str]
) -> Iterator[str]:
    article = _NO_NAME_AFTER.get(lang, "").split()
    for before, word in zip(["", *words], words, strict=False):
        if word in names and before.lower() not in article:
            yield word


def _idioms_in(sentence: str, lang: str) -> list[str]:
    idioms = _idioms(lang)
    return idioms.findall(sentence.replace("’", "'")) if idioms else []


@cache
def _idioms(lang: str) -> re.Pattern[str] | None:
    told = " ".join(_IDIOMS.get(lang, "").split())
    if not told:
        return None
    ways = "|".join(re.escape(way).replace(r"\*", r"\w*") for way in told.split(" / "))
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)", re.I)
