"""Says things in Slack, once, and looks whether something was said.

The client never tries again by itself: its own retry posts twice when Slack took a message and then closed the
connection (measured). What an error means for the message is decided in refused.py.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat import Address, CannotLook, Channel, DeliveryError, Message, Outcome, Pace, Person
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.skew import Skew
from bot.platforms.slack import lookup, refused, render

TIMEOUT = 10  # seconds
PACE = Pace(per_minute=300, spacing=1.0, looks_per_minute=50)  # Slack: "several hundred", 1 a second, and tier 3
_CONNECT = 0.3  # of the time-out: who has no connection by then was not sent anything
_IN_PERSON = {"im:history", "im:write"}  # to read a direct message, and to learn which one it is
_IN_CHANNELS = {"channels:history", "groups:history"}  # an id does not tell whether a channel is public
_PEOPLE = "people"
_NO_ENTRY = "Slack refuses SLACK_BOT_TOKEN ({}): install the app again and set the new token."
_NO_SLACK = "Slack cannot be reached."

_log = logging.getLogger(__name__)


class SlackPlatform:
    """The workspace that the bot token belongs to. `problem` is a plain sentence while Slack refuses us, else empty."""

    def __init__(
        self, client: AsyncWebClient, *, pace: Pace = PACE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` is in seconds and is never put back."""
        self.client = client
        self.pace = pace
        self.workspace = ""
        self.bot_user = ""
        self.bot_id = ""
        self.scopes: frozenset[str] = frozenset()
        self.problem = "I have not reached Slack yet."
        self.skew = Skew("Slack")
        self._asking = asyncio.Lock()
        self.hears: Callable[[], Awaitable[bool]] | None = None  # in Socket Mode: whether the connection stands
        self._rest = waiting.Rest(clock)
        self._unreadable: set[str] = set()  # channels, or all people: Slack said that a scope is missing

    async def check(self) -> None:
        """Ask Slack who we are, unless it said no or was silent just now. Keeps what it said; never raises."""
        if self.problem and not self._rest.over():
            return
        try:
            answer = await self._asked(self.client.auth_test())
            self.workspace, self.bot_user = str(answer.get("team_id") or ""), str(answer.get("user_id") or "")
            self.bot_id = str(answer.get("bot_id") or "")
        except refused.FAILURES as error:
            self._not_let_in(error)
            return
        granted = refused.header(answer.headers, "x-oauth-scopes")
        self.scopes, self._unreadable = frozenset(granted.replace(" ", "").split(",")), set()
        _log.info("in the Slack workspace %s", self.workspace)
        self._is_well()

    async def state(self) -> str:
        """Empty if all is well, else a plain sentence."""
        if not self.problem and self.hears and not await self.hears():
            return "The Socket Mode connection to Slack does not stand: check SLACK_APP_TOKEN and the network."
        return self.problem or self.skew.state()

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002  there is but one
        """Whether it takes us again. It may have refused another process, so it is asked also where all was well here."""
        await self.check()
        return not self.problem

    async def is_known(self) -> bool:
        """Whether we know whose token we have; asks if nobody has asked yet."""
        if not self.workspace:
            async with self._asking:  # of many who wait to say something at the start, one asks
                if not self.workspace:
                    await self.check()
        return bool(self.workspace)

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Post it and give Slack's channel and time stamp. Raises DeliveryError."""
        await self._let_in()
        if to.workspace != self.workspace:
            raise DeliveryError(f"{trouble.ELSEWHERE}:this is {self.workspace}", Outcome.NEVER)
        call = self.client.chat_postMessage(
            channel=to.channel if isinstance(to, Channel) else to.user,
            **render.message(message),
            unfurl_links=False,
            unfurl_media=False,
            metadata=lookup.metadata(key),
        )
        try:
            answer = await self._asked(call)
        except refused.FAILURES as error:
            raise self._noted(refused.meaning(error, to_channel=isinstance(to, Channel))) from None
        self._is_well()
        return f"{answer.get('channel')}:{answer.get('ts')}"

    async def find(self, to: Address, key: str, since: datetime) -> str | None:
        """Slack's channel and time stamp of what was said with that key, tried first at `since`; None if it is not there.

        Raises CannotLook where the scopes do not let us see it, and DeliveryError if Slack can be asked later.
        """
        await self._let_in()
        place = to.channel if isinstance(to, Channel) else _PEOPLE
        readable = self.scopes >= _IN_PERSON if isinstance(to, Person) else bool(self.scopes & _IN_CHANNELS)
        if not readable or place in self._unreadable or to.workspace != self.workspace:
            raise CannotLook(place)
        channel = to.channel if isinstance(to, Channel) else await self._direct_message(to.user)

        async def read(cursor: str) -> lookup.Json:
            call = self.client.conversations_history(
                channel=channel,
                oldest=lookup.oldest(since),
                limit=lookup.PAGE,
                cursor=cursor or None,
                include_all_metadata=True,
            )
            page = (await self._looked(place, call)).data
            return page if isinstance(page, dict) else {}

        found = await lookup.find(read, key, bot_id=self.bot_id, bot_user=self.bot_user)
        return f"{channel}:{found}" if found else None

    async def _direct_message(self, user: str) -> str:
        """The conversation with somebody. To ask for it makes it, as the first message would, and nobody is told.

        It could be learned from every post instead, and kept. But after a crash it would be missing just for the first
        message to somebody, and it would be one more thing that is stored about people.
        """
        answer = await self._looked(_PEOPLE, self.client.conversations_open(users=user))
        opened = answer.get("channel")
        found = opened.get("id") if isinstance(opened, dict) else None
        if not isinstance(found, str) or not found:
            raise CannotLook("an answer of another shape")
        return found

    async def _let_in(self) -> None:
        """Raises DeliveryError while Slack refuses us, without asking it again; and if it cannot be reached."""
        rests = bool(self.problem and self._rest.no) and not self._rest.over()
        if rests or not await self.is_known():
            if self._rest.no:
                raise DeliveryError(f"{trouble.REVOKED}:{self._rest.no}", Outcome.RESTS)
            raise DeliveryError(trouble.UNREACHABLE, Outcome.LATER)

    async def _looked(self, place: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """One question, once. Raises CannotLook and DeliveryError."""
        try:
            return await self._asked(call)
        except refused.FAILURES as error:
            if refused.code_of(error) == "missing_scope":  # that is no reason to say nothing more
                self._unreadable.add(place)
                raise CannotLook("missing_scope") from None
            no = self._noted(refused.meaning(error, to_channel=True))
        if no.outcome == Outcome.UNSURE:  # nothing was to be said
            raise DeliveryError(no.reason.replace(trouble.UNKNOWN, trouble.UNREACHABLE, 1), Outcome.LATER)
        if no.outcome == Outcome.RESTS or no.reason.startswith((trouble.BUSY, trouble.UNREACHABLE)):
            raise no
        raise CannotLook(no.reason)

    async def _asked(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """One call, once. Raises one of refused.FAILURES."""
        async with asyncio.timeout(self.client.timeout):  # the client's own does not hold on a shared session
            return await call

    def _noted(self, no: DeliveryError) -> DeliveryError:
        """The same; if it is us that Slack refuses, nothing is asked for a while."""
        if no.outcome == Outcome.RESTS:
            self._refused(no.reason.partition(":")[2])
        return no

    def _not_let_in(self, error: Exception) -> None:
        """What a failure to learn who we are means."""
        no = refused.meaning(error, to_channel=False)
        if no.outcome == Outcome.UNSURE or no.reason.startswith((trouble.BUSY, trouble.UNREACHABLE)):
            self.problem = _NO_SLACK
            self._rest.silent(no.wait)
        else:
            self._refused(refused.code_of(error))

    def _refused(self, code: str) -> None:
        self.problem = _NO_ENTRY.format(code)
        self._rest.refused(code)

    def _is_well(self) -> None:
        self.problem = ""
        self._rest.end()


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that keeps its connections and never tries again by itself."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[])


def web_session(timeout: float = TIMEOUT) -> aiohttp.ClientSession:
    """Where the client keeps its connections; `timeout` is in seconds. It follows nobody anywhere."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=timeout, connect=timeout * _CONNECT), middlewares=(_stay,)
    )


async def _stay(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Somebody who took a message may then send us elsewhere; a failure there would look as if nobody had taken it."""
    response = await handler(request)
    if 300 <= response.status < 400:  # noqa: PLR2004  redirects
        response.close()
        raise aiohttp.ClientResponseError(response.request_info, (), status=response.status, message="sent elsewhere")
    return response
