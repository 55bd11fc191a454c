"""What never pays: forwards, edits, messages through bots, in another's name; and buttons we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.intents import NoIntent
from bot.journeys import words

if TYPE_CHECKING:
    from bot.turn import Turn


async def explain(turn: Turn) -> None:
    """Say why an instruction was passed over; say nothing to anything else."""
    message = turn.message
    if message is None or turn.user.is_bot:
        return
    if not turn.text.startswith("/") and isinstance(words.intent_of(turn), NoIntent):
        return
    if message.forward_origin is not None:
        await turn.say(turn.t("A forwarded message never pays. Write it yourself if you mean it."))
    elif turn.update.edited_message is not None:
        await turn.say(turn.t("An edited message never pays. Write it anew if you mean it."))
    else:
        await turn.say(turn.t("Only a message that you write yourself can pay. This one did nothing."))


async def unknown_button(turn: Turn) -> None:
    """Answer a press that no handler knows."""
    await turn.toast(turn.speaker.label("This button does nothing any more."))
