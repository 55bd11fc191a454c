"""The control side over HTTP: faults, disorder, what was called and delivered, transcripts, starting over."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.faults import KINDS, Fault
from sandbox.telegram.features import LEVELS
from sandbox.telegram.requests import number, read_body, world_of
from sandbox.telegram.views import transcript

_LONGEST_WAIT: Final = 60


async def plan_fault(request: Request) -> Response:
    """Let the next calls of a method go wrong."""
    body = await read_body(request)
    kind = body.get("kind")
    if kind not in KINDS:
        raise ImpossibleActError(f"kind must be one of {', '.join(KINDS)}")
    chat_id = body.get("chat_id")
    fault = Fault(
        method=str(body.get("method", "*")),
        kind=kind,
        times=int(body.get("times", 1)),
        retry_after=int(body.get("retry_after", 3)),
        chat_id=None if chat_id is None else str(chat_id),
    )
    world_of(request).faults.plan(fault)
    return JSONResponse({})


async def clear_faults(request: Request) -> Response:
    """Call off every fault."""
    world_of(request).faults.clear()
    return JSONResponse({})


async def disorder(request: Request) -> Response:
    """Repeat or swap updates from now on."""
    body = await read_body(request)
    updates = world_of(request).updates
    updates.duplicate = bool(body.get("duplicate", updates.duplicate))
    updates.reorder = bool(body.get("reorder", updates.reorder))
    return JSONResponse({"duplicate": updates.duplicate, "reorder": updates.reorder})


async def arrange(request: Request) -> Response:
    """Set what this Telegram can do from now on: `level`, `inline`, `inline_feedback`, `guests`."""
    body = await read_body(request)
    features = world_of(request).features
    level = body.get("level", features.level)
    if level not in LEVELS:
        raise ImpossibleActError(f"level must be one of {', '.join(LEVELS)}")
    features.level = level
    for name in ("inline", "inline_feedback", "guests"):
        setattr(features, name, bool(body.get(name, getattr(features, name))))
    return JSONResponse(features.to_json())


async def inject(request: Request) -> Response:
    """Queue an update as it is."""
    return JSONResponse({"update_id": world_of(request).updates.push_raw(await read_body(request))})


async def list_calls(request: Request) -> Response:
    """Return the bot's calls after a sequence number; `wait` seconds for one if there is none."""
    world = world_of(request)
    seq = number(request.query_params.get("after", "0"))
    wait = min(number(request.query_params.get("wait", "0")), _LONGEST_WAIT)
    await world.until(lambda: bool(world.calls.after(seq)), wait)
    return JSONResponse(world.calls.to_json(seq))


async def list_deliveries(request: Request) -> Response:
    """Return the updates that were handed to the bot, repeats included, oldest first."""
    return JSONResponse(list(world_of(request).updates.delivered))


async def show_transcript(request: Request) -> Response:
    """Return a person's chats as plain text."""
    world = world_of(request)
    person = world.person(number(request.query_params.get("person", "0")))
    return PlainTextResponse(transcript(world, person))


async def reset(request: Request) -> Response:
    """Start over."""
    world_of(request).reset()
    return JSONResponse({})


ROUTES: Final = [
    Route("/control/fault", plan_fault, methods=["POST"]),
    Route("/control/faults", clear_faults, methods=["DELETE"]),
    Route("/control/updates", disorder, methods=["POST"]),
    Route("/control/update", inject, methods=["POST"]),
    Route("/control/features", arrange, methods=["POST"]),
    Route("/control/calls", list_calls),
    Route("/control/deliveries", list_deliveries),
    Route("/control/transcript", show_transcript),
    Route("/control/reset", reset, methods=["POST"]),
]
