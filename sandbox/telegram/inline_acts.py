"""What a person does in inline mode: types the bot's name and some words in any chat, and picks a result."""

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.inline import Asked
from sandbox.telegram.people import deliver
from sandbox.telegram.world import World


def ask(world: World, person_id: int, chat_id: int, text: str) -> str:
    """Type `@bot text` without sending it, and return the id of the inline query that the bot gets."""
    person, chat = world.person(person_id), world.chat_of(person_id, chat_id)
    if not world.features.inline:
        raise ImpossibleActError("this bot has no inline mode")
    if utf16.length(text) > 256:
        raise ImpossibleActError("an inline query has at most 256 characters")
    query_id = world.inline.ask(Asked(person_id, chat.id, text))
    kind = "sender" if chat.is_private else str(chat.wire["type"])
    query = {"id": query_id, "from": person.user(), "query": text, "offset": "", "chat_type": kind}
    world.updates.push("inline_query", query)
    return query_id


def look(world: World, person_id: int, query_id: str) -> Json:
    """Return what the bot answered to one's query: `results` (None: nothing yet) and the `button` over them."""
    asked = _own(world, person_id, query_id)
    return {"results": asked.results, "button": asked.button}


def choose(world: World, person_id: int, query_id: str, result_id: str) -> Message:
    """Send one of the results as a message via the bot, which may be told."""
    asked = _own(world, person_id, query_id)
    result = next((one for one in asked.results or [] if one["id"] == result_id), None)
    if result is None:
        raise ImpossibleActError(f"there is no result {result_id}", 404)
    person, chat = world.person(person_id), world.chats[asked.chat_id]
    told: Json = {"result_id": result_id, "from": person.user(), "query": asked.text}
    message = _post(world, person_id, chat, result)
    if message.inline_id:
        told["inline_message_id"] = message.inline_id
    if world.features.inline_feedback:
        world.updates.push("chosen_inline_result", told)
    return message


def _post(world: World, person_id: int, chat: Chat, result: Json) -> Message:
    person = world.person(person_id)
    content = {**result["message"], "via_bot": world.bot.user()}
    message = chat.add(person.user(), person_id, content)
    if "reply_markup" in content:
        message.inline_id = world.inline.name(chat.id, message.id)
    deliver(world, person, chat, message)
    return message


def _own(world: World, person_id: int, query_id: str) -> Asked:
    asked = world.inline.asked.get(query_id)
    if asked is None or asked.person_id != person_id or asked.message_id is not None:
        raise ImpossibleActError("there is no such inline query", 404)
    return asked
