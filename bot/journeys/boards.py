"""What a group sees of its splits, and of settling up: one live card each, kept in step, edited in place.

Whatever changes a share changes the board that shows it. A group that is gone, or a card that was deleted, is no
failure: everybody has their own share in their private chat, and /split alone brings the boards back.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from bot import messages, places, split_cards
from bot.messages import Face
from bot.text import Speaker
from wallet import Netting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Split

log = logging.getLogger(__name__)

SPLIT: Final = "split"
NETTING: Final = "netting"
KINDS: Final = (SPLIT, NETTING)
"""The kinds of the cards that are boards. What they show stands where other cards have their quote."""
_OPEN: Final = frozenset({"gathering", "asking", "proposed"})


async def show_split(turn: Turn, split: Split) -> None:
    """One board a split, be the message that starts it handled once or again."""
    await _show_once(turn, split, SPLIT)


async def show_netting(turn: Turn, netting: Netting) -> None:
    """As `show_split`, for a proposal to settle up; one that it has replaced says so on its own board."""
    await _show_once(turn, netting, NETTING)
    context = turn.context
    for card in await context.cards.to_look_at(turn.chat_id, NETTING):
        if card.quote_id is not None and (await context.wallet.netting(card.quote_id)).state == "replaced":
            await update(context, card)
            await context.cards.looked_at(card)


async def bring_back(turn: Turn, shown: Split | Netting, kind: str) -> bool:
    """Show the board at the end of the chat, and then nowhere else. Whether there is such a board."""
    context = turn.context
    cards = await context.cards.showing(shown.id, kind)
    for card in cards:
        await places.show(context, card, partial(_face, context, card), turn.topic)
        if card.message_id is not None:
            await _take_away(context, card, card.message_id)
    return bool(cards)


async def _take_away(context: Context, card: Card, message_id: int) -> None:
    """Delete the message that showed the board before; one too old for that says where it went."""
    try:
        if not await messages.delete(context.bot, card.chat_id, message_id):
            moved = Face((await _speaker(context, card)).t("This is further down in the chat now."))
            await messages.edit(context.bot, card.chat_id, message_id, moved)
    except TelegramError as error:  # then it goes when it is pressed
        log.info("a board's old message was left: %s", type(error).__name__)


async def follow(context: Context, *request_ids: UUID) -> None:
    """Make the boards show how these shares, or payments of nettings, stand now: each board once."""
    shown: set[tuple[UUID, str]] = set()
    for request_id in request_ids:
        if (split := await context.wallet.split_of(request_id)) is not None:
            shown.add((split.id, SPLIT))
        if (netting := await context.wallet.netting_of(request_id)) is not None:
            shown.add((netting.id, NETTING))
    for shown_id, kind in sorted(shown):
        for card in await context.cards.showing(shown_id, kind):
            await update(context, card)


async def update(context: Context, card: Card) -> None:
    """Make one board show how things stand, also where another press changes them at the same time."""
    if card.message_id is not None:
        shown = await _face(context, card)
        await places.keep(context, card, shown)
        await places.catch_up(context, card, shown, partial(_face, context, card))


async def ends_at(context: Context, card: Card) -> datetime | None:
    """When time will end what this board shows; None if it is over, or waits for nothing but payments."""
    shown = await _shown(context, card)
    return shown.expires_at if shown.state in _OPEN and shown.expires_at > context.clock() else None


async def show_anew(context: Context, card: Card) -> None:
    """Show this board in the supergroup that its group has become, if it is open."""
    if (await _shown(context, card)).state in _OPEN:
        await _show(context, card)


async def _show_once(turn: Turn, shown: Split | Netting, kind: str) -> None:
    cards = turn.context.cards
    card = next(iter(await cards.showing(shown.id, kind)), None)
    if card is None:
        until = shown.expires_at
        card = await cards.create(kind, turn.user.id, turn.chat_id, quote_id=shown.id, look_again_at=until)
    await _show(turn.context, card, turn.topic)


async def _show(context: Context, card: Card, topic: int | None = None) -> None:
    if card.message_id is None:
        await places.show(context, card, partial(_face, context, card), topic)


async def _face(context: Context, card: Card) -> Face:
    """The board in the language of who began it: it is one for all."""
    speaker, shown = await _speaker(context, card), await _shown(context, card)
    if isinstance(shown, Netting):
        return split_cards.netting(speaker, shown, card.id)
    return split_cards.split(speaker, shown, card.id, f"https://t.me/{context.bot.username}")


async def _shown(context: Context, card: Card) -> Split | Netting:
    if card.quote_id is None:
        raise LookupError("a board of nothing")
    wallet = context.wallet
    return await (wallet.netting if card.kind == NETTING else wallet.split)(card.quote_id)


async def _speaker(context: Context, card: Card) -> Speaker:
    starter = await context.people.find(card.user_id)
    return Speaker(starter.language if starter else "")
