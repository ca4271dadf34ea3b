"""A picture, from a telephone's file to a line of text with its size."""

import io
import re
from pathlib import Path

from PIL import Image

from tests.journeys.client import Client, File
from tests.journeys.scenes import class_of, first_teacher, pupil_of, ticks
from tests.journeys.site import a_site


def a_photo() -> bytes:
    """A JPEG as a telephone makes it: large, and knowing where it was taken."""
    image = Image.effect_noise((1600, 1200), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "taken at home, Calle 5"
    written = io.BytesIO()
    image.save(written, "JPEG", quality=90, exif=exif)
    return written.getvalue()


def test_a_picture_is_shrunk_and_shown_only_to_readers(tmp_path: Path) -> None:
    photo = a_photo()
    with a_site(tmp_path) as (site, code):
        ana = first_teacher(site, code)
        _code, cards = class_of(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        forum = ana.send(ana.open("/forums"), "space", title="Río")
        lucia = pupil_of(site, cards, "Lucía Ramos")
        jose = pupil_of(site, cards, "José Peña")
        sent = lucia.send(
            lucia.open(forum.url), "source", title="Mi río", source="Mira.",
            picture=File("rio.jpg", photo), description="El río de noche",
        )  # fmt: skip
        assert sent.url.endswith("/sent"), sent.words
        waiting = ana.until("/waiting", "kB)")
        (picture,) = re.findall(r'href="(/p/[^"]+/pictures/\d+)"', waiting.html)

        assert jose.open(picture + "/file").status == 404
        assert ana.open(picture + "/file").status == 200
        ana.send(waiting, "tick", press="ticked", tick=ticks(waiting.html))

        shown = jose.open(picture + "/file")
        assert len(shown.raw) <= 40_000
        with Image.open(io.BytesIO(shown.raw)) as small:
            assert small.format == "JPEG"
            assert dict(small.getexif()) == {}
        assert b"Calle 5" not in shown.raw
        assert "El río de noche" in jose.open(picture).words
        assert "/sign-in" in Client(site.url).open(picture + "/file").url
        assert list((site.instance / "uploads").iterdir()) == []


def test_a_file_that_is_no_picture_is_refused_with_its_words(tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = first_teacher(site, code)
        _code, cards = class_of(ana, "5A", "es", "Lucía Ramos")
        forum = ana.send(ana.open("/forums"), "space", title="Río")
        lucia = pupil_of(site, cards, "Lucía Ramos")

        refused = lucia.send(
            lucia.open(forum.url), "source", title="Mi río", source="Mira mi lista.",
            picture=File("lista.pdf", b"%PDF-1.4 not a picture"), description="Lista",
        )  # fmt: skip

        assert refused.status == 422
        assert "Mira mi lista." in refused.html
        assert refused.soup.select_one(".bad") is not None
