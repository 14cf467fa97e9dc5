"""The bot's own token, which every call to Teams needs: by a client secret, or by a managed identity without one.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
msal keeps a token until it nears its end. It is synchronous, so it works in a thread, for one caller at a time.
"""

import asyncio
import functools
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import msal  # type: ignore[import-untyped]
import requests
from requests.adapters import HTTPAdapter

TIMEOUT = 10.0  # seconds, for each of the few requests that a token may take
SYSTEM = "system"  # this machine's own identity, in TEAMS_MANAGED_IDENTITY

_PATIENCE = 1.5  # times that, for all of them together
_LOGIN = "https://login.microsoftonline.com"
_IDENTITIES = "http://169.254.169.254"
_CONNECTOR = "https://api.botframework.com"
_EXCHANGE = "api://AzureADTokenExchange"
_PASSING = {"temporarily_unavailable", "server_error", "slow_down"}  # OAuth's words for "not now"
_NOT_THIS_APP = "Microsoft refuses TEAMS_CLIENT_SECRET ({}): check it with TEAMS_CLIENT_ID and TEAMS_TENANT_ID, and whether it has expired."
_NOT_THIS_IDENTITY = "Microsoft refuses TEAMS_MANAGED_IDENTITY ({}): check that this machine has that identity, and that it may act for TEAMS_CLIENT_ID."
_NOBODY = "Microsoft's login cannot be reached."
_NO_IDENTITY = (
    "Microsoft's login or the managed identity of this machine cannot be reached: check TEAMS_MANAGED_IDENTITY."
)

# It quotes whole answers and exceptions; what they mean is said here.
logging.getLogger("msal").setLevel(logging.CRITICAL)

Ask = Callable[[], Mapping[str, Any]]


class NoToken(Exception):
    """There is no token now. `refused`: Microsoft says no, which a host must mend; else it could not be reached.

    `reason` is its own code, `sentence` a plain one for the host.
    """

    def __init__(self, reason: str, sentence: str, *, refused: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence
        self.refused = refused


class BotTokens:
    """Tokens for one app. `development` is the base address of a stand-in for Microsoft's login, on this machine."""

    def __init__(
        self,
        app_id: str,
        tenant: str,
        *,
        secret: str = "",
        managed_identity: str = "",
        development: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        """With `managed_identity`, "system" or a client id, there is no secret. `timeout` is in seconds, for one request."""
        self._app_id, self._tenant = app_id, tenant
        self._secret, self._identity = secret, managed_identity
        self._development = development.rstrip("/")
        self._timeout = timeout
        self._ask: Ask | None = None
        self._asking: asyncio.Task[str | NoToken] | None = None

    async def token(self) -> str:
        """A bearer for Teams' connector. Raises NoToken."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self._fetch))
        try:
            async with asyncio.timeout(self._timeout * _PATIENCE):
                # The thread cannot be stopped; whoever comes meanwhile waits for the same one.
                answer = await asyncio.shield(self._asking)
        except TimeoutError:
            raise self._unreachable("TimeoutError") from None
        if isinstance(answer, NoToken):
            raise NoToken(answer.reason, answer.sentence, refused=answer.refused)
        return answer

    def forget(self) -> None:
        """Ask for a new one next time: Teams does not take the one there is."""
        self._ask = None

    def _fetch(self) -> str | NoToken:
        """In a thread. Never raises: nobody may be there any more to hear it."""
        try:
            ask = self._ask = self._ask or self._asker()
            return self._read(ask())
        except NoToken as error:
            no = error
        except Exception as error:
            no = self._meaning(error)
        self.forget()  # msal remembers a refusal for a minute, and would not notice that it is mended
        return no

    def _asker(self) -> Ask:
        session = _session(self._timeout, self._development)
        if not self._identity:
            app = self._app(self._secret, session)
            return functools.partial(app.acquire_token_for_client, [f"{_CONNECTOR}/.default"])
        own = msal.SystemAssignedManagedIdentity()
        identity = own if self._identity == SYSTEM else msal.UserAssignedManagedIdentity(client_id=self._identity)
        machine = msal.ManagedIdentityClient(identity, http_client=session)
        if self._identity.lower() == self._app_id.lower():
            return functools.partial(machine.acquire_token_for_client, resource=_CONNECTOR)
        # Another identity proves to the login that it may act for the app.
        app = self._app({"client_assertion": functools.partial(self._proof, machine)}, session)
        return functools.partial(app.acquire_token_for_client, [f"{_CONNECTOR}/.default"])

    def _app(self, credential: str | dict[str, Any], session: requests.Session) -> Any:
        return msal.ConfidentialClientApplication(
            self._app_id,
            client_credential=credential,
            authority=f"{_LOGIN}/{self._tenant}",
            http_client=session,
            instance_discovery=False,  # the address is Microsoft's own; nobody need be asked whether it is
        )

    def _proof(self, machine: Any) -> str:
        return self._read(machine.acquire_token_for_client(resource=_EXCHANGE))

    def _read(self, answer: Mapping[str, Any]) -> str:
        """The token. Raises NoToken; the answer's own description may hold anything, and stays unread."""
        token = answer.get("access_token")
        if isinstance(token, str) and token:
            return token
        error, numbers = answer.get("error"), answer.get("error_codes")
        if not isinstance(error, str) or not re.fullmatch(r"[a-z_]{1,40}", error):
            raise self._unreachable("no answer of a login")
        if error in _PASSING:
            raise self._unreachable(error)
        number = numbers[0] if isinstance(numbers, list) and numbers and isinstance(numbers[0], int) else 0
        raise self._refused(f"{error} AADSTS{number}" if number else error)

    def _meaning(self, error: Exception) -> NoToken:
        """For a tenant that does not exist msal raises one bare ValueError out of another, and for nothing else."""
        if type(error) is type(error.__context__) is ValueError:
            return self._refused("invalid_tenant")
        return self._unreachable(type(error).__name__)

    def _refused(self, reason: str) -> NoToken:
        sentence = _NOT_THIS_IDENTITY if self._identity else _NOT_THIS_APP
        return NoToken(reason, sentence.format(reason), refused=True)

    def _unreachable(self, reason: str) -> NoToken:
        return NoToken(reason, _NO_IDENTITY if self._identity else _NOBODY, refused=False)


class _Elsewhere(HTTPAdapter):
    """Carries what is meant for Microsoft to a stand-in."""

    def __init__(self, of: str, to: str) -> None:
        super().__init__()
        self._of, self._to = of, to

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        request.url = f"{self._to}{str(request.url).removeprefix(self._of)}"
        return super().send(request, *args, **more)


def _session(timeout: float, development: str) -> requests.Session:
    """One that always gives up in the end, and goes where it is sent and nowhere else."""
    session = requests.Session()
    session.max_redirects = 0  # a redirect would carry the secret along
    session.request = functools.partial(session.request, timeout=timeout)  # type: ignore[method-assign]  # msal's own way
    if development:
        session.trust_env = False  # the environment's proxies have no business between two ends of one machine
        for real in (_LOGIN, _IDENTITIES):
            session.mount(f"{real}/", _Elsewhere(real, development))
    return session
