"""The one picture of the demo, drawn here: an evening by the lake."""

import struct
import zlib

WIDTH, HEIGHT = 480, 320
HORIZON = 200
SUN_X, SUN_Y, SUN_RADIUS = 330, 165, 46
BOAT_X, BOAT_Y = 140, 235

Colour = tuple[int, int, int]


def evening_by_the_lake() -> bytes:
    """Draw a PNG of some kilobytes (PNG specification, third edition)."""
    rows = b"".join(
        b"\0" + b"".join(bytes(_colour(x, y)) for x in range(WIDTH))
        for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _colour(x: int, y: int) -> Colour:
    if _boat(x - BOAT_X, y - BOAT_Y):
        return (40, 30, 45)
    if y < HORIZON:
        if (x - SUN_X) ** 2 + (y - SUN_Y) ** 2 < SUN_RADIUS**2:
            return (255, 214, 102)
        return _between((70, 92, 160), (250, 168, 104), y / HORIZON)
    depth = (y - HORIZON) / (HEIGHT - HORIZON)
    # The sun's path on the water is broken by waves, wider as it comes near.
    if abs(x - SUN_X) < 14 + 60 * depth and (y // 5) % 2:
        return (252, 190, 110)
    return _between((120, 110, 150), (30, 48, 92), depth)


def _boat(x: int, y: int) -> bool:
    hull = 0 <= y < 14 and abs(x) < 46 - y
    sail = -74 < y < -4 and 0 <= x < (y + 74) // 2
    return hull or sail or (-78 < y < 0 and -3 < x <= 0)


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
