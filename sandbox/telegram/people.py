"""What a person can do in their Telegram app, and the updates that reach the bot for it.

Each act raises ImpossibleActError where a real app would not offer it.
"""

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.telegram import cast, features, guests, utf16
from sandbox.telegram.cast import Json, Person
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.detection import find_entities
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.forwarding import content_of, may_leave, origin_of
from sandbox.telegram.privacy import bot_sees
from sandbox.telegram.world import World

_START_PARAMETER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DISGUISES: Final = frozenset({"anonymous_admin", "channel"})


@dataclass(frozen=True)
class Manner:
    """How a message is sent where it is not simply typed.

    `disguise` is "anonymous_admin" or "channel" (supergroup only); `via_bot`: made with another inline bot;
    `offline`: sent by a schedule or an automatic reply; `quote`: the part of the replied message that is
    quoted; `mentions`: pieces {offset, length, user_id} that point at people, as apps do for those without a
    username.
    """

    reply_to: int | None = None
    quote: str | None = None
    disguise: str | None = None
    via_bot: bool = False
    offline: bool = False
    mentions: Sequence[Json] = ()


PLAINLY: Final = Manner()


def write(world: World, person_id: int, chat_id: int, text: str, manner: Manner = PLAINLY) -> Message:
    """Send a text."""
    text = text.strip()
    if not text or utf16.length(text) > 4096:
        raise ImpossibleActError("a text has 1 to 4096 characters")
    named = [
        {
            "type": "text_mention",
            "offset": mention["offset"],
            "length": mention["length"],
            "user": world.person(mention["user_id"]).public_user(),
        }
        for mention in manner.mentions
    ]
    content = _with_entities(text, named)
    if manner == PLAINLY and _is_ephemeral_command(world, person_id, chat_id, content):
        return _whisper(world, person_id, world.chat_of(person_id, chat_id), content)
    return _send(world, person_id, chat_id, content, manner)


def start(world: World, person_id: int, parameter: str | None = None) -> Message:
    """Press Start or follow a deep link, which also unblocks the bot."""
    if parameter and not _START_PARAMETER.fullmatch(parameter):
        raise ImpossibleActError("a start parameter has 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
    world.person(person_id)
    if world.chats[person_id].blocked:
        block(world, person_id, blocked=False)
    return write(world, person_id, person_id, f"/start {parameter}" if parameter else "/start")


def edit(world: World, person_id: int, chat_id: int, message_id: int, text: str) -> Message:
    """Change the text of one's own message."""
    chat = world.chat_of(person_id, chat_id)
    message = _message(chat, message_id)
    fixed = {"forward_origin", "via_bot", "ephemeral_message_id"} & message.wire.keys()
    if message.author != person_id or "text" not in message.wire or fixed:
        raise ImpossibleActError("only one's own text can be edited")
    message.wire.pop("entities", None)
    message.wire.update(_with_entities(text.strip(), []), edit_date=int(time.time()))
    world.show_message(chat, message, "edited")
    if bot_sees(world.bot, chat, message):
        world.updates.push("edited_message", chat.show(message))
    return message


def delete(world: World, person_id: int, chat_id: int, message_id: int) -> None:
    """Delete a message for everybody; the bot is not told. A group's owner may delete anybody's."""
    chat = world.chat_of(person_id, chat_id)
    message = _message(chat, message_id)
    if chat.is_group and person_id not in {message.author, message.receiver, chat.owner}:
        raise ImpossibleActError("only one's own message can be deleted in a group")
    world.delete_message(chat, message_id)


def forward(
    world: World, person_id: int, chat_id: int, from_chat: int, message_id: int, *, hide_name: bool = False
) -> Message:
    """Forward a message; `hide_name`: its sender lets nobody link to their account."""
    original = _message(world.chat_of(person_id, from_chat), message_id).wire
    if not may_leave(original):
        raise ImpossibleActError("this message cannot be forwarded")
    content = content_of(original) | origin_of(original, hide_name=hide_name)
    content |= {"via_bot": original["via_bot"]} if "via_bot" in original else {}
    return _send(world, person_id, chat_id, content, PLAINLY)


def press(world: World, person_id: int, chat_id: int, message_id: int, *, row: int, column: int) -> str:
    """Press a callback button and return the id of the query that the bot gets."""
    person = world.person(person_id)
    chat = world.chat_of(person_id, chat_id)
    message = _message(chat, message_id)
    if not message.is_for(person_id):
        raise ImpossibleActError(f"there is no message {message_id}", 404)
    try:
        button = message.wire["reply_markup"]["inline_keyboard"][row][column]
    except (KeyError, IndexError):
        raise ImpossibleActError("there is no such button", 404) from None
    if "callback_data" not in button:
        raise ImpossibleActError("this button does not call the bot")
    query_id = world.queries.open(person_id, chat.id, message_id)
    query = {"id": query_id, "from": person.user(), "chat_instance": _instance(world, chat)}
    where = {"inline_message_id": message.inline_id} if message.inline_id else {"message": chat.show(message)}
    world.updates.push("callback_query", {**query, **where, "data": button["callback_data"]})
    return query_id


def share_users(world: World, person_id: int, request_id: int, user_ids: Sequence[int]) -> Message:
    """Answer a request_users button of the keyboard with people from one's contacts."""
    chat = world.chats[world.person(person_id).id]
    request = _users_request(chat, request_id)
    if not 1 <= len(user_ids) <= int(request.get("max_quantity", 1)):
        raise ImpossibleActError("too few or too many people for this button")
    users = [_shared_user(world.person(user_id), request) for user_id in user_ids]
    shared = {"user_ids": list(user_ids), "users": users, "request_id": request_id}
    content: Json = {"users_shared": shared}
    if len(user_ids) == 1:
        content["user_shared"] = {"user_id": user_ids[0], "request_id": request_id}
    return _send(world, person_id, person_id, content, PLAINLY)


def share_contact(world: World, person_id: int, chat_id: int, user_id: int) -> Message:
    """Send somebody's contact card."""
    shown = world.person(user_id)
    contact: Json = {"phone_number": f"+1555{user_id:07}", "first_name": shown.first_name}
    if shown.last_name:
        contact["last_name"] = shown.last_name
    return _send(world, person_id, chat_id, {"contact": {**contact, "user_id": user_id}}, PLAINLY)


def block(world: World, person_id: int, *, blocked: bool) -> None:
    """Block or unblock the bot, which is told by my_chat_member."""
    person = world.person(person_id)
    chat = world.chats[person_id]
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    chat.started = True
    member: Json = {"user": world.bot.user(), "status": "member"}
    kicked: Json = {"user": world.bot.user(), "status": "kicked", "until_date": 0}
    change = {
        "chat": chat.wire,
        "from": person.user(),
        "date": int(time.time()),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    world.updates.push("my_chat_member", change)
    tell_state(world, chat)


def tell_state(world: World, chat: Chat) -> None:
    """Tell the open pages what a chat offers: Start or Unblock, and which keyboard."""
    state = {"started": chat.started, "blocked": chat.blocked, "reply_keyboard": chat.reply_keyboard}
    world.tell_chat(chat, {"type": "chat", **state})


def _send(world: World, person_id: int, chat_id: int, content: Json, manner: Manner) -> Message:
    person = world.person(person_id)
    chat = world.chat_of(person_id, chat_id)
    if chat.blocked:
        raise ImpossibleActError("the bot is blocked: unblock it first")
    if chat.upgraded_to is not None:
        raise ImpossibleActError("this group was upgraded: write in the supergroup")
    sender, extra = _disguised(person, chat, manner)
    message = chat.add(sender, person_id, {**extra, **content}, manner.reply_to)
    deliver(world, person, chat, message)
    return message


def deliver(world: World, person: Person, chat: Chat, message: Message) -> None:
    """Show a person's new message to everybody in its chat, and give it to the bot if it is meant for it."""
    keyboard = chat.reply_keyboard or {}
    if not chat.started or keyboard.get("one_time_keyboard"):
        chat.started = True
        chat.reply_keyboard = None
        tell_state(world, chat)
    world.show_message(chat, message)
    if bot_sees(world.bot, chat, message):
        world.updates.push("message", chat.show(message))
    guests.summon(world, person, chat, message)


def _is_ephemeral_command(world: World, person_id: int, chat_id: int, content: Json) -> bool:
    """Whether a text is a command of a group's menu that only the bot shall see."""
    person, chat = world.person(person_id), world.chat_of(person_id, chat_id)
    able = world.features.has(features.EPHEMERAL) and features.reaches(person.level, features.EPHEMERAL)
    if not (able and chat.is_group and chat.has_bot):
        return False
    name, _, addressee = content["text"].split()[0].removeprefix("/").partition("@")
    offered = world.profile.commands_for(person.id, person.language_code, chat.id, is_owner=chat.owner == person.id)
    quiet = {command["command"] for command in offered if command.get("is_ephemeral")}
    return content["text"].startswith("/") and name in quiet and addressee.lower() in {"", world.bot.username}


def _whisper(world: World, person_id: int, chat: Chat, content: Json) -> Message:
    sender = world.person(person_id).user()
    message = chat.add_ephemeral(sender, person_id, world.bot.id, {**content, "receiver_user": world.bot.user()})
    world.show_message(chat, message)
    world.updates.push("message", chat.show(message))
    return message


def _disguised(person: Person, chat: Chat, manner: Manner) -> tuple[Json, Json]:
    """Return the sender and the fields that a manner of sending adds."""
    extra: Json = {}
    if manner.reply_to is not None:
        replied = _message(chat, manner.reply_to)
        if manner.quote:
            extra["quote"] = _quote(replied, manner.quote)
    if manner.via_bot:
        extra["via_bot"] = cast.OTHER_BOT
    if manner.offline:
        extra["is_from_offline"] = True
    if manner.disguise is None:
        return person.user(), extra
    if manner.disguise not in _DISGUISES or chat.wire["type"] != "supergroup":
        raise ImpossibleActError("one writes as an anonymous administrator or a channel in a supergroup only")
    if manner.disguise == "channel":
        return cast.CHANNEL_BOT, {**extra, "sender_chat": cast.CHANNEL}
    return cast.ANONYMOUS_ADMIN, {**extra, "sender_chat": chat.wire}


def _quote(replied: Message, text: str) -> Json:
    before, found, _ = replied.body.partition(text)
    if not found:
        raise ImpossibleActError("the quote is not a part of the message")
    return {"text": text, "position": utf16.length(before), "is_manual": True}


def _with_entities(text: str, given: list[Json]) -> Json:
    entities = sorted([*given, *find_entities(text, given)], key=lambda entity: int(entity["offset"]))
    return {"text": text, "entities": entities} if entities else {"text": text}


def _message(chat: Chat, message_id: int) -> Message:
    message = chat.find(message_id)
    if message is None:
        raise ImpossibleActError(f"there is no message {message_id}", 404)
    return message


def _users_request(chat: Chat, request_id: int) -> Json:
    rows: list[list[Json]] = chat.reply_keyboard["keyboard"] if chat.reply_keyboard else []
    requests: list[Json] = [button["request_users"] for row in rows for button in row if "request_users" in button]
    for request in requests:
        if request["request_id"] == request_id:
            return request
    raise ImpossibleActError("there is no such button", 404)


def _shared_user(person: Person, request: Json) -> Json:
    shared: Json = {"user_id": person.id}
    if request.get("request_name"):
        shared["first_name"] = person.first_name
        if person.last_name:
            shared["last_name"] = person.last_name
    if request.get("request_username") and person.username:
        shared["username"] = person.username
    return shared


def _instance(world: World, chat: Chat) -> str:
    """Return the number by which Telegram names a chat to games and buttons."""
    digest = hashlib.sha256(f"{world.bot.id}:{chat.id}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big", signed=True))
