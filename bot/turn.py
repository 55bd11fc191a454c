"""One update being answered: who wrote, in which language, and the means to reply."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from telegram import Message
from telegram.constants import MessageEntityType
from telegram.error import BadRequest

from bot import messages, places
from bot.ephemeral import number_of
from bot.intents import Mention
from bot.messages import Face
from bot.names import own_name
from bot.text import Argument, Speaker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove, Update, User

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person

    Journey = Callable[["Turn"], Awaitable[None]]

_REQUESTS: Final = UUID("0b6f3c1c-8c2e-4a55-8d7e-1d1f5b1f6b90")


@dataclass(slots=True)
class Turn:
    """An update by a person, in one chat. `person` is None for someone who has not started the bot."""

    context: Context = field(repr=False)
    update: Update = field(repr=False)  # what was written may be a PIN
    user: User
    chat_id: int
    speaker: Speaker
    known: Person | None
    _answered: bool = field(default=False, repr=False)

    @classmethod
    async def of(cls, context: Context, update: Update) -> Turn:
        """Begin a turn: find the person and take over what Telegram says about them now."""
        user, chat = update.effective_user, update.effective_chat
        if update.guest_message is not None:  # the bot is not in that chat, and another may bear its number for us
            chat = None
        if user is None:
            raise ValueError("an update by nobody is no turn")
        known = await context.people.find(user.id)
        if known is not None:
            known = await _refreshed(context, known, user)
        language = user.language_code or (known.language if known else "")
        return cls(context, update, user, chat.id if chat else user.id, Speaker(language), known)

    @property
    def person(self) -> Person:
        """The person, in a journey that is only for those who have started the bot."""
        if self.known is None:
            raise LookupError("this journey needs a person with a wallet")
        return self.known

    @property
    def message(self) -> Message | None:
        """The message written, or the one whose button was pressed (None when Telegram no longer has it)."""
        message = self.update.effective_message
        return message if isinstance(message, Message) else None

    @property
    def message_id(self) -> int | None:
        """Its number, below zero where only this person sees it."""
        if self.message is None:
            return None
        return number_of(dict(self.message.api_kwargs)) or self.message.message_id

    @property
    def topic(self) -> int | None:
        """The topic that the message is in, in a group that has topics."""
        return self.message.message_thread_id if self.message and self.message.is_topic_message else None

    @property
    def in_private(self) -> Turn:
        """The same turn, answered where only this person reads it."""
        return replace(self, chat_id=self.user.id)

    @property
    def text(self) -> str:
        """What was written; empty for anything else."""
        return (self.message.text or "") if self.message else ""

    @property
    def mentions(self) -> list[Mention]:
        """Whom Telegram says, by number, the words mean."""
        return [
            Mention(entity.offset, entity.length, entity.user.id)
            for entity in (self.message.entities if self.message else ())
            if entity.type == MessageEntityType.TEXT_MENTION and entity.user is not None
        ]

    @property
    def arguments(self) -> str:
        """What stands after a command."""
        _, *rest = self.text.split(maxsplit=1) or [""]
        return rest[0].strip() if rest else ""

    @property
    def pressed(self) -> tuple[str, str]:
        """What the button that was pressed is for, and the id that makes it safe; both empty for anything else."""
        query = self.update.callback_query
        operation, _, secret = ((query.data or "") if query else "").partition(":")
        return operation, secret

    @property
    def choice(self) -> int:
        """Which of several options the button that was pressed stands for, from 0."""
        operation, _ = self.pressed
        return int(operation[len(operation.rstrip("0123456789")) :])

    @property
    def key(self) -> UUID:
        """One key for this update, the same each time it is handled: what it asks the wallet for happens once."""
        return self.key_of(f"update {self.update.update_id} {self.message.date if self.message else ''}")

    def key_of(self, what: str) -> UUID:
        """Return a key for something this person asks for once."""
        return uuid5(_REQUESTS, f"{self.user.id} {what}")

    def t(self, message: str, /, **arguments: Argument) -> str:
        """As `Speaker.t`, in this person's language."""
        return self.speaker.t(message, **arguments)

    async def say(
        self,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        replies: ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
    ) -> int:
        """Write to the person; returns the message's id."""
        return await messages.send(self.context.bot, self.chat_id, Face(text, keyboard), replies)

    async def edit(self, message_id: int, face: Face) -> int:
        """Change one of our messages, or write it anew if it is gone; returns the id of the message that shows it.

        One that only this person sees, and that is gone, is not written anew: in a group all would read it.
        """
        if message_id < 0:
            await self.context.ephemeral.edit(self.chat_id, self.user.id, message_id, face)
            return message_id
        if await messages.edit(self.context.bot, self.chat_id, message_id, face):
            return message_id
        return await messages.send(self.context.bot, self.chat_id, face)

    async def put(self, card: Card, face: Face) -> Card:
        """Make the card show this, in the message it has or in a new one."""
        return await places.put(self.context, card, face)

    async def toast(self, text: str = "", *, alert: bool = False, url: str = "") -> None:
        """Answer the button press, once: before anything slow. Telegram shows `text`, plain, for a moment.

        `url`: a link to our private chat, which opens at once.
        """
        query = self.update.callback_query
        if query is None or self._answered:
            return
        self._answered = True
        try:
            await query.answer(text or None, show_alert=alert, url=url or None)
        except BadRequest as refusal:  # a replayed press: nobody waits for this answer any more
            if not messages.came_too_late(refusal):
                raise

    async def delete_message(self) -> bool:
        """Delete the message this turn answers."""
        return self.message is not None and await messages.delete(
            self.context.bot, self.chat_id, self.message.message_id
        )


async def _refreshed(context: Context, known: Person, user: User) -> Person:
    refreshed = await context.people.refresh(known, user)
    if own_name(refreshed.name) != own_name(known.name):
        await context.wallet.rename(known.party_id, own_name(refreshed.name))
    return refreshed
