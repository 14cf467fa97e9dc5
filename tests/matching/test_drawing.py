"""The map: everybody has a place of their own, the picture is the same each time, and nothing people wrote is alive in it."""

import math
from collections.abc import Sequence
from hashlib import sha256
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bot.matching.drawing import Dot, draw, lay_out, spanning
from bot.matching.drawing.marks import MARKS, OTHERS, OTHERS_ARE, marks_of
from bot.matching.network import Network

SVG = "{http://www.w3.org/2000/svg}"
WORDS = ("The map", "Five people on two islands.")


def ids(number: int) -> list[str]:
    return [sha256(str(one).encode()).hexdigest() for one in range(number)]


def met(number: int, rounds: int, seed: int = 0) -> list[tuple[int, int]]:
    """Ties after so many rounds at random, of which six in ten led to a meeting."""
    rng = np.random.default_rng(seed)
    ties = []
    for _ in range(rounds):
        order = rng.permutation(number).tolist()
        ties += [pair for pair in zip(order[::2], order[1::2], strict=False) if rng.random() < 0.6]
    return ties


def drawn(network: Network, organisations: Sequence[str] = (), me: int | None = 0) -> ET.Element:
    dots = [Dot(one + 1, organisations[one] if organisations else "") for one in range(network.people)]
    text = draw(network, lay_out(network, ids(network.people)), dots, me, WORDS)
    return ET.fromstring(text)


def texts(picture: ET.Element) -> list[str]:
    return [(text.text or "").strip("\u2068\u2069") for text in picture.iter(f"{SVG}text")]


def bridges_in(picture: ET.Element) -> list[ET.Element]:
    return [line for line in picture[4].iter(f"{SVG}line") if "stroke-dasharray" in line.attrib]


# --- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "rounds"), [(1, 0), (2, 1), (12, 2), (60, 1), (60, 5), (200, 3)])
def test_nobody_stands_on_anybody(people: int, rounds: int) -> None:
    """Two people are at least two thirds of a tie apart, on the paper, whatever the network is like."""
    layout = lay_out(Network(people, met(people, rounds)), ids(people))
    at = layout.at.tolist()
    assert min((math.dist(one, other) for one, other in combinations(at, 2)), default=1) > 2 / 3
    assert all(0 < x < layout.width and 0 < y < layout.height for x, y in at)


def test_an_island_stands_by_itself() -> None:
    """No island reaches into the rectangle around another, so that land under them does not meet."""
    network = Network(90, met(90, 1) + met(30, 2, seed=3))
    at = lay_out(network, ids(90)).at
    boxes = [(at[network.island == one].min(axis=0), at[network.island == one].max(axis=0)) for one in range(len(network.sizes))]  # fmt: skip
    for (low, high), (other_low, other_high) in combinations(boxes, 2):
        assert (high + 1.25 <= other_low).any() or (other_high + 1.25 <= low).any()


def test_who_is_tied_is_near() -> None:
    """On one island a tie is shorter than what is three steps long."""
    network = Network(40, [(one, one + 1) for one in range(39)] + [(0, 20), (10, 35)])
    at = lay_out(network, ids(40)).at
    tie = [math.dist(at[one], at[one + 1]) for one in range(39)]
    far = [math.dist(at[one], at[int(other)]) for one in range(40) for other in np.flatnonzero(network.steps_from(one) == 3)]  # fmt: skip
    assert np.mean(tie) < 1.5
    assert np.mean(far) > 1.5 * np.mean(tie)


def test_the_same_network_gives_the_same_picture() -> None:
    network = Network(50, met(50, 3))
    assert ET.tostring(drawn(network)) == ET.tostring(drawn(Network(50, met(50, 3)[::-1])))


@pytest.mark.parametrize("people", [30, 60, 150])
def test_one_more_person_moves_the_others_little(people: int) -> None:
    """Half of them by less than an eighth of the picture's diagonal; begun anywhere else it would be four times that."""
    ties = met(people, 3)
    before = lay_out(Network(people, ties), ids(people))
    moves = []
    for friend in range(3):
        after = lay_out(Network(people + 1, [*ties, (people, friend)]), ids(people + 1))
        moves.append(np.median(np.linalg.norm(after.at[:people] - before.at, axis=1)))
    assert np.median(moves) < math.hypot(before.width, before.height) / 8


# --- what is drawn -------------------------------------------------------------------------------


def test_everybody_is_there_by_number_and_by_nothing_else() -> None:
    """Their number in a shape, the organisation on hovering; me with a ring around it, last and above all others."""
    picture = drawn(Network(5, [(0, 1), (1, 2), (3, 4)]), ["Age UK"] * 5, me=3)
    people = picture[5]
    assert sorted(texts(people)) == ["1", "2", "3", "4", "5"]
    assert texts(people)[-1] == "4"
    assert [title.text for title in people.iter(f"{SVG}title")][-1] == "4, you: Age UK"
    assert len([one for one in people.iter(f"{SVG}circle") if one.get("fill") == "#ffd84d"]) == 1


def test_who_does_not_see_it_hears_it() -> None:
    """A title and a description, and the picture says which they are."""
    picture = drawn(Network(5, [(0, 1)]))
    named = {element.get("id"): element.text for element in picture if element.get("id")}
    assert [named[one] for one in (picture.get("aria-labelledby") or "").split()] == list(WORDS)
    assert picture.get("role") == "img"


def test_bridges_are_dashed_and_thick() -> None:
    """The one tie that holds two triangles together; not the only tie of somebody, and none in a triangle."""
    network = Network(8, [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5), (5, 6)])
    assert spanning(network) == [(2, 3)]
    (bridge,) = bridges_in(drawn(network))
    assert float(bridge.get("stroke-width", 0)) > 2 * 2.2
    assert "A bridge" in texts(drawn(network))
    assert "A bridge" not in texts(drawn(Network(3, [(0, 1)])))


def test_organisations_differ_in_shape_and_in_colour() -> None:
    """And a white number can be read on every colour: WCAG AA, 4.5 to 1."""
    assert len({mark.corners for mark in MARKS}) == len({mark.colour for mark in MARKS}) == len(MARKS)
    for mark in (*MARKS, OTHERS):
        assert contrast(mark.colour) >= 4.5, mark


def contrast(colour: str) -> float:
    """With white."""
    linear = [(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))]  # fmt: skip
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_the_same_organisation_however_it_is_written() -> None:
    marks, keys = marks_of(["Age UK", " age  uk", "NHS", ""])
    assert marks[0] == marks[1] != marks[2]
    assert marks[3] == OTHERS
    assert [key.words for key in keys] == ["Age UK", "NHS", OTHERS_ARE]


def test_beyond_eight_organisations_the_rest_is_one_mark() -> None:
    """Those of the most people keep their own."""
    names = [f"organisation {number}" for number in range(12) for _ in range(12 - number)]
    marks, keys = marks_of(names)
    assert len(keys) == 9
    assert keys[0].words == "organisation 0"
    assert marks[-1] == OTHERS


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "x" * 120, "&amp;]]>", "\u202eright to left", "منظمة الصحة", "日本語" * 30, "a\x00b\x0bc\ud800\uffff"],
)  # fmt: skip
def test_hostile_names_are_only_text(name: str) -> None:
    """No element, no entity and no mark of direction of theirs gets out of the legend, nor out of the paper."""
    picture = drawn(Network(3, [(0, 1)]), [name] * 3)
    plain = drawn(Network(3, [(0, 1)]), ["Age UK"] * 3)
    assert [element.tag for element in picture.iter()] == [element.tag for element in plain.iter()]
    in_legend = next(text for text in texts(picture[-1]) if text not in {"You", "They met, or know each other"})
    assert len(in_legend) <= 36
    assert picture.get("width") == plain.get("width")


def test_nobody_and_one() -> None:
    """An empty map and a map of one are pictures, too."""
    assert drawn(Network(0, []), me=None).tag == f"{SVG}svg"
    assert texts(drawn(Network(1, [])))[0] == "1"
