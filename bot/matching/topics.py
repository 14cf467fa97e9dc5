"""The list of topics: what is in it, and which of them a text names in so many words."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.content.entries import ContentError, Data
from bot.domain.text import TOPIC_LIMIT

HINT = 0.3  # what a hint counts beside a word that says the topic
READ = 2000  # characters; an issue has 300 at most, and nothing longer may hold a request up

_TOKEN = re.compile(r"[^\W_]+(?:['’&][^\W_]+)*")
_FEW_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Topic:
    """An issue that people work on. `words` say it, `hints` only point to it, `says` are for the encoder."""

    id: str
    label: str
    words: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    acronyms: Mapping[str, str] = field(default_factory=dict, hash=False)


class Topics:
    """All the topics of a programme. `fingerprint` is another one as soon as anything in the list is."""

    def __init__(
        self, topics: Iterable[Topic], acronyms: Mapping[str, str] | None = None, also_words: Iterable[str] = ()
    ) -> None:
        self.all = tuple(topics)
        self.general = dict(acronyms or {})
        self.also_words = frozenset(also_words)
        self.fingerprint = hashlib.sha256(repr((self.all, self.general, sorted(self.also_words))).encode()).hexdigest()
        self._acronyms = _acronyms(self.all)
        self._terms, self._openings = _terms(self.all)

    def extended(self, more: Iterable[Topic]) -> "Topics":
        """The same with a programme's own topics; one with an id that is there already takes its place."""
        own = {topic.id: topic for topic in more}
        kept = (topic for topic in self.all if topic.id not in own)
        return Topics((*kept, *own.values()), self.general, self.also_words)

    def named(self, text: str) -> dict[str, float]:
        """How much of each topic the text names: about 1 for one telling word. Topics that it does not name are absent."""
        found: defaultdict[str, float] = defaultdict(float)
        for shares in self._matches(_tokens(text)):
            for topic, share in shares.items():
                found[topic] += share
        return dict(found)

    def spelled_out(self, text: str) -> str:
        """The text with every known acronym followed by what it stands for. For the encoder, never for showing."""
        named, shouted = self.named(text), _shouted(text)
        parts, end = [], 0
        for match in _TOKEN.finditer(text):
            meanings = self._meanings(match.group(), shouted)
            if meanings:
                # Where an acronym has two meanings, the rest of the text decides; else the first in the list.
                meaning = max(meanings, key=lambda topic: named.get(topic, 0.0))
                parts.append(f"{text[end : match.end()]} ({meanings[meaning]})")
                end = match.end()
        return "".join(parts) + text[end:]

    def vocabulary(self) -> frozenset[str]:
        """Every word in the list, in small letters: what a misspelt word may have been meant to be."""
        texts = [
            text
            for topic in self.all
            for text in (topic.label, *topic.words, *topic.hints, *topic.says, *topic.acronyms.values())
            if not text.endswith("*")
        ]
        return frozenset(word.lower() for text in (*texts, *self.general.values()) for word in _TOKEN.findall(text))

    def acronym(self, word: str) -> bool:
        """Whether the word is an acronym of the list, in small letters or capitals."""
        return bool(self._meanings(word, shouted=False))

    def _meanings(self, word: str, shouted: bool) -> dict[str, str]:
        """What an acronym stands for, by topic; empty if the word is none. "" is the topic of the general ones."""
        for name in (word, word.removesuffix("s"), re.sub("['’]s$", "", word)):
            capitals = name.upper()
            if (name != capitals or shouted) and (len(name) < _FEW_LETTERS or capitals in self.also_words):
                continue
            if capitals in self._acronyms:
                return self._acronyms[capitals]
            if capitals in self.general and name == capitals:
                return {"": self.general[capitals]}
        return {}

    def _matches(self, tokens: Sequence[str]) -> Iterator[dict[str, float]]:
        """What each term that is found says about topics; the longest first, and no word counts twice."""
        shouted = _shouted(" ".join(tokens))
        stems = [_stem(token) for token in tokens]
        seen: set[str] = set()
        place = 0
        while place < len(tokens):
            meanings = self._meanings(tokens[place], shouted)
            length, shares = self._longest(stems, place)
            term = " ".join(stems[place : place + max(length, 1)])
            if meanings and length <= 1:
                length, shares = 1, {topic: 1 / len(meanings) for topic in meanings if topic}
            if length and term not in seen:
                seen.add(term)
                yield shares
            place += max(length, 1)

    def _longest(self, stems: Sequence[str], place: int) -> tuple[int, dict[str, float]]:
        for words, shares in self._terms.get(stems[place], ()):
            if tuple(stems[place : place + len(words)]) == words:
                return len(words), shares
        for opening, shares in self._openings:
            if stems[place].startswith(opening):
                return 1, shares
        return 0, {}


def own_topic(name: str, label: str, also: Iterable[str] = ()) -> Topic:
    """A topic of a programme's own: what it is called says it, and so do the other words for it."""
    plain = label.replace("*", " ")  # nobody who gives a topic a name means "with any ending"
    return Topic(name, label, words=(plain, *also), says=tuple(word.rstrip("*") for word in also))


def topics_from(data: Data) -> Topics:
    """The list from what TOML gave. Raises ContentError with the entry and the rule that it breaks."""
    rows = data.get("topic")
    if not isinstance(rows, list) or not rows:
        raise ContentError("topics.toml: there is no [[topic]] in it.")
    topics = [_topic(place, row) for place, row in enumerate(rows, 1)]
    for name, times in Counter(topic.id for topic in topics).items():
        if times > 1:
            raise ContentError(f"topics.toml: the id {name!r} is there {times} times.")
    return Topics(topics, data.get("acronyms", {}), data.get("also_words", ()))


def _topic(place: int, row: Data) -> Topic:
    where = f"topics.toml, {row.get('id') or f'entry {place}'}"
    for name in ("id", "label"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise ContentError(f"{where}: {name} is missing or empty.")
    if len(row["label"]) > TOPIC_LIMIT:
        raise ContentError(f"{where}: label has {len(row['label'])} letters; {TOPIC_LIMIT} is the most.")
    for name in ("words", "hints", "says"):
        if not isinstance(row.get(name, []), list) or not all(isinstance(text, str) for text in row.get(name, [])):
            raise ContentError(f"{where}: {name} is not a list of texts.")
    lists = {name: tuple(row.get(name, ())) for name in ("words", "hints", "says")}
    if unknown := set(row) - {"id", "label", "acronyms", *lists}:
        raise ContentError(f"{where}: {', '.join(sorted(unknown))} is no part of a topic.")
    return Topic(row["id"], row["label"], **lists, acronyms=dict(row.get("acronyms", {})))


def _acronyms(topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for topic in topics:
        for name, meaning in topic.acronyms.items():
            found[name.upper()][topic.id] = meaning
    return dict(found)


Terms = dict[str, list[tuple[tuple[str, ...], dict[str, float]]]]


def _terms(topics: Sequence[Topic]) -> tuple[Terms, list[tuple[str, dict[str, float]]]]:
    """Terms by their first word, longest first; and openings, for words with any ending."""
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for topic in topics:
        for kind, weight in ((topic.hints, HINT), (topic.words, 1.0)):
            for term in kind:
                weights[" ".join(_stem(token) for token in _tokens(term)) + "*" * term.endswith("*")][topic.id] = weight
    terms: Terms = defaultdict(list)
    openings = []
    for term, of_topics in weights.items():
        # A word that several topics share says less about each.
        shares = {topic: weight / max(1.0, sum(of_topics.values())) for topic, weight in of_topics.items()}
        if term.endswith("*") and " " not in term:
            openings.append((term[:-1], shares))
        elif term:
            words = tuple(term.rstrip("*").split())
            terms[words[0]].append((words, shares))
    for found in terms.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return dict(terms), sorted(openings, key=lambda entry: -len(entry[0]))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text[:READ])


def _shouted(text: str) -> bool:
    """Written all in capitals: then they say nothing about what is an acronym."""
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 12 and sum(sign.isupper() for sign in letters) > 0.8 * len(letters)  # noqa: PLR2004


def _stem(word: str) -> str:
    """Small letters, one kind of apostrophe, and no ending of the plural."""
    small = word.lower().replace("’", "'").removesuffix("'s").removesuffix("'")
    if len(small) > _FEW_LETTERS and small.endswith("ies"):
        return small[:-3] + "y"
    if len(small) > 3 and small.endswith("s") and not small.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return small[:-1]
    return small
