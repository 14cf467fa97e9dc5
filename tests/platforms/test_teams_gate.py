"""The gate: the SDK's own check of the token runs every time, and what it leaves out is checked as well."""

import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from microsoft_teams.api.auth.cloud_environment import PUBLIC
from starlette.applications import Starlette

from bot.platforms.teams.gate import TOKEN_LIMIT, Claims, Gate, Hosts, Refused, cloud
from bot.platforms.teams.keys import Keys
from tests.conftest import Clock, london
from tests.fake_teams.issuer import Fault, Issuer, base64url, compact, jwk, key, signing

pytestmark = pytest.mark.thorough

APP_ID = "0a1b2c3d-0000-4000-8000-00000000b0b0"
TENANT = "7e4a4700-0000-4000-8000-000000000001"
OTHER = "7e4a4700-0000-4000-8000-000000000002"
URL = f"https://smba.trafficmanager.net/uk/{TENANT}/"
Json = dict[str, Any]
GONE = object()


@dataclass
class Gatehouse:
    """A gate in front of the tests' own issuer."""

    issuer: Issuer
    keys: Keys
    gate: Gate

    async def answer(self, authorization: str) -> int:
        """200, or the status of the refusal."""
        try:
            await self.gate.recognise(authorization)
        except Refused as refused:
            return refused.status
        return 200


@pytest.fixture
async def house() -> AsyncIterator[Gatehouse]:
    issuer = Issuer(APP_ID, service_url=URL)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=issuer.routes))) as http:
        keys = Keys(cloud(issuer.url), http, Clock(london("2026-11-23 10:00")), seconds=0.3)
        yield Gatehouse(issuer, keys, Gate(APP_ID, TENANT, Hosts(), keys, cloud(issuer.url)))


def activity(**changes: Any) -> Json:
    """A message in the personal chat, as Teams sends it; a part that is GONE is taken out."""
    whole = {
        "type": "message", "id": "1763892000000", "timestamp": "2026-11-23T10:00:00.000Z", "channelId": "msteams",
        "serviceUrl": URL, "text": "home",
        "from": {"id": "29:1abc", "name": "Ben", "aadObjectId": "be000000-0000-4000-8000-000000000002"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1conversation"},
        "recipient": {"id": f"28:{APP_ID}", "name": "Balcony"},
        "channelData": {"tenant": {"id": TENANT}},
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not GONE}


def refusal(house: Gatehouse, activity: Json, claims: Claims | None = None) -> str:
    """Why the activity of a right token is not taken; empty if it is."""
    try:
        house.gate.admit(claims or house.issuer.claims(), activity)
    except Refused as refused:
        assert refused.status == 403
        return refused.reason
    return ""


# --- the token -------------------------------------------------------------------------------------


async def test_a_right_token_is_recognised(house: Gatehouse) -> None:
    """With the five claims that Microsoft's have, for any of the three ways to write the audience."""
    for audience in (APP_ID, f"api://{APP_ID}", f"api://botid-{APP_ID}"):
        claims = await house.gate.recognise(house.issuer.bearer(aud=audience))
        assert set(claims) == {"serviceurl", "nbf", "exp", "iss", "aud"}
    assert await house.answer(house.issuer.bearer().replace("Bearer", "bearer")) == 200


async def test_without_a_bearer_token(house: Gatehouse) -> None:
    """Nothing, another scheme, two tokens, a token in another shape: 401, and nobody is asked for keys."""
    token = house.issuer.token()
    for authorization in (
        "", " ", token, "Bearer", "Bearer ", f"Bearer  {token}", f"Bearer {token} ", f"Basic {token}", f"Bearer {token},{token}",
        f"Bearer {token} {token}", f"BearerX {token}", f"Bearer\t{token}", f"Bearer {token}\n", f"Bearer {token}=", "Bearer a.b",
        "Bearer a.b.c.d", "Bearer ..", f"Bearer é{token}", "Bearer ſ.k.K", "Bearer a.\u200bb.c",
    ):  # fmt: skip
        assert await house.answer(authorization) == 401, authorization
    assert house.issuer.asked == 0


async def test_too_long_a_token(house: Gatehouse) -> None:
    """Rightly signed, but longer than any that Microsoft makes: 401; one just below is read."""
    assert await house.answer(house.issuer.bearer(padding="x" * TOKEN_LIMIT)) == 401
    assert await house.answer(house.issuer.bearer(padding="x" * (TOKEN_LIMIT // 2))) == 200


async def test_the_times_of_a_token(house: Gatehouse) -> None:
    """Over, not begun, without an end, or with an end that is no time: 401; five minutes of a wrong clock are allowed."""
    now = int(time.time())
    for changes, status in (
        ({"exp": now - 299}, 200),
        ({"exp": now - 301}, 401),
        ({"exp": now - 86_400}, 401),
        ({"exp": 0}, 401),
        ({"exp": -1}, 401),
        ({"exp": None}, 401),
        ({"exp": "soon"}, 401),
        ({"exp": True}, 401),
        ({"exp": [now + 60]}, 401),
        ({"exp": float("inf")}, 401),
        ({"exp": float("nan")}, 401),
        ({"without": ["exp"]}, 401),
        ({"nbf": now + 290}, 200),
        ({"nbf": now + 400}, 401),
        ({"nbf": "now"}, 401),
        ({"nbf": None}, 401),
        ({"iat": now + 400}, 401),
        ({"without": ["nbf"]}, 200),
    ):
        assert await house.answer(house.issuer.bearer(**changes)) == status, changes


async def test_whose_token_it_is(house: Gatehouse) -> None:
    """Another issuer's, another bot's, nobody's: 401, though it is rightly signed."""
    odd: tuple[Json, ...] = (
        {"iss": "https://api.botframework.com"}, {"iss": house.issuer.url + "/"}, {"iss": f"https://sts.windows.net/{TENANT}/"},
        {"iss": [house.issuer.url]}, {"iss": None}, {"without": ["iss"]}, {"aud": OTHER}, {"aud": APP_ID.upper()},
        {"aud": f"{APP_ID} "}, {"aud": [OTHER]}, {"aud": []}, {"aud": None}, {"aud": {APP_ID: 1}}, {"aud": [APP_ID, 5]},
        {"aud": "https://api.botframework.com"}, {"without": ["aud"]},
    )  # fmt: skip
    for changes in odd:
        assert await house.answer(house.issuer.bearer(**changes)) == 401, changes


async def test_a_token_without_a_service_url(house: Gatehouse) -> None:
    """It could be put to any activity: 401, also where the claim is no text."""
    assert await house.answer(house.issuer.bearer(without=["serviceurl"])) == 401
    for odd in (None, 5, [URL], {"url": URL}, True):
        assert await house.answer(house.issuer.bearer(serviceurl=odd)) == 401, odd


async def test_who_signed_it(house: Gatehouse) -> None:
    """Another key, no key id, another's key id, nobody's signature, a part of one: 401."""
    good = house.issuer.token()
    head, claims, signature = good.split(".")
    for token in (
        house.issuer.token(sign=signing(key(7))),
        house.issuer.token(header={"kid": "key-7"}, sign=signing(key(7))),
        house.issuer.token(without=["kid"]),
        house.issuer.token(header={"kid": None}),
        house.issuer.token(header={"kid": ["key-0"]}),
        house.issuer.token(header={"kid": "../../key-0"}),
        house.issuer.token(header={"jwk": jwk(key(7), "key-0"), "kid": "mine"}, sign=signing(key(7))),
        house.issuer.token(header={"jku": "http://127.0.0.1:9/keys", "kid": "mine"}, sign=signing(key(7))),
        f"{head}.{claims}.{base64url(b'x' * 256)}",
        f"{head}.{claims}.{signature[:-8]}",
        f"{head}.{base64url(json.dumps(house.issuer.claims(aud=APP_ID, extra=1)).encode())}.{signature}",
        f"{head}.{claims}.{claims}",
    ):
        assert await house.answer(f"Bearer {token}") == 401, token
    assert await house.answer(f"Bearer {good}") == 200


async def test_the_algorithm(house: Gatehouse) -> None:
    """No signature, the public key as a shared secret, another algorithm, one that must be understood: 401."""
    public = house.issuer.key.public_key()
    secrets = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk(house.issuer.key, house.issuer.kid)).encode(),
        b"",
    ]
    shared: list[Callable[[bytes], bytes]] = [
        lambda signed, secret=secret: hmac.digest(secret, signed, hashlib.sha256)  # type: ignore[misc]
        for secret in secrets
    ]
    for token in (
        *(house.issuer.token(header={"alg": "HS256"}, sign=sign) for sign in shared),
        *(
            house.issuer.token(header={"alg": alg})
            for alg in ("none", "None", "NONE", "", None, "HS256", "RS384", "PS256", "ES256", "rs256", ["RS256"])
        ),
        house.issuer.token(header={"alg": "none"}, sign=lambda _: b"x"),
        house.issuer.token(without=["alg"]),
        house.issuer.token(header={"crit": ["exp"]}),
        house.issuer.token(header={"crit": ["b64"], "b64": False}),
        compact([], house.issuer.claims(), signing(house.issuer.key)),
        compact(house.issuer.header(), [], signing(house.issuer.key)),
        compact(house.issuer.header(), "text", signing(house.issuer.key)),
    ):
        assert await house.answer(f"Bearer {token}") == 401, token


async def test_a_key_that_is_not_endorsed_for_teams(house: Gatehouse) -> None:
    """The issuer's own key for another channel: 401."""
    house.issuer.endorsements = ["webchat"]
    house.issuer.extra_keys = [jwk(key(8), "teams") | {"endorsements": ["webchat", "msteams"]}]
    assert await house.answer(house.issuer.bearer()) == 401
    assert await house.answer(house.issuer.bearer(header={"kid": "teams"}, sign=signing(key(8)))) == 200


async def test_no_keys_to_check_with(house: Gatehouse) -> None:
    """503, so that Teams comes again; what is no token at all is a 401 all the same."""
    house.issuer.fault = Fault.DOWN
    assert await house.answer(house.issuer.bearer()) == 503
    assert await house.answer("Bearer a.b.c") == 401


async def test_the_validator_fetches_nothing_itself(house: Gatehouse) -> None:
    """It asks our keys, and would fetch from the same address: what the SDK calls this may change, and we must notice."""
    validator = house.gate._validator
    assert validator._jwks_client is house.keys  # type: ignore[comparison-overlap]
    assert validator.options.jwks_uri == house.keys._url
    for number in range(3):
        await house.answer(house.issuer.bearer(header={"kid": f"unknown-{number}"}))
        assert await house.answer(house.issuer.bearer()) == 200
    assert house.issuer.asked == 1


async def test_strangers_are_no_errors_of_ours(house: Gatehouse, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing about a wrong token is logged by the library, which quotes what it could not read."""
    caplog.set_level(logging.DEBUG)
    token = compact({"alg": "RS256", "crit": ["secret\nwords"], "kid": house.issuer.kid}, {}, signing(key(0)))
    assert await house.answer(f"Bearer {token}") == 401
    assert await house.answer(house.issuer.bearer(sign=signing(key(7)))) == 401
    assert "secret" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# --- the activity ----------------------------------------------------------------------------------


def test_what_teams_sends_is_admitted(house: Gatehouse) -> None:
    """A message, an invoke, updates, a meeting's events, in the shapes of Microsoft's examples."""
    channel = {"channelData": {"team": {"id": "19:t@thread.tacv2"}, "tenant": {"id": TENANT}}}
    place = {"isGroup": True, "conversationType": "channel", "id": "19:c@thread.tacv2"}  # no tenant in it
    meeting = {"isGroup": True, "tenantId": TENANT, "id": "19:meeting_x@thread.v2"}
    for changes in (
        {},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {}},
        {"type": "invoke", "name": "composeExtension/fetchTask", "value": {}},
        {"type": "conversationUpdate", "conversation": place, **channel},
        {"type": "messageReaction", "conversation": place, **channel},
        {"type": "installationUpdate", "action": "add"},
        {"type": "event", "name": "application/vnd.microsoft.meetingEnd", "conversation": meeting},
        {"type": "event", "conversation": meeting, "recipient": {"id": "user id", "name": "user name"}},
        {"type": "event", "conversation": meeting, "recipient": GONE},
        {"type": "event", "conversation": meeting, "channelData": GONE, "id": GONE},
        {"type": "something new"},
        {"recipient": {"id": f"28:{APP_ID}", "name": "Balcony", "isTargeted": True}},
        {"recipient": {"id": f"28:{APP_ID.upper()}"}},
        {"recipient": None},
        {"channelData": {"tenant": {"id": TENANT.upper()}}},
        {"channelData": {"tenant": {"id": ""}}},
        {"channelData": {"tenant": None}},
        {"channelData": None},
        {"conversation": {"id": "a:1", "tenantId": None}},
        {"serviceUrl": URL.rstrip("/")},
    ):
        assert refusal(house, activity(**changes)) == "", changes


def test_another_service_url_than_the_tokens(house: Gatehouse) -> None:
    """None, no text, another region's, one that goes on: refused, though it may be Microsoft's."""
    for url in (
        GONE, None, "", 5, [URL], {"url": URL}, "/", "https://smba.trafficmanager.net/", f"{URL}x", URL.replace("/uk/", "/emea/"),
        URL.upper(), f" {URL}", "https://attacker.example/",
    ):  # fmt: skip
        assert refusal(house, activity(serviceUrl=url)).startswith("another service URL"), url


def test_a_service_url_that_is_not_microsofts(house: Gatehouse) -> None:
    """Refused even if the token says the same."""
    for url in ("https://attacker.example/", "http://smba.trafficmanager.net/uk/", "", "http://127.0.0.1:9/uk/"):
        claims = house.issuer.claims(serviceurl=url)
        assert refusal(house, activity(serviceUrl=url), claims).startswith("a service URL"), url


def test_another_channel(house: Gatehouse) -> None:
    """Web chat, e-mail, nothing: only Teams is heard."""
    for channel in (
        GONE,
        None,
        "",
        "webchat",
        "emulator",
        "directline",
        "MSTEAMS",
        "msteams ",
        "msteams:copilot",
        ["msteams"],
        5,
    ):
        assert refusal(house, activity(channelId=channel)).startswith("another channel"), channel


def test_another_tenant(house: Gatehouse) -> None:
    """No tenant, another one, ours and another one, ours in a shape that it never has: refused."""
    here, nowhere = {"id": "a:1", "tenantId": TENANT}, {"id": "a:1"}
    for conversation, data in (
        (nowhere, GONE),
        (nowhere, {}),
        (nowhere, {"tenant": {}}),
        (nowhere, {"tenant": {"id": ""}}),
        (GONE, GONE),
        (None, None),
        (nowhere, {"tenant": {"id": OTHER}}),
        (nowhere, {"tenant": OTHER}),
        (nowhere, {"tenant": TENANT}),
        (nowhere, TENANT),
        (TENANT, GONE),
        (here, {"tenant": {"id": OTHER}}),
        (here, {"tenant": {"id": f"{TENANT} "}}),
        (here, {"tenant": {"id": [TENANT]}}),
        (here, {"tenant": {"id": 5}}),
        (here, {"tenant": {"id": False}}),
        (here, {"tenant": TENANT}),
        (here, {"tenant": [TENANT]}),
        (here, [{"tenant": {"id": TENANT}}]),
        (here, TENANT),
        ({"id": "a:1", "tenantId": OTHER}, {"tenant": {"id": TENANT}}),
        ({"id": "a:1", "tenantId": [TENANT]}, {"tenant": {"id": TENANT}}),
        ([here], {"tenant": {"id": TENANT}}),
    ):
        said = activity(conversation=conversation, channelData=data)
        assert refusal(house, said).startswith("another tenant"), (conversation, data)


def test_another_bots_activity(house: Gatehouse) -> None:
    """Another bot, a person, no id: refused; an event may name a person, but no other bot."""
    odd: tuple[object, ...] = (
        {"id": f"28:{OTHER}"}, {"id": f"28:{APP_ID}x"}, {"id": APP_ID}, {"id": "29:1abc"}, {"id": ""}, {"id": None}, {},
        {"id": [f"28:{APP_ID}"]}, [], f"28:{APP_ID}", 5, False,
    )  # fmt: skip
    for recipient in odd:
        assert refusal(house, activity(recipient=recipient)) == "another bot's activity", recipient
    for recipient in (odd[0], {}, {"id": 5}, "user id"):
        assert refusal(house, activity(type="event", recipient=recipient)) == "another bot's activity", recipient


def test_a_reason_can_be_logged(house: Gatehouse) -> None:
    """What somebody sent is shown short, and cannot draw on a terminal or begin a line of its own."""
    reason = refusal(house, activity(channelId="web\n\x1b[2Jchat\u202e\x00\ud800" + "x" * 10_000))
    assert reason == "another channel: web??[2Jchat???" + "x" * 65
    assert reason.isprintable()


# --- where replies may go --------------------------------------------------------------------------


def test_microsofts_hosts() -> None:
    """The public cloud's one host, in any letters, with any path."""
    for url in (
        "https://smba.trafficmanager.net", "https://smba.trafficmanager.net/", URL, "https://smba.trafficmanager.net/teams",
        "https://smba.trafficmanager.net/amer-client-ss.msg/", "https://smba.trafficmanager.net:443/uk/",
        "HTTPS://SMBA.TrafficManager.NET/uk/", "https://smba.trafficmanager.net/a@b",
    ):  # fmt: skip
        assert Hosts().allow(url), url


def test_other_hosts() -> None:
    """Lookalikes, tricks with dots, users, ports and slashes, other clouds, this machine: nothing is sent there."""
    for url in (
        "", "/", "https:", "https://", "smba.trafficmanager.net", "//smba.trafficmanager.net/", "http://smba.trafficmanager.net/",
        "ftp://smba.trafficmanager.net/", "https:smba.trafficmanager.net", "https:/smba.trafficmanager.net/", "https:///smba.trafficmanager.net/",
        "https://smba.trafficmanager.net.attacker.example/", "https://attacker.example/smba.trafficmanager.net",
        "https://attacker.example?smba.trafficmanager.net/", "https://attacker.example#smba.trafficmanager.net/",
        "https://attacker.trafficmanager.net/", "https://x.smba.trafficmanager.net/", "https://xsmba.trafficmanager.net/",
        "https://trafficmanager.net/", "https://smba.trafficmanager.net./", "https://smba.trafficmanager.net../", "https://.smba.trafficmanager.net/",
        "https://smba..trafficmanager.net/", "https://smba-trafficmanager.net/", "https://smbaxtrafficmanager.net/",
        "https://user@smba.trafficmanager.net/", "https://smba.trafficmanager.net@attacker.example/",
        "https://smba.trafficmanager.net:443@attacker.example/", "https://smba.trafficmanager.net%40attacker.example/",
        "https://smba.trafficmanager.net:8443/", "https://smba.trafficmanager.net:80/", "https://smba.trafficmanager.net:/",
        "https://smba.trafficmanager.net:0443/", "https://smba.trafficmanager.net\\@attacker.example/",
        "https://smba.trafficmanager.net\\.attacker.example/", "https:\\\\smba.trafficmanager.net/", "https://smba.trafficmanager.net/\\x",
        "https://smba.trafficmanager.net/?x=/", "https://smba.trafficmanager.net/#x", "https://smba.trafficmanager.net?x",
        "https://\u017fmba.trafficmanager.net/", "https://smba.traffi\u0441manager.net/", "https://smba.trafficmanager\u3002net/",
        "https://smba.trafficmanager.net/\u2044", "https://xn--mba-qbb.trafficmanager.net/", "https://smba.trafficmanager.net/\n",
        "https://smba.trafficmanager.net/ x", " https://smba.trafficmanager.net/", "https://smba.trafficmanager.net/\x00",
        "https://smba.trafficmanager.net\t/", "https://smba.trafficmanager.net/\x7f", "https://smba.trafficmanager.net/" + "x" * 500,
        "https://smba.infra.gcc.teams.microsoft.com/teams", "https://smba.infra.gov.teams.microsoft.us/teams",
        "https://api.botframework.com/", "https://127.0.0.1/", "http://127.0.0.1:9/", "http://localhost/", "http://169.254.169.254/",
    ):  # fmt: skip
        assert not Hosts().allow(url), url


def test_one_development_server() -> None:
    """Only the one that was named, and only on this machine; Microsoft's stays allowed beside it."""
    for base in (
        "http://127.0.0.1:5000",
        "http://127.0.0.1:5000/",
        "http://localhost:5000",
        "http://[::1]:5000",
        "http://127.0.0.1",
    ):
        hosts = Hosts(base)
        for allowed in (base, f"{base.rstrip('/')}/", f"{base.rstrip('/')}/uk/x", URL):
            assert hosts.allow(allowed), allowed
        plain = base.rstrip("/")
        for other in (
            f"{plain}0", f"{plain}:6000/", f"{plain}.attacker.example/", f"{plain}@attacker.example/", f"{plain}\\x", f"{plain}/ x",
            f"{plain}/?x", plain.replace("http", "https"), "http://127.0.0.2:5000/", "https://attacker.example/",
        ):  # fmt: skip
            assert not hosts.allow(other), other
    for elsewhere in (
        "http://attacker.example", "https://attacker.example:5000", "http://127.0.0.1.attacker.example", "http://127.0.0.1:5000/x",
        "http://user@127.0.0.1:5000", "http://127.0.0.1:5000@attacker.example", "http://0.0.0.0:5000", "http://10.0.0.1", "x", "127.0.0.1:5000",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="on this machine"):
            Hosts(elsewhere)


# --- the SDK ---------------------------------------------------------------------------------------


def test_the_cloud() -> None:
    """Microsoft's own, unless there is a stand-in: then its issuer and its keys, and everything else as it was."""
    assert cloud() is PUBLIC
    there = cloud("http://127.0.0.1:5000/")
    keys = "http://127.0.0.1:5000/v1/.well-known/openidconfiguration"
    assert there == replace(PUBLIC, openid_metadata_url=keys, token_issuer="http://127.0.0.1:5000")


STRAY = "BALCONY_STRAY=read\nCLIENT_ID=read\n"
LOOK = """
import os, warnings
warnings.simplefilter("error")
import bot.matching  # which asks NumPy for one thread, openly
before = dict(os.environ)
import bot.platforms.teams.gate
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
try:
    warnings.warn("another", FutureWarning)
except FutureWarning:
    print("as it was")
"""


@pytest.mark.parametrize("switch", [{}, {"PYTHON_DOTENV_DISABLED": "0"}])
def test_importing_it_has_no_effect(tmp_path: Path, switch: dict[str, str]) -> None:
    """A stray .env is not read, nothing is warned of, and what was set before is as it was, other warnings too."""
    (tmp_path / ".env").write_text(STRAY)
    environment = switch | {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (said.stdout, said.stderr, said.returncode) == ("as it was\n", "", 0)
