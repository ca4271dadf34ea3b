"""One letter, all the way, by a plain HTTP client on a server whose network is cut."""

import re
from pathlib import Path

from tests.journeys.client import Client
from tests.journeys.site import Site, a_site

PASSPHRASE = "four words only mine"
LETTER = "Hola Amina. ¿Tienes hermanos? El agua del río está muy fría."


def test_a_letter_makes_the_whole_journey_without_network(tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = _first_teacher(site, code)
        ben = _teacher_of_another_school(site)
        class_es, cards_es = _class_of(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        class_en, cards_en = _class_of(ben, "Grade 6", "en", "Amina Kamau")
        _agree(ana, class_es, ben, class_en)
        _pair(ana, "Lucía R.", "Amina K.")
        lucia = _pupil(site, cards_es, "Lucía Ramos")
        amina = _pupil(site, cards_en, "Amina Kamau")

        page = lucia.open("/letters")
        letters = page.link("Amina K.")
        sent = lucia.send(lucia.open(letters), "source", source=LETTER)
        assert sent.url.endswith("/sent")

        assert "No letter yet" in amina.open(letters).words
        waiting = ana.open("/waiting")
        assert "¿Tienes hermanos?" in waiting.words
        (revision,) = re.findall(r'name="tick" value="(\d+)"', waiting.html)
        ana.send(waiting, "tick", press=f"release {revision}")

        read = amina.until(letters, "Translated by a machine")
        assert re.search(r"do you have (any )?(brothers|siblings)", read.words, re.I)
        assert "¿Tienes hermanos?" not in read.words
        original = amina.open(read.link("Original"))
        assert "¿Tienes hermanos?" in original.words

        hits = amina.until("/search?q=brothers", "Lucía R.")
        assert hits.soup.find("mark") is not None
        answered = amina.send(
            read, "source", source="Yes, I have a brother. His name is Otieno."
        )
        assert answered.url.endswith("/sent")
        assert "brother" in ben.open("/waiting").words


def test_nobody_else_reads_the_letter(tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = _first_teacher(site, code)
        ben = _teacher_of_another_school(site)
        class_es, cards_es = _class_of(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        class_en, _cards = _class_of(ben, "Grade 6", "en", "Amina Kamau")
        _agree(ana, class_es, ben, class_en)
        _pair(ana, "Lucía R.", "Amina K.")
        lucia = _pupil(site, cards_es, "Lucía Ramos")
        jose = _pupil(site, cards_es, "José Peña")
        letters = lucia.open("/letters").link("Amina K.")
        lucia.send(lucia.open(letters), "source", source=LETTER)
        waiting = ana.open("/waiting")
        ana.send(waiting, "tick", press="ticked", tick=_ticks(waiting.html)[0])
        lucia.until("/search?q=hermanos", "Lucía R.")

        assert jose.open(letters).status == 404
        assert "Lucía R." not in jose.open("/search?q=hermanos").words
        assert Client(site.url).open(letters).url.startswith(site.url + "/sign-in")


def _ticks(html: str) -> list[str]:
    return re.findall(r'name="tick" value="(\d+)"', html)


def _first_teacher(site: Site, code: str) -> Client:
    ana = Client(site.url)
    made = ana.send(
        ana.open("/first?lang=en"), "school", code=code, school="Escuela Río Verde",
        name="Ana López", lang="es", secret=PASSPHRASE, again=PASSPHRASE,
    )  # fmt: skip
    assert made.url.endswith("/classrooms"), made.words
    return ana


def _teacher_of_another_school(site: Site) -> Client:
    said = site.flask("schools", "add", "Lakeside School", "Ben Otieno", "--lang", "en")
    slip = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)
    assert slip is not None
    ben = Client(site.url)
    done = ben.send(
        ben.open("/slip"), "slip", slip=slip[0], secret=PASSPHRASE, again=PASSPHRASE
    )
    assert done.status == 200
    return ben


def _class_of(
    teacher: Client, title: str, lang: str, names: str
) -> tuple[str, dict[str, tuple[str, str]]]:
    """Make a class; return its code, and class code and PIN by full name."""
    made = teacher.send(teacher.open("/classrooms"), "title", title=title, lang=lang)
    cards = teacher.send(made, "names", names=names)
    found = {}
    for card in cards.soup.select("article.card"):
        name, code, pin = (bold.get_text() for bold in card.find_all("b"))
        found[name] = (code, pin)
    return next(iter(found.values()))[0], found


def _agree(ana: Client, class_es: str, ben: Client, class_en: str) -> None:
    classes = ana.open("/classrooms")
    page = ana.open(classes.link("5A"))
    ana.send(page, "/partnerships", code=class_en, title="River and lake")
    asked = ben.open("/classrooms")
    ben.send(asked, "answer", press="accept")


def _pair(teacher: Client, one: str, other: str) -> None:
    page = teacher.open(teacher.open("/letters").link("Pair pupils"))
    ids = {
        option.get_text(): str(option["value"])
        for option in page.soup.find_all("option")
    }
    teacher.send(page, "pupil", pupil=[ids[one], ids[other]])


def _pupil(site: Site, cards: dict[str, tuple[str, str]], name: str) -> Client:
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
