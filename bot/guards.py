"""Which messages may do something: composed once, used by every handler.

Only a fresh message by the person themselves starts anything: no forward, no edit, nothing sent through another bot,
by a channel or an anonymous admin, or by a machine in somebody's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram.ext import filters

from bot.keypad import is_pin_given_away
from bot.redaction import DOTS
from bot.tokens import tokenize
from bot.vocabulary import ASKING, POLITE

if TYPE_CHECKING:
    from telegram import Message


class _ByAHuman(filters.MessageFilter):
    """The sender is a person, and neither a bot nor a business connection sent it for them."""

    def filter(self, message: Message) -> bool:
        sender = message.from_user
        on_behalf = message.sender_business_bot is not None or message.business_connection_id is not None
        return sender is not None and not sender.is_bot and not on_behalf


class _NeverEdited(filters.MessageFilter):
    """The message stands as it was first written: edits by guests may come as any other message of theirs."""

    def filter(self, message: Message) -> bool:
        return message.edit_date is None


class _SixDigits(filters.MessageFilter):
    """Six digits alone or called a PIN, as in “482915.”, “send 5 to @ben, my pin is 482915” or “/pin 482915”."""

    def filter(self, message: Message) -> bool:
        return is_pin_given_away(message.text or message.caption or "")


class _Struck(filters.MessageFilter):
    """Six digits were written among the words, and the inbox kept dots of them."""

    def filter(self, message: Message) -> bool:
        return DOTS in (message.text or "")


class _Addressed(filters.MessageFilter):
    """The bot's name stands first, as in “@sixpence_bot 5 to @ben”."""

    def filter(self, message: Message) -> bool:
        return _after_the_bots_name(message) is not None


class _Asking(filters.MessageFilter):
    """The bot's name stands first, and then, after a “please” or none, a word of asking, as in “ask @ben for 10”."""

    def filter(self, message: Message) -> bool:
        words = (token.word for token in tokenize(_after_the_bots_name(message) or "", ()))
        return next((word for word in words if word not in POLITE), "") in ASKING


def _after_the_bots_name(message: Message) -> str | None:
    """What follows the bot's name, where that stands first and is not all."""
    match (message.text or "").split(maxsplit=1):
        case [name, words] if name.lower() == f"@{message.get_bot().username}".lower():
            return words
    return None


private: Final = filters.ChatType.PRIVATE & (filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE)
_their_own: Final = (
    ~filters.FORWARDED & ~filters.VIA_BOT & ~filters.SenderChat.ALL & ~filters.IS_FROM_OFFLINE & _ByAHuman()
)
_by_themselves: Final = filters.UpdateType.MESSAGE & _their_own
fresh: Final = _by_themselves & filters.ChatType.PRIVATE
fresh_in_group: Final = _by_themselves & filters.ChatType.GROUPS
fresh_as_guest: Final = (
    filters.UpdateType.GUEST_MESSAGE
    & (filters.ChatType.PRIVATE | filters.ChatType.GROUPS)
    & _their_own
    & _NeverEdited()
)
addressed: Final = _Addressed()
asking: Final = _Asking()
six_digits: Final = _SixDigits()
struck: Final = _Struck()
