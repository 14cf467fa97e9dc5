"""Says things in Teams, once. Teams keeps no key and lets a bot read nothing back, so nobody can look afterwards.

Neither the SDK's client nor this module tries a call again by itself. What an error means for the message is decided in
refused.py. Of the SDK, ApiClient is left alone (it warns of its own deprecated parts whenever one is made) for the
ConversationClient in it.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.clients.conversation import ConversationClient, CreateConversationParams
from microsoft_teams.api.models import Account
from microsoft_teams.common import Client, ClientOptions
from sqlalchemy.exc import SQLAlchemyError

from bot.chat import Address, CannotLook, Channel, DeliveryError, Form, Message, Outcome, Pace, Problems
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.skew import Skew
from bot.platforms.teams import forms, refused, render
from bot.platforms.teams.inbound import PLATFORM
from bot.platforms.teams.limits import Limits
from bot.platforms.teams.refused import Place
from bot.platforms.teams.render import CARD, Named
from bot.platforms.teams.tokens import BotTokens, NoToken
from storage import contacts
from storage.db import Database
from storage.models import Contact

SERVICE_URL = "https://smba.trafficmanager.net/teams/"  # where nobody was heard from yet; each tenant has its own, too
PACE = Pace(per_minute=1500, spacing=2.01)  # below 30 a second; two in 4 seconds keep every window of limits.py
TIMEOUT = 10.0  # seconds, for one call
_TOGETHER = 2.5  # times that, for all parts of a message: with a token and a new chat it stays below the outbox's lease
_CONNECT = 0.3  # of the time-out, and as much to wait for a free connection: who has none yet was not sent anything
_PATIENCE = 2.0  # seconds that an answer waits for its turn, and each further part of a message
_NO_APP = "Teams refuses the app of TEAMS_CLIENT_ID ({}): check that a bot with this id is registered, with the Teams channel."

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
           httpx.InvalidURL)  # fmt: skip
_UNCLEAR = (httpx.HTTPError, TimeoutError, OSError, ValueError, KeyError, AttributeError, TypeError)

_INVENTED = "DO_NOT_USE_PLACEHOLDER_ID"  # by the SDK, where an answer has no id

# Each of the SDK's clients gives this logger's level to httpx, which then names every address that it calls.
logging.getLogger("microsoft_teams.common.http.client").setLevel(logging.WARNING)

Json = dict[str, Any]
Given = TypeVar("Given")
_log = logging.getLogger(__name__)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are believed, read once for the process."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Spot:
    """A conversation, and where it is reached."""

    conversation: str
    service_url: str


class TeamsPlatform:
    """The tenant that the app belongs to. `problem` is a plain sentence while Microsoft refuses us, else empty."""

    def __init__(
        self,
        database: Database,
        tokens: BotTokens,
        tenant: str,
        app_id: str,
        hosts_allow: Callable[[str], bool],
        *,
        pace: Pace = PACE,
        service_url: str = SERVICE_URL,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timeout: float = TIMEOUT,
        trust_env: bool = True,
    ) -> None:
        """`clock` is in seconds and is never put back. `trust_env`: whether the environment's proxies are used."""
        self.tenant = tenant.lower()
        self.pace = pace
        self.problem = "I have not reached Microsoft yet."
        self.skew = Skew("Teams")
        self._database, self._tokens = database, tokens
        self._bot = f"28:{app_id}"
        self._hosts_allow, self._service_url = hosts_allow, service_url
        self._limits, self._clock, self._sleep = Limits(), clock, sleep
        self._rest = waiting.Rest(clock)
        self._timeout = timeout
        phases = httpx.Timeout(timeout, connect=timeout * _CONNECT, pool=timeout * _CONNECT)
        http = httpx.AsyncClient(timeout=phases, trust_env=trust_env, follow_redirects=False, verify=_trusted())
        self._http = Client(ClientOptions(timeout=timeout), _http=http)

    async def close(self) -> None:
        await self._http.http.aclose()

    async def check(self) -> None:
        """Get a token, unless Microsoft said no or was silent just now. Keeps what was said; never raises."""
        if self.problem and not self._rest.over():
            return
        try:
            await self._tokens.token()
        except NoToken as error:
            self._has_no_token(error)
        else:
            _log.info("in the Teams tenant %s", self.tenant)
            self._is_well()

    async def state(self) -> str:
        """Empty if all is well, else a plain sentence."""
        return self.problem or self.skew.state()

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002  there is but one
        """Whether it takes us again. It may have refused another process, so it is asked also where all was well here."""
        await self.check()
        return not self.problem

    async def send(self, to: Address, message: Message, key: str) -> str:  # noqa: ARG002  Teams keeps no key
        """Post it and give Teams' conversation and activity id. Raises DeliveryError."""
        if to.workspace.lower() != self.tenant:
            raise DeliveryError(f"{trouble.ELSEWHERE}:this is {self.tenant}", Outcome.NEVER)
        if self.problem and self._rest.no and not self._rest.over():
            raise DeliveryError(f"{trouble.REVOKED}:{self._rest.no}", Outcome.RESTS)
        contact, people = await self._looked_up(message, to)
        token = await self._token()
        service_url = contact.service_url if contact and self._hosts_allow(contact.service_url) else self._service_url
        if isinstance(to, Channel):
            spot, place = Spot(to.channel, service_url), Place.CHANNEL
        elif contact and contact.conversation:
            spot, place = Spot(contact.conversation, service_url), Place.CHAT
        else:
            called = contact.called if contact else ""
            spot, place = await self._opened(token, called or to.user, service_url, patience=0), Place.FIRST
        return await self._put(token, spot, place, render.activities(message, people), patience=0)

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002  Teams keeps no key
        """Always raises CannotLook."""
        raise CannotLook

    async def say(self, spot: Spot, message: Message, *, only_for: str = "") -> str:
        """An answer; with `only_for`, a "29:…" id, one that they alone see. Waits for its turn. Raises DeliveryError."""
        people = await self.people_in(message)
        return await self._answered(spot, render.activities(message, people), only_for)

    async def show_form(
        self,
        spot: Spot,
        form: Form,
        id: str,  # noqa: A002  Teams' own word
        *,
        only_for: str = "",
        problems: Problems | None = None,
        answers: Mapping[str, str | tuple[str, ...]] | None = None,
    ) -> str:
        """The form as a card; as `say`."""
        card = forms.form_card(form, id, problems=problems, answers=answers)
        attachment = {"contentType": CARD, "content": card}
        return await self._answered(
            spot, [{"type": "message", "summary": form.title, "attachments": [attachment]}], only_for
        )

    async def people_in(self, message: Message) -> dict[str, Named]:
        """How Teams calls those whom the message mentions. Raises DeliveryError if the database is away."""
        return (await self._looked_up(message))[1]

    async def personal(self, called: str, service_url: str) -> Spot:
        """The one-to-one chat with somebody, made if it was not there. Raises DeliveryError."""
        return await self._opened(await self._token(), called, service_url, patience=_PATIENCE)

    async def replace(self, spot: Spot, activity_id: str, message: Message) -> None:
        """Put a message in the place of one of ours; what does not fit there follows it. Raises DeliveryError."""
        people = await self.people_in(message)
        first, *rest = render.activities(message, people)
        token, place = await self._token(), _place(spot)
        client = self._client(spot, token)
        await self._turn(spot.conversation, _PATIENCE)
        update = client.update_activity(_quoted(spot.conversation), _quoted(activity_id), self._ours(first, spot))
        await self._asked(update, place)
        if rest:
            await self._put(token, spot, place, rest, patience=_PATIENCE)

    async def _answered(self, spot: Spot, activities: Sequence[Json], only_for: str) -> str:
        token = await self._token()
        return await self._put(token, spot, _place(spot), activities, patience=_PATIENCE, only_for=only_for)

    async def _put(
        self, token: str, spot: Spot, place: Place, activities: Sequence[Json], *, patience: float, only_for: str = ""
    ) -> str:
        """One after the other. Once the first was taken, whatever fails leaves nobody sure of what was read."""
        client = self._client(spot, token)
        said: list[str] = []
        try:
            async with asyncio.timeout(self._timeout * _TOGETHER):
                for activity in activities:
                    await self._turn(spot.conversation, _PATIENCE if said else patience)
                    said.append(await self._asked(self._post(client, spot, activity, only_for), place))
        except DeliveryError as error:
            if not said:
                raise
            raise DeliveryError(f"{trouble.UNKNOWN}:{error.reason}", Outcome.UNSURE) from None
        except TimeoutError as error:
            raise refused.unclear(error, place) from None
        return f"{spot.conversation}:{said[0]}"

    async def _opened(self, token: str, called: str, service_url: str, *, patience: float) -> Spot:
        client = self._client(Spot("", service_url), token)
        await self._turn(called, patience)
        wanted = {"bot": {"id": self._bot}, "members": [{"id": called}], "tenantId": self.tenant, "isGroup": False}
        made = await self._asked(client.create(CreateConversationParams.model_validate(wanted)), Place.OPENING)
        return Spot(made.id, service_url)

    async def _post(self, client: ConversationClient, spot: Spot, activity: Json, only_for: str) -> str:
        """Raises ValueError if the answer has no id."""
        conversation, ours = _quoted(spot.conversation), self._ours(activity, spot)
        if not only_for:
            return _known((await client.create_activity(conversation, ours)).id)
        ours.recipient = Account(id=only_for, is_targeted=True)
        # The SDK's own call for this warns every time that it is a preview.
        response = await client.http.post(
            f"{client.service_url}/v3/conversations/{conversation}/activities",
            params={"isTargetedActivity": "true"},
            json=ours.model_dump(by_alias=True, exclude_none=True),
        )
        return _known(response.json()["id"])

    async def _asked(self, call: Awaitable[Given], place: Place) -> Given:
        """One call, once. Raises DeliveryError."""
        try:
            async with asyncio.timeout(self._timeout):
                given = await call
        except httpx.HTTPStatusError as error:
            no = refused.meaning(error.response, place)
            if no.outcome == Outcome.RESTS:
                self._tokens.forget()
                code = refused.code_of(error.response) or str(error.response.status_code)
                self.problem = _NO_APP.format(code)
                self._rest.refused(code)
            raise no from None
        except _UNSENT as error:
            raise refused.unsent(error) from None
        except _UNCLEAR as error:
            raise refused.unclear(error, place) from None
        self._is_well()
        return given

    async def _turn(self, conversation: str, patience: float) -> None:
        """Wait until Teams lets more be said there. Raises DeliveryError if that takes longer than `patience`, in seconds."""
        waited = 0.0
        whole = conversation.partition(";")[0]  # the threads of a channel count together
        while wait := self._limits.wait(whole, self._clock()):
            if waited + wait > patience:
                if patience:
                    _log.warning("too much at once in %s: something was not said", conversation)
                raise DeliveryError(trouble.BUSY, Outcome.LATER, wait)
            await self._sleep(wait)
            waited += wait

    async def _token(self) -> str:
        try:
            return await self._tokens.token()
        except NoToken as error:
            self._has_no_token(error)
            if error.refused:
                raise DeliveryError(f"{trouble.REVOKED}:{error.reason}", Outcome.RESTS) from None
            raise DeliveryError(f"{trouble.UNREACHABLE}:{error.reason}", Outcome.LATER) from None

    def _has_no_token(self, error: NoToken) -> None:
        self.problem = error.sentence
        if error.refused:
            self._rest.refused(error.reason)
        else:
            self._rest.silent()

    def _is_well(self) -> None:
        self.problem = ""
        self._rest.end()

    def _client(self, spot: Spot, token: str) -> ConversationClient:
        """Raises DeliveryError rather than show the token to a host that nobody allowed."""
        if not self._hosts_allow(spot.service_url):
            raise DeliveryError(f"{trouble.REFUSED}:host", Outcome.NEVER)
        return ConversationClient(spot.service_url, self._http.clone(ClientOptions(token=token), share_http=True))

    def _ours(self, activity: Json, spot: Spot) -> MessageActivityInput:
        return MessageActivityInput.model_validate(
            activity | {"from": {"id": self._bot}, "conversation": {"id": spot.conversation}}
        )

    async def _looked_up(self, message: Message, to: Address | None = None) -> tuple[Contact | None, dict[str, Named]]:
        """Where they were heard from, and how Teams calls those whom the message mentions. Raises DeliveryError."""
        users = render.mentioned(message)
        if not to and not users:
            return None, {}
        try:
            async with self._database.transaction() as db:
                contact = await contacts.of(db, replace(to, workspace=self.tenant)) if to else None
                known = await contacts.of_people(db, PLATFORM, self.tenant, users)
        except (SQLAlchemyError, OSError) as error:
            raise DeliveryError(f"{trouble.UNREACHABLE}:{type(error).__name__}", Outcome.LATER) from None
        return contact, {one.address: Named(one.called, one.name) for one in known if one.called and one.name}


def _place(spot: Spot) -> Place:
    """Chats with one person begin with "a:"."""
    return Place.CHAT if spot.conversation.startswith("a:") else Place.CHANNEL


def _quoted(part: str) -> str:
    """As one part of an address, and no more than one."""
    return quote(part, safe=":@;=")


def _known(activity_id: object) -> str:
    if not isinstance(activity_id, str) or activity_id in ("", _INVENTED):
        raise ValueError("no id")
    return activity_id
