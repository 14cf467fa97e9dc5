"""all-MiniLM-L6-v2 in plain NumPy: six layers of attention, the mean of the last, length one.

The weights are a file that an installed package carries. It is mapped, not read: in memory is only what is used, for
as long as it is used.
"""

import json
import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.matching.recipe import MINILM
from bot.matching.wordpiece import WordPieces

Array = NDArray[np.float32]

WIDTH = 384
_HEADS = 12
_LAYERS = 6
_LONGEST = 256  # pieces, as in the original; an issue of 300 characters has about 70
_TOGETHER = 4  # texts that go through a layer before the next one is looked at: each keeps 100 KB meanwhile
_EPSILON = np.float32(1e-12)
_ERROR_FUNCTION = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


class MiniLM:
    """Texts to vectors of length one; the same text is always the same vector, whatever comes with it."""

    name, version = MINILM

    def __init__(self, weights: Path, vocabulary: Path) -> None:
        self._weights = Weights(weights)
        self._pieces = WordPieces(vocabulary.read_text(encoding="utf-8"))

    def rank(self, word: str) -> int | None:
        """How common a word in small letters is in English, 0 the commonest; None for one that it does not know."""
        return self._pieces.rank(word)

    def encode(self, texts: Sequence[str]) -> Array:
        """One row of 384 for each text. An empty text has a vector too, of nothing in particular."""
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for first in range(0, len(texts), _TOGETHER):
            some = texts[first : first + _TOGETHER]
            # One text at a time: in a batch the rounding would depend on the neighbours.
            states = [self._embedded(self._pieces.numbers(text, _LONGEST)) for text in some]
            for layer in range(_LAYERS):
                for step in (self._attentive, self._considered):
                    states = [step(f"encoder.layer.{layer}", state) for state in states]
                    self._weights.rest()  # so that half a layer is in memory and not six
            for place, state in enumerate(states, first):
                mean = state.mean(axis=0)
                rows[place] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return rows

    def _embedded(self, numbers: Sequence[int]) -> Array:
        words = self._weights["embeddings.word_embeddings.weight"][list(numbers)]
        self._weights.rest()  # each word brings its neighbours into memory, 64 KB
        places = self._weights["embeddings.position_embeddings.weight"][: len(numbers)]
        return self._normed("embeddings", words + places + self._weights["embeddings.token_type_embeddings.weight"][0])

    def _attentive(self, name: str, state: Array) -> Array:
        query, key, value = (
            self._dense(f"{name}.attention.self.{part}", state).reshape(len(state), _HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(WIDTH // _HEADS))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        heard = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        joined = heard.transpose(1, 0, 2).reshape(len(state), WIDTH)
        return self._normed(f"{name}.attention.output", self._dense(f"{name}.attention.output.dense", joined) + state)

    def _considered(self, name: str, state: Array) -> Array:
        wide = _gelu(self._dense(f"{name}.intermediate.dense", state))
        return self._normed(f"{name}.output", self._dense(f"{name}.output.dense", wide) + state)

    def _dense(self, name: str, state: Array) -> Array:
        return np.asarray(state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normed(self, name: str, state: Array) -> Array:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
        scale, shift = self._weights[f"{name}.LayerNorm.weight"], self._weights[f"{name}.LayerNorm.bias"]
        return np.asarray(centred / spread * scale + shift)


def _gelu(state: Array) -> Array:
    """x Φ(x). NumPy has no error function: Abramowitz and Stegun 7.1.26, wrong by less than 2e-7."""
    size = np.abs(state) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * size)
    powers = np.full_like(t, _ERROR_FUNCTION[0])
    for factor in _ERROR_FUNCTION[1:]:
        powers = powers * t + np.float32(factor)
    tail = powers * t * np.exp(-size * size)  # 1 − erf(size)
    return np.asarray(np.where(state >= 0, 1 - tail / 2, tail / 2) * state, np.float32)


class Weights:
    """The arrays of a safetensors file: a length, a list in JSON, then the numbers. Raises ValueError if it is none."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length < path.stat().st_size:
                raise ValueError(f"{path} is not a safetensors file.")
            listed = json.loads(file.read(length))
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._start = 8 + length
        self._places = {name: entry for name, entry in listed.items() if entry.get("dtype") == "F32"}

    def __getitem__(self, name: str) -> Array:
        begin, end = self._places[name]["data_offsets"]
        flat = np.frombuffer(self._content, np.float32, (end - begin) // 4, self._start + begin)
        return flat.reshape(self._places[name]["shape"])

    def rest(self) -> None:
        """Give the memory back until it is used again: the system keeps the file at hand as long as it has room."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._content.madvise(mmap.MADV_DONTNEED)
