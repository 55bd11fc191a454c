"""Telegram's JSON → an update that handlers may rely on: its numbers are numbers and its texts are texts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from telegram import Chat, Message, Update
from telegram.constants import ChatType

from bot.redaction import storable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import UnionType

    from telegram import Bot

    from bot.redaction import Json

log = logging.getLogger(__name__)

_TEXT: Final = str | None


def read(update: Json, bot: Bot) -> Update | None:
    """Return the update as a value; None, and a line in the log, for one that no second attempt would make readable."""
    try:
        parsed = Update.de_json(storable(update), bot)
    except Exception as error:  # noqa: BLE001 - whatever our library stumbles over
        log.warning("update %s cannot be read: %s", update.get("update_id"), type(error).__name__)
        return None
    if _is_sound(parsed):
        return parsed
    log.warning("update %s cannot be read: a part of it is of another kind", update.get("update_id"))
    return None


def _is_sound(update: Update) -> bool:
    kinds = all(isinstance(value, kind) and not isinstance(value, bool) for value, kind in _relied_on(update))
    message, chat, user = update.message or update.edited_message, update.effective_chat, update.effective_user
    if message is None or chat is None or user is None or chat.type != ChatType.PRIVATE:
        return kinds
    return kinds and chat.id == user.id  # who writes in a private chat is whose chat it is


def _relied_on(update: Update) -> Iterator[tuple[object, type | UnionType]]:
    """Each value that handlers read without looking, and what it must be. Our library does not check."""
    user, chat, message, query = (
        update.effective_user,
        update.effective_chat,
        update.effective_message,
        update.callback_query,
    )
    if user is not None:
        yield from ((user.id, int), (user.first_name, str))
        yield from ((text, _TEXT) for text in (user.last_name, user.username, user.language_code))
    if chat is not None:
        yield from ((chat.id, int), (chat.type, str))
    if message is not None:
        yield from ((message.message_id, int), (message.chat, Chat))
    if isinstance(message, Message):
        yield from ((message.text, _TEXT), (message.caption, _TEXT), (message.guest_query_id, _TEXT))
        if contact := message.contact:
            yield from ((contact.user_id, int | None), (contact.first_name, str), (contact.last_name, _TEXT))
    if query is not None:
        yield from ((query.id, str), (query.data, _TEXT))
