"""Who may speak to Balcony in Teams: Microsoft's connector, to our bot, about our tenant. Nothing else gets in.

The SDK's validator checks the token of every request: algorithm, signature, issuer, audience, times. What it leaves out
is checked here: a token without an end, the key's endorsement (bot.platforms.teams.keys), and what the activity says.
"""

import dataclasses
import logging
import math
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment
from microsoft_teams.common.experimental import ExperimentalWarning

from bot.platforms.skew import Skew
from bot.platforms.teams.inbound import Json
from bot.platforms.teams.keys import CHANNEL, Keys, Unreachable


@contextmanager
def _quietly() -> Iterator[None]:
    """Importing the SDK's apps reads any .env that lies about into our environment, and warns of a preview in it."""
    switch = "PYTHON_DOTENV_DISABLED"
    before = os.environ.get(switch)
    os.environ[switch] = "1"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "HtmlWidgetSecurityPolicy is in preview", ExperimentalWarning)
            yield
    finally:
        if before is None:
            del os.environ[switch]
        else:
            os.environ[switch] = before


with _quietly():
    from microsoft_teams.apps.auth import TokenValidator

TOKEN_LIMIT = 8_000  # characters; Microsoft's have about a thousand
URL_LIMIT = 500  # characters

_BEARER = re.compile(r"Bearer ([\w-]+\.[\w-]+\.[\w-]+)", re.ASCII | re.IGNORECASE)
# ASCII, or the long s and the Kelvin sign would pass for letters. No question mark: the rest of an address is put behind.
_PUBLIC = re.compile(r"https://smba\.trafficmanager\.net(:443)?(/[^\s\\?#]*)?", re.ASCII | re.IGNORECASE)
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.ASCII)
_ODD = object()
# It logs every stranger's token as an error of ours, in the words of an exception that may quote it.
logging.getLogger("microsoft_teams.apps.auth.token_validator").setLevel(logging.CRITICAL)

Claims = dict[str, Any]


class Refused(Exception):
    """A request that does not get in: the HTTP status, and the reason for the log, without anybody's words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Hosts:
    """Where replies may go, and so where activities may say that they come from.

    In Microsoft's public cloud that is smba.trafficmanager.net, with region and tenant in the path; others may have a
    name under trafficmanager.net, so it is this one alone. The government clouds have hosts and issuers of their own
    (smba.infra.gov.teams.microsoft.us …), and GCC a host (smba.infra.gcc.teams.microsoft.com); they are not ours.
    `development` is the base address of one stand-in on this machine. Raises ValueError if it is anywhere else.
    """

    def __init__(self, development: str = "") -> None:
        self._development = development.rstrip("/")
        if self._development and not _LOOPBACK.fullmatch(self._development):
            raise ValueError("a development server must be on this machine")

    def allow(self, url: str) -> bool:
        if len(url) > URL_LIMIT or not (url.isascii() and url.isprintable()):
            return False
        return bool(_PUBLIC.fullmatch(url)) or self._is_development(url)

    def _is_development(self, url: str) -> bool:
        base = self._development
        return bool(base) and bool(re.fullmatch(re.escape(base) + r"(/[^\s\\?#]*)?", url))


def cloud(development: str = "") -> CloudEnvironment:
    """Microsoft's public cloud, or a stand-in for it that has its own issuer and keys."""
    base = development.rstrip("/")
    if not base:
        return PUBLIC
    metadata = f"{base}/v1/.well-known/openidconfiguration"
    return dataclasses.replace(PUBLIC, openid_metadata_url=metadata, token_issuer=base)


class Gate:
    """Lets in what Microsoft signed for our bot, if it comes from our tenant."""

    def __init__(
        self, app_id: str, tenant: str, hosts: Hosts, keys: Keys, cloud: CloudEnvironment, *, skew: Skew | None = None
    ) -> None:
        """`skew` is told what the times in rightly signed tokens say of our clock."""
        self._bot = f"28:{app_id}".casefold()
        self._tenant = tenant.casefold()
        self._hosts = hosts
        self._keys = keys
        self._validator = _validator(app_id, keys, cloud)
        self._skew = skew or Skew("Teams")

    async def recognise(self, authorization: str) -> Claims:
        """What the token says. Raises Refused: 401 if it is not right, 503 if there are no keys to check it with.

        With 503 Teams may try again, and a 401 would be a wrong answer: the token may well be right.
        """
        bearer = _BEARER.fullmatch(authorization) if len(authorization) <= TOKEN_LIMIT else None
        if not bearer:
            raise Refused(401, "no bearer token")
        try:
            await self._keys.ready_for(bearer[1])
            claims = await self._validator.validate_token(bearer[1])
        except Unreachable:
            raise Refused(503, "no keys to check a token with") from None
        except (jwt.ImmatureSignatureError, jwt.ExpiredSignatureError) as error:  # its signature was checked before
            self._note_times(jwt.decode(bearer[1], options={"verify_signature": False}))
            raise Refused(401, f"the token is of another time ({type(error).__name__})") from None
        except Exception as error:  # the library's own, also at a claim of a kind that it does not expect
            raise Refused(401, f"the token is not right ({type(error).__name__})") from None
        if "exp" not in claims:
            raise Refused(401, "the token has no end")
        if not isinstance(claims.get("serviceurl"), str):
            raise Refused(401, "the token has no service URL")
        self._note_times(claims)
        return claims

    def admit(self, claims: Claims, activity: Json) -> None:
        """Raises Refused (403) if the activity is not the one that the token is for, or not for us."""
        url, channel = activity.get("serviceUrl"), activity.get("channelId")
        if not isinstance(url, str) or url.rstrip("/") != claims["serviceurl"].rstrip("/"):
            raise Refused(403, f"another service URL than the token's: {_shown(url)}")
        if not self._hosts.allow(url):
            raise Refused(403, f"a service URL that is not Microsoft's: {_shown(url)}")
        if channel != CHANNEL:
            raise Refused(403, f"another channel: {_shown(channel)}")
        if not self._is_ours(activity):
            raise Refused(403, f"another tenant: {_shown(*_tenants(activity))}")
        if not self._is_for_us(activity):
            raise Refused(403, "another bot's activity")

    def _note_times(self, claims: Claims) -> None:
        """A token is kept and used for an hour or so: it begins in the past and ends in the future."""
        times = {name: claims[name] for name in ("iat", "nbf", "exp") if isinstance(claims.get(name), int | float)}
        until = times.pop("exp", math.inf)
        self._skew.saw_valid(max(times.values(), default=-math.inf), until)

    def _is_ours(self, activity: Json) -> bool:
        """At least one part names the tenant, and every part that does names ours.

        The documented examples name it in channelData, meeting events and newer ones in the conversation, too. An empty
        one counts as none, as in Microsoft's own SDK. Assumed, for nobody could try it without a tenant: both are the
        tenant in which something is done, so a guest is in ours while they are here as a guest, whatever their home is.
        Somebody who reads along from elsewhere, in a shared channel or another tenant's meeting, is refused if Teams
        names their own tenant there.
        """
        tenants = _tenants(activity)
        return bool(tenants) and all(isinstance(each, str) and each.casefold() == self._tenant for each in tenants)

    def _is_for_us(self, activity: Json) -> bool:
        """No recipient, or "28:" and our app id, which is what Teams sends with messages, invokes and updates.

        Microsoft's one example of a meeting's start and end has a "user id" there. If that is meant, refusing it would
        lose the end of every session; so an event may name a person, but never another bot.
        """
        recipient = activity.get("recipient")
        if recipient is None:
            return True
        called = _part(recipient, "id")
        if not isinstance(called, str):
            return False
        return called.casefold() == self._bot or (activity.get("type") == "event" and not called.startswith("28:"))


def _validator(app_id: str, keys: Keys, cloud: CloudEnvironment) -> TokenValidator:
    """The SDK's own, with our keys.

    Not its InboundActivityTokenValidator: that one lets in Entra's tokens of Agent 365, too, which need no service URL.
    """
    validator = TokenValidator.for_service(app_id, cloud=cloud)
    # Its own client fetches keys with urllib, which stops the whole process until they are there. It offers no way to
    # give it another one; a test sees that this one is asked, and that nothing is fetched beside it.
    validator._jwks_client = keys  # type: ignore[assignment]  # noqa: SLF001
    return validator


def _tenants(activity: Json) -> list[object]:
    """What the activity says of the tenant it belongs to."""
    conversation = _part(activity.get("conversation"), "tenantId")
    channel = _part(_part(activity.get("channelData"), "tenant"), "id")
    return [each for each in (conversation, channel) if each not in (None, "")]


def _part(value: object, name: str) -> object:
    """A part of an object; None if either is missing, something that equals nothing if it is no object."""
    if value is None:
        return None
    return value.get(name) if isinstance(value, dict) else _ODD


def _shown(*values: object) -> str:
    """For the log: at most 80 characters, none of which can move the cursor or turn the line around."""
    texts = ", ".join(each if isinstance(each, str) else "no text" for each in values)
    return "".join(each if each.isprintable() else "?" for each in texts[:80])
