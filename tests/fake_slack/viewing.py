"""Opening, pushing, changing and publishing views: Slack's checks, then the change."""

from typing import Any

from .blocks import view_errors, view_too_large
from .state import Workspace
from .things import Json, SlackError, View

PUSH_DEPTH = 3


def checked(view: Any, kind: str = "modal") -> Json:
    """A view that Slack takes; SlackError for any other."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    if view_too_large(view):
        raise SlackError("view_too_large")
    errors = view_errors(view)
    if not errors and view["type"] != kind:
        errors = [f"[ERROR] must be a {kind} [json-pointer:/view/type]"]
    if errors:
        raise SlackError("invalid_arguments", response_metadata={"messages": errors})
    return view


def open_root(workspace: Workspace, user: str, body: Json) -> View:
    """The first modal of a new stack."""
    _external_id_is_free(workspace, body, None)
    view = _view(workspace, user, body, [])
    workspace.views[user] = [view]
    workspace.changed()
    return view


def push(workspace: Workspace, user: str, body: Json) -> View:
    """A modal over the one that is open; three are the most."""
    stack = workspace.views[user]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= PUSH_DEPTH:
        raise SlackError("push_limit_reached")
    _external_id_is_free(workspace, body, None)
    view = _view(workspace, user, body, stack)
    stack.append(view)
    workspace.changed()
    return view


def update(workspace: Workspace, old: View, body: Json) -> View:
    """Another content under the same id, with a new hash."""
    _external_id_is_free(workspace, body, old)
    stack = workspace.views[old.user]
    view = View(old.id, _hash(workspace), old.user, _body(workspace, body), old.root_id, old.previous_id)
    stack[[each.id for each in stack].index(old.id)] = view
    workspace.changed()
    return view


def publish(workspace: Workspace, user: str, body: Json) -> View:
    """The Home of one user; its id stays."""
    view = _view(workspace, user, body, [])
    if user in workspace.homes:
        view.id = view.root_id = workspace.homes[user].id
    workspace.homes[user] = view
    workspace.changed()
    return view


def find_open(workspace: Workspace, view_id: Any, external_id: Any) -> View:
    """The open modal with one of these ids; SlackError not_found once it is closed."""
    for stack in workspace.views.values():
        for view in stack:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
    raise SlackError("not_found")


def _view(workspace: Workspace, user: str, body: Json, stack: list[View]) -> View:
    view_id = f"V{workspace.serial():05d}"
    root_id, previous_id = (stack[0].id, stack[-1].id) if stack else (view_id, None)
    return View(view_id, _hash(workspace), user, _body(workspace, body), root_id, previous_id)


def _body(workspace: Workspace, body: Json) -> Json:
    return {**body, "blocks": workspace.with_ids(body["blocks"])}


def _hash(workspace: Workspace) -> str:
    return f"{int(workspace.now())}.{workspace.serial():08d}"


def _external_id_is_free(workspace: Workspace, body: Json, own: View | None) -> None:
    external_id = body.get("external_id")
    for stack in workspace.views.values():
        for view in stack:
            if external_id and view.body.get("external_id") == external_id and (own is None or view.id != own.id):
                raise SlackError("duplicate_external_id")
