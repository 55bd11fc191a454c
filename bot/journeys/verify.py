"""/verify: hold a receipt against today's books. Its words, or the receipt itself as a reply; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import cards
from wallet import MalformedReceiptCode, PaymentUnknown

if TYPE_CHECKING:
    from bot.turn import Turn
    from wallet import Verification


async def check(turn: Turn) -> None:
    """Check the receipt replied to, or the code after the command."""
    try:
        found = await turn.context.wallet.verify(turn.arguments or _replied_to(turn), turn.person.party_id)
    except MalformedReceiptCode:
        await turn.say(
            turn.t(
                "To check a receipt, reply to it with /verify, or write its two codes:\n"
                "<code>/verify 1A2B3-4C5D6 7E8F9-0G1H2-3J4K5-6M7N8</code>\n"
                "I look whether the books still say what the receipt said."
            )
        )
    except PaymentUnknown:
        await turn.say(
            turn.t(
                "⚠ The books hold no such payment of yours. If you typed the codes, compare them with the receipt. "
                "If they are right, keep the receipt, and show it to the operator of this bot."
            )
        )
    else:
        await turn.say(_verdict(turn, found))


def _replied_to(turn: Turn) -> str:
    replied = turn.message.reply_to_message if turn.message else None
    return (replied.text or "") if replied else ""


def _verdict(turn: Turn, found: Verification) -> str:
    if found.matches and not found.broken and not found.genuine:
        return turn.t(
            "⚠ <b>The books say what this receipt says, but not that I showed it before it was paid.</b> Either the "
            "key by which I could tell is no longer set, or it was written past me. If you did not confirm this "
            "payment, keep the receipt, and show it to the operator of this bot."
        )
    if not found.genuine:
        return turn.t(
            "⚠ <b>This receipt and the books do not agree.</b> Either a code was mistyped, or the books were changed "
            "since. Compare the codes; if they are right, keep the receipt, and show it to the operator of this bot."
        )
    intact = turn.speaker.plural(
        "It and the record before it on your account are sealed: {count} was checked.",
        "It and the records before it on your account are sealed: {count} were checked.",
        found.checked,
    )
    return "\n".join(
        [
            turn.t("✓ <b>This receipt is genuine.</b> The books say the same today:"),
            cards.in_words(turn.speaker, found.receipt),
            "",
            intact,
        ]
    )
