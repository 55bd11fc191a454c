"""A question of a guided conversation: what is asked last is what the next words answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.journeys import pads

if TYPE_CHECKING:
    from bot.conversation import Waiting
    from bot.turn import Turn


async def wait(turn: Turn, step: str, **facts: Any) -> None:
    """Wait for an answer; an open pad of a payment is closed first, so that six digits are no PIN for it.

    The update that led here is noted: handled again, it is not taken for the answer.
    """
    await pads.close_payment(turn.context, turn.person)
    await turn.context.conversations.wait(turn.user.id, step, update_id=turn.update.update_id, **facts)


def led_on(turn: Turn, waiting: Waiting | None) -> bool:
    """Whether this very update, handled before, led to the question that waits."""
    return waiting is not None and waiting.facts.get("update_id") == turn.update.update_id
