"""Shrinks one picture in a process of its own: the file on stdin, the answer on stdout.

Run as a script and never imported by the server. The answer is one line of JSON,
then the bytes of the picture. A fault ends the process, and that is an answer too.
"""

import json
import struct
import sys
from io import BytesIO

from PIL import Image

MAX_UPLOAD_BYTES = 12_000_000
MAX_PIXELS = 24_000_000
MAX_PICTURE_BYTES = 40_000
# Of the process. 24 megapixels with transparency take 96 MB, twice for a moment.
MAX_MEMORY_BYTES = 512 * 2**20
MAX_CPU_SECONDS = 20

# Pixels of the longest side, tried from the left until one fits.
SIDES = (1024, 896, 768, 640, 512, 384, 256, 128)
# Below the lower, blocks show on faces; a smaller picture then looks better.
BEST_QUALITY, LEAST_QUALITY = 75, 45
MAX_COLOURS_OF_A_DRAWING = 256

ORIENTATION = 0x0112  # the EXIF tag: how the camera was held
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def main() -> None:
    limit_myself()
    try:
        mime, picture = shrink(sys.stdin.buffer.read(MAX_UPLOAD_BYTES + 1))
    except Image.DecompressionBombError:
        answer({"problem": "pixels"})
        return
    with Image.open(BytesIO(picture)) as made:
        width, height = made.size
    answer({"mime": mime, "width": width, "height": height}, picture)


def answer(said: dict[str, object], picture: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()


def limit_myself() -> None:
    """Let the system end this process when a file makes it greedy."""
    if sys.platform == "win32":
        return  # there the parent's clock alone ends it
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),  # it writes no files
        (resource.RLIMIT_CORE, 0),  # and leaves no picture in a core dump
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue  # macOS knows some limits by name only; the clock remains


def shrink(upload: bytes) -> tuple[str, bytes]:
    """Make the small picture: its MIME type and bytes, with nothing but pixels."""
    Image.MAX_IMAGE_PIXELS = None  # ours refuses at the limit, not at its double
    with Image.open(BytesIO(upload), formats=("JPEG", "PNG")) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        picture = on_white(reduced(image))
        orientation = orientation_of(image)
    if orientation in UPRIGHT:
        picture = picture.transpose(UPRIGHT[orientation])
    # EXIF, GPS, ICC, XMP and comments hang on the image; made anew, it has none.
    picture = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    return smallest(picture)


def reduced(image: Image.Image) -> Image.Image:
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda grey: grey / 257).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    # A JPEG is decoded at the next eighth, so a big photo takes little memory.
    image.thumbnail((SIDES[0], SIDES[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image.load()  # a small one was left to be read later, when the file is closed
    return image


def orientation_of(image: Image.Image) -> object:
    try:
        return image.getexif().get(ORIENTATION)
    except (SyntaxError, struct.error):
        return None  # damaged EXIF does not make the photo unreadable


def on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image if image.mode == "L" else image.convert("RGB")


def smallest(picture: Image.Image) -> tuple[str, bytes]:
    """Find the largest and best that fits; a drawing stays sharp as PNG."""
    for side in SIDES:
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        photo = best_jpeg(small)
        drawing = as_png(small)
        if drawing and len(drawing) <= min(MAX_PICTURE_BYTES, len(photo or drawing)):
            return "image/png", drawing
        if photo:
            return "image/jpeg", photo
    raise ValueError("even the smallest does not fit")


def best_jpeg(picture: Image.Image) -> bytes | None:
    """Halve the range of qualities until the best that fits is left."""
    fits, low, high = None, LEAST_QUALITY, BEST_QUALITY
    quality = low  # first, because most sizes are given up here
    while low <= high:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, progressive=True, optimize=True)
        if file.tell() <= MAX_PICTURE_BYTES:
            fits, low = file.getvalue(), quality + 1
        else:
            high = quality - 1
        quality = (low + high + 1) // 2
    return fits


def as_png(picture: Image.Image) -> bytes | None:
    if picture.getcolors(MAX_COLOURS_OF_A_DRAWING) is None:
        return None
    file = BytesIO()
    if picture.mode == "RGB":
        # Few colours become a palette without changing one of them.
        picture = picture.convert("P", palette=Image.Palette.ADAPTIVE)
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
