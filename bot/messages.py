"""Sending and editing our messages: one place for markup, and for what Telegram says when a message has gone.

Promises: an edit that changes nothing counts as done; an edit of a message that is gone says so with False instead of
raising. All else that Telegram or the network says passes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any

    from telegram import Bot, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove
    from telegram.error import TelegramError

MAX_TEXT: Final = 4096
"""So long may a message be that Telegram takes, in UTF-16 units, its markup left out."""
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_UNCHANGED: Final = "message is not modified"
_TOO_OLD: Final = "query is too old"
_GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
_DELETED: Final = "message to delete not found"
_SILENCED: Final = (
    "not enough rights to send",
    "no rights to send",
    "write_forbidden",
    "plain_forbidden",
    "topic_closed",
)


@dataclass(frozen=True, slots=True)
class Face:
    """What a message shows: Telegram HTML, and the buttons under it."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def utf16_length(text: str) -> int:
    """Return the length of a text as Telegram counts it: most emoji are two."""
    return len(text.encode("utf-16-le")) // 2


async def send(
    bot: Bot,
    chat_id: int,
    face: Face,
    replies: ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
    *,
    topic: int | None = None,
) -> int:
    """Send a message and return its id. `replies` changes the keyboard below the chat instead of the buttons.

    `topic`: of a group that has topics; without it the message would stand in its general one.
    """
    markup = replies or face.keyboard
    return (await sent(bot, chat_id, face, reply_markup=markup, message_thread_id=topic)).message_id


async def sent(bot: Bot, chat_id: int, face: Face, **how: Any) -> Message:
    """Send a message and return it; `how` is for `send_message`."""
    return await bot.send_message(
        chat_id,
        face.text,
        parse_mode=ParseMode.HTML,
        link_preview_options=_NO_PREVIEW,
        **({"reply_markup": face.keyboard} | how),
    )


def article(result_id: str, title: str, face: Face, description: str | None = None) -> InlineQueryResultArticle:
    """Return a message that Telegram posts for us where we cannot write: picked by somebody, or as a guest's answer."""
    content = InputTextMessageContent(face.text, ParseMode.HTML, link_preview_options=_NO_PREVIEW)
    return InlineQueryResultArticle(result_id, title, content, reply_markup=face.keyboard, description=description)


async def send_picture(bot: Bot, chat_id: int, png: bytes, face: Face) -> int:
    """Send a picture with the face's text below it, and return the message's id."""
    message = await bot.send_photo(
        chat_id,
        png,
        filename="code.png",
        caption=face.text,
        parse_mode=ParseMode.HTML,
        reply_markup=face.keyboard,
    )
    return message.message_id


async def edit(bot: Bot, chat_id: int, message_id: int, face: Face) -> bool:
    """Make the message show this. False if it cannot be edited any more."""
    return await _edit(bot, face, chat_id=chat_id, message_id=message_id)


async def edit_inline(bot: Bot, inline_message_id: str, face: Face) -> bool:
    """As `edit`, for a message that somebody sent through the bot into a chat of theirs."""
    return await _edit(bot, face, inline_message_id=inline_message_id)


async def _edit(
    bot: Bot,
    face: Face,
    *,
    chat_id: int | None = None,
    message_id: int | None = None,
    inline_message_id: str | None = None,
) -> bool:
    return await changed(
        bot.edit_message_text(
            face.text,
            chat_id=chat_id,
            message_id=message_id,
            inline_message_id=inline_message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=face.keyboard,
        )
    )


async def changed(edit: Awaitable[object]) -> bool:
    """Ask Telegram for an edit. False if the message cannot be edited any more."""
    try:
        await edit
    except BadRequest as refusal:
        said = refusal.message.lower()
        if any(gone in said for gone in _GONE):
            return False
        if _UNCHANGED not in said:
            raise
    return True


def came_too_late(refusal: BadRequest) -> bool:
    """Whether this is about an answer, to a press or an inline query, that nobody waits for any more."""
    return _TOO_OLD in refusal.message.lower()


def is_silenced(refusal: TelegramError) -> bool:
    """Whether this says that we may not write in a chat, rather than that this message was not right."""
    said = refusal.message.lower()
    return isinstance(refusal, Forbidden) or any(reason in said for reason in _SILENCED)


async def delete(bot: Bot, chat_id: int, message_id: int) -> bool:
    """Delete a message; whether it is gone. False if Telegram would not (too old)."""
    try:
        return await bot.delete_message(chat_id, message_id)
    except BadRequest as refusal:
        return _DELETED in refusal.message.lower()
