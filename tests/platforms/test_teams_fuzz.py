"""10,000 changed tokens and activities, each of which must be refused: none gets in, and none is answered with a 5xx.

Each kind of change is one function, which makes a request out of a good one. What it changes makes a difference by
construction: bytes are changed after base64 was undone, names are compared without regard to capitals, and so on.
"""

import base64
import contextlib
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fake_teams.issuer import Issuer, Sign, base64url, compact, key, signing
from tests.platforms.test_teams_door import PATH, Doorstep, at_the_door, served
from tests.platforms.test_teams_gate import APP_ID, OTHER, TENANT, URL, Json, activity

pytestmark = pytest.mark.thorough

HOW_MANY = 10_000
OVER_HTTP = 300
REFUSALS = {400, 401, 403, 413}

Headers = list[tuple[str, str]]
Request = tuple[Headers, bytes]


@dataclass
class Good:
    """What a right request is made of. Tokens are signed once: that takes longer than everything else."""

    issuer: Issuer
    random: Random

    def __post_init__(self) -> None:
        self.token = self.issuer.token()
        self.parts = [unbase64url(part) for part in self.token.split(".")]
        self.body = json.dumps(activity()).encode()
        self.wrong = [self.issuer.bearer(**changes) for changes in WRONG_CLAIMS]
        self.others = [self.issuer.bearer(header=head, sign=signing(key(7))) for head in OTHER_HEADERS]
        self.elsewhere = [(url, self.issuer.bearer(serviceurl=url)) for url in ELSEWHERE]
        self.confused = list(confused(self.issuer))

    def request(self, token: str | None = None, body: bytes | Json | None = None) -> Request:
        content = self.body if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return [("Authorization", f"Bearer {token or self.token}")], content


async def test_none_of_ten_thousand_gets_in() -> None:
    """Twenty-one kinds of change, the same every time; the unchanged request is heard before, between and after them."""
    async with at_the_door() as step:
        good = Good(step.issuer, Random(3))
        got_in, failed, tried = Counter[str](), Counter[str](), Counter[str]()
        for number in range(HOW_MANY):
            change = CHANGES[number % len(CHANGES)]
            status, body = await step.knock(*change(good))
            tried[change.__name__] += 1
            got_in[change.__name__] += status not in REFUSALS or bool(step.heard)
            failed[change.__name__] += status >= 500 or bool(body)
            step.heard.clear()
            if number % 1000 == 0:
                await gets_in(step, good)
        await gets_in(step, good)
    assert not +got_in, f"got in: {+got_in} of {tried}"
    assert not +failed, f"failed: {+failed} of {tried}"
    assert tried.total() == HOW_MANY
    assert min(tried.values()) >= HOW_MANY // len(CHANGES)


async def test_none_of_them_gets_in_over_http() -> None:
    """The same through a real server, which reads the requests itself."""
    async with at_the_door() as step, served(step) as url, httpx.AsyncClient(trust_env=False) as http:
        good = Good(step.issuer, Random(4))
        answers = Counter[tuple[str, int]]()
        for number in range(OVER_HTTP):
            change = CHANGES[number % len(CHANGES)]
            headers, body = change(good)
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
            with contextlib.suppress(httpx.LocalProtocolError):  # a header that nobody can send
                answers[change.__name__, (await http.post(url + PATH, headers=raw, content=body)).status_code] += 1
        assert not step.heard
        assert {status for _, status in answers} <= REFUSALS, answers
        assert answers.total() > OVER_HTTP * 0.9
        headers, body = good.request()
        assert (await http.post(url + PATH, headers=headers, content=body)).status_code == 200
        assert len(step.heard) == 1


async def gets_in(step: Doorstep, good: Good) -> None:
    assert await step.knock(*good.request()) == (200, b"")
    assert step.heard == [activity()]
    step.heard.clear()


# --- the token -------------------------------------------------------------------------------------


def bytes_of_the_header(good: Good) -> Request:
    return good.request(joined(flipped(good, good.parts[0]), *good.parts[1:]))


def bytes_of_the_claims(good: Good) -> Request:
    return good.request(joined(good.parts[0], flipped(good, good.parts[1]), good.parts[2]))


def bytes_of_the_signature(good: Good) -> Request:
    return good.request(joined(*good.parts[:2], flipped(good, good.parts[2])))


def claims_changed_but_not_signed(good: Good) -> Request:
    """Each of the claims made better, or one put in beside them."""
    claims = json.loads(good.parts[1])
    changes = {
        "exp": claims["exp"] + good.random.randint(1, 10**9),
        "nbf": claims["nbf"] - good.random.randint(1, 10**6),
    }
    changes |= {"aud": [APP_ID, OTHER], "serviceurl": f"{URL}{good.random.random()}", "admin": good.random.random()}
    name = good.random.choice(sorted(changes))
    return good.request(joined(good.parts[0], json.dumps(claims | {name: changes[name]}).encode(), good.parts[2]))


def header_changed_but_not_signed(good: Good) -> Request:
    header = json.loads(good.parts[0])
    changes = {
        "alg": good.random.choice(["none", "HS256", "RS512", "", None, 5]),
        "kid": odd(good),
        "crit": [odd(good)],
        "x": odd(good),
    }
    name = good.random.choice(sorted(changes))
    return good.request(joined(json.dumps(header | {name: changes[name]}).encode(), *good.parts[1:]))


def claims_that_are_wrong(good: Good) -> Request:
    """Rightly signed by the right issuer."""
    return [("Authorization", good.random.choice(good.wrong))], good.body


def another_key(good: Good) -> Request:
    return [("Authorization", good.random.choice(good.others))], good.body


def an_invented_key(good: Good) -> Request:
    header = good.issuer.header(kid=f"{good.random.random()}")
    return good.request(compact(header, good.issuer.claims(), constant(good.parts[2])))


def algorithms_confused(good: Good) -> Request:
    return good.request(good.random.choice(good.confused))


def parts_in_another_order(good: Good) -> Request:
    """Parts doubled, missing or mixed up, other things between them."""
    parts = good.token.split(".")
    while True:
        mixed = good.random.choices(
            [*parts, "", "e30", "bnVsbA", "W10", "AA"], k=good.random.choice([0, 1, 2, 3, 3, 3, 3, 4])
        )
        if mixed != parts:
            return good.request(good.random.choice([".", ".", ".", ".", "..", "", " ", ","]).join(mixed) or ".")


def a_piece_of_a_token(good: Good) -> Request:
    cut = good.random.randrange(1, len(good.token))
    return good.request(
        good.random.choice(
            [good.token[:cut], good.token[cut:], good.token + good.token[:cut], good.token[:-4] + "===="]
        )
    )


def letters_that_are_no_base64(good: Good) -> Request:
    at = good.random.randrange(len(good.token))
    letter = good.random.choice("+/=!@ \t\"'%\\\x7f\xa0\xff,;:{}")
    return good.request(good.token[:at] + letter + good.token[at + good.random.randint(0, 1) :])


def authorizations(good: Good) -> Request:
    """Doubled, of another scheme, with something before or behind."""
    right = ("Authorization", f"Bearer {good.token}")
    strange = odd(good).encode("latin-1", "replace").decode("latin-1")  # a header has no other letters
    value = good.random.choice(["", "Basic eDp5", "Bearer", right[1], f"Bearer {strange}", f"Negotiate {good.token}"])
    return good.random.choice([
        [right, ("authorization", value)], [("AUTHORIZATION", value), right], [right] * good.random.randint(2, 4), [],
        [("Proxy-Authorization", right[1])], [("Authorization", f"{right[1]}, {value}")], [("Authorization", f"X{right[1]}")],
        [("Authorization", f"Bearer{good.token}")], [("Authorization", f"{right[1]} {right[1]}")], [("Cookie", right[1])],
    ]), good.body  # fmt: skip


# --- the activity ----------------------------------------------------------------------------------


def another_tenant(good: Good) -> Request:
    theirs: object = good.random.choice(
        [OTHER, odd(good), TENANT[:-1], f"{TENANT}0", f" {TENANT}", [TENANT], 5, 0, False, {"a": TENANT}]
    )
    none: object = good.random.choice(
        [None, {}, {"tenant": None}, {"tenant": {}}, {"tenant": {"id": None}}, {"tenant": {"id": ""}}]
    )
    here = {"id": "a:1", "tenantId": good.random.choice([TENANT, None])}
    return good.request(body=good.random.choice([
        activity(channelData={"tenant": {"id": theirs}}), activity(conversation=here, channelData={"tenant": {"id": theirs}}),
        activity(conversation=here | {"tenantId": theirs}), activity(conversation=here, channelData={"tenant": TENANT}),
        activity(conversation=here, channelData=[TENANT]), activity(conversation=[here]), activity(conversation=TENANT, channelData=none),
        activity(conversation={"id": "a:1"}, channelData=none), activity(conversation=None, channelData=none),
    ]))  # fmt: skip


def another_service_url(good: Good) -> Request:
    return good.request(body=activity(serviceUrl=good.random.choice([
        None, "", odd(good), [URL], {"url": URL}, 5, URL.replace("net", "com"), URL.replace("https", "http"), f"https://x@{URL[8:]}",
        f"{URL}{odd(good)}x", URL.replace(".net", ".net."), URL.replace(".net", ".net:8443"), URL.replace("smba", f"{odd(good)}"),
        URL.replace("/uk", "\\uk"), "https://smba.trafficmanager.net/", "http://169.254.169.254/", "http://127.0.0.1:9/",
    ])))  # fmt: skip


def a_service_url_that_is_not_microsofts(good: Good) -> Request:
    """Signed for it, and said in the activity, too."""
    url, bearer = good.random.choice(good.elsewhere)
    return [("Authorization", bearer)], json.dumps(activity(serviceUrl=url)).encode()


def another_channel(good: Good) -> Request:
    return good.request(body=activity(channelId=good.random.choice(
        [None, "", odd(good), "webchat", "emulator", "directline", "MsTeams", "msteams\0", "ms\u200bteams", ["msteams"], {"id": "msteams"}, 5]
    )))  # fmt: skip


def another_recipient(good: Good) -> Request:
    """Another bot, something of another shape; or a person, but for an event."""
    kind = good.random.choice(["message", "invoke", "conversationUpdate", "event", None])
    called: list[object] = [
        f"28:{OTHER}",
        f"28:{odd(good)}",
        f"28:{APP_ID} ",
        f"28:{APP_ID}.x",
        None,
        5,
        [f"28:{APP_ID}"],
        {},
    ]
    theirs: object = good.random.choice([*called, *([] if kind == "event" else ["29:1abc", APP_ID, odd(good)])])
    shapes = [{"id": theirs}, {"id": theirs, "name": "Balcony", "role": "bot"}, {}, [], f"28:{APP_ID}", 5, False]
    return good.request(body=activity(type=kind, recipient=good.random.choice(shapes)))


def pieces_of_a_body(good: Good) -> Request:
    """Cut off, or with something behind it that is no white space."""
    cut = good.random.randrange(len(good.body))
    more = good.random.choice([b"}", b"{}", b"x", b"]", b"\x00", b",", b"null", good.body, b'"', b"\xff", b"//"])
    return good.request(body=good.random.choice([good.body[:cut], good.body + more, good.body[cut + 1 :]]))


def bytes_that_are_no_utf8(good: Good) -> Request:
    at = good.random.randrange(len(good.body))
    bad = good.random.choice([b"\xff", b"\x80", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf", b"\xe2\x82"])  # fmt: skip
    return good.request(body=good.body[:at] + bad + good.body[at:])


def things_that_are_no_activity(good: Good) -> Request:
    """A list of it, a text of it, a name twice, numbers and texts that nothing can hold, nesting without end."""
    deep = good.random.randint(100, 3000)
    part = good.random.choice([
        good.random.choice(["NaN", "-Infinity", "Infinity", "1e400", "-1e9999", "9" * good.random.randint(20, 6000), "01", "1.", ".5"]),
        good.random.choice(['"\\ud800"', '"\\udfff\\ud800"', '"\\u12"', '"\\x"', '"\x01"', "'x'", "tru", "undefined"]),
        good.random.choice(["[" * deep + "]" * deep, '{"a":' * deep + "1" + "}" * deep, "[" * deep, '[{"a":' * deep + "1" + "}]" * deep]),
        good.random.choice([f'1, "{name}": {json.dumps(value)}' for name, value in activity().items()]),
    ])  # fmt: skip
    return good.request(body=good.random.choice([
        json.dumps(activity(odd="HERE")).replace('"HERE"', part).encode(), b"[" + good.body + b"]", json.dumps(good.body.decode()).encode(),
        b"\xef\xbb\xbf" + good.body, good.body.decode().encode("utf-16"), good.random.choice([b"", b"null", b"5", b"[]", b'""', b" "]),
    ]))  # fmt: skip


CHANGES: list[Callable[[Good], Request]] = [
    bytes_of_the_header, bytes_of_the_claims, bytes_of_the_signature, claims_changed_but_not_signed, header_changed_but_not_signed,
    claims_that_are_wrong, another_key, an_invented_key, algorithms_confused, parts_in_another_order, a_piece_of_a_token,
    letters_that_are_no_base64, authorizations, another_tenant, another_service_url,
    a_service_url_that_is_not_microsofts, another_channel, another_recipient, pieces_of_a_body, bytes_that_are_no_utf8,
    things_that_are_no_activity,
]  # fmt: skip
WRONG_CLAIMS: list[dict[str, Any]] = [
    {"exp": 1}, {"exp": None}, {"exp": "x"}, {"exp": float("inf")}, {"exp": {}}, {"without": ["exp"]}, {"nbf": 10**11}, {"nbf": []},
    {"iat": 10**11}, {"iss": "https://api.botframework.com"}, {"iss": 5}, {"iss": None}, {"without": ["iss"]}, {"aud": OTHER},
    {"aud": [OTHER]}, {"aud": [APP_ID, 5]}, {"aud": None}, {"aud": {}}, {"without": ["aud"]}, {"serviceurl": f"{URL}x"},
    {"serviceurl": "https://attacker.example/"}, {"serviceurl": [URL]}, {"serviceurl": {}}, {"serviceurl": None}, {"serviceurl": 5},
    {"without": ["serviceurl"]}, {"without": ["kid"]}, {"header": {"kid": 5}}, {"header": {"crit": ["x"]}}, {"header": {"b64": False}},
    {"header": {"alg": "RS512"}}, {"header": {"alg": ["RS256"]}}, {"header": {"alg": {}}}, {"padding": "x" * 9000}, {"sub": 5}, {"jti": 5},
]  # fmt: skip
ELSEWHERE = [
    "", "https://attacker.example/", "http://smba.trafficmanager.net/uk/", "https://smba.trafficmanager.net.attacker.example/",
    "https://attacker.trafficmanager.net/", "https://x@smba.trafficmanager.net/", "https://smba.trafficmanager.net:8443/",
    "https://smba.trafficmanager.net./", "https://smba.trafficmanager.net\\@attacker.example/", "http://127.0.0.1:9/",
    "http://169.254.169.254/", "https://\u017fmba.trafficmanager.net/", "https://smba.trafficmanager.net/?", "file:///etc/passwd",
]  # fmt: skip
OTHER_HEADERS: list[Json] = [
    {},
    {"kid": "key-7"},
    {"kid": ""},
    {"jku": "http://127.0.0.1:9/"},
    {"alg": "PS256"},
    {"alg": "ES256"},
]


def confused(issuer: Issuer) -> list[str]:
    """The public key used as a shared secret, in every form it has; and signatures that are none."""
    public = issuer.key.public_key()
    secrets = [b"", b"\0", issuer.kid.encode()]
    secrets += [public.public_bytes(how, PublicFormat.SubjectPublicKeyInfo) for how in (Encoding.PEM, Encoding.DER)]
    secrets += [public.public_bytes(how, PublicFormat.PKCS1) for how in (Encoding.PEM, Encoding.DER)]
    hashes = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
    tokens = [
        issuer.token(header={"alg": alg}, sign=shared(secret, how)) for secret in secrets for alg, how in hashes.items()
    ]
    for alg in ("none", "None", "nOnE", "", None, "RS256"):
        tokens += [issuer.token(header={"alg": alg}, sign=constant(fake)) for fake in (b"", b"\0", b"\0" * 256)]
    return tokens


# --- helpers ---------------------------------------------------------------------------------------


def shared(secret: bytes, how: Any) -> Sign:
    return lambda signed: hmac.digest(secret, signed, how)


def constant(signature: bytes) -> Sign:
    return lambda _signed: signature


def flipped(good: Good, data: bytes) -> bytes:
    """One to three bytes of it are others: any, or one letter is, so that what can be read stays so."""
    changed = bytearray(data)
    letters = [at for at, byte in enumerate(data) if chr(byte).isalnum() and byte < 128]
    if good.random.random() < 0.5:
        changed[good.random.choice(letters)] ^= 1
        return bytes(changed)
    for at in good.random.sample(range(len(changed)), good.random.randint(1, 3)):
        changed[at] ^= good.random.randint(1, 255)
    return bytes(changed)


def odd(good: Good) -> str:
    """A text that is nobody's name."""
    return "".join(good.random.choices("abcXYZ019-_.:/\\@%\0\n\u202e\u017f\U0001f600é ", k=good.random.randint(1, 12)))


def joined(*parts: bytes) -> str:
    return ".".join(base64url(part) for part in parts)


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
