"""views.*: modals against a fresh trigger, and the Home of a user. They need no scope."""

from . import payloads, viewing
from .methods import Method, known_user
from .state import Workspace
from .things import Json, SlackError, View


def open_(workspace: Workspace, args: Json) -> Json:
    body = viewing.checked(args.get("view"))
    user = workspace.use_trigger(str(args.get("trigger_id")))
    return _answer(workspace, viewing.open_root(workspace, user, body))


def push(workspace: Workspace, args: Json) -> Json:
    body = viewing.checked(args.get("view"))
    user = workspace.use_trigger(str(args.get("trigger_id")))
    return _answer(workspace, viewing.push(workspace, user, body))


def update(workspace: Workspace, args: Json) -> Json:
    body = viewing.checked(args.get("view"))
    view = viewing.find_open(workspace, args.get("view_id"), args.get("external_id"))
    _check_hash(args, view)
    return _answer(workspace, viewing.update(workspace, view, body))


def publish(workspace: Workspace, args: Json) -> Json:
    body = viewing.checked(args.get("view"), "home")
    user = known_user(workspace, args.get("user_id"))
    if user.id in workspace.homes:
        _check_hash(args, workspace.homes[user.id])
    return _answer(workspace, viewing.publish(workspace, user.id, body))


VIEWS = {
    "views.open": Method(open_),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}


def _check_hash(args: Json, view: View) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _answer(workspace: Workspace, view: View) -> Json:
    return {"view": payloads.view_shape(workspace, view, {})}
