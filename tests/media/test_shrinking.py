"""Pictures made small in a child process, whatever the file is."""

import logging
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

from app.db import db
from app.media.decoder import MAX_PIXELS, UPRIGHT
from app.media.models import READY, UNREADABLE, WAITING, Media
from app.media.shrinking import (
    DECODER,
    Shrunk,
    Unreadable,
    _keep,
    read_answer,
    shrink_file,
    shrink_uploads,
)
from app.media.uploading import upload_path

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def a_photo(width: int = 1600, height: int = 1200) -> Image.Image:
    """Soft shapes and grain, as a camera sees a playground."""
    dice = random.Random(7)
    image = Image.new("RGB", (width, height), (150, 180, 210))
    draw = ImageDraw.Draw(image)
    for _ in range(120):
        x, y, r = dice.randrange(width), dice.randrange(height), dice.randrange(9, 160)
        colour = tuple(dice.randrange(256) for _ in range(3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    grain = Image.effect_noise(image.size, 40).convert("RGB")
    return Image.blend(image.filter(ImageFilter.GaussianBlur(3)), grain, 0.15)


def halves(width: int = 80, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def shrunk(tmp_path: Path, upload: bytes) -> Shrunk:
    path = tmp_path / "upload"
    path.write_bytes(upload)
    return shrink_file(path)


def opened(made: Shrunk) -> Image.Image:
    image = Image.open(BytesIO(made.picture))
    image.load()
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 40 for a, b in zip(found, colour, strict=True))


# What becomes of a picture


def test_a_photo_becomes_a_small_progressive_jpeg(tmp_path: Path) -> None:
    upload = saved(a_photo(), quality=95)

    made = shrunk(tmp_path, upload)

    assert len(upload) > 300_000
    assert 15_000 < len(made.picture) <= 40_000
    assert made.mime == "image/jpeg"
    assert opened(made).size == (made.width, made.height)
    assert abs(made.width / made.height - 4 / 3) < 0.01
    assert opened(made).info["progressive"]


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (300, 4000)])
def test_even_pure_noise_fits(tmp_path: Path, width: int, height: int) -> None:
    noise = [Image.effect_noise((width, height), 150) for _ in range(3)]

    made = shrunk(tmp_path, saved(Image.merge("RGB", noise), quality=40))

    assert len(made.picture) <= 40_000
    assert max(made.width, made.height) >= 256


def test_a_small_picture_is_not_made_bigger(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(a_photo(200, 100)))

    assert (made.width, made.height) == (200, 100)


def test_a_long_side_has_at_most_1024_pixels(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(Image.new("RGB", (3000, 30), RED), "PNG"))

    assert (made.width, made.height) == (1024, 10)


def test_a_drawing_keeps_its_edges_and_colours(tmp_path: Path) -> None:
    drawing = Image.new("RGB", (900, 600), "white")
    draw = ImageDraw.Draw(drawing)
    for n in range(40):
        draw.line((n * 20, 0, 900 - n * 10, 600), fill=(n * 6, 0, 255 - n * 6), width=2)

    made = shrunk(tmp_path, saved(drawing, "PNG"))

    assert made.mime == "image/png"
    assert opened(made).convert("RGB").tobytes() == drawing.tobytes()


def test_a_photo_sent_as_png_becomes_a_jpeg(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(a_photo(800, 600), "PNG"))

    assert made.mime == "image/jpeg"


@pytest.mark.parametrize("orientation", [1, *UPRIGHT, 9])
def test_a_picture_stands_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    as_held = halves()
    if orientation in UPRIGHT:
        inverse = {
            Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
            Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
        }
        turn = UPRIGHT[orientation]
        as_held = as_held.transpose(inverse.get(turn, turn))

    made = shrunk(tmp_path, saved(as_held, exif=exif, quality=95))

    assert (made.width, made.height) == (80, 40)
    assert near(opened(made), (10, 20), RED)
    assert near(opened(made), (70, 20), BLUE)


def test_the_orientation_of_a_png_counts_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6

    made = shrunk(tmp_path, saved(halves(), "PNG", exif=exif))

    assert (made.width, made.height) == (40, 80)
    assert near(opened(made), (20, 10), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage!", b"Exif\0\0MM\0*\0\0"])
def test_damaged_exif_spoils_no_photo(tmp_path: Path, kind: str, exif: bytes) -> None:
    made = shrunk(tmp_path, saved(halves(), kind, exif=exif))

    assert near(opened(made), (10, 20), RED)


def secrets_in_jpeg() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = "SECRET home"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = saved(
        a_photo(400, 300),
        exif=exif,
        icc_profile=profile,
        comment=b"SECRET comment",
        xmp=b"<x:xmpmeta>SECRET xmp</x:xmpmeta>",
    )
    return upload + b"SECRET tail"


def secrets_in_png() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET camera"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET author")
    text.add_itxt("XML:com.adobe.xmp", "SECRET xmp")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = saved(halves(), "PNG", exif=exif, pnginfo=text, icc_profile=profile)
    return upload + b"SECRET tail"


@pytest.mark.parametrize("upload", [secrets_in_jpeg(), secrets_in_png()])
def test_nothing_but_pixels_is_kept(tmp_path: Path, upload: bytes) -> None:
    made = shrunk(tmp_path, upload)

    assert b"SECRET" in upload
    assert b"SECRET" not in made.picture
    assert not {"exif", "icc_profile", "comment", "xmp", "dpi"} & set(opened(made).info)
    assert not opened(made).getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 30, 40))

    made = shrunk(tmp_path, saved(image.convert(mode), "PNG"))

    assert near(opened(made), (10, 20), (0, 0, 0))
    assert near(opened(made), (50, 20), WHITE)


def test_one_transparent_colour_becomes_white(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(halves(), "PNG", transparency=BLUE))

    assert near(opened(made), (10, 20), RED)
    assert near(opened(made), (70, 20), WHITE)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("L", "PNG"), ("L", "JPEG"), ("P", "PNG"), ("CMYK", "JPEG")],
)
def test_every_kind_of_pixel_is_read(tmp_path: Path, mode: str, kind: str) -> None:
    image = Image.new("RGB", (60, 40), "black")
    image.paste(WHITE, (30, 0, 60, 40))

    made = shrunk(tmp_path, saved(image.convert(mode), kind))

    assert near(opened(made), (10, 20), (0, 0, 0))
    assert near(opened(made), (50, 20), WHITE)


def test_sixteen_bits_of_grey_keep_their_shade(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(Image.new("I;16", (60, 40), 0x8000), "PNG"))

    assert near(opened(made), (10, 20), (128, 128, 128))


# What is refused


def chunk(name: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def a_bomb(width: int, height: int) -> bytes:
    """Claim a size and bring a few bytes of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(bytes(100_000))),
            chunk(b"IEND", b""),
        )
    )


def a_zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "SECRET")
    return file.getvalue()


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"Hello",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        saved(a_photo(400, 300))[:9_000],
        saved(a_photo(400, 300), "PNG")[:9_000],
        saved(halves(), "GIF"),
        saved(halves(), "TIFF"),
        saved(halves(), "BMP"),
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        a_zip(),
        a_bomb(4000, 4000),
        b"\x89PNG\r\n\x1a\n" + os.urandom(2_000),
        b"\xff\xd8\xff\xe0" + os.urandom(2_000),
    ],
)
def test_what_is_no_whole_jpeg_or_png_is_unreadable(
    tmp_path: Path, upload: bytes
) -> None:
    with pytest.raises(Unreadable, match="the decoder"):
        shrunk(tmp_path, upload)


def test_a_picture_that_is_also_an_archive_is_a_picture_only(tmp_path: Path) -> None:
    made = shrunk(tmp_path, saved(halves()) + a_zip())

    assert not zipfile.is_zipfile(BytesIO(made.picture))
    assert near(opened(made), (10, 20), RED)


def test_24_megapixels_are_read_within_the_memory(tmp_path: Path) -> None:
    image = Image.new("RGBA", (6000, MAX_PIXELS // 6000), (*RED, 255))

    made = shrunk(tmp_path, saved(image, "PNG", compress_level=1))

    assert near(opened(made), (10, 20), RED)


@pytest.mark.parametrize(
    "upload",
    [
        saved(Image.new("L", (6001, MAX_PIXELS // 6000)), "PNG"),
        saved(Image.new("L", (6001, MAX_PIXELS // 6000)), "JPEG"),
        a_bomb(2**31 - 1, 2**31 - 1),
        a_bomb(100_000, 100_000),
    ],
)
def test_more_pixels_are_not_even_decoded(tmp_path: Path, upload: bytes) -> None:
    with pytest.raises(Unreadable, match="24 megapixels"):
        shrunk(tmp_path, upload)


def test_a_file_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not there"):
        shrink_file(tmp_path / "gone")


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(saved(a_photo()))

    with pytest.raises(Unreadable, match=r"longer than 0\.01 seconds"):
        shrink_file(path, limit_seconds=0.01)


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux holds a process to a limit of memory"
)
@pytest.mark.parametrize(
    ("greed", "fault"),
    [
        ("bytearray(600 * 2**20)", "MemoryError"),
        ("open('written', 'w').write('x' * 10_000)", "OSError"),
    ],
)
def test_the_child_gets_no_more_than_it_needs(
    tmp_path: Path, greed: str, fault: str
) -> None:
    program = (
        f"import runpy; runpy.run_path({str(DECODER)!r})['limit_myself'](); {greed}"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert fault in ended.stderr


# What the child says is checked


JPEG = b"\xff\xd8\xff pixels \xff\xd9"
SAID = b'{"mime": "image/jpeg", "width": 8, "height": 4}\n'


def test_a_good_answer_is_taken() -> None:
    assert read_answer(SAID + JPEG) == Shrunk(JPEG, "image/jpeg", 8, 4)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"[" * 40_000,
        b"null\n" + JPEG,
        SAID,
        SAID + b"<script>\xff\xd9",
        SAID + JPEG + b"<script>",
        SAID + JPEG[:3] + bytes(40_000) + JPEG[-2:],
        SAID.replace(b"image/jpeg", b"image/png") + JPEG,
        SAID.replace(b"image/jpeg", b"text/html") + JPEG,
        SAID.replace(b"8", b"0") + JPEG,
        SAID.replace(b"8", b"1025") + JPEG,
        SAID.replace(b"8", b'"8"') + JPEG,
        SAID.replace(b"4", b"-4") + JPEG,
    ],
)
def test_any_other_answer_is_not(answer: bytes) -> None:
    with pytest.raises(Unreadable):
        read_answer(answer)


# The job


def an_upload(upload: bytes, name: str = "upload") -> Media:
    path = upload_path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(upload)
    media = Media(sha256=name, upload=name)
    db.session.add(media)
    db.session.commit()
    return media


def test_the_job_puts_the_small_picture_in_place_of_the_upload(app: Flask) -> None:
    media = an_upload(saved(a_photo(), quality=95))

    shrink_uploads([media.id])

    db.session.rollback()
    assert media.state == READY
    assert media.picture is not None
    assert media.size_bytes == len(media.picture) <= 40_000
    assert (media.mime, media.upload) == ("image/jpeg", None)
    assert media.width
    assert media.height
    assert not upload_path("upload").exists()


def test_one_bad_upload_does_not_hold_up_the_others(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = an_upload(b"Hello", "bad"), an_upload(saved(halves()), "good")

    with caplog.at_level(logging.WARNING):
        shrink_uploads([bad.id, good.id])

    db.session.rollback()
    assert (bad.state, bad.upload, bad.picture) == (UNREADABLE, None, None)
    assert good.state == READY
    assert not upload_path("bad").exists()
    assert "the decoder ended" in caplog.text


def test_running_the_job_twice_changes_nothing(app: Flask) -> None:
    media = an_upload(saved(halves()))
    shrink_uploads([media.id])
    before = media.picture

    shrink_uploads([media.id, media.id + 1])

    db.session.rollback()
    assert (media.state, media.picture) == (READY, before)


def test_an_upload_that_is_gone_is_said_to_be_unreadable(app: Flask) -> None:
    media = an_upload(saved(halves()))
    upload_path("upload").unlink()

    shrink_uploads([media.id])

    db.session.rollback()
    assert media.state == UNREADABLE


def test_a_picture_that_is_done_is_not_done_again(app: Flask) -> None:
    media = an_upload(saved(halves()))
    media.state = READY
    db.session.commit()

    shrink_uploads([media.id])

    db.session.rollback()
    assert (media.state, media.picture, media.upload) == (READY, None, "upload")


def test_what_was_sent_anew_meanwhile_is_left_to_its_own_job(app: Flask) -> None:
    media = an_upload(saved(halves()), "newer")

    _keep(media.id, "older", Shrunk(JPEG, "image/jpeg", 8, 4))

    db.session.rollback()
    assert (media.state, media.picture, media.upload) == (WAITING, None, "newer")
