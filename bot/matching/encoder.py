"""Sentence encoders: what one is, and which there is on this machine.

Weights come as installed packages, pinned by hash. Nothing is fetched.
"""

import re
import zlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.matching import recipe
from bot.matching.minilm import WIDTH, Array, MiniLM

_PLAIN_WIDTH = 512


class Encoder(Protocol):
    """Texts to vectors. Vectors of two names or versions cannot be compared: then all texts are encoded anew."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def encode(self, texts: Sequence[str]) -> Array:
        """One row of length one for each text, float32; the same text is always the same row."""

    def rank(self, word: str) -> int | None:
        """How common a word in small letters is in English, 0 the commonest; None for one that it does not know."""


class Plain:
    """No weights: words and their parts, hashed. For a machine without the package, and for quick tests."""

    name, version = recipe.PLAIN

    def rank(self, word: str) -> int | None:  # noqa: ARG002  it knows no English
        return None

    def encode(self, texts: Sequence[str]) -> Array:
        rows = np.zeros((len(texts), _PLAIN_WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"[^\W_]+", text[:5000].lower()):
                for part in (word, *(word[start : start + 4] for start in range(len(word) - 3))):
                    row[zlib.crc32(part.encode()) % _PLAIN_WIDTH] += 1
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1), np.float32)


def best_encoder() -> Encoder:
    """MiniLM where its package is installed, else the plain one: worse, but nobody waits for it."""
    folder = recipe.weights()
    return MiniLM(folder / "model.safetensors", folder / "vocab.txt") if folder else Plain()


def width_here() -> int:
    """How long its vectors are; nothing is loaded for it."""
    return WIDTH if recipe.weights() else _PLAIN_WIDTH
