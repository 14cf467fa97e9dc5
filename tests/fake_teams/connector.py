"""Teams' connector, by which a bot speaks: as strict as the real one, and where its pages leave a choice, stricter."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_slack.server import LoopServer

from . import login
from .cards import card_errors
from .faults import answer
from .state import CONNECTOR, READING, SENDING, Call, Conversation, Json, Posted, TeamsError, Tenant, User

BODY_LIMIT = 28 * 1024
CARD = "application/vnd.microsoft.card.adaptive"
ACTIVITY_KEYS = {
    "type", "from", "recipient", "conversation", "replyToId", "text", "textFormat", "summary", "attachments",
    "attachmentLayout", "entities", "channelData", "locale", "importance",
}  # fmt: skip
OPENING_KEYS = {"bot", "members", "tenantId", "isGroup", "channelData"}
PAGE = (2, 500)  # members; the real one gives at least 50

Commit = Callable[[Tenant, Request, Any], Response]


@asynccontextmanager
async def serving(teams: Tenant) -> AsyncIterator[str]:
    """Its connector and its login, for as long as this lasts; gives their address."""
    app = Starlette(routes=[*ROUTES, *login.ROUTES])
    app.state.teams = teams
    server = LoopServer(app)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def open_chat(teams: Tenant, _request: Request, body: Any) -> Response:
    """POST /v3/conversations: the one-to-one chat with somebody, the same one every time."""
    opening = _object(body, OPENING_KEYS)
    teams.count(f"open {opening.get('members')}", SENDING)
    if opening.get("isGroup"):
        raise TeamsError(400, "BadSyntax", "Bots cannot begin group chats")
    if opening.get("tenantId") != teams.tenant:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    if _account(opening.get("bot")) != teams.bot_id:
        raise TeamsError(400, "BadSyntax", "Bot is not the caller")
    members = opening.get("members")
    if not isinstance(members, list) or len(members) != 1:
        raise TeamsError(400, "BadSyntax", "Incorrect conversation creation parameters")
    called = _account(members[0])
    user = teams.user(called)
    if not user:
        refusal = (
            (400, "BadArgument", "Failed to decrypt pairwise id")
            if called.startswith("29:")
            else (403, "Forbidden", "")
        )
        raise TeamsError(*refusal)
    chats = [one for one in teams.conversations.values() if one.kind == "personal" and one.members == [user.aad]]
    if not user.reachable and not chats:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    return JSONResponse({"id": teams.open_chat(user.aad).id}, 201)


def say(teams: Tenant, request: Request, body: Any) -> Response:
    """POST …/activities: a new message."""
    conversation, thread = _conversation(teams, request)
    targeted = _targeted(request)
    teams.count(conversation.id, SENDING)
    _may_write(teams, conversation)
    activity = _activity(teams, conversation, body)
    only_for = _recipient(teams, conversation, activity).aad if targeted else ""
    if not targeted and activity.get("recipient", {}).get("isTargeted"):
        raise TeamsError(400, "BadArgument", "This would be seen by everybody")
    reply_to = request.path_params.get("activity") or activity.get("replyToId", "")
    if reply_to and not teams.is_id(reply_to):
        raise TeamsError(404, "ActivityNotFoundInConversation", "Conversation not found.")
    posted = teams.post(Posted(teams.new_id(), conversation.id, activity, thread, only_for))
    return JSONResponse({"id": posted.id}, 201)


def update(teams: Tenant, request: Request, body: Any) -> Response:
    """PUT …/activities/…: another message in the place of one of the bot's."""
    conversation, _ = _conversation(teams, request)
    teams.count(conversation.id, SENDING)
    _may_write(teams, conversation)
    wanted = request.path_params["activity"]
    found = [one for one in teams.messages if (one.id, one.conversation) == (wanted, conversation.id)]
    if not found or bool(found[0].only_for) != _targeted(request):
        raise TeamsError(404, "ActivityNotFoundInConversation", "Conversation not found.")
    activity = _activity(teams, conversation, body)
    if "recipient" in activity:
        raise TeamsError(400, "BadArgument", "The recipient of a message cannot be changed")
    found[0].former.append(found[0].activity)
    found[0].activity = activity
    teams.changed()
    return JSONResponse({"id": found[0].id})


def members(teams: Tenant, request: Request, _body: Any) -> Response:
    """GET …/pagedMembers: who is in a conversation, a page at a time."""
    conversation, _ = _conversation(teams, request)
    teams.count(f"members {conversation.id}", READING)
    if not conversation.bot:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    size = min(max(int(request.query_params.get("pageSize", "200")), PAGE[0]), PAGE[1])
    begin = int(request.query_params.get("continuationToken", "0"))
    people = [teams.users[aad] for aad in conversation.members]
    page = [
        {"id": one.called, "name": one.name, "aadObjectId": one.aad, "tenantId": teams.tenant,
         "userRole": "guest" if one.guest else "user"}
        for one in people[begin : begin + size]
    ]  # fmt: skip
    more = {"continuationToken": str(begin + size)} if begin + size < len(people) else {}
    return JSONResponse({"members": page, **more})


async def serve(request: Request, *, name: str, commit: Commit) -> Response:
    """Answers one call, after writing it down and with the fault that waits for it."""
    teams: Tenant = request.app.state.teams
    raw = await request.body()
    teams.calls.append(Call(name, request.url.path, _parsed(raw)))
    teams.changed()

    def committed() -> Response:
        try:
            _admit(teams, request, raw)
            return commit(teams, request, _parsed(raw))
        except TeamsError as no:
            teams.refusals.append(f"{name}: {no}")
            return JSONResponse(no.body, no.status, no.headers)

    return answer(teams.faults.take(name), committed)


def _routes(prefix: str) -> list[Route]:
    """A service URL may have a region and more in its path."""
    conversations = f"{prefix}/v3/conversations"
    activities = f"{conversations}/{{conversation}}/activities"
    table: list[tuple[str, str, str, Commit]] = [
        ("POST", conversations, "open", open_chat),
        ("POST", activities, "say", say),
        ("POST", f"{activities}/{{activity}}", "say", say),
        ("PUT", f"{activities}/{{activity}}", "update", update),
        ("GET", f"{conversations}/{{conversation}}/pagedMembers", "members", members),
    ]
    return [
        Route(path, partial(serve, name=name, commit=commit), methods=[method]) for method, path, name, commit in table
    ]


ROUTES = [*_routes(""), *_routes("/{region}")]


def _admit(teams: Tenant, request: Request, raw: bytes) -> None:
    """Who asks, and how: a good bearer, JSON, and not too much of it."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    bearer = teams.bearers.get(given)
    good = scheme == "Bearer" and bearer is not None and bearer.until > teams.clock()
    if not good or not bearer or bearer.audience != CONNECTOR or bearer.app_id != teams.app_id:
        denied = {"message": "Authorization has been denied for this request."}
        raise TeamsError(401, "Unauthorized", body=denied)
    if not teams.registered:
        raise TeamsError(401, "BotNotRegistered", "No registration found for this bot.")
    if len(raw) > BODY_LIMIT:
        raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
    if request.method != "GET" and request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise TeamsError(415, "UnsupportedMediaType")


def _conversation(teams: Tenant, request: Request) -> tuple[Conversation, str]:
    """The conversation, and the thread in it that its id names."""
    whole = str(request.path_params["conversation"])
    channel, _, suffix = whole.partition(";")
    thread = suffix.removeprefix("messageid=")
    known = teams.conversations.get(channel)
    if not known or (suffix and not teams.is_id(thread)):
        raise TeamsError(404, "ConversationNotFound", "Conversation not found.")
    return known, thread


def _may_write(teams: Tenant, conversation: Conversation) -> None:
    if not conversation.bot:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    if conversation.kind == "personal" and teams.users[conversation.members[0]].blocking:
        inner = {"subCode": "MessageWritesBlocked", "details": "Thread is blocked from message writes."}
        body = {"errorCode": 209, "message": json.dumps(inner, indent=2)}
        raise TeamsError(403, "MessageWritesBlocked", body=body)


def _activity(teams: Tenant, conversation: Conversation, body: Any) -> Json:
    """The message, checked: one card and nothing beside it, or a text."""
    activity = _object(body, ACTIVITY_KEYS)
    if activity.get("type") != "message":
        raise TeamsError(400, "BadSyntax", "Activity type is not supported")
    if "from" in activity and _account(activity["from"]) != teams.bot_id:
        raise TeamsError(400, "BadArgument", "Not from this bot")
    if "conversation" in activity and _account(activity["conversation"]).partition(";")[0] != conversation.id:
        raise TeamsError(400, "BadArgument", "Another conversation")
    cards, text = activity.get("attachments", []), activity.get("text", "")
    if not isinstance(cards, list) or not isinstance(text, str) or bool(cards) == bool(text.strip()):
        raise TeamsError(400, "BadSyntax", "A text or attachments; with both Teams makes two messages of it")
    for attachment in cards:
        _check_card(teams, _object(attachment, {"contentType", "content"}))
    return activity


def _check_card(teams: Tenant, attachment: Json) -> None:
    if attachment.get("contentType") != CARD:
        raise TeamsError(400, "BadArgument", "Unknown attachment type")
    card = _object(attachment.get("content"))
    if errors := card_errors(card):
        raise TeamsError(400, "BadSyntax", "; ".join(errors))
    for entity in card.get("msteams", {}).get("entities", []):
        if not teams.user(_account(entity.get("mentioned"))):
            raise TeamsError(400, "BadArgument", "Invalid mention entity")


def _recipient(teams: Tenant, conversation: Conversation, activity: Json) -> User:
    """Who alone sees a targeted message."""
    recipient = activity.get("recipient")
    user = teams.user(_account(recipient)) if recipient else None
    if not user or not recipient or recipient.get("isTargeted") is not True:
        raise TeamsError(400, "BadArgument", "Missing recipient when creating targeted message")
    if not teams.targets or conversation.kind == "personal" or user.aad not in conversation.members:
        raise TeamsError(400, "BadArgument", "Targeted messages are not supported here")
    return user


def _targeted(request: Request) -> bool:
    return request.query_params.get("isTargetedActivity") == "true"


def _account(value: Any) -> str:
    """The id of an account or a conversation."""
    return str(_object(value).get("id", ""))


def _object(value: Any, keys: set[str] | None = None) -> Json:
    """An object, with no other keys than these."""
    if not isinstance(value, dict):
        raise TeamsError(400, "BadSyntax", "Expected an object")
    if keys is not None and (odd := set(value) - keys):
        raise TeamsError(400, "BadSyntax", f"Unknown: {sorted(odd)}")
    return value


def _parsed(raw: bytes) -> Any:
    """JSON where it is JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None
