"""Where a card stands, and showing it there.

A person's own card stands in their private chat, or in a group as a message that they alone see; a card for others in
a group, or under a message that was sent through the bot. Promises: what is one person's own is never told to others;
where it cannot be shown in the group any more, it moves to their private chat. Nobody waits for a card of others to
be changed.
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot import messages
from bot.messages import Face

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from telegram import Message

    from bot.context import Context
    from bot.conversation import Card
    from bot.text import Speaker

log = logging.getLogger(__name__)

LATER: Final = timedelta(seconds=30)
"""After so long a card that Telegram would not change is tried again: others are to have their turn."""


async def edit(context: Context, card: Card, face: Face) -> bool:
    """Make the message that shows the card show this. False if there is none, or none that can be edited."""
    if inline := card.facts.get("inline"):
        return await messages.edit_inline(context.bot, inline, face)
    if card.message_id is None:
        return False
    if card.is_ephemeral:
        return await context.ephemeral.edit(card.chat_id, card.user_id, card.message_id, face)
    return await messages.edit(context.bot, card.chat_id, card.message_id, face)


async def keep(context: Context, card: Card, face: Face) -> None:
    """Make the card show this, if anybody can still see it, and now or later: as in `made_up_for`."""
    async with made_up_for(context, card):
        await edit(context, card, face)


@asynccontextmanager
async def made_up_for(context: Context, card: Card) -> AsyncIterator[None]:
    """What changes a card inside may fail: a chat that is gone, or has moved, is no failure.

    Nor is one that Telegram does not change now: the card is looked at again (`expiry`), and nobody waits for it.
    """
    try:
        yield
    except ChatMigrated as moved:
        await context.cards.moved(card.chat_id, moved.new_chat_id)
        log.info("a group became a supergroup; its old messages stay as they are")
    except (BadRequest, Forbidden) as error:  # blocked, sent away, or deleted: nobody is looking
        log.info("a card was left as it is: %s", type(error).__name__)
    except TelegramError as error:
        log.info("card %s is changed later: %s", card.id, type(error).__name__)
        await context.cards.look_later(card, LATER)


async def put(context: Context, card: Card, face: Face) -> Card:
    """Make the card show this, in the message it has or in a new one."""
    if await edit(context, card, face):
        return card
    card = replace(card, chat_id=card.user_id) if card.is_ephemeral else card
    return await context.cards.stands(card, card.chat_id, await messages.send(context.bot, card.chat_id, face))


async def show(context: Context, card: Card, face: Callable[[], Awaitable[Face]], topic: int | None = None) -> Card:
    """Send a group the card in a new message, up to date. `face` is how it looks at that moment."""
    shown = await face()
    card = await context.cards.sent(card, await messages.send(context.bot, card.chat_id, shown, topic=topic))
    await catch_up(context, card, shown, face)
    return card


async def catch_up(context: Context, card: Card, shown: Face, face: Callable[[], Awaitable[Face]]) -> None:
    """Show what changed while Telegram was asked to show this.

    That came before anybody knew which message to change, or was shown before this, which was older.
    """
    while (now := await face()) != shown:
        await keep(context, card, now)
        shown = now


async def pressed(
    context: Context, card: Card, message: Message | None, update: Callable[[Context, Card], Awaitable[None]]
) -> Card:
    """Return the card of a group as we know it once a button of this message was pressed.

    Telegram may have shown it without our hearing so. Then its message is known from now on, and is brought up to date:
    what changed in the meantime nobody could show. Where it was sent once more, a copy that is not the one we keep in
    step is taken away.
    """
    if message is None or message.message_id == card.message_id:
        return card
    if card.message_id is None:
        await update(context, replace(card, message_id=message.message_id))  # first, so that a failure is made up for
        return await context.cards.sent(card, message.message_id)
    await messages.delete(context.bot, card.chat_id, message.message_id)
    return card


async def to_the_end(context: Context, card: Card, speaker: Speaker) -> Card:
    """Let a person's own card be sent anew, at the end of their private chat: a copy further up loses its buttons."""
    await edit(context, card, Face(speaker.t("This is further down in the chat now.")))
    return replace(card, chat_id=card.user_id, message_id=None)


async def bring_home(context: Context, card: Card) -> Card:
    """Let a card that stands in a group stand in its owner's private chat, where it is yet to be sent."""
    return await context.cards.stands(card, card.user_id, None)
