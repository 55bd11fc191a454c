"""A payee who has no wallet yet: how to bring them here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup

from bot.hold_cards import share
from bot.messages import Face

if TYPE_CHECKING:
    from uuid import UUID

    from bot.turn import Turn


def face(turn: Turn, called: str) -> Face:
    """Say that this payee is unknown, with a link to send on."""
    link = f"https://t.me/{turn.context.bot.username}?start=invited"
    text = turn.t(
        "{name} has no wallet here yet, so nothing was paid. Ask them to start me, then send it again:",
        name=called,
    )
    return Face(f"{text}\n{link}", InlineKeyboardMarkup([[share(turn.speaker, link)]]))


def pay_link(turn: Turn, business_id: UUID) -> str:
    """Return a link that opens a payment to this business. It pays nothing by itself."""
    return f"https://t.me/{turn.context.bot.username}?start=pay_{business_id.hex}"
