"""What never pays: forwards, edits, messages through bots, in another's name; and buttons we do not know.

Also what we failed at, or did not keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.error import Forbidden

from bot.intents import NoIntent
from bot.journeys import cancel, group, guest, words
from bot.names import clean

if TYPE_CHECKING:
    from bot.turn import Turn


async def explain(turn: Turn) -> None:
    """Say why an instruction was passed over, and what stands as it was first written; else say nothing."""
    message = turn.message
    if message is None or turn.user.is_bot:
        return
    stands = await _stands(turn) if turn.update.edited_message is not None and turn.text else ""
    if stands:
        await turn.say(turn.t("An edited message never pays, and changes nothing.") + " " + stands)
        return
    if not turn.text.startswith("/") and isinstance(words.intent_of(turn), NoIntent):
        return
    if message.forward_origin is not None:
        await turn.say(turn.t("A forwarded message never pays. Write it yourself if you mean it."))
    elif turn.update.edited_message is not None:
        await turn.say(turn.t("An edited message never pays. Write it anew if you mean it."))
    else:
        await turn.say(turn.t("Only a message that you write yourself can pay. This one did nothing."))


async def _stands(turn: Turn) -> str:
    """Return what is under way, as /cancel would stop it; empty when nothing is."""
    if turn.known is None:
        return ""
    if await turn.context.conversations.of(turn.user.id) is not None:
        return turn.t("I go on with what you wrote first. /cancel stops it, and you can begin anew.")
    card = await cancel.under_way(turn, turn.context.keypads.of(turn.user.id))
    if card is None or card.quote_id is None:
        return ""
    quote = await turn.context.wallet.find_quote(card.quote_id, turn.person.party_id)
    return turn.t(
        "Your payment of {amount} to {name} still waits as it is on its card. /cancel stops it, and you can write it "
        "anew.",
        amount=quote.amount,
        name=clean(quote.payee.name),
    )


async def interrupted(turn: Turn) -> None:
    """Ask for words again, where they were written: six digits among them, which could be a PIN, were not kept."""
    again = turn.t("I was interrupted and did not keep your message. Nothing was paid. Write it again, please.")
    if turn.update.guest_message is not None:
        await guest.post(turn, group.line(turn, again))
    elif turn.chat_id != turn.user.id:
        await group.answer(turn, again)
    else:
        await turn.say(again)


async def failed(turn: Turn) -> None:
    """Say in private that we gave up. A PIN's last digit may have been pressed: look up whether money moved."""
    await turn.toast(turn.speaker.label("Sorry, something went wrong on my side."))
    await turn.in_private.say(
        turn.t(
            "Sorry, something went wrong on my side, and I could not do what you asked. "
            "See /balance and /history for what has happened, then try again."
        )
    )


async def failed_in_group(turn: Turn) -> None:
    """Say in the group that we gave up. Words there move no money, but may have asked for some before we failed."""
    await group.answer(
        turn,
        turn.t(
            "Sorry, something went wrong on my side, and I could not do that, or not all of it. No money moved. "
            "Look here and in our private chat before you try again."
        ),
    )


async def silenced(turn: Turn) -> None:
    """Say in private that the group has no answer because we may not write there; others may have been asked."""
    try:
        await turn.in_private.say(
            turn.t(
                "Telegram does not let me write in that group, so my answer is not there. No money moved. "
                "If you asked others for money, they may have been asked all the same: see /requests."
            )
        )
    except Forbidden:  # nor here: there is nobody to answer
        await turn.context.people.set_reachable(turn.user.id, reachable=False)


async def unknown_button(turn: Turn) -> None:
    """Answer a press that no handler knows."""
    await turn.toast(turn.speaker.label("This button does nothing any more."))
