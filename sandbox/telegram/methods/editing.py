"""Changing and deleting what was sent."""

import time
from typing import Final

from sandbox.telegram.cast import Json
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import read_caption, read_text
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.common import Run, find_message, reachable_chat, writable_chat
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

# A message can be deleted for two days after it was sent.
_DELETABLE_SECONDS: Final = 48 * 3600
_CONTENT: Final = ("text", "entities", "caption", "caption_entities", "link_preview_options")
_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, parameters: Parameters) -> Json | bool:
    """Change a text and its inline keyboard; a keyboard that is not given again is taken away."""
    content = read_text(world, parameters, too_long="MESSAGE_TOO_LONG")
    chat, message = _editable(world, parameters)
    if "text" not in message.wire:
        raise bad_request("there is no text in the message to edit")
    return _change(world, chat, message, parameters, content)


def edit_message_caption(world: World, parameters: Parameters) -> Json | bool:
    """Change a caption and the inline keyboard."""
    content = read_caption(world, parameters)
    chat, message = _editable(world, parameters)
    if "photo" not in message.wire and "document" not in message.wire:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, chat, message, parameters, content)


def edit_message_reply_markup(world: World, parameters: Parameters) -> Json | bool:
    """Change or take away the inline keyboard alone."""
    chat, message = _editable(world, parameters)
    return _change(world, chat, message, parameters, None)


def delete_message(world: World, parameters: Parameters) -> bool:
    """Delete one message for everybody; in a group another's only as an administrator."""
    chat = reachable_chat(world, parameters)
    message = find_message(chat, parameters, "message to delete not found")
    if not chat.is_private and message.author != world.bot.id and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    if time.time() - message.wire["date"] > _DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.delete_message(chat, message.id)
    return True


def delete_messages(world: World, parameters: Parameters) -> bool:
    """Delete up to 100 messages; those that cannot be found are skipped."""
    chat = reachable_chat(world, parameters)
    ids = parameters.json("message_ids", "message identifiers")
    if not isinstance(ids, list) or not ids or not all(isinstance(one, int) for one in ids):
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many messages to delete")
    for message_id in ids:
        if message_id in chat.messages:
            delete_message(world, Parameters({"chat_id": str(chat.id), "message_id": str(message_id)}))
    return True


def _editable(world: World, parameters: Parameters) -> tuple[Chat, Message]:
    if inline_id := parameters.text("inline_message_id"):
        return _inline_message(world, inline_id)
    chat = writable_chat(world, parameters)
    message = find_message(chat, parameters, "message to edit not found")
    forwarded = "forward_origin" in message.wire
    if message.author != world.bot.id or message.reply_keyboard or forwarded:
        raise bad_request("message can't be edited")
    return chat, message


def _inline_message(world: World, inline_id: str) -> tuple[Chat, Message]:
    chat_id, message_id = world.inline.messages.get(inline_id, (0, 0))
    chat = world.chats.get(chat_id)
    message = chat.messages.get(message_id) if chat else None
    if chat is None or message is None:
        raise bad_request("MESSAGE_ID_INVALID")
    return chat, message


def _change(world: World, chat: Chat, message: Message, parameters: Parameters, content: Json | None) -> Json | bool:
    """As `change`, and return the message; True for one that is known by its inline id only."""
    change(world, chat, message, parameters, content)
    return True if parameters.text("inline_message_id") else chat.show(message)


def change(world: World, chat: Chat, message: Message, parameters: Parameters, content: Json | None) -> None:
    """Give a message other content and markup; None leaves the content as it is."""
    markup = read_markup(parameters, private=chat.is_private)
    if markup.bars_editing:
        raise bad_request("inline keyboard expected")
    fields = ("reply_markup",) if content is None else (*_CONTENT, "reply_markup")
    changed = {**(content or {}), **({"reply_markup": markup.inline} if markup.inline else {})}
    if {name: message.wire[name] for name in fields if name in message.wire} == changed:
        raise bad_request(_NOT_MODIFIED)
    for name in fields:
        message.wire.pop(name, None)
    message.wire.update(changed)
    if content is not None:
        message.wire["edit_date"] = int(time.time())
    world.show_message(chat, message, "edited")


METHODS: Final[dict[str, Run]] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
