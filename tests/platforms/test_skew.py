"""A wrong clock is called a wrong clock, and nothing else is."""

import logging
import time
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import Balcony, Reachable
from bot.config import Role, Settings
from bot.platforms.skew import Skew
from bot.serving import Checks
from bot.web import routes
from tests.platforms.conftest import CHANNEL, SlackWorld
from tests.platforms.teams_world import TeamsWorld


@dataclass
class Clocks:
    """The one on the wall, and the one that nobody sets."""

    wall: float = 1_800_000_000.0
    monotonic: float = 5_000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def skew(clocks: Clocks) -> Skew:
    return Skew("Slack", wall=lambda: clocks.wall, monotonic=lambda: clocks.monotonic)


@pytest.mark.parametrize(
    ("ahead", "allowed", "state"),
    [
        (0, True, ""), (59, True, ""), (-59, True, ""),
        (90, True, "ok, but the clock of this server is about 2 minutes fast"),
        (-61, True, "ok, but the clock of this server is about 1 minute slow"),
        (299, True, "ok, but the clock of this server is about 5 minutes fast"),
        (301, False, "The clock of this server is about 5 minutes fast, so I must refuse what Slack signs."),
        (-600, False, "The clock of this server is about 10 minutes slow"),
    ],
)  # fmt: skip
def test_what_is_said_of_it(skew: Skew, clocks: Clocks, ahead: float, allowed: bool, state: str) -> None:
    assert skew.saw(clocks.wall - ahead) is allowed
    assert skew.state().startswith(state)
    assert bool(skew.state()) == bool(state)


def test_a_copy_of_an_old_request_says_nothing(skew: Skew, clocks: Clocks) -> None:
    """It is refused, and the clock is not suspected: one was right just now. Only three in a row are believed."""
    assert skew.saw(clocks.wall)
    for believed in (False, False, True):
        assert not skew.saw(clocks.wall - 400)
        assert bool(skew.state()) is believed
    assert skew.saw(clocks.wall)
    assert skew.state() == ""


def test_what_was_known_of_a_clock_that_was_set_is_forgotten(skew: Skew, clocks: Clocks) -> None:
    """Whoever has just set it right is not told that it is wrong; nor is a machine that slept."""
    skew.saw(clocks.wall - 400)
    clocks.pass_by(3600)
    assert "fast" in skew.state()
    clocks.wall -= 400
    assert skew.state() == ""
    assert skew.saw(clocks.wall)
    assert skew.state() == ""


def test_what_holds_for_a_time(skew: Skew, clocks: Clocks) -> None:
    """A token from an hour ago to an hour ahead is right; one that begins in ten minutes, or ended ten ago, is not."""
    for since, until, word in ((-3600, 3600, ""), (600, 4200, "10 minutes slow"), (-4200, -600, "10 minutes fast")):
        for _ in range(3):
            skew.saw_valid(clocks.wall + since, clocks.wall + until)
        assert word in skew.state()
        assert bool(word) == bool(skew.state())


def test_it_is_logged_once(skew: Skew, clocks: Clocks, caplog: pytest.LogCaptureFixture) -> None:
    """When it is noticed and when it is right again; not with each request."""
    caplog.set_level(logging.INFO)
    for off in (400, 400, 400, 0, 0):
        skew.saw(clocks.wall - off)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "the clock of this server" in caplog.messages[0].lower()


# --- at the doors, and on the page -----------------------------------------------------------------


async def ready(platform: Reachable, name: str, balcony: Balcony) -> tuple[int, str]:
    """What /readyz says of that platform, all else being well."""
    app = Starlette(routes=routes(Checks(balcony, {name: platform}, Settings(balcony_role=Role.WEB))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://balcony") as http:
        answer = await http.get("/readyz")
    return answer.status_code, str(answer.json()[name])


async def test_slacks_door_says_clock(slack_world: SlackWorld) -> None:
    """Rightly signed at another time: refused as before, and the page says why; wrongly signed, it says nothing."""
    world, slack = slack_world, slack_world.slack
    body = b"command=%2Fbalcony&team_id=T01TEST&user_id=U02&channel_id=" + CHANNEL.encode() + b"&trigger_id=1.1"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for off in (-600, 600):
        refused = await slack.raw(body, form | slack.sign(body, secret="another", timestamp=int(slack.now()) + off))
        assert (refused.status, refused.body) == (401, "not signed by Slack")
        assert await ready(world.platform, "slack", world.balcony) == (200, "ok")
    for off, status, word in ((-600, 503, "10 minutes fast"), (600, 503, "10 minutes slow"), (120, 200, "ok, but")):
        for _ in range(3):
            await slack.raw(body, form | slack.sign(body, timestamp=int(slack.now()) + off))
        code, said = await ready(world.platform, "slack", world.balcony)
        assert code == status
        assert word in said
        assert "clock" in said
    await world.says("U02", "/balcony")
    assert await ready(world.platform, "slack", world.balcony) == (200, "ok")


async def test_teams_door_says_clock(teams_world: TeamsWorld) -> None:
    """The same by the times in its tokens."""
    world = teams_world
    activity = world.gesture("U02").writes("help")
    now = int(time.time())
    for claims, word in (
        ({"iat": now + 600, "nbf": now + 600, "exp": now + 4200}, "10 minutes slow"),
        ({"iat": now - 4200, "nbf": now - 4200, "exp": now - 600}, "10 minutes fast"),
    ):
        for _ in range(3):
            (reply,) = await world.teams.deliver(activity, **claims)
            assert reply.status == 401
        code, said = await ready(world.platform, "teams", world.balcony)
        assert code == 503
        assert word in said
    await world.told("U02", "help")
    assert await ready(world.platform, "teams", world.balcony) == (200, "ok")
