"""Stands between Microsoft's playground and Balcony, so that Balcony is tried there with its check of tokens on.

The playground signs nothing. This signs what it sends, as Microsoft's service would, and is the issuer that Balcony
knows by TEAMS_DEV_URL; what Balcony says goes on to the playground's own connector. Loopback only, for trying by hand:

    python -m e2e.playground.relay

RELAY_SIGNS says how it signs; with anything but "well" nothing may get in. The playground would show everybody what is
for one person alone, so that is refused, as a Teams without targeted messages might; RELAY_TARGETED=1 passes it on.
RELAY_LOG=debug shows what is said, too.
"""

import json
import logging
import os
from collections.abc import Callable
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_teams.issuer import Issuer, key, signing

Json = dict[str, Any]

BOT = "c11e0000-0000-4000-8000-00000000b017"  # as in .m365agentsplayground.yml
TENANT = "0b00c0de-0000-4000-8000-000000000001"
PORT = int(os.environ.get("RELAY_PORT", "3979"))
BALCONY = os.environ.get("RELAY_TO", "http://127.0.0.1:3000/api/messages")
HOW = os.environ.get("RELAY_SIGNS", "well")
TARGETED = bool(os.environ.get("RELAY_TARGETED"))
PLAYGROUND = os.environ.get("PLAYGROUND_URL", "http://127.0.0.1:56150/_connector")

_HERE = f"http://127.0.0.1:{PORT}"
_LOGIN = "https://login.microsoftonline.com"
_PERSON = "29:"
_REFUSED = 400
_log = logging.getLogger("relay")
_http = httpx.AsyncClient(trust_env=False, timeout=15)
_issuer = Issuer(BOT, _HERE, service_url=_HERE)

SIGNS: dict[str, Callable[[], str]] = {
    "well": _issuer.bearer,
    "not": lambda: "",
    "with another key": lambda: _issuer.bearer(sign=signing(key(1))),
    "as another issuer": lambda: _issuer.bearer(iss="https://login.example"),
    "for another bot": lambda: _issuer.bearer(aud="00000000-0000-4000-8000-0000000000ff"),
    "for another service": lambda: _issuer.bearer(serviceurl="https://smba.trafficmanager.net/uk/"),
    "for yesterday": lambda: _issuer.bearer(nbf=1_700_000_000, exp=1_700_003_600),
}


async def from_playground(request: Request) -> Response:
    """What somebody did, signed and passed on, and Balcony's answer."""
    activity = _as_teams_sends_it(json.loads(await request.body()))
    _log.debug("> %s", json.dumps(activity, ensure_ascii=False))
    sign = SIGNS[HOW]
    return await _passed_on(
        f"{activity.get('type')} {activity.get('name', '')}",
        _http.build_request("POST", BALCONY, json=activity, headers={"Authorization": sign()}),
    )


async def to_playground(request: Request) -> Response:
    """What Balcony says, passed on to the playground's connector."""
    if "isTargetedActivity" in request.query_params and not TARGETED:
        _log.info("a targeted message was refused")
        return JSONResponse({"error": {"code": "BadArgument", "message": "no targeted messages"}}, _REFUSED)
    body = (await request.body()).replace(f'"{_PERSON}'.encode(), b'"')
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    _log.debug("< %s", body.decode())
    headers = {"Content-Type": "application/json"}
    return await _passed_on(
        f"{request.method} {asked}",
        _http.build_request(request.method, PLAYGROUND + asked, content=body, headers=headers),
    )


async def token(_request: Request) -> Response:
    """Balcony's own token. Nobody checks it here; the tests' connector does."""
    return JSONResponse({"token_type": "Bearer", "expires_in": 3600, "access_token": "playground"})


async def openid(_request: Request) -> Response:
    """What msal asks before it asks for a token."""
    base = f"{_LOGIN}/{TENANT}"
    known = {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }
    return JSONResponse(known)


def main() -> None:
    if HOW not in SIGNS:
        raise SystemExit(f"RELAY_SIGNS is one of: {', '.join(SIGNS)}.")
    logging.basicConfig(level="INFO", format="%(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    _log.setLevel(os.environ.get("RELAY_LOG", "info").upper())
    routes = [
        Route("/from-playground", from_playground, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", openid),
        Route("/v3/{path:path}", to_playground, methods=["GET", "POST", "PUT", "DELETE"]),
        *_issuer.routes,
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=PORT, log_level="warning")


async def _passed_on(what: str, request: httpx.Request) -> Response:
    try:
        answer = await _http.send(request)
    except httpx.TransportError as error:
        _log.warning("%s: nobody answers at %s (%s)", what, request.url, type(error).__name__)
        return Response(status_code=502)
    _log.info("%s -> %s %s", what, answer.status_code, answer.text[:200] if answer.status_code >= _REFUSED else "")
    _log.debug("= %s", answer.text)
    return Response(answer.content, answer.status_code, media_type="application/json")


def _as_teams_sends_it(activity: Json) -> Json:
    """The playground calls bots and people by their bare ids; Teams puts "28:" and "29:" before them."""
    for entity in activity.get("entities", []):
        if entity.get("mentioned", {}).get("id") == BOT:
            entity["mentioned"]["id"] = f"28:{BOT}"
    who = activity.get("from", {})
    if who.get("aadObjectId"):
        who["id"] = _PERSON + who["aadObjectId"]
    return activity | {"serviceUrl": _HERE, "recipient": {"id": f"28:{BOT}", "name": "Balcony"}}


if __name__ == "__main__":
    main()
