"""The response_url: five answers to one gesture within half an hour, without a token."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import posting
from .faults import answer
from .state import RESPONSE_URL_LIFE, RESPONSE_URL_USES, Workspace
from .things import Json, ResponseUrl, SlackError

NAME = "response_url"  # in `calls`, and for faults


async def serve(request: Request) -> Response:
    """Takes one answer, unless the address is unknown, too old or used up (404)."""
    workspace: Workspace = request.app.state.workspace
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return _refusal("invalid_payload", 400)
    workspace.calls.append((NAME, body))
    workspace.changed()

    def commit() -> Response:
        try:
            _take(workspace, request.path_params["id"], body)
        except SlackError as refused:
            return _refusal(refused.error, 404 if refused.error.endswith("_url") else 400)
        return JSONResponse({"ok": True})

    return answer(workspace.faults.take(NAME, body), commit)


def _take(workspace: Workspace, url_id: str, body: Json) -> None:
    url = workspace.response_urls.get(url_id)
    if url is None or workspace.clock() - url.born > RESPONSE_URL_LIFE:
        raise SlackError("expired_url")
    if url.uses >= RESPONSE_URL_USES:
        raise SlackError("used_url")
    url.uses += 1
    if body.get("delete_original") in (True, "true"):
        _delete(workspace, url)
    elif body.get("replace_original") in (True, "true"):
        _replace(workspace, url, body)
    else:
        posting.respond(workspace, url.user, url.channel, body, NAME)


def _delete(workspace: Workspace, url: ResponseUrl) -> None:
    if url.original is None:
        raise SlackError("message_not_found")
    url.original.deleted = True
    workspace.changed()


def _replace(workspace: Workspace, url: ResponseUrl, body: Json) -> None:
    if url.original is None or url.original.deleted:
        url.original = posting.respond(workspace, url.user, url.channel, body, NAME)
        return
    text, blocks = posting.checked(body.get("text"), body.get("blocks"))
    url.original.edit(text, workspace.with_ids(blocks))
    workspace.changed()


def _refusal(error: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": error}, status_code=status)
