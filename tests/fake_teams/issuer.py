"""Whoever signs Teams' tokens, for tests: its keys over HTTP, its tokens really signed, and the ways in which it fails."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]
Sign = Callable[[bytes], bytes]


class Fault(StrEnum):
    """How asking for the keys goes wrong."""

    DOWN = "503, with something old in it"
    SLOW = "no answer until `go` is set"
    GARBAGE = "no JSON"
    HUGE = "more than anybody would read"
    EMPTY = "a set without keys"
    MOVED = "a redirect, with something in it"


class Issuer:
    """Signs for one bot. `url` is where it answers, and its name in the tokens."""

    def __init__(self, app_id: str, url: str = "http://127.0.0.1:9", service_url: str = "") -> None:
        self.app_id = app_id
        self.url = url
        self.service_url = service_url  # what its tokens are for; empty: `url` and a region
        self.endorsements: object = ["msteams"]
        self.extra_keys: list[object] = []  # published beside its own
        self.fault: Fault | None = None
        self.go = asyncio.Event()
        self.reached = asyncio.Event()  # set when it is asked for its keys
        self.asked = 0  # how often it was asked for its keys
        self._number = 0
        self._published = [0]
        self.routes = [
            Route("/v1/.well-known/openidconfiguration", self._metadata),
            Route("/v1/.well-known/keys", self._keys),
        ]

    @property
    def kid(self) -> str:
        return kid(self._number)

    @property
    def key(self) -> RSAPrivateKey:
        return key(self._number)

    def rotate(self, *, drop_old: bool = False) -> None:
        """From now on it signs with the next key. It publishes the old one, too, unless that is dropped."""
        self._number += 1
        self._published = [self._number] if drop_old else [*self._published, self._number]

    def claims(self, *, without: Collection[str] = (), **changes: Any) -> Json:
        """What a good token says, as Microsoft's do: no more than these five claims."""
        now = int(time.time())  # the library reads the real clock, too
        good = {
            "serviceurl": self.service_url or f"{self.url}/uk/", "nbf": now - 60, "exp": now + 3600,
            "iss": self.url, "aud": self.app_id,
        }  # fmt: skip
        return {name: value for name, value in (good | changes).items() if name not in without}

    def header(self, *, without: Collection[str] = (), **changes: Any) -> Json:
        good = {"alg": "RS256", "kid": self.kid, "x5t": self.kid, "typ": "JWT"}
        return {name: value for name, value in (good | changes).items() if name not in without}

    def token(
        self,
        *,
        header: Mapping[str, Any] | None = None,
        sign: Sign | None = None,
        without: Collection[str] = (),
        **changes: Any,
    ) -> str:
        """A good token, or one with these claims changed or taken out, another header, or another signature."""
        head = header or {}
        claims = self.claims(without=without, **changes)
        return compact(self.header(without=without, **head), claims, sign or signing(self.key))

    def bearer(self, **changes: Any) -> str:
        """The Authorization header for such a token."""
        return f"Bearer {self.token(**changes)}"

    async def _metadata(self, _request: Request) -> Response:
        keys = f"{self.url}/v1/.well-known/keys"
        return JSONResponse({"issuer": self.url, "jwks_uri": keys, "id_token_signing_alg_values_supported": ["RS256"]})

    async def _keys(self, _request: Request) -> Response:
        self.asked += 1
        self.reached.set()
        document: Json = {"keys": self._jwks()}
        if self.fault is Fault.SLOW:
            await self.go.wait()
        elif self.fault is Fault.DOWN:
            return JSONResponse(document, 503)
        elif self.fault is Fault.GARBAGE:
            return Response("<html>", media_type="application/json")
        elif self.fault is Fault.HUGE:
            document["padding"] = "x" * 2_000_000
        elif self.fault is Fault.EMPTY:
            document["keys"] = []
        elif self.fault is Fault.MOVED:
            return JSONResponse(document, 302, {"location": f"{self.url}/v1/.well-known/keys"})
        return JSONResponse(document)

    def _jwks(self) -> list[object]:
        own = [jwk(key(number), kid(number)) | {"endorsements": self.endorsements} for number in self._published]
        return [*self.extra_keys, *own]


@cache
def key(number: int) -> RSAPrivateKey:  # noqa: ARG001  the cache knows it by its number
    """The key of that number, the same for the whole run: making one takes as long as a thousand checks with it."""
    return generate_private_key(65537, 2048)


def kid(number: int) -> str:
    return f"key-{number}"


def jwk(key: RSAPrivateKey, kid: str) -> Json:
    """The public half, as an issuer publishes it; like Microsoft's, it does not name an algorithm."""
    public: RSAPublicNumbers = key.public_key().public_numbers()
    size = (public.n.bit_length() + 7) // 8
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": base64url(public.n.to_bytes(size, "big")), "e": "AQAB"}


def compact(header: object, claims: object, sign: Sign) -> str:
    """A token of these parts. Written without the library that reads it, so that both cannot be wrong together."""
    signed = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{signed}.{base64url(sign(signed.encode()))}"


def signing(key: RSAPrivateKey) -> Sign:
    """RS256."""
    return lambda signed: key.sign(signed, PKCS1v15(), SHA256())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
