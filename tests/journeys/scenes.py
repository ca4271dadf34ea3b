"""Scenes that journeys share: a first teacher, a class, a partnership, a pair."""

import re

from tests.journeys.client import Client
from tests.journeys.site import Site

PASSPHRASE = "four words only mine"


def ticks(html: str) -> list[str]:
    return re.findall(r'name="tick" value="(\d+)"', html)


def first_teacher(site: Site, code: str) -> Client:
    ana = Client(site.url)
    made = ana.send(
        ana.open("/first?lang=en"), "school", code=code, school="Escuela Río Verde",
        name="Ana López", lang="es", secret=PASSPHRASE, again=PASSPHRASE,
    )  # fmt: skip
    assert made.url == site.url + "/", made.words
    return ana


def teacher_of_another_school(site: Site) -> Client:
    said = site.flask("schools", "add", "Lakeside School", "Ben Otieno", "--lang", "en")
    slip = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)
    assert slip is not None
    ben = Client(site.url)
    done = ben.send(
        ben.open("/slip"), "slip", slip=slip[0], secret=PASSPHRASE, again=PASSPHRASE
    )
    assert done.status == 200
    return ben


def class_of(
    teacher: Client, title: str, lang: str, names: str
) -> tuple[str, dict[str, tuple[str, str]]]:
    """Make a class; return its code, and class code and PIN by full name."""
    made = teacher.send(teacher.open("/classrooms"), "title", title=title, lang=lang)
    plan = teacher.send(made, "names", names=names)
    cards = teacher.send(plan, "/pupils/save")
    found = {}
    for card in cards.soup.select("div.card"):
        bold = [found.get_text() for found in card.find_all("b")]
        name, _address, code, _number, pin = bold
        found[name] = (code, pin)
    return next(iter(found.values()))[0], found


def agree(ana: Client, class_es: str, ben: Client, class_en: str) -> None:
    classes = ana.open("/classrooms")
    page = ana.open(classes.link("5A"))
    ana.send(page, "/partnerships", code=class_en, title="River and lake")
    asked = ben.open("/classrooms")
    ben.send(asked, "answer", press="accept")


def pair(teacher: Client, one: str, other: str) -> None:
    page = teacher.open(teacher.open("/letters").link("/letters/pair/"))
    ids = {
        option.get_text(): str(option["value"])
        for option in page.soup.find_all("option")
    }
    teacher.send(page, "pupil", pupil=[ids[one], ids[other]])


def pupil_of(site: Site, cards: dict[str, tuple[str, str]], name: str) -> Client:
    code, pin = cards[name]
    pupil = Client(site.url)
    page = pupil.send(
        pupil.open("/sign-in"),
        "class",
        **{"class": code},
        name=name.lower(),
        secret=pin,
    )
    assert page.status == 200, page.words
    return pupil
