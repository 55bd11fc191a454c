"""Sending: texts, photos, documents, forwards, copies, and the signs of life before them."""

from typing import Final

from sandbox.telegram.cast import Json
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import read_caption, read_text
from sandbox.telegram.forwarding import content_of, may_leave, origin_of
from sandbox.telegram.keyboards import Markup, read_markup
from sandbox.telegram.media import read_document, read_photo
from sandbox.telegram.methods.common import Run, find_chat, writable_chat
from sandbox.telegram.methods.ephemeral import add_ephemeral, read_receiver
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.people import tell_state
from sandbox.telegram.world import World

_ACTIONS: Final = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


def send_message(world: World, parameters: Parameters) -> Json:
    """Send a text."""
    content = read_text(world, parameters)
    chat = writable_chat(world, parameters)
    return _deliver(world, chat, parameters, content)


def send_photo(world: World, parameters: Parameters) -> Json:
    """Send a photo with a caption."""
    content = {**read_caption(world, parameters), "photo": read_photo(world, parameters)}
    chat = writable_chat(world, parameters)
    return _deliver(world, chat, parameters, content)


def send_document(world: World, parameters: Parameters) -> Json:
    """Send a file with a caption."""
    content = {**read_caption(world, parameters), "document": read_document(world, parameters)}
    chat = writable_chat(world, parameters)
    return _deliver(world, chat, parameters, content)


def forward_message(world: World, parameters: Parameters) -> Json:
    """Forward a message, with its origin."""
    chat = writable_chat(world, parameters)
    original = _original(world, parameters, "forward")
    only_protection = Parameters({"protect_content": parameters.text("protect_content")})
    return _deliver(world, chat, only_protection, content_of(original) | origin_of(original))


def copy_message(world: World, parameters: Parameters) -> Json:
    """Send a message's content anew, without its origin."""
    chat = writable_chat(world, parameters)
    original = _original(world, parameters, "copy")
    return {"message_id": _deliver(world, chat, parameters, content_of(original))["message_id"]}


def send_chat_action(world: World, parameters: Parameters) -> bool:
    """Show what the bot is busy with."""
    chat = writable_chat(world, parameters)
    action = parameters.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.tell_chat(chat, {"type": "typing", "action": action})
    return True


def _deliver(world: World, chat: Chat, parameters: Parameters, content: Json) -> Json:
    markup = read_markup(parameters, private=chat.is_private)
    receiver = read_receiver(world, chat, parameters)
    reply_to = None if receiver else _replied(chat, parameters)
    if markup.inline:
        content["reply_markup"] = markup.inline
    if parameters.boolean("protect_content"):
        content["has_protected_content"] = True
    if chat.is_group and (topic := parameters.integer("message_thread_id", 0, 0, 2**31 - 1)):
        content |= {"message_thread_id": topic, "is_topic_message": True}
    if receiver is not None:
        return add_ephemeral(world, chat, receiver, content)
    message = chat.add(world.bot.user(), world.bot.id, content, reply_to)
    message.reply_keyboard = markup.bars_editing
    _change_keyboard(world, chat, markup)
    world.show_message(chat, message)
    return chat.show(message)


def _change_keyboard(world: World, chat: Chat, markup: Markup) -> None:
    if markup.keyboard is None and not markup.removes_keyboard:
        return
    chat.reply_keyboard = markup.keyboard
    tell_state(world, chat)


def _replied(chat: Chat, parameters: Parameters) -> int | None:
    reply = parameters.json("reply_parameters", "reply parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    if reply and not isinstance(reply.get("message_id"), int):
        raise bad_request('can\'t find field "message_id"')
    legacy = parameters.integer("reply_to_message_id", 0, 0, 2**31 - 1)
    message_id = int(reply.get("message_id", legacy))
    if not message_id:
        return None
    if message_id in chat.messages:
        return message_id
    if reply.get("allow_sending_without_reply") or parameters.boolean("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _original(world: World, parameters: Parameters, verb: str) -> Json:
    source = find_chat(world, parameters, "from_chat_id")
    message: Message | None = source.messages.get(parameters.integer("message_id", 0, 0, 2**31 - 1))
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if not may_leave(message.wire):
        raise bad_request(f"the message can't be {'forwarded' if verb == 'forward' else 'copied'}")
    return message.wire


METHODS: Final[dict[str, Run]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
}
