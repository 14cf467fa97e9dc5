"""The measurements of delivery measure what they say: their checker goes red, and their fake does what it notes."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.scheduler.serving import free_port

BENCH = Path(__file__).parents[1] / "bench" / "delivery"
AGAIN, LEFT = ("weekly:1", True), ("introduction:1", False)


def check(
    folder: Path, *commits: str, listed: Sequence[str] = (), unclear: Sequence[str] = (), look: bool = True
) -> int:
    """What the checker says of two messages, one of a kind that is said again and one that is not."""
    told = [{"key": key, "again": again, "workspace": "T1", "place": "D1"} for key, again in (AGAIN, LEFT)]
    (folder / "told.jsonl").write_text("".join(json.dumps(one) + "\n" for one in told))
    (folder / "listed.jsonl").write_text("".join(json.dumps({"key": key}) + "\n" for key in listed))
    (folder / "commits.log").write_text("".join(f"1.0\tT1\tD1\t{key}\n" for key in commits))
    (folder / "faults.log").write_text("".join(f"1.0\tT1\treset after\t{key}\n" for key in unclear))
    asked = [sys.executable, str(BENCH / "check.py"), str(folder), *(["--look"] if look else [])]
    return subprocess.run(asked, check=False, capture_output=True).returncode


def test_each_once_is_green(tmp_path: Path) -> None:
    """With everything said once the checker is content."""
    assert check(tmp_path, "weekly:1", "introduction:1") == 0


def test_a_loss_is_red(tmp_path: Path) -> None:
    """What never arrived is found, also if the operator was told."""
    assert check(tmp_path, "weekly:1", listed=["introduction:1"]) == 1


def test_a_double_is_red(tmp_path: Path) -> None:
    """What arrived twice is found, also if the operator was told."""
    assert check(tmp_path, "weekly:1", "weekly:1", "introduction:1", listed=["weekly:1"]) == 1


def test_what_nobody_asked_for_is_red(tmp_path: Path) -> None:
    """A message that nobody was promised is found."""
    assert check(tmp_path, "weekly:1", "introduction:1", "weekly:2") == 1


def test_at_another_place_is_red(tmp_path: Path) -> None:
    """A message that went to somebody else is found."""
    check(tmp_path)
    (tmp_path / "commits.log").write_text("1.0\tT1\tD1\tweekly:1\n1.0\tT1\tD2\tintroduction:1\n")
    asked = [sys.executable, str(BENCH / "check.py"), str(tmp_path), "--look"]
    assert subprocess.run(asked, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("commits", "listed", "expected"),
    [
        (["weekly:1", "weekly:1"], ["weekly:1", "introduction:1"], 0),
        (["weekly:1", "weekly:1"], ["introduction:1"], 1),
        (["weekly:1"], ["introduction:1"], 0),
        (["weekly:1"], [], 1),
        (["introduction:1"], ["weekly:1"], 1),
        (["weekly:1", "introduction:1", "introduction:1"], ["introduction:1"], 1),
    ],
)
def test_without_look_up(tmp_path: Path, commits: list[str], listed: list[str], expected: int) -> None:
    """A reminder may come twice and an introduction may be lost, if the operator was told; the other way round never."""
    assert check(tmp_path, *commits, listed=listed, look=False) == expected


@pytest.mark.parametrize(("listed", "expected"), [(["weekly:1"], 0), ([], 1)])
def test_an_open_end_must_be_listed(tmp_path: Path, listed: list[str], expected: int) -> None:
    """A message whose request ended unclear is in the operator's list, even if it arrived once in the end."""
    assert check(tmp_path, "weekly:1", "introduction:1", unclear=["weekly:1"], listed=listed, look=False) == expected


@pytest.mark.thorough
async def test_what_is_posted_is_in_the_history(tmp_path: Path) -> None:
    """A message to a person is found in the conversation with them, by its key, and not before it was sent."""
    async with fake(tmp_path) as slack:
        posted = await slack.says("U1", "weekly:1")
        conversation = await slack.asks("conversations.open", users="U1")
        assert posted.answer["channel"] == conversation.answer["channel"]["id"] == "D1"
        since = float(posted.answer["ts"])
        assert await slack.keys("D1", since - 1) == ["weekly:1"]
        assert await slack.keys("D1", since) == []
        assert (tmp_path / "commits.log").read_text().split("\t")[1:] == ["T1", "D1", "weekly:1\n"]


@pytest.mark.thorough
async def test_history_has_pages(tmp_path: Path) -> None:
    """More than fits on a page comes on several, the first of them empty."""
    async with fake(tmp_path) as slack:
        for number in range(3):
            await slack.says("C1", f"key:{number}")
        first = (await slack.asks("conversations.history", channel="C1", limit="2")).answer
        assert first["messages"] == []
        assert first["has_more"]
        second = await slack.asks(
            "conversations.history", channel="C1", limit="2", cursor=first["response_metadata"]["next_cursor"]
        )
        assert len(second.answer["messages"]) == 2


@pytest.mark.thorough
async def test_without_the_scope_nobody_looks(tmp_path: Path) -> None:
    """The scopes are in every answer's header, and without the right one there is no history."""
    async with fake(tmp_path, scopes=["chat:write"]) as slack:
        assert (await slack.asks("auth.test")).headers["x-oauth-scopes"] == "chat:write"
        assert (await slack.asks("conversations.history", channel="D1")).answer["error"] == "missing_scope"


@pytest.mark.thorough
async def test_every_fault_does_what_it_says(tmp_path: Path) -> None:
    """What was committed is what no fault met and what met one that comes after the commit; callers see the fault."""
    async with fake(tmp_path, faults=5.0, late=[0.0, 0.0], seed=7) as slack:
        seen = await slack.says_all([f"key:{number}" for number in range(300)])
    faults = {key: fault for _, _, fault, key in fields(tmp_path / "faults.log")}
    assert set(faults.values()) == set(SEEN) - {""}
    assert {key: end for key, end in seen.items() if end != SEEN[faults.get(key, "")]} == {}
    assert Counter(key for *_, key in fields(tmp_path / "commits.log")) == Counter(
        key for key in seen if faults.get(key, "") in COMMITTED
    )


@pytest.mark.thorough
async def test_the_same_seed_has_the_same_faults(tmp_path: Path) -> None:
    """In whatever order the calls come."""
    noted = []
    for name, order in (("one", 1), ("two", -1)):
        (tmp_path / name).mkdir()
        async with fake(tmp_path / name, faults=5.0, late=[0.0, 0.0], seed=11) as slack:
            await slack.says_all([f"key:{number}" for number in range(40)[::order]])
        noted.append({key: fault for _, _, fault, key in fields(tmp_path / name / "faults.log")})
    assert noted[0] == noted[1]
    assert noted[0]


@pytest.mark.thorough
async def test_the_cap_and_who_keeps_to_it(tmp_path: Path) -> None:
    """Beyond the cap it asks to wait until the minute is over, and counts who does not."""
    async with fake(tmp_path, cap=2, clock={"began": time.monotonic() - 60, "factor": 1.0}) as slack:
        answers = [await slack.says(f"U{number}", f"key:{number}") for number in range(3)]
        assert [one.status for one in answers] == [200, 200, 429]
        assert 0 < int(answers[2].headers["Retry-After"]) <= 60
        await slack.says("U4", "key:4")
        figures = (await slack.asks("figures", path="bench")).answer
        assert (figures["under way"], figures["early"]) == (1, 0)


@pytest.mark.thorough
async def test_a_revoked_workspace_is_counted(tmp_path: Path) -> None:
    """From then on it refuses, and notes every call."""
    async with fake(tmp_path) as slack:
        await slack.asks("revoke", path="bench", body=["T1"])
        assert (await slack.says("U1", "key:1")).answer["error"] == "token_revoked"
        figures = (await slack.asks("figures", path="bench")).answer
        assert [method for method, _ in figures["after revocation"]["T1"]] == ["chat.postMessage"]


SEEN = {
    "": "200", "429": "429", "500 before": "500", "500 after": "500", "reset before": "reset", "reset after": "reset",
    "hang": "nothing",
}  # fmt: skip
COMMITTED = {"", "500 after", "reset after", "hang"}


class Answered:
    """What came back."""

    def __init__(self, status: int, headers: Any, answer: Any) -> None:
        self.status, self.headers, self.answer = status, headers, answer


class Asked:
    """The bot's side of the fake."""

    def __init__(self, session: aiohttp.ClientSession, url: str, folder: Path) -> None:
        self._session, self._url, self.folder = session, url, folder

    async def asks(
        self, method: str, path: str = "api", body: Any = None, of: str = "T1", **arguments: str
    ) -> Answered:
        asked = {"json": body} if body is not None else {"data": arguments or {"a": "b"}}
        async with self._session.post(
            f"{self._url}/{path}/{method}", **asked, headers={"Authorization": f"Bearer xoxb-{of}"}
        ) as answer:
            is_json = answer.content_type == "application/json"
            return Answered(answer.status, answer.headers, await answer.json() if is_json else await answer.text())

    async def says(self, to: str, key: str, of: str = "T1") -> Answered:
        metadata = {"event_type": "balcony", "event_payload": {"key": key}}
        return await self.asks("chat.postMessage", body={"channel": to, "text": "Hello", "metadata": metadata}, of=of)

    async def says_all(self, keys: Sequence[str]) -> dict[str, str]:
        """All at once, each in a workspace of its own: how it ends, a status, a reset, or nothing at all."""
        calls = {key: asyncio.create_task(self._ends(key)) for key in keys}
        while (await self.asks("figures", path="bench")).answer["counts"].get("chat.postMessage") != len(keys):
            pass
        hung = {key for _, _, fault, key in fields(self.folder / "faults.log") if fault == "hang"}
        ends = {key: "nothing" if key in hung and not call.done() else await call for key, call in calls.items()}
        for call in calls.values():
            call.cancel()
        return ends

    async def _ends(self, key: str) -> str:
        try:
            return str((await self.says("U1", key, of=key)).status)
        except aiohttp.ClientError:
            return "reset"

    async def keys(self, channel: str, oldest: float) -> list[str]:
        found = await self.asks(
            "conversations.history", channel=channel, oldest=f"{oldest:.6f}", include_all_metadata="true"
        )
        return [one["metadata"]["event_payload"]["key"] for one in found.answer["messages"]]


@asynccontextmanager
async def fake(folder: Path, **order: Any) -> AsyncIterator[Asked]:
    """The fake of the bench in a process of its own."""
    port = free_port()
    told = {"port": port, "folder": str(folder), "clock": {"began": time.monotonic(), "factor": 1.0}, **order}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(BENCH / "fake.py"), json.dumps(told), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            yield Asked(session, f"http://127.0.0.1:{port}", folder)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


def fields(log: Path) -> list[list[str]]:
    return [line.split("\t") for line in log.read_text().splitlines()]
