"""The methods of the fake Slack, and what it remembers."""

import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from faults import AFTER, ASKING, BEFORE, FORMS, HANG, REFUSED, RESET_AFTER, SAYING, Faults, chosen, seconds_of
from limits import Limits, Rests
from orders import FakeOrder

Arguments = Mapping[str, Any]
SAY = "chat.postMessage"
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire; `after` seconds later `commit` is called. No text: nothing goes back, ever."""

    text: str = ""
    status: int = 200
    headers: str = ""
    reset: bool = False
    after: float = 0.0
    commit: Callable[[], object] | None = None


class Slack:
    """Many workspaces; a token names its own."""

    def __init__(self, order: FakeOrder) -> None:
        self.order = order
        self.faults = Faults(order.seed, order.faults)
        self.limits = Limits(order.cap, order.spacing)
        self.rests = Rests()
        self.counts: Counter[str] = Counter()
        self.revoked: dict[str, list[tuple[str, float]]] = {}
        self._said: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
        self._last = 0.0
        self._commits = _log(order.folder, "commits.log")
        self._faults = _log(order.folder, "faults.log")
        self._scopes = f"x-oauth-scopes: {','.join(order.scopes)}\r\n"
        self._methods = {
            SAY: self._say,
            "auth.test": self._who,
            "conversations.open": self._open,
            "conversations.history": self._history,
        }

    def answer(self, method: str, token: str, arguments: Arguments) -> Answer:
        """To one call of the bot."""
        workspace = token.removeprefix("xoxb-")
        self.counts[method] += 1
        if workspace in self.revoked:
            self.revoked[workspace].append((method, time.monotonic()))
            return self._refusal("token_revoked")
        known = self._methods.get(method)
        if known is None or not workspace:
            return self._refusal("unknown_method" if workspace else "not_authed")
        if left := self.rests.left(workspace, method, self.order.clock.seconds(), time.monotonic()):
            self.counts["429 while it should rest"] += 1
            return _too_many(f"{left:.0f}" if left >= 1 else "1")
        return known(workspace, arguments)

    def revoke(self, workspaces: list[str]) -> None:
        """From now on their tokens are worth nothing."""
        self.revoked.update({workspace: [] for workspace in workspaces})

    def _say(self, workspace: str, arguments: Arguments) -> Answer:
        key, place = str(arguments["metadata"]["event_payload"]["key"]), _place(str(arguments["channel"]))
        fault, chance = self.faults.draw(SAYING, key)
        if not fault:
            return self._limited(workspace, place) or self._posted(workspace, place, key)
        self._note(fault, workspace, key)
        commit = partial(self._commit, workspace, place, key)
        if fault == HANG:
            earliest, latest = self.order.late
            return Answer(after=earliest + (latest - earliest) * chance, commit=commit)
        if fault in (AFTER, RESET_AFTER):
            commit()
        return self._failed(fault, workspace, SAY, chance)

    def _posted(self, workspace: str, place: str, key: str) -> Answer:
        ts = self._commit(workspace, place, key)
        return self._fine(f'{{"ok":true,"channel":"{place}","ts":"{ts:.6f}","message":{{"ts":"{ts:.6f}"}}}}')

    def _commit(self, workspace: str, place: str, key: str) -> float:
        now = self.order.clock.seconds()
        self._last = ts = round(max(now + self.order.skew, self._last + 0.000_002), 6)
        self._said[workspace, place].append((ts, key))
        os.write(self._commits, f"{now:.6f}\t{workspace}\t{place}\t{key}\n".encode())
        self.counts["commits"] += 1
        return ts

    def _who(self, workspace: str, _arguments: Arguments) -> Answer:
        return self._fine(
            f'{{"ok":true,"team_id":"{workspace}","team":"{workspace}","user_id":"U0BOT","bot_id":"B0BOT","user":"balcony"}}'
        )

    def _open(self, workspace: str, arguments: Arguments) -> Answer:
        place = _place(str(arguments["users"]))
        return self._asked(workspace, "conversations.open", place) or self._fine(
            f'{{"ok":true,"channel":{{"id":"{place}"}}}}'
        )

    def _history(self, workspace: str, arguments: Arguments) -> Answer:
        place = str(arguments["channel"])
        if not set(self.order.scopes) & {"im:history" if place.startswith("D") else "channels:history"}:
            return self._refusal("missing_scope")
        if failed := self._asked(workspace, "conversations.history", place):
            return failed
        oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
        found = [one for one in reversed(self._said[workspace, place]) if oldest < one[0] < latest]
        return self._fine(json.dumps({"ok": True, **_page(found, arguments)}))

    def _asked(self, workspace: str, method: str, about: str) -> Answer | None:
        """What goes wrong with a question; None if nothing does."""
        fault, chance = self.faults.draw(ASKING, f"{method} {workspace} {about}")
        if not fault:
            return None
        self.counts[f"{fault} (asking)"] += 1
        return Answer() if fault == HANG else self._failed(fault, workspace, method, chance)

    def _failed(self, fault: str, workspace: str, method: str, chance: float) -> Answer:
        if fault == REFUSED:
            form = chosen(FORMS, chance)
            form = form if seconds_of(form) <= self.order.longest else "1"
            self._rest(workspace, method, seconds_of(form))
            return _too_many(form)
        if fault in (BEFORE, AFTER):
            return Answer("Internal Server Error", 500)
        return Answer(reset=True)

    def _limited(self, workspace: str, place: str) -> Answer | None:
        why, seconds = self.limits.refuses(workspace, place, self.order.clock.seconds())
        if not why:
            return None
        self.counts[f"429 for the {why}"] += 1
        if why == "workspace":
            self._rest(workspace, SAY, seconds)
        return _too_many(str(int(seconds) + 1))

    def _rest(self, workspace: str, method: str, seconds: float) -> None:
        if seconds:
            self.rests.ask(workspace, method, seconds, self.order.clock.seconds(), time.monotonic())

    def _note(self, fault: str, workspace: str, key: str) -> None:
        self.counts[fault] += 1
        os.write(self._faults, f"{self.order.clock.seconds():.6f}\t{workspace}\t{fault}\t{key}\n".encode())

    def _fine(self, text: str) -> Answer:
        return Answer(text, headers=self._scopes)

    def _refusal(self, error: str) -> Answer:
        self.counts[error] += 1
        return Answer(f'{{"ok":false,"error":"{error}"}}', headers=self._scopes)


def _too_many(form: str) -> Answer:
    return Answer('{"ok":false,"error":"ratelimited"}', 429, f"Retry-After: {form}\r\n" if form else "")


def _place(name: str) -> str:
    """A person is written to in the conversation with them."""
    return f"D{name[1:]}" if name.startswith("U") else name


def _page(found: list[tuple[float, str]], arguments: Arguments) -> dict[str, Any]:
    """A page of it, the newest first. The first page of several is an empty one: that happens, and is not the end."""
    limit, cursor = int(arguments.get("limit") or 100), str(arguments.get("cursor") or "")
    start = int(cursor or 0)
    empty = not cursor and len(found) > limit
    page = [] if empty else found[start : start + limit]
    more = start + len(page) < len(found)
    following = "0" if empty else str(start + len(page)) if more else ""
    told = str(arguments.get("include_all_metadata", "")).lower() in ("1", "true")
    return {
        "messages": [_message(ts, key, told=told) for ts, key in page],
        "has_more": more,
        "response_metadata": {"next_cursor": following},
    }


def _message(ts: float, key: str, *, told: bool) -> dict[str, Any]:
    metadata = {"metadata": {"event_type": "balcony", "event_payload": {"key": key}}} if told else {}
    return {"type": "message", "user": "U0BOT", "bot_id": "B0BOT", "text": "…", "ts": f"{ts:.6f}", **metadata}


def _log(folder: str, name: str) -> int:
    return os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
