"""The picture itself, as SVG: islands, ties, bridges, everybody by a number, and what the marks mean.

No person's name is in it. What people wrote, the names of their organisations, is only ever text of an element.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

from bot.domain.text import isolated
from bot.matching.drawing.layout import Layout
from bot.matching.drawing.marks import OTHERS, Key, Mark, marks_of, shown
from bot.matching.network import Network

FONT = "DejaVu Sans"
_FONTS = f"{FONT}, Verdana, Arial, sans-serif"
_LAND, _TIE, _MINE, _BRIDGE, _INK, _LIGHT = "#e6efec", "#6b737c", "#16191d", "#b04a00", "#16191d", "#ffd84d"
_MARGIN, _LEAST_WIDTH = 16.0, 560.0  # pixels
_LETTER = 0.62  # of the size of the type: how wide a letter is, about
_TYPE = 15.0  # pixels, of the legend
_LINE = 28.0
_LONGEST = 34  # letters of an organisation's name
_WIDE = 1_200  # pixels; on wider paper the legend is larger
_CROWDED = 120  # people; from here on everything is drawn finer


@dataclass(frozen=True, slots=True)
class Dot:
    """A person on the picture."""

    number: int
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class _Pen:
    """How large things are, in pixels."""

    unit: float
    radius: float
    line: float


def draw(network: Network, layout: Layout, dots: Sequence[Dot], me: int | None, words: tuple[str, str]) -> str:
    """The SVG. `me` is highlighted; `words`: a title and a description for who does not see it."""
    pen = _Pen(64, 16, 2.2) if len(dots) < _CROWDED else _Pen(50, 13, 1.5)
    marks, keys = marks_of([dot.organisation for dot in dots])
    width = max(_LEAST_WIDTH, layout.width * pen.unit + 2 * _MARGIN)
    left = (width - layout.width * pen.unit) / 2
    at = [(left + float(x) * pen.unit, _MARGIN + float(y) * pen.unit) for x, y in layout.at]
    top, scale = _MARGIN + layout.height * pen.unit, max(1.0, width / _WIDE)
    legend = _legend(keys, bridges=bool(spanning(network)), me=me is not None, width=width / scale)
    legend.drawn.set("transform", f"translate(0 {_n(top)}) scale({scale:.3f})")
    root = _root(width, top + legend.height * scale + _MARGIN, words)
    root.append(_islands(network, at, pen))
    root.append(_ties(network, at, me, pen))
    people = ET.SubElement(root, "g")
    for one in sorted(range(len(dots)), key=lambda each: each == me):  # me last, and above all others
        people.append(_person(at[one], dots[one], marks[one], pen, me=one == me))
    root.append(legend.drawn)
    return ET.tostring(root, encoding="unicode")


def spanning(network: Network) -> list[tuple[int, int]]:
    """The bridges that hold together two parts of two and more people each: not the one tie of somebody."""
    ties = network.ties_each
    return [(one, other) for one, other in network.bridges if min(ties[one], ties[other]) > 1]


def _root(width: float, height: float, words: tuple[str, str]) -> ET.Element:
    root = ET.Element(
        "svg", {
            "xmlns": "http://www.w3.org/2000/svg", "width": _n(width), "height": _n(height),
            "viewBox": f"0 0 {_n(width)} {_n(height)}", "role": "img", "aria-labelledby": "title about",
            "font-family": _FONTS,
        },
    )  # fmt: skip
    for name, id_, said in (("title", "title", words[0]), ("desc", "about", words[1])):
        ET.SubElement(root, name, {"id": id_}).text = shown(said)
    ET.SubElement(root, "rect", {"width": _n(width), "height": _n(height), "fill": "#ffffff"})
    return root


# --- islands, ties, people -----------------------------------------------------------------------


def _islands(network: Network, at: Sequence[tuple[float, float]], pen: _Pen) -> ET.Element:
    """Land under everybody and under every tie, so that an island is one piece of it."""
    land = ET.Element("g", {"stroke": _LAND, "stroke-width": _n(pen.unit * 1.25), "stroke-linecap": "round"})
    for one, other in [
        *_ties_of(network),
        *((one, one) for one in range(network.people) if not network.ties_each[one]),
    ]:
        land.append(_line(at[one], at[other]))
    return land


def _ties(network: Network, at: Sequence[tuple[float, float]], me: int | None, pen: _Pen) -> ET.Element:
    drawn = ET.Element("g", {"stroke": _TIE, "stroke-width": _n(pen.line), "stroke-linecap": "round"})
    bridges = set(spanning(network))
    for tie in sorted(_ties_of(network), key=lambda each: (each in bridges, me in each)):
        line = _line(at[tie[0]], at[tie[1]])
        if me in tie:
            line.attrib |= {"stroke": _MINE, "stroke-width": _n(pen.line * 1.5)}
        if tie in bridges:
            line.attrib |= _as_bridge(pen.line)
        drawn.append(line)
    return drawn


def _ties_of(network: Network) -> list[tuple[int, int]]:
    return [(one, other) for one in range(network.people) for other in network.ties_of(one).tolist() if one < other]


def _line(start: tuple[float, float], end: tuple[float, float]) -> ET.Element:
    return ET.Element("line", {"x1": _n(start[0]), "y1": _n(start[1]), "x2": _n(end[0]), "y2": _n(end[1])})


def _as_bridge(line: float) -> dict[str, str]:
    return {"stroke": _BRIDGE, "stroke-width": _n(line * 2.4), "stroke-dasharray": f"{_n(line * 5)} {_n(line * 4)}"}


def _person(at: tuple[float, float], dot: Dot, mark: Mark, pen: _Pen, *, me: bool) -> ET.Element:
    group = ET.Element("g", {"transform": f"translate({_n(at[0])} {_n(at[1])})"})
    said = f"{dot.number}, you" if me else str(dot.number)
    ET.SubElement(group, "title").text = f"{said}: {shown(dot.organisation)}" if dot.organisation else said
    if me:
        ring = {"r": _n(pen.radius * 1.85), "fill": _LIGHT, "stroke": _INK, "stroke-width": "2.5"}
        ET.SubElement(group, "circle", ring)
    group.append(_shape(mark, pen.radius))
    size = pen.radius * (1.0 if dot.number < 100 else 0.82)  # noqa: PLR2004  three digits
    number = {"y": _n(pen.radius * mark.down + size * 0.36), "font-size": _n(size), "text-anchor": "middle"}
    number |= {"font-weight": "bold", "fill": _INK if mark.hollow else "#ffffff"}
    ET.SubElement(group, "text", number).text = str(dot.number)
    return group


def _shape(mark: Mark, radius: float) -> ET.Element:
    """White around it, so that it stands out from ties and from its neighbours."""
    look = {"fill": mark.colour, "stroke": "#ffffff", "stroke-width": "1.5"}
    if mark.hollow:
        look = {"fill": "#ffffff", "stroke": mark.colour, "stroke-width": "2.5"}
    if not mark.corners:
        return ET.Element("circle", {"r": _n(radius), **look})
    points = " ".join(f"{_n(x * radius)},{_n(y * radius)}" for x, y in mark.corners)
    return ET.Element("polygon", {"points": points, "stroke-linejoin": "round", **look})


# --- what the marks mean -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Legend:
    drawn: ET.Element
    height: float


def _legend(keys: Sequence[Key], *, bridges: bool, me: bool, width: float) -> _Legend:
    """In rows, as many as it takes, below everything else."""
    drawn = ET.Element("g", {"font-size": _n(_TYPE), "fill": _INK})
    x, y = _MARGIN, _LINE
    for sign, words in _entries(keys, bridges=bridges, me=me):
        room = 44 + _wide(words) * _TYPE * _LETTER
        if x > _MARGIN and x + room > width - _MARGIN:
            x, y = _MARGIN, y + _LINE
        entry = ET.SubElement(drawn, "g", {"transform": f"translate({_n(x + 14)} {_n(y)})"})
        entry.extend(sign)
        ET.SubElement(entry, "text", {"x": "22", "y": _n(_TYPE * 0.36)}).text = isolated(words)
        x += room + 14
    return _Legend(drawn, y + _LINE / 2)


def _entries(keys: Sequence[Key], *, bridges: bool, me: bool) -> Iterator[tuple[list[ET.Element], str]]:
    if me:
        ring = ET.Element("circle", {"r": "10", "fill": _LIGHT, "stroke": _INK, "stroke-width": "2.5"})
        yield [ring, _shape(OTHERS, 5)], "You"
    for key in keys:
        yield [_shape(key.mark, 9)], _fitted(key.words)
    line = {"x1": "-14", "x2": "14", "stroke": _TIE, "stroke-width": "2.2"}
    yield [ET.Element("line", line)], "They met, or know each other"
    if bridges:
        yield [ET.Element("line", line | _as_bridge(2.2))], "A bridge"


def _fitted(words: str) -> str:
    """Names that are too long end in an ellipsis."""
    kept = ""
    for letter in words:
        if _wide(kept + letter) > _LONGEST:
            return kept.rstrip() + "…"
        kept += letter
    return kept


def _wide(words: str) -> int:
    """In letters; those of some scripts take the room of two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)


def _n(number: float) -> str:
    """As short as a tenth of a pixel can be written."""
    return f"{number:.1f}".removesuffix(".0")
