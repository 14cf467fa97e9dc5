"""How alike people are, from their texts and ticks."""

import numpy as np
import pytest

from bot.matching.planning.likeness import Table, Texts

# Three directions: damp homes, school meals, night buses. Kuda has one text, Mo two, Ana none.
VECTORS = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0.8, 0]], np.float32)
TEXTS = Texts(VECTORS, np.array([0, 1, 1]), 3)
EVERYBODY = np.arange(3)


def test_the_best_pair_of_texts_counts() -> None:
    """Text by text; somebody without a text is like nobody."""
    assert TEXTS.block(EVERYBODY, EVERYBODY)[0].tolist() == pytest.approx([1, 0.6, 0])


def test_a_block_and_pairs_say_the_same() -> None:
    """Also for people in any order, with any number of texts."""
    rng = np.random.default_rng(0)
    count = rng.integers(0, 4, 30)
    owner = np.repeat(np.arange(30), count)
    texts = Texts(rng.standard_normal((len(owner), 5)).astype(np.float32), owner, 30)
    some = rng.permutation(30)[:20]
    one, other = np.meshgrid(some, np.arange(30), indexing="ij")
    block = texts.block(some, np.arange(30))
    assert block == pytest.approx(texts.between(one.ravel(), other.ravel()).reshape(20, 30), abs=1e-5)


def test_a_sketch_has_every_text() -> None:
    """And says whose each is."""
    vectors, whose = TEXTS.sketch(np.array([1, 0]))
    assert whose.tolist() == [0, 0, 1]
    assert vectors[1] @ vectors[2] == pytest.approx(0.6)


def test_texts_without_owners_are_refused() -> None:
    """Each vector is somebody's, in the order of people."""
    with pytest.raises(ValueError, match="owner"):
        Texts(VECTORS, np.array([1, 0, 1]), 2)


def test_a_table_from_a_function() -> None:
    """The same both ways."""
    table = Table.of(["a", "b", "a"], lambda one, other: float(one == other))
    assert table.between(np.array([0, 2, 0]), np.array([2, 0, 1])).tolist() == [1, 1, 0]
