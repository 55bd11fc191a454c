"""The people's side over HTTP: what the page reads and does, under `/people/{id}`."""

import json
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.telegram import group_api, people
from sandbox.telegram.camera import read_code
from sandbox.telegram.chats import Message
from sandbox.telegram.people import Manner
from sandbox.telegram.requests import needed, number, optional, read_act, world_of
from sandbox.telegram.views import chat_view, world_view
from sandbox.telegram.world import World


async def show_world(request: Request) -> Response:
    """Return who and what there is."""
    world = world_of(request)
    viewer = number(request.query_params.get("person", str(next(iter(world.people)))))
    return JSONResponse(world_view(world, world.person(viewer)))


async def show_chats(request: Request) -> Response:
    """Return a person's chats with all their messages, or that of `?chat=ID` alone."""
    world = world_of(request)
    person = world.person(request.path_params["person"])
    asked = request.query_params.get("chat")
    chats = world.chats_of(person.id) if asked is None else [world.chat_of(person.id, number(asked))]
    return JSONResponse([chat_view(world, person, chat) for chat in chats])


async def stream_events(request: Request) -> Response:
    """Stream what happens on everybody's screen, or on that of `?person=ID`, as Server-Sent Events.

    One stream for all: a browser keeps only six connections to a host, for all its tabs together.
    """
    world = world_of(request)
    asked = request.query_params.get("person")
    people = list(world.people) if asked is None else [world.person(number(asked)).id]
    return StreamingResponse(
        _events(world, people, everybody=asked is None),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def show_file(request: Request) -> Response:
    """Return a photo or document that the bot sent."""
    world = world_of(request)
    file = world.files.get(request.path_params["file"])
    if file is None:
        return JSONResponse({"error": "there is no such file"}, status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=file.media_type, headers=headers)


async def scan_file(request: Request) -> Response:
    """Return what a camera reads of the code in a photo."""
    file = world_of(request).files.get(request.path_params["file"])
    text = read_code(file.content) if file else None
    if text is None:
        return JSONResponse({"error": "there is no code to be read"}, status_code=404)
    return JSONResponse({"text": text})


async def write(request: Request) -> Response:
    """Send a text."""
    world, person_id, chat_id, body = await read_act(request)
    manner = Manner(
        reply_to=optional(body, "reply_to", int),
        quote=optional(body, "quote", str),
        disguise=optional(body, "as", str),
        via_bot=bool(body.get("via_bot")),
        offline=bool(body.get("offline")),
        mentions=optional(body, "mentions", list) or (),
    )
    text = needed(body, "text", str)
    return _sent(people.write(world, person_id, chat_id, text, manner))


async def forward(request: Request) -> Response:
    """Forward a message into this chat."""
    world, person_id, chat_id, body = await read_act(request)
    message = people.forward(
        world,
        person_id,
        chat_id,
        needed(body, "from_chat", int),
        needed(body, "message_id", int),
        hide_name=bool(body.get("hide_name")),
    )
    return _sent(message)


async def edit(request: Request) -> Response:
    """Edit one's own text."""
    world, person_id, chat_id, body = await read_act(request)
    message_id, text = needed(body, "message_id", int), needed(body, "text", str)
    return _sent(people.edit(world, person_id, chat_id, message_id, text))


async def delete(request: Request) -> Response:
    """Delete a message."""
    world, person_id, chat_id, body = await read_act(request)
    people.delete(world, person_id, chat_id, needed(body, "message_id", int))
    return JSONResponse({})


async def press(request: Request) -> Response:
    """Press a button under a message."""
    world, person_id, chat_id, body = await read_act(request)
    message_id, row, column = (needed(body, name, int) for name in ("message_id", "row", "column"))
    return JSONResponse({"query_id": people.press(world, person_id, chat_id, message_id, row=row, column=column)})


async def start(request: Request) -> Response:
    """Press Start or follow a deep link."""
    world, person_id, _, body = await read_act(request)
    return _sent(people.start(world, person_id, optional(body, "parameter", str)))


async def share_users(request: Request) -> Response:
    """Answer a request_users button."""
    world, person_id, _, body = await read_act(request)
    request_id, user_ids = needed(body, "request_id", int), needed(body, "user_ids", list)
    return _sent(people.share_users(world, person_id, request_id, user_ids))


async def share_contact(request: Request) -> Response:
    """Send a contact card."""
    world, person_id, chat_id, body = await read_act(request)
    return _sent(people.share_contact(world, person_id, chat_id, needed(body, "user_id", int)))


async def block(request: Request) -> Response:
    """Block or unblock the bot."""
    world, person_id, _, body = await read_act(request)
    people.block(world, person_id, blocked=needed(body, "blocked", bool))
    return JSONResponse({})


def _sent(message: Message) -> JSONResponse:
    return JSONResponse({"message_id": message.id})


async def _events(world: World, people: list[int], *, everybody: bool) -> AsyncIterator[str]:
    with world.events.subscription(people, everybody=everybody) as events:
        yield ": open\n\n"
        async for event in events:
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


_ACTS: Final = {
    "text": write,
    "forward": forward,
    "edit": edit,
    "delete": delete,
    "press": press,
    "start": start,
    "users": share_users,
    "contact": share_contact,
    "block": block,
    **group_api.ACTS,
}
ROUTES: Final = [
    Route("/world", show_world),
    Route("/people/{person:int}/chats", show_chats),
    *group_api.ROUTES,
    Route("/events", stream_events),
    Route("/people/{person:int}/files/{file}", show_file),
    Route("/people/{person:int}/files/{file}/code", scan_file),
    *(Route(f"/people/{{person:int}}/chats/{{chat}}/{verb}", act, methods=["POST"]) for verb, act in _ACTS.items()),
]
