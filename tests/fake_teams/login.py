"""Microsoft's login, and the endpoint of managed identities, as the bot's own tokens need them."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .faults import answer
from .state import CONNECTOR, Json, Tenant

LOGIN = "https://login.microsoftonline.com"
EXCHANGE = "api://AzureADTokenExchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class _No(Exception):
    def __init__(self, status: int, error: str, number: int, description: str) -> None:
        super().__init__(error)
        self.answer = JSONResponse(
            {"error": error, "error_description": f"AADSTS{number}: {description}", "error_codes": [number]}, status
        )


async def configuration(request: Request) -> Response:
    """Where a tenant's tokens are given out."""
    teams: Tenant = request.app.state.teams
    tenant = request.path_params["tenant"]
    if tenant != teams.tenant:
        return _No(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.").answer
    base = f"{LOGIN}/{tenant}"
    shape = {
        "issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
    }  # fmt: skip
    return answer(teams.faults.take("discovery"), lambda: JSONResponse(shape))


async def instances(_request: Request) -> Response:
    """The names under which the login itself is known."""
    host = LOGIN.removeprefix("https://")
    known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
    return JSONResponse({"tenant_discovery_endpoint": f"{LOGIN}/common/.well-known", "metadata": [known]})


async def token(request: Request) -> Response:
    """A token for the app, for its secret or for the token of a managed identity."""
    teams: Tenant = request.app.state.teams
    form = dict(parse_qsl((await request.body()).decode()))
    teams.logins.append({name: value for name, value in form.items() if "secret" not in name})
    tenant = request.path_params["tenant"]
    return answer(teams.faults.take("login"), lambda: _given(teams, lambda: _for_app(teams, tenant, form)))


async def identity(request: Request) -> Response:
    """A token for a managed identity of this machine."""
    teams: Tenant = request.app.state.teams
    asked = dict(request.query_params)
    teams.logins.append(asked)
    good = request.headers.get("metadata") == "true" and "api-version" in asked
    return answer(teams.faults.take("identity"), lambda: _given(teams, lambda: _for_identity(teams, asked, good=good)))


ROUTES = [
    Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
    Route("/common/discovery/instance", instances),
    Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
    Route("/metadata/identity/oauth2/token", identity),
]


def _given(teams: Tenant, bearer: Callable[[], str]) -> Response:
    try:
        given = bearer()
    except _No as no:
        return no.answer
    life = int(teams.token_life)
    return JSONResponse({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": given})


def _for_app(teams: Tenant, tenant: str, form: Json) -> str:
    if tenant != teams.tenant:
        raise _No(400, "invalid_tenant", 90002, "Tenant not found.")
    if form.get("grant_type") != "client_credentials":
        raise _No(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
    if form.get("client_id") != teams.app_id:
        raise _No(400, "unauthorized_client", 700016, "The application was not found in the directory.")
    if form.get("scope") != f"{CONNECTOR}/.default":
        raise _No(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
    if "client_assertion" in form:
        proof = teams.bearers.get(form["client_assertion"])
        if not proof or proof.audience != EXCHANGE or form.get("client_assertion_type") != ASSERTION:
            raise _No(401, "invalid_client", 700213, "No matching federated identity record found.")
    elif not teams.secret or form.get("client_secret") != teams.secret:
        raise _No(401, "invalid_client", 7000215, "Invalid client secret provided.")
    return teams.new_bearer(teams.app_id, CONNECTOR)


def _for_identity(teams: Tenant, asked: Json, *, good: bool) -> str:
    name = asked.get("client_id")
    known = teams.own_identity if name is None else name in teams.identities
    if not good or not known:
        raise _No(400, "invalid_request", 0, "Identity not found")
    return teams.new_bearer(name or "its own", asked.get("resource", ""))
