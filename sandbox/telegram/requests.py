"""Reading the JSON bodies of the people's side and the control side."""

import json
from typing import Any

from starlette.requests import Request

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.world import World


async def read_body(request: Request) -> Json:
    """Return the JSON object of a request, empty for an empty body; raises ImpossibleActError 400."""
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise ImpossibleActError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise ImpossibleActError("the body must be a JSON object")
    return body


async def read_act(request: Request) -> tuple[World, int, int, Json]:
    """Return the world, who acts, in which chat, and the body of a request of the people's side."""
    parameters = request.path_params
    return world_of(request), parameters["person"], number(parameters["chat"]), await read_body(request)


def needed(body: Json, name: str, kind: type) -> Any:
    """Return a field of a body; raises ImpossibleActError 400 where it is absent or of another type."""
    value = body.get(name)
    if not isinstance(value, kind):
        raise ImpossibleActError(f"{name} must be given as {kind.__name__}")
    return value


def optional(body: Json, name: str, kind: type) -> Any:
    """Return a field of a body, None where it is absent or null; raises ImpossibleActError 400 for another type."""
    return None if body.get(name) is None else needed(body, name, kind)


def number(text: str) -> int:
    """Return an id that came in an address; raises ImpossibleActError 404 for what is no number."""
    try:
        return int(text)
    except ValueError:
        raise ImpossibleActError(f"there is nothing called {text}", 404) from None


def world_of(request: Request) -> World:
    """Return the world that a server shows."""
    world: World = request.app.state.world
    return world
