"""Sentence pairs to judge translations by: English and Spanish, made of patterns, or a file."""

import gzip
import itertools
import random
from pathlib import Path
from typing import NamedTuple

from bench.figures import NotMeasured


class Pair(NamedTuple):
    english: str
    spanish: str


# Each line a pattern in both languages, and what stands in it.
_KIN = "mother madre|father padre|brother hermano|sister hermana|uncle tío|aunt tía|grandfather abuelo|grandmother abuela|cousin primo|friend amiga"
_PLACES = "the market,el mercado|the school,la escuela|the library,la biblioteca|the park,el parque|the kitchen,la cocina|the garden,el jardín|the hospital,el hospital|the city,la ciudad|the village,el pueblo|the church,la iglesia"
_FOOD = "rice arroz|bread pan|fish pescado|chicken pollo|soup sopa|cheese queso|fruit fruta|meat carne|milk leche|cake pastel"
_DAYS = "Monday lunes|Tuesday martes|Wednesday miércoles|Thursday jueves|Friday viernes|Saturday sábado|Sunday domingo"
_PETS = "dog perro|cat gato|horse caballo|bird pájaro|rabbit conejo|goat cabra|chicken pollo|fish pez"
_NUMBERS = "three tres|four cuatro|five cinco|six seis|seven siete|eight ocho|nine nueve|ten diez"
_GAMES = "football,al fútbol|basketball,al baloncesto|tennis,al tenis|chess,al ajedrez|volleyball,al voleibol|cards,a las cartas"
_SUBJECTS = "English,el inglés|music,la música|history,la historia|mathematics,las matemáticas|science,la ciencia|art,el arte"
_WEATHER = "hot calor|cold frío|sunny sol|windy viento"
_COLOURS = "red rojo|white blanco|black negro|green verde|yellow amarillo|blue azul"
_THINGS = "book,un libro|letter,una carta|photo,una foto|song,una canción|story,un cuento|picture,un dibujo"

_PATTERNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("My {0} works in {1}.", "Mi {0} trabaja en {1}.", (_KIN, _PLACES)),
    ("Last {0} we went to {1}.", "El {0} pasado fuimos a {1}.", (_DAYS, _PLACES)),
    ("My {0} likes to eat {1}.", "A mi {0} le gusta comer {1}.", (_KIN, _FOOD)),
    ("Your {0} is in {1}.", "Tu {0} está en {1}.", (_KIN, _PLACES)),
    ("I saw a {0} near {1}.", "Vi un {0} cerca de {1}.", (_PETS, _PLACES)),
    ("We eat {0} every {1}.", "Comemos {0} todos los {1}.", (_FOOD, _DAYS)),
    ("My {0} is {1} years old.", "Mi {0} tiene {1} años.", (_KIN, _NUMBERS)),
    ("I have {1} friends in {0}.", "Tengo {1} amigos en {0}.", (_PLACES, _NUMBERS)),
    ("On {0} I play {1} with my friends.", "Los {0} juego {1} con mis amigos.", (_DAYS, _GAMES)),
    ("My {0} does not play {1}.", "Mi {0} no juega {1}.", (_KIN, _GAMES)),
    ("I study {0} on {1}.", "Estudio {0} los {1}.", (_SUBJECTS, _DAYS)),
    ("It was {0} on {1}.", "Hizo {0} el {1}.", (_WEATHER, _DAYS)),
    ("My {0} has a {1} car.", "Mi {0} tiene un coche {1}.", (_KIN, _COLOURS)),
    ("I wrote a {0} for my {1}.", "Escribí {0} para mi {1}.", (_THINGS, _KIN)),
    ("I bought {0} in {1}.", "Compré {0} en {1}.", (_FOOD, _PLACES)),
    ("Does your {0} live near {1}?", "¿Tu {0} vive cerca de {1}?", (_KIN, _PLACES)),
    ("Do you want to go to {0} on {1}?", "¿Quieres ir a {0} el {1}?", (_PLACES, _DAYS)),
    ("My {0} wants a {1} {2}.", "Mi {0} quiere un {2} {1}.", (_KIN, _COLOURS, "dog perro|cat gato|bird pájaro")),
    ("The {1} {0} is eating {2}.", "El {0} {1} está comiendo {2}.", ("dog perro|cat gato|bird pájaro|horse caballo", _COLOURS, _FOOD)),
    ("There are {0} children in {1}.", "Hay {0} niños en {1}.", (_NUMBERS, _PLACES)),
    ("My {0} and I walked to {1} in the morning.", "Mi {0} y yo caminamos a {1} por la mañana.", (_KIN, _PLACES)),
    ("I will read you a {0} on {1}.", "Te leeré {0} el {1}.", (_THINGS, _DAYS)),
)  # fmt: skip


def made(seed: int) -> list[Pair]:
    """Make some 2,000 pairs, none twice, in an order of its own for each seed."""
    pairs = {
        Pair(
            english.format(*(one for one, _other in chosen)),
            spanish.format(*(other for _one, other in chosen)).replace(
                " a el ", " al "
            ),
        )
        for english, spanish, slots in _PATTERNS
        for chosen in itertools.product(*map(_fillers, slots))
    }
    return _shuffled(pairs, seed)


def read(path: Path, seed: int) -> list[Pair]:
    """Read a file of pairs: English, a tab, Spanish; UTF-8, plain or packed with gzip.

    One pair for each sentence, so that none comes twice; raises `NotMeasured`.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        lines = raw.decode("utf-8").splitlines()
    except (OSError, ValueError, EOFError) as error:
        raise NotMeasured(f"{path.name} cannot be read: {error}") from error
    by_english: dict[str, Pair] = {}
    by_spanish: dict[str, Pair] = {}
    for line in lines:
        english, _tab, spanish = line.partition("\t")
        pair = Pair(english.strip(), spanish.partition("\t")[0].strip())
        if all(pair) and pair.english not in by_english:
            by_english[pair.english] = by_spanish.setdefault(pair.spanish, pair)
    if len(by_spanish) < 400:
        raise NotMeasured(f"{path.name} holds too few pairs: 400 are needed")
    return _shuffled(set(by_spanish.values()), seed)


def _fillers(words: str) -> list[tuple[str, str]]:
    split = "," if "," in words else " "
    found = [one.split(split) for one in words.split("|")]
    return [(english, spanish) for english, spanish in found]


def _shuffled(pairs: set[Pair], seed: int) -> list[Pair]:
    ordered = sorted(pairs)
    random.Random(seed).shuffle(ordered)
    return ordered
