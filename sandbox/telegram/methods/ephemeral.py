"""Ephemeral messages: one member of a group sees them, and the bot.

They came with Bot API 10.2, and 10.3 grouped their parameters. A bot may send one to a member who pressed one
of its buttons, or sent it an ephemeral command, not longer ago than 15 seconds, and at any time as an
administrator. The models describe the fields; Telegram's own words for the refusals are not public, so those
here are the sandbox's.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from sandbox.telegram.cast import Json
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.features import EPHEMERAL, EPHEMERAL_PARAMETERS, reaches
from sandbox.telegram.formatting import read_caption, read_text
from sandbox.telegram.methods.common import Run, writable_chat
from sandbox.telegram.methods.editing import change
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.queries import EPHEMERAL_SECONDS
from sandbox.telegram.world import World


@dataclass(frozen=True)
class Receiver:
    """The member whom an ephemeral message is for, and the message in whose place they see it, if any."""

    person_id: int
    replaces: int | None = None


def read_receiver(world: World, chat: Chat, parameters: Parameters) -> Receiver | None:
    """Return whom a message is for; None for everybody, as on a server that does not know the parameters.

    Raises ApiError 400 where the bot may not send it.
    """
    asked = _asked(world, parameters)
    if asked is None:
        return None
    person_id = asked.get("receiver_user_id")
    if not isinstance(person_id, int):
        raise bad_request('can\'t find field "receiver_user_id"')
    if not chat.is_group:
        raise bad_request("ephemeral messages can be sent in groups and supergroups only")
    if person_id not in chat.members:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if not reaches(world.people[person_id].level, EPHEMERAL):
        raise bad_request("the receiver's app doesn't support ephemeral messages")
    query_id = str(asked.get("callback_query_id") or "")
    replaces = _pressed(world, chat, person_id, query_id) if query_id else None
    if not query_id and chat.bot_status != "administrator" and not _answers(chat, person_id, parameters):
        raise bad_request("not enough rights to send ephemeral messages")
    return Receiver(person_id, replaces if asked.get("replace_callback_query_message") else None)


def add_ephemeral(world: World, chat: Chat, receiver: Receiver, content: Json) -> Json:
    """Send an ephemeral message and return it."""
    seen_by = {"receiver_user": world.people[receiver.person_id].public_user()}
    message = chat.add_ephemeral(world.bot.user(), world.bot.id, receiver.person_id, {**content, **seen_by})
    message.replaces = receiver.replaces
    world.show_message(chat, message)
    return chat.show(message)


def edit_text(world: World, parameters: Parameters) -> bool:
    """Change the text and the keyboard of an ephemeral message."""
    content = read_text(world, parameters, too_long="MESSAGE_TOO_LONG")
    chat, message = _sent(world, parameters)
    if "text" not in message.wire:
        raise bad_request("there is no text in the message to edit")
    change(world, chat, message, parameters, content)
    return True


def edit_caption(world: World, parameters: Parameters) -> bool:
    """Change the caption and the keyboard of an ephemeral message."""
    content = read_caption(world, parameters)
    chat, message = _sent(world, parameters)
    if "photo" not in message.wire and "document" not in message.wire:
        raise bad_request("there is no caption in the message to edit")
    change(world, chat, message, parameters, content)
    return True


def edit_reply_markup(world: World, parameters: Parameters) -> bool:
    """Change or take away the keyboard of an ephemeral message."""
    chat, message = _sent(world, parameters)
    change(world, chat, message, parameters, None)
    return True


def delete(world: World, parameters: Parameters) -> bool:
    """Take an ephemeral message away."""
    chat, message = _sent(world, parameters)
    world.delete_message(chat, message.shown_id)
    return True


def _asked(world: World, parameters: Parameters) -> Json | None:
    """Return what is asked, in the words of 10.3 or those of 10.2, as far as this server knows them."""
    if not world.features.has(EPHEMERAL):
        return None
    if world.features.has(EPHEMERAL_PARAMETERS):
        grouped: Any = parameters.json("ephemeral_message_parameters", "EphemeralMessageParameters")
        if grouped is not None and not isinstance(grouped, dict):
            raise bad_request("can't parse EphemeralMessageParameters: expected an Object")
        if grouped is not None:
            return dict(grouped)
    person_id = parameters.integer("receiver_user_id", 0, 0, 2**53)
    query_id = parameters.text("callback_query_id")
    return {"receiver_user_id": person_id, "callback_query_id": query_id} if person_id else None


def _pressed(world: World, chat: Chat, person_id: int, query_id: str) -> int | None:
    """Return the message under which the receiver pressed a moment ago; None for an ephemeral one."""
    query = world.queries.fresh(query_id)
    if query is None or query.person_id != person_id or query.chat_id != chat.id:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query.shown_id if query.shown_id > 0 else None


def _answers(chat: Chat, person_id: int, parameters: Parameters) -> bool:
    """Whether this is a reply to an ephemeral command that the receiver sent a moment ago."""
    reply = parameters.json("reply_parameters", "reply parameters") or {}
    number = reply.get("ephemeral_message_id") if isinstance(reply, dict) else None
    command = chat.ephemerals.get(number) if isinstance(number, int) else None
    recent = command is not None and time.time() - command.wire["date"] <= EPHEMERAL_SECONDS
    return recent and command is not None and command.author == person_id


def _sent(world: World, parameters: Parameters) -> tuple[Chat, Message]:
    chat = writable_chat(world, parameters)
    person_id = parameters.integer("receiver_user_id", 0, 0, 2**53)
    message = chat.ephemerals.get(parameters.integer("ephemeral_message_id", 0, 0, 2**31 - 1))
    if message is None or message.author != world.bot.id or message.receiver != person_id:
        raise ApiError(400, "Bad Request: message to edit not found")
    return chat, message


METHODS: Final[dict[str, Run]] = {
    "editEphemeralMessageText": edit_text,
    "editEphemeralMessageCaption": edit_caption,
    "editEphemeralMessageReplyMarkup": edit_reply_markup,
    "deleteEphemeralMessage": delete,
}
