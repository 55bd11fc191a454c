"""Groups, inline mode and newcomers over HTTP: what is beyond a person's plain chat."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.telegram import inline_acts, membership, newcomers
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.requests import needed, optional, read_act, read_body, world_of
from sandbox.telegram.world import World


async def ask_inline(request: Request) -> Response:
    """Type `@bot text` in a chat."""
    world, person_id, chat_id, body = await read_act(request)
    return JSONResponse({"query_id": inline_acts.ask(world, person_id, chat_id, needed(body, "text", str))})


async def choose_inline(request: Request) -> Response:
    """Send a result of an inline query, into the chat where it was asked."""
    world, person_id, _, body = await read_act(request)
    query_id, result_id = needed(body, "query_id", str), needed(body, "result_id", str)
    return JSONResponse({"message_id": inline_acts.choose(world, person_id, query_id, result_id).id})


async def look_inline(request: Request) -> Response:
    """Return what the bot answered to an inline query so far."""
    parameters = request.path_params
    return JSONResponse(inline_acts.look(world_of(request), parameters["person"], parameters["query"]))


async def join(request: Request) -> Response:
    """Come into a group by oneself, as by a link."""
    world, person_id, chat_id, _ = await read_act(request)
    person, chat = world.person(person_id), world.chats.get(chat_id)
    if chat is None or not chat.is_group or chat.upgraded_to is not None or person_id in chat.members:
        raise ImpossibleActError(f"there is no group {chat_id} to join", 404)
    membership.enter(world, chat, person, person)
    return JSONResponse({})


async def leave(request: Request) -> Response:
    """Leave a group."""
    world, person_id, chat_id, _ = await read_act(request)
    person, chat = world.person(person_id), _group(world, person_id, chat_id)
    membership.leave(world, chat, person, person)
    return JSONResponse({})


async def add(request: Request) -> Response:
    """Bring somebody into a group: a person, or the bot."""
    world, person_id, chat_id, body = await read_act(request)
    person, chat = world.person(person_id), _group(world, person_id, chat_id)
    user_id = needed(body, "user_id", int)
    if user_id in chat.members or (user_id == world.bot.id and chat.has_bot):
        raise ImpossibleActError("they are in this group already")
    if user_id == world.bot.id:
        membership.move_bot(world, chat, "member", by=person.user())
    else:
        membership.enter(world, chat, world.person(user_id), person)
    return JSONResponse({})


async def remove(request: Request) -> Response:
    """Take somebody out of a group, as its owner: a person, or the bot."""
    world, person_id, chat_id, body = await read_act(request)
    chat, user_id = _owned(world, person_id, chat_id), needed(body, "user_id", int)
    if user_id == world.bot.id and chat.has_bot:
        membership.move_bot(world, chat, "kicked", by=world.person(person_id).user())
    elif user_id in chat.members and user_id != person_id:
        membership.leave(world, chat, world.person(user_id), world.person(person_id))
    else:
        raise ImpossibleActError("they are not in this group", 404)
    return JSONResponse({})


async def rank(request: Request) -> Response:
    """Make the bot an administrator of a group, or a plain member again, as its owner."""
    world, person_id, chat_id, body = await read_act(request)
    chat = _owned(world, person_id, chat_id)
    if not chat.has_bot:
        raise ImpossibleActError("the bot is not in this group", 404)
    status = "administrator" if needed(body, "administrator", bool) else "member"
    membership.move_bot(world, chat, status, by=world.person(person_id).user())
    return JSONResponse({})


async def upgrade(request: Request) -> Response:
    """Make a basic group a supergroup, as its owner."""
    world, person_id, chat_id, _ = await read_act(request)
    fresh = membership.upgrade(world, _owned(world, person_id, chat_id), world.person(person_id))
    return JSONResponse({"chat_id": fresh.id})


async def add_person(request: Request) -> Response:
    """Add a person to the world."""
    body = await read_body(request)
    wanted = newcomers.Wanted(
        first_name=needed(body, "first_name", str),
        last_name=optional(body, "last_name", str) or "",
        username=optional(body, "username", str),
        language=optional(body, "language", str) or "en",
        theme=optional(body, "theme", str) or "",
        level=optional(body, "level", str),
        groups=optional(body, "groups", list) or [],
    )
    return JSONResponse({"id": newcomers.add(world_of(request), wanted).id})


def _group(world: World, person_id: int, chat_id: int) -> Chat:
    chat = world.chat_of(person_id, chat_id)
    if not chat.is_group or chat.upgraded_to is not None:
        raise ImpossibleActError(f"{chat_id} is no group", 404)
    return chat


def _owned(world: World, person_id: int, chat_id: int) -> Chat:
    chat = _group(world, person_id, chat_id)
    if chat.owner != person_id:
        raise ImpossibleActError("only the group's owner may do this")
    return chat


ACTS: Final = {
    "inline": ask_inline,
    "choose": choose_inline,
    "join": join,
    "leave": leave,
    "add": add,
    "remove": remove,
    "rank": rank,
    "upgrade": upgrade,
}
ROUTES: Final = [
    Route("/people", add_person, methods=["POST"]),
    Route("/people/{person:int}/inline/{query}", look_inline),
]
