"""The bot's side over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import inspect
from contextlib import suppress
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import ApiError
from sandbox.telegram.faults import Fault
from sandbox.telegram.methods import METHODS
from sandbox.telegram.methods.common import Described, Method, not_found
from sandbox.telegram.parameters import Parameters, read_parameters
from sandbox.telegram.world import World

_HANG_SECONDS: Final = 60.0


class LostReply(Response):
    """A reply that breaks off: the connection closes before the body that the head promised."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI signature
        """Send the head and nothing more."""
        head = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": head})


async def call(request: Request) -> Response:
    """Answer one Bot API call, or meet it with a fault."""
    world: World = request.app.state.world
    method = METHODS.get(request.path_params["method"].lower())
    if request.path_params["token"] != world.bot.token:
        return _response(ApiError(401, "Unauthorized").answer())
    if method is None or not world.features.has(method.since):
        refusal = not_found().answer()
        world.calls.record(request.path_params["method"], {}, refusal)
        return _response(refusal)
    try:
        parameters = await read_parameters(request)
    except ApiError as refusal:
        return _response(refusal.answer())
    fault = world.faults.strike(method.name, parameters.text("chat_id"))
    if fault is not None and fault.kind == "hang":
        await _until_gone(request)
        return LostReply()
    answer = _struck(fault) or await _answer(world, method, parameters)
    world.calls.record(method.name, parameters.plain(), answer)
    world.events.touch()
    return LostReply() if fault is not None and fault.kind == "lost_reply" else _response(answer)


async def download(request: Request) -> Response:
    """Give back a file that the bot sent."""
    world: World = request.app.state.world
    file = world.files.at(request.path_params["path"])
    if request.path_params["token"] != world.bot.token or file is None:
        return _response(not_found().answer())
    return Response(file.content, media_type=file.media_type)


async def _answer(world: World, method: Method, parameters: Parameters) -> Json:
    try:
        result: Any = method.run(world, parameters)
        if inspect.isawaitable(result):
            result = await result
    except ApiError as refusal:
        return refusal.answer()
    if isinstance(result, Described):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


def _struck(fault: Fault | None) -> Json | None:
    """Return the answer of a fault that keeps the call from having an effect."""
    if fault is None or fault.kind == "lost_reply":
        return None
    if fault.kind == "server_error":
        return ApiError(500, "Internal Server Error").answer()
    wait = fault.retry_after
    return ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait}).answer()


async def _until_gone(request: Request) -> None:
    """Wait until the caller gives up, at most `_HANG_SECONDS`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_HANG_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                continue


def _response(answer: Json) -> JSONResponse:
    return JSONResponse(answer, status_code=answer.get("error_code", 200))


ROUTES: Final = [
    Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
    Route("/file/bot{token}/{path:path}", download),
]
