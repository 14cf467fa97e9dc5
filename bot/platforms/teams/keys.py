"""The public keys of whoever signs Teams' tokens, fetched without holding anybody up.

The SDK's validator would fetch them itself, with urllib, while the whole process waits. Here it finds them ready.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
from microsoft_teams.api.auth.cloud_environment import CloudEnvironment

CHANNEL = "msteams"

TIMEOUT = 10.0  # seconds for the whole of it; Teams waits 15 for our answer
SIZE = 1_000_000  # bytes; Microsoft's set is a tenth of it
FRESH = timedelta(hours=24)  # Microsoft asks that the keys be fetched anew at least once a day
# Over a long weekend without a way to the issuer everything goes on. But a key that Microsoft took back, because
# somebody stole it, must not be believed for ever by whoever is kept from hearing of it.
KEPT = timedelta(days=3)
PAUSE = timedelta(minutes=1)  # anybody can invent key ids, and must not make us hammer the issuer
PAUSE_WITHOUT_KEYS = timedelta(seconds=5)  # nobody is heard until there are some

_log = logging.getLogger(__name__)


class Unreachable(Exception):
    """There are no keys to check a token with, and none to be had just now."""


class Keys:
    """The keys that the issuer endorses for Teams. `seconds` is how long a fetch may take."""

    def __init__(
        self, cloud: CloudEnvironment, http: httpx.AsyncClient, clock: Callable[[], datetime], seconds: float = TIMEOUT
    ) -> None:
        # The same address that the SDK makes out of it; what the metadata say otherwise it does not read.
        self._url = cloud.openid_metadata_url.removesuffix("/openidconfiguration") + "/keys"
        self._http = http
        self._clock = clock
        self._seconds = seconds
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._one_fetch = asyncio.Lock()

    async def ready_for(self, token: str) -> None:
        """See to it that this token's key is here, if it can be had. Raises Unreachable if there are no keys at all."""
        kid = _kid(token)
        if not kid:
            return  # no key would open it
        if self._due(kid) or (self._one_fetch.locked() and not self._has(kid)):
            async with self._one_fetch:
                if self._due(kid):
                    await self._refresh()
        if not self._usable():
            raise Unreachable

    def get_signing_key_from_jwt(self, token: str | bytes) -> jwt.PyJWK:
        """What the validator calls. Never fetches. Raises jwt.PyJWKClientError if the key is not here."""
        kid = jwt.get_unverified_header(token).get("kid", "")
        if not self._has(kid):
            raise jwt.PyJWKClientError("no such key")
        return self._keys[kid]

    def _has(self, kid: str) -> bool:
        return self._usable() and kid in self._keys

    def _usable(self) -> bool:
        return self._is_past(self._fetched) < KEPT

    def _due(self, kid: str) -> bool:
        """The keys are old or this one is missing, and nobody has just tried to fetch them."""
        if self._has(kid) and self._is_past(self._fetched) < FRESH:
            return False
        return self._is_past(self._tried) >= (PAUSE if self._usable() else PAUSE_WITHOUT_KEYS)

    def _is_past(self, moment: datetime | None) -> timedelta:
        """How long ago; for a clock that was set back, how far ahead, so that no pause becomes years."""
        return timedelta.max if moment is None else abs(self._clock() - moment)

    async def _refresh(self) -> None:
        self._tried = self._clock()
        try:
            async with asyncio.timeout(self._seconds):  # httpx's own limit is for each piece of the answer
                keys = _endorsed(await self._fetch())
        except Exception as error:  # whatever came instead of keys, those that are here go on
            _log.warning("the keys for Teams' tokens could not be fetched: %s", type(error).__name__)
            return
        self._keys, self._fetched = keys, self._clock()

    async def _fetch(self) -> Any:
        body = bytearray()
        async with self._http.stream("GET", self._url, timeout=self._seconds, follow_redirects=False) as answer:
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > SIZE:
                    raise ValueError("more than any set of keys has")
        return json.loads(body)


def _kid(token: str) -> str:
    """The id of the key that a token names, before anything about it is verified; empty if it names none."""
    try:
        return str(jwt.get_unverified_header(token).get("kid", ""))
    except jwt.InvalidTokenError:
        return ""


def _endorsed(document: Any) -> dict[str, jwt.PyJWK]:
    """The keys that sign for Teams. The issuer signs for other channels, too, with keys of their own."""
    keys = {}
    for jwk in filter(_is_for_teams, document["keys"]):
        with contextlib.suppress(jwt.InvalidKeyError, KeyError):  # a broken one, or no RSA, does not spoil the others
            keys[str(jwk["kid"])] = jwt.PyJWK(jwk, algorithm="RS256")
    if not keys:
        raise ValueError("no key for Teams")
    return keys


def _is_for_teams(jwk: Any) -> bool:
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return False
    endorsements = jwk.get("endorsements")
    return isinstance(endorsements, list) and CHANNEL in endorsements
