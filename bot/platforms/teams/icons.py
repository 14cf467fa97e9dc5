"""The two icons of the Teams app, drawn here: a balcony seen from the front, under an arch with the light on."""

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache

Pixel = tuple[int, int, int, int]  # red, green, blue, opacity; each 0 to 255
Draw = Callable[[float, float], Pixel]  # what there is at a point; the whole mark fits into 32 by 32 units

ACCENT = "#2f4858"

_WALL: Pixel = (0x2F, 0x48, 0x58, 255)
_LIGHT: Pixel = (0xF4, 0xBE, 0x63, 255)
_STONE: Pixel = (0xFB, 0xF6, 0xEC, 255)
_WHITE: Pixel = (255, 255, 255, 255)
_NOTHING: Pixel = (255, 255, 255, 0)  # white as well: Teams takes an outline of nothing but white and transparent

_MARK = 32
_FINE = 4  # looks a pixel, each way
_MIDDLE = 16  # its axis
_SPRING = 11  # where the arch begins to bend
_ARCH_OUTSIDE, _ARCH_INSIDE = 9, 7  # half its width
_RAIL, _FLOOR = 18, 28  # how far down the handrail and the floor are
_BARS = (
    (2, _RAIL, 30, _RAIL + 2),  # left, top, right, bottom
    (1, _FLOOR, 31, _FLOOR + 2),
    *((left, _RAIL + 2, left + 2, _FLOOR) for left in (3, 9, 15, 21, 27)),  # the balusters
)


@cache
def color() -> bytes:
    """192 by 192 pixels, in full colour; the mark keeps to the middle, for Teams may round the corners."""
    return _png(192, 32, _painted)


@cache
def outline() -> bytes:
    """32 by 32 pixels, white on nothing, for the bar at the side of Teams."""
    return _png(32, 0, _in_white)


def _painted(x: float, y: float) -> Pixel:
    if _is_stone(x, y):
        return _STONE
    return _LIGHT if _in_arch(x, y, _ARCH_INSIDE) and y < _FLOOR else _WALL


def _in_white(x: float, y: float) -> Pixel:
    return _WHITE if _is_stone(x, y) else _NOTHING


def _is_stone(x: float, y: float) -> bool:
    if any(left <= x < right and top <= y < bottom for left, top, right, bottom in _BARS):
        return True
    return y < _RAIL and _in_arch(x, y, _ARCH_OUTSIDE) and not _in_arch(x, y, _ARCH_INSIDE)


def _in_arch(x: float, y: float, half: float) -> bool:
    if y < _SPRING:
        return math.hypot(x - _MIDDLE, y - _SPRING) < half
    return abs(x - _MIDDLE) < half


def _png(size: int, margin: int, draw: Draw) -> bytes:
    """A square picture with the mark in its middle."""
    unit = (size - 2 * margin) / _MARK
    steps = [(place + 0.5) / _FINE for place in range(_FINE)]
    rows = bytearray()
    for row in range(size):
        rows.append(0)  # this row is written as it is
        for column in range(size):
            points = ((column + dx - margin, row + dy - margin) for dy in steps for dx in steps)
            looks = zip(*(draw(x / unit, y / unit) for x, y in points), strict=True)
            rows += bytes(sum(part) // _FINE**2 for part in looks)
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)  # 8 bits each of red, green, blue and opacity
    body = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
