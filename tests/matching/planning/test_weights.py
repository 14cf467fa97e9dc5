"""What an introduction is worth, and who is found to be near."""

import numpy as np
import pytest

from bot.matching.network import Network
from bot.matching.planning.likeness import Table, Texts
from bot.matching.planning.neighbours import nearest
from bot.matching.planning.planner import Before, Introduction, Person, in_order, ties, weigh
from bot.matching.planning.weights import Weights

LINE = Network(9, [(one, one + 1) for one in range(6)])  # 0 to 6 in a line, 7 and 8 alone


def weights(bridging: float) -> Weights:
    plain = [[""] * 9] * 3
    return Weights(Table(np.zeros((9, 9), np.float32)), np.arange(9), plain, LINE, special={}, bridges=bridging)


@pytest.mark.parametrize(("other", "worth"), [(1, 0), (2, 0), (3, 0.05), (4, 0.1), (5, 0.15), (6, 0.15), (7, 0.5)])
def test_the_bridge_term_grows_with_the_steps(other: int, worth: float) -> None:
    """0.2 × clip((steps − 2)/4, 0, 0.75), and 0.5 where there is no path; times the slider."""
    for slider in (0.0, 1.0, 2.0):
        found = weights(slider).between(np.array([0]), np.array([other]))
        assert found[0] == pytest.approx(slider * worth, abs=1e-6)


def test_boundaries_and_the_past() -> None:
    """Other sector 0.10, other place 0.05, same organisation −10, met before −20, all at once; unknown is nothing."""
    everybody = [
        Person("0", "NHS", "health", "Leeds"),
        Person("1", "nhs", "council", "York"),
        Person("2", "", "", ""),
        Person("3", "School", "Health", "Leeds "),
    ]
    likeness, before = Table(np.full((4, 4), 0.5, np.float32)), Before([Introduction(1, ("0", "3"))])
    network = Network(4, ties(everybody, before))
    found = weigh(everybody, likeness, before, network, np.arange(4), bridging=0.0)
    worth = found.between(np.array([0, 0, 0, 1]), np.array([1, 2, 3, 3]), plain=True)
    assert worth.tolist() == pytest.approx([0.5 + 0.15 - 10, 0.5, 0.5 - 20, 0.5 + 0.15])


@pytest.mark.parametrize("side", [7, 99])
@pytest.mark.parametrize(("people", "uneven"), [(60, True), (99, False)])
def test_the_nearest_are_those_with_the_highest_weights(people: int, side: int, *, uneven: bool) -> None:
    """With several texts, boundaries and repeats, and all with islands and some offered first: as from the whole table."""
    rng = np.random.default_rng(1)
    vectors = (rng.standard_normal((150, 16)) / 4).astype(np.float32)
    texts = Texts(vectors, np.sort(rng.integers(0, people, 150)), people)
    everybody = [
        Person(f"{one:02}", f"o{one % 7}", f"s{one % 3}", "", first=uneven and one % 11 == 0) for one in range(people)
    ]
    introduced = [
        Introduction(0, (f"{one:02}", f"{other:02}"), met=True) for one, other in rng.integers(0, people, (150, 2))
    ]
    before = Before([each for each in introduced if len(set(each.together)) > 1])
    at = in_order(everybody, texts, rng)
    found = weigh(everybody, texts, before, Network(people, ties(everybody, before)), at, bridging=float(uneven))
    near = nearest(found, np.arange(people), rng, side=side)
    one, other = np.divmod(np.arange(people**2), people)
    full = found.between(one, other).reshape(people, people)
    full[np.eye(people, dtype=bool) | (found.past(one, other).reshape(people, people) < 0)] = -np.inf
    assert near.worth[:, : near.count] == pytest.approx(-np.sort(-full, axis=1)[:, : near.count], abs=1e-3)
    row, nth = np.nonzero(near.who >= 0)
    assert near.worth[row, nth] == pytest.approx(full[row, near.who[row, nth]], abs=1e-5)
    assert all(len(set(who[who >= 0])) == sum(who >= 0) for who in near.who)


def test_lists_find_most_of_what_looking_at_all_finds() -> None:
    """For 3,000 people on ten issues: of everybody's five best at least four in five."""
    rng = np.random.default_rng(2)
    issue = rng.integers(0, 10, 3000)
    vectors = rng.standard_normal((10, 32))[issue] + 0.7 * rng.standard_normal((3000, 32))
    texts = Texts((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), np.arange(3000), 3000)
    everybody = [Person(f"{one:04}", f"o{one % 30}") for one in range(3000)]
    found = weigh(everybody, texts, Before(), Network(3000, []), in_order(everybody, texts, rng), bridging=1.0)
    whole = nearest(found, np.arange(3000), rng).who[:, :5]
    listed = nearest(found, np.arange(3000), rng, few=1000).who
    assert (
        np.mean([len(set(best) & set(each)) / 5 for best, each in zip(whole.tolist(), listed.tolist(), strict=True)])
        > 0.8
    )
