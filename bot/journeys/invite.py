"""A payee whom nobody here knows by that name: how to name them better, or bring them here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup

from bot.hold_cards import share
from bot.messages import Face

if TYPE_CHECKING:
    from uuid import UUID

    from bot.turn import Turn


def face(turn: Turn, called: str) -> Face:
    """Say that this payee is unknown, who may still have a wallet, with a link to send on."""
    link = f"https://t.me/{turn.context.bot.username}?start=invited"
    text = turn.t(
        "I know nobody called {name}, so nothing was paid. Write their @username; or, if they have no wallet yet, send "
        "them this link and pay them once they have started me:",
        name=called,
    )
    return Face(f"{text}\n{link}", InlineKeyboardMarkup([[share(turn.speaker, link)]]))


def pay_link(turn: Turn, business_id: UUID) -> str:
    """Return a link that opens a payment to this business. It pays nothing by itself."""
    return f"https://t.me/{turn.context.bot.username}?start=pay_{business_id.hex}"
