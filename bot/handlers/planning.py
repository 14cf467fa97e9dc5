"""A round planned, and why each introduction is made: pure, from what is known to who meets whom.

Here is NumPy, and work that takes long: called in a thread, and imported no sooner.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np

from bot.domain.lean import LEANS
from bot.handlers.round_facts import Facts, Meeting, Planned, Somebody
from bot.handlers.topics import own_list
from bot.matching import recipe
from bot.matching.encoder import width_here
from bot.matching.network import Network
from bot.matching.planning.likeness import Texts
from bot.matching.planning.planner import BOUNDARIES, Before, Group, Introduction, Person, crossed, plan_round, ties
from bot.matching.reason import Sure, reason
from bot.matching.statement import Statement, rows, stored
from bot.matching.topics import Topics
from storage.introductions import MET
from storage.issues import Painted


def plan(facts: Facts) -> Planned:
    """Who meets whom. Everybody who is there is in one meeting or left out, once; the same facts give the same plan."""
    known = _Known(facts)
    made = plan_round(
        known.people, known.likeness(), known.before, size=facts.size, bridging=LEANS.get(facts.lean, 1.0), seed=facts.seed
    )  # fmt: skip
    return Planned(
        facts,
        tuple(known.meeting(group.ids, group.first_move, bridge=group.bridge, of=group) for group in made.groups),
        {one.id: one.words or one.why for one in made.left_out},
    )


def described(facts: Facts, groups: Sequence[Sequence[str]]) -> list[Meeting]:
    """The same for groups that are not as they were planned."""
    known = _Known(facts)
    return [known.meeting(group, known.next_to_move(group), bridge=known.bridges(group)) for group in groups]


class _Known:
    """Facts as the planner takes them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._by_user = {one.user: one for one in facts.people}
        self.people = [
            Person(one.user, one.organisation, one.sector, one.place, one.hosted, one.first, one.away)
            for one in facts.people
        ]
        self.before = Before(
            [Introduction(one.made_at.timestamp(), one.ids, MET in one.said) for one in facts.past],
            facts.known,
            facts.never,
        )

    def likeness(self) -> Texts:
        """Of all, also of those who are away; whoever has no portrait is like nobody."""
        texts = [(place, one) for place, each in enumerate(self._facts.people) for one in self._said(each.user)]
        owner = np.array([place for place, _ in texts], np.intp)
        return Texts(rows([one for _, one in texts], self.topics), owner, len(self.people))

    def meeting(self, users: Sequence[str], first_move: str, *, bridge: bool, of: Group | None = None) -> Meeting:
        """What there is to say; of a trio and more, of the two who are most alike."""
        crosses = of.crosses if of else self._crosses(users)
        again = (of is None or of.again) and self._again(users)
        found = max(self._reasons(users, bridge=bridge), key=lambda each: each[0], default=None)
        if found is None:
            return Meeting(tuple(users), first_move, crosses, again, Sure.BRIDGE.value if bridge else "")
        _, sure, topic, shown = found
        return Meeting(tuple(users), first_move, crosses, again, sure, topic, shown)

    def next_to_move(self, users: Sequence[str]) -> str:
        return min(users, key=lambda user: (self._by_user[user].hosted, user))

    def bridges(self, users: Sequence[str]) -> bool:
        """Whether they are on different islands of two and more people."""
        places = [place for place, one in enumerate(self.people) if one.id in users]
        island, sizes = self._network.island, self._network.sizes
        return len({int(island[place]) for place in places if sizes[island[place]] > 1}) > 1

    @cached_property
    def topics(self) -> Topics:
        own = own_list(self._facts.topics)
        return recipe.everybodys_topics().extended(own) if own else recipe.everybodys_topics()

    @cached_property
    def _network(self) -> Network:
        return Network(len(self.people), ties(self.people, self.before))

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return {topic.id: topic.label for topic in self.topics.all}

    @cached_property
    def _width(self) -> int:
        return len(self.topics.all) + width_here()

    def _said(self, user: str) -> list[Statement]:
        return [stored(one.portrait, one.mentioned, one.ticked) for one in self._painted(user)]

    def _painted(self, user: str) -> list[Painted]:
        """Those that were made with this list of topics: others cannot be compared."""
        return [one for one in self._by_user[user].issues if len(one.portrait) == 2 * self._width]

    def _reasons(self, users: Sequence[str], *, bridge: bool) -> Iterator[tuple[float, str, str, dict[str, int]]]:
        """For every two who have said something: how alike, how sure, the topic, and which issues are to be shown."""
        for one, other in combinations(users, 2):
            mine, theirs = self._painted(one), self._painted(other)
            if not mine or not theirs:
                continue
            why = reason(self._said(one), self._said(other), self.topics, linked=not bridge)
            topic = self._labels[why.topic] if why.topic else ""
            yield why.score, why.sure.value, topic, {one: mine[why.one].nth, other: theirs[why.other].nth}

    def _crosses(self, users: Sequence[str]) -> tuple[str, ...]:
        there: list[Somebody] = [self._by_user[user] for user in users]
        return tuple(kind for kind in BOUNDARIES if crossed([getattr(one, kind) for one in there]))

    def _again(self, users: Sequence[str]) -> bool:
        """As far as the channel knows: that somebody asked to be introduced is nobody else's business."""
        return any(one.in_channel and len(one.ids & set(users)) > 1 for one in self._facts.past)
