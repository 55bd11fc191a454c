"""What methods share: how they are called, and how they find their chat and their message."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import ApiError, bad_request, forbidden
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

Run = Callable[[World, Parameters], Any | Awaitable[Any]]


@dataclass(frozen=True)
class Method:
    """A method under its proper name; `run` returns the result or an awaitable of it, or raises ApiError.

    `since` is the Bot API that brought it: an older server answers 404.
    """

    name: str
    run: Run
    since: str = "9.0"


@dataclass(frozen=True)
class Described:
    """A result that Telegram sends with a description beside it."""

    result: Any
    description: str


def find_chat(world: World, parameters: Parameters, name: str = "chat_id") -> Chat:
    """Return the chat that a call names; raises ApiError 400."""
    text = parameters.text(name).strip()
    if not text:
        raise bad_request(f"{name} is empty")
    try:
        chat = world.chats[int(text)]
    except (ValueError, KeyError):
        raise bad_request("chat not found") from None
    if chat.is_between:
        raise bad_request("chat not found")
    kind = "supergroup" if chat.wire["type"] == "supergroup" else "group"
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {kind} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {kind} chat")
    return chat


def reachable_chat(world: World, parameters: Parameters) -> Chat:
    """Return the chat in which a call wants to change something; raises ApiError 400 for one that was upgraded."""
    chat = find_chat(world, parameters)
    if chat.upgraded_to is not None:
        reason = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, reason, {"migrate_to_chat_id": chat.upgraded_to})
    return chat


def writable_chat(world: World, parameters: Parameters) -> Chat:
    """Return the chat that a call wants to write to; raises ApiError 400 or 403."""
    chat = reachable_chat(world, parameters)
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def find_message(chat: Chat, parameters: Parameters, missing: str) -> Message:
    """Return the message that a call names; raises ApiError 400 with the words for a missing one."""
    message_id = parameters.integer("message_id", 0, 0, 2**31 - 1)
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(missing)
    return message


def not_found() -> ApiError:
    """Return the answer to an unknown method."""
    return ApiError(404, "Not Found")
