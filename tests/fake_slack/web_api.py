"""The Web API: reads a call as Slack reads it, checks token and scope, and looks the method up."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .chat_methods import CHAT
from .conversation_methods import CONVERSATIONS
from .faults import answer
from .methods import Method, need
from .state import Workspace
from .things import Json, SlackError
from .view_methods import VIEWS

AS_JSON = {"blocks", "view", "metadata", "attachments"}


def auth_test(workspace: Workspace, _: Json) -> Json:
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain,
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": "B0BOT",
        "is_enterprise_install": False,
    }


# Every method that exists; any other is answered with unknown_method.
METHODS: dict[str, Method] = {"auth.test": Method(auth_test), **CHAT, **CONVERSATIONS, **VIEWS}


async def serve(request: Request) -> Response:
    """Answers one call, after writing it down and with the fault that waits for it."""
    workspace: Workspace = request.app.state.workspace
    method = request.path_params["method"]
    args = await _arguments(request)
    token = _token(request, args)
    workspace.calls.append((method, args))
    workspace.changed()
    headers = {"x-oauth-scopes": ",".join(sorted(workspace.scopes))}

    def commit() -> Response:
        try:
            result = _dispatch(workspace, method, args, token)
        except SlackError as refused:
            return JSONResponse({"ok": False, "error": refused.error, **refused.extra}, headers=headers)
        return JSONResponse({"ok": True, **result}, headers=headers)

    return answer(workspace.faults.take(method, args), commit)


def _dispatch(workspace: Workspace, name: str, args: Json, token: str | None) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    if not token:
        raise SlackError("not_authed")
    if token != workspace.bot_token:
        raise SlackError("invalid_auth")
    if workspace.token_revoked:
        raise SlackError("token_revoked")
    if method.scope:
        need(workspace, method.scope)
    malformed = [key for key in AS_JSON if isinstance(args.get(key), str)]
    if malformed:
        raise SlackError("invalid_blocks_format" if "blocks" in malformed else "invalid_arguments")
    return method.run(workspace, args)


async def _arguments(request: Request) -> Json:
    """Query string, form and JSON body in one; nulls are as good as absent."""
    args: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = _parsed(await request.body())
        args |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        args |= dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    for key in AS_JSON & set(args):
        if isinstance(args[key], str):
            args[key] = _parsed(args[key])
    return {key: value for key, value in args.items() if value is not None}


def _parsed(text: str | bytes) -> Any:
    """JSON where it is JSON, and what was there where it is not."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _token(request: Request, args: Json) -> str | None:
    """The token of the header or of the arguments; it is left out of what is written down."""
    argument = args.pop("token", None)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else argument
