"""What a text is about, as numbers that can be compared: a portrait.

A portrait has two parts, one after the other: how much of each topic, and what the encoder heard. The surer the
topics, the less the second part counts. Its length is one, so the product of two portraits is how alike they are.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from bot.matching.encoder import Encoder
from bot.matching.minilm import Array
from bot.matching.names import without_names
from bot.matching.recipe import MOST, NAMED, NAMED_MOST, PHRASES, SHARP, SURE, SURE_WIDTH, TELLING, version
from bot.matching.spelling import Spelling
from bot.matching.topics import READ, Topics


class Painter:
    """Makes portraits with one encoder and one list of topics.

    Its first portrait takes some seconds, for the phrases of the topics. Give `phrases`, from an earlier painter
    with the same `version`, to save them.
    """

    def __init__(self, encoder: Encoder, topics: Topics, phrases: Array | None = None) -> None:
        self.topics = topics
        self.encoder = encoder
        self._vocabulary = topics.vocabulary()
        self._spelling = Spelling(self._vocabulary, encoder.rank if encoder.rank("the") is not None else None)
        self._phrases = phrases
        self.version = version(encoder.name, encoder.version, topics)

    def understood(self, text: str, names: Iterable[str] = ()) -> str:
        """The text without `names`, its spelling repaired. For comparing, never for showing."""
        bare = without_names(text[:READ], names, self._vocabulary)
        return self._spelling.repaired(bare, leave=self.topics.acronym)

    def mentioned(self, text: str, names: Iterable[str] = ()) -> frozenset[str]:
        """The topics that a text says in so many words: a telling one, no single hint. To be kept with its portrait."""
        named = self.topics.named(self.understood(text, names))
        return frozenset(topic for topic, share in named.items() if share >= TELLING)

    def portraits(self, texts: Sequence[str], names: Iterable[str] = ()) -> Array:
        """A row of length one for each text; a text without words is all noughts, and like nothing.

        `names` are places and organisations of the programme: they say where somebody works, not on what.
        """
        rows = np.zeros((len(texts), len(self.topics.all) + self.phrases().shape[1]), np.float32)
        for row, likely, heard, text in zip(rows, *self._likely_and_heard(texts, names), texts, strict=True):
            if _says_something(text):
                row[:] = _portrait(likely, heard)
        return rows

    def likely(self, texts: Sequence[str], names: Iterable[str] = ()) -> Array:
        """How likely each topic is for each text: about 0 for any, 0.45 as likely as not, 0.7 nearly sure."""
        rows = self._likely_and_heard(texts, names)[0]
        rows[[not _says_something(text) for text in texts]] = 0
        return rows

    def phrases(self) -> Array:
        """The vectors of everything that topics say, to be kept for the next painter of this version."""
        if self._phrases is None:
            self._phrases = self.encoder.encode(
                [said for topic in self.topics.all for said in (topic.label, *topic.says)]
            )
        return self._phrases

    def _likely_and_heard(self, texts: Sequence[str], names: Iterable[str]) -> tuple[Array, Array]:
        common, centred, owners = self._centred
        known = tuple(names)
        understood = [self.understood(text, known) for text in texts]
        heard = self.encoder.encode([self.topics.spelled_out(text) for text in understood])
        likely = np.zeros((len(texts), len(self.topics.all)), np.float32)
        # Row by row, as in the encoder: a text's portrait must not depend on what it came with, not even by rounding.
        for place, text in enumerate(understood):
            heard[place] = _length_one(heard[place] - common)
            near = centred @ heard[place]
            likely[place] = [np.sort(near[first:end])[-PHRASES:].mean() for first, end in owners]
            likely[place] += NAMED * self._named(text)
        return likely, heard

    @cached_property
    def _centred(self) -> tuple[Array, Array, list[tuple[int, int]]]:
        """What all phrases have in common, the phrases without it, and where those of each topic begin and end.

        What they have in common is the English of public services, and says nothing about any of them.
        """
        phrases = self.phrases()
        common = np.asarray(phrases.mean(axis=0))
        ends = np.cumsum([1 + len(topic.says) for topic in self.topics.all]).tolist()
        return common, _length_one(phrases - common), list(pairwise([0, *ends]))

    def _named(self, understood: str) -> Array:
        named = self.topics.named(understood)
        return np.array([min(named.get(topic.id, 0.0), NAMED_MOST) for topic in self.topics.all], np.float32)


def _portrait(likely: Array, heard: Array) -> Array:
    topical = _length_one(np.exp((likely - likely.max()) / SHARP))
    share = MOST / (1 + np.exp((SURE - likely.max()) / SURE_WIDTH))
    return np.concatenate([topical * np.sqrt(share), heard * np.sqrt(1 - share)])


def _length_one(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def _says_something(text: str) -> bool:
    return any(sign.isalnum() for sign in text)
