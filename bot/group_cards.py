"""A payment as a group, or any chat, sees it → text and buttons: who, whom, how much, what for, how it stands. Pure.

No balance, no fee and no reason of a refusal is ever said in front of others: those are the payer's, in their own chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.cards import button
from bot.messages import Face
from bot.names import clean

if TYPE_CHECKING:
    from bot.text import Argument, Speaker
    from wallet import Hold, Money, Quote

CONFIRM: Final = "gpin"
CANCEL: Final = "gcancel"
ITS_ME: Final = "itsme"


def offer(speaker: Speaker, payer: str, amount: Money, note: str, card_id: str) -> Face:
    """Return the message by which somebody offers to pay whoever presses."""
    text = speaker.t(
        "{payer} would like to pay <b>{amount}</b>. Whoever it is for presses “It’s me”; nothing moves before "
        "{payer}’s PIN.",
        payer=payer,
        amount=amount,
    )
    keyboard = InlineKeyboardMarkup([[button(speaker.label("It’s me"), ITS_ME, card_id)]])
    return Face(notes.below(speaker, text, note), keyboard)


def waiting(speaker: Speaker, quote: Quote, card_id: str) -> Face:
    """Return the card while its payer has not given the PIN."""
    text = speaker.t("{payer} pays {payee} <b>{amount}</b> · waiting for {payer}’s PIN", **_facts(quote))
    confirm = button(speaker.label("Confirm with PIN"), CONFIRM, card_id)
    cancel = button(speaker.label("Cancel"), CANCEL, card_id)
    return Face(notes.below(speaker, text, quote.note), InlineKeyboardMarkup([[confirm, cancel]]))


def paid(speaker: Speaker, quote: Quote) -> Face:
    """Return the card of a payment that was made."""
    text = speaker.t("✓ {payer} paid {payee} <b>{amount}</b>", **_facts(quote))
    return Face(notes.below(speaker, text, quote.note))


def set_aside(speaker: Speaker, quote: Quote, hold: Hold, link: str) -> Face:
    """Return the card of money that waits for somebody without a wallet, or of what became of it."""
    facts = _facts(quote)
    match hold.state:
        case "open":
            text = speaker.t("{payer} has set <b>{amount}</b> aside for {payee}, who has no wallet yet.", **facts)
            claim = InlineKeyboardButton(speaker.label("Claim it"), url=link)
            return Face(notes.below(speaker, text, quote.note), InlineKeyboardMarkup([[claim]]))
        case "captured":
            text = speaker.t("✓ {payer} paid {payee} <b>{amount}</b>", **facts | {"payee": clean(hold.payee.name)})
        case _:
            text = speaker.t("The {amount} that {payer} had set aside for {payee} went back.", **facts)
    return Face(notes.below(speaker, text, quote.note))


def ended(speaker: Speaker, quote: Quote) -> Face:
    """Return the card of a payment that was not made."""
    text = speaker.t("{payer} did not pay {payee} {amount}. No money moved.", **_facts(quote))
    return Face(notes.below(speaker, text, quote.note))


def _facts(quote: Quote) -> dict[str, Argument]:
    return {"payer": clean(quote.payer.name), "payee": clean(quote.payee.name), "amount": quote.amount}
