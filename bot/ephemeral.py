"""Messages in a group that one member alone sees (Bot API 10.2), on servers and for apps that have them.

Promises: what is for one is never told to all. An older server ignores the parameters it does not know and would tell
everybody; so whether it knows them is asked first, by a method that came with them. That it does not is remembered for
a minute, so that it is not asked each time.

Telegram counts these messages apart from all others. Here and in our tables their numbers stand below zero.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, RetryAfter

from bot import messages

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from telegram import Bot

    from bot.messages import Face

log = logging.getLogger(__name__)

_REFUSALS: Final = (BadRequest, Forbidden, ChatMigrated, RetryAfter, EndPointNotFound)
_REMEMBERED: Final = timedelta(minutes=1)
_NO_MESSAGE: Final = 2**31 - 1
"""A number that no message has."""


def number_of(sent: dict[str, Any]) -> int | None:
    """Return the number, below zero, of an ephemeral message; None for another. `sent` is what Telegram says of it."""
    number = sent.get("ephemeral_message_id")
    return -number if isinstance(number, int) else None


class Ephemeral:
    """Sending, changing and deleting them."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._clock = clock
        self._ask_again_at: datetime | None = None

    async def send(
        self,
        chat_id: int,
        user_id: int,
        face: Face,
        query_id: str,
        *,
        in_place: bool = True,
        topic: int | None = None,
    ) -> int | None:
        """Show this to whoever pressed a button a moment ago, and return its number.

        `in_place` of what they pressed; otherwise beside it, where that is for them to see as well. `topic`: as for
        `messages.send`. None where that cannot be: an older server or app, a press of more than 15 seconds ago. That
        they see it is not promised, even so.
        """
        if not await self._is_known(chat_id, user_id):
            return None
        whom = {"receiver_user_id": user_id, "callback_query_id": query_id}  # as 10.2 has it; 10.3 groups them
        grouped = {**whom, "replace_callback_query_message": in_place}
        try:
            sent = await messages.sent(
                self._bot,
                chat_id,
                face,
                message_thread_id=topic,
                api_kwargs={**whom, "ephemeral_message_parameters": grouped},
            )
        except _REFUSALS as refusal:
            log.info("no ephemeral message: %s", type(refusal).__name__)
            return None
        number = number_of(dict(sent.api_kwargs))
        if number is None:
            self._remember_that_it_is_unknown()
            await messages.delete(self._bot, chat_id, sent.message_id)
            log.error("the server told a group what was for one member; it was deleted")
        return number

    async def edit(self, chat_id: int, user_id: int, number: int, face: Face) -> bool:
        """Make the message show this. False if it cannot be edited any more."""
        content = {"text": face.text, "parse_mode": "HTML", "reply_markup": face.keyboard}
        try:
            return await messages.changed(self._ask("edit_ephemeral_message_text", chat_id, user_id, number, **content))
        except _REFUSALS as refusal:
            log.info("an ephemeral message was left as it is: %s", type(refusal).__name__)
            return False

    async def delete(self, chat_id: int, user_id: int, number: int) -> None:
        """Take the message away, if it is still there."""
        try:
            await self._ask("delete_ephemeral_message", chat_id, user_id, number)
        except _REFUSALS as refusal:
            log.info("an ephemeral message was not deleted: %s", type(refusal).__name__)

    async def _is_known(self, chat_id: int, user_id: int) -> bool:
        if self._ask_again_at is not None and self._clock() < self._ask_again_at:
            return False
        try:
            await self._ask("delete_ephemeral_message", chat_id, user_id, -_NO_MESSAGE)
        except EndPointNotFound:
            self._remember_that_it_is_unknown()
            return False
        except _REFUSALS:
            return True
        return True

    def _remember_that_it_is_unknown(self) -> None:
        self._ask_again_at = self._clock() + _REMEMBERED

    async def _ask(self, method: str, chat_id: int, user_id: int, number: int, **content: Any) -> None:
        place = {"chat_id": chat_id, "receiver_user_id": user_id, "ephemeral_message_id": -number}
        asked = {name: value for name, value in (place | content).items() if value is not None}
        await self._bot.do_api_request(method, api_kwargs=asked)
