"""The one table from a wallet's refusal to a sentence: what happened, that no money moved, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot import request_refusals, split_words
from bot.contacts import NotAccepted, NotToBeFound
from bot.names import clean
from wallet import (
    AmountOutOfRange,
    BadName,
    BadReason,
    Busy,
    HoldClosed,
    HoldUnknown,
    InsufficientFunds,
    KeyConflict,
    LimitExceeded,
    MalformedPin,
    MalformedReceiptCode,
    NotAPayer,
    NoteTooLong,
    NotRefundable,
    NotReversible,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    PartyUnknown,
    PaymentUnknown,
    PinAlreadySet,
    PinCooling,
    PinLocked,
    PinNotSet,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    QuoteUnknown,
    SelfPayment,
    TooManyBusinesses,
    Unavailable,
    WalletError,
    WeakPin,
    WrongCurrency,
    WrongPin,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.text import Speaker


def sentence(speaker: Speaker, refusal: WalletError, *, asked: bool = False) -> str:
    """Return the refusal in words, as Telegram HTML.

    `asked`: while paying what somebody asked for, which is paid in full or not at all.
    """
    match refusal:
        case InsufficientFunds() if asked:
            return _too_little_for_what_is_asked(speaker, refusal)
        case LimitExceeded(opens_at=None) if asked:
            less = speaker.t("No money moved. Let whoever asked you ask for less.")
            return f"{_limit(speaker, refusal)} {less}"
    return _SENTENCES[type(refusal)](speaker, refusal)


def weakness(speaker: Speaker, reason: str) -> str:
    """Why a PIN is too easily guessed."""
    reasons = {
        "repeat": speaker.t("it repeats itself"),
        "run": speaker.t("it counts up or down"),
        "pattern": speaker.t("it follows a pattern"),
        "date": speaker.t("it reads as a date"),
        "keypad_walk": speaker.t("its keys lie side by side on a keypad"),
        "personal": speaker.t("it is part of your own number"),
    }
    return reasons[reason]


def _insufficient_funds(speaker: Speaker, refusal: InsufficientFunds) -> str:
    return speaker.t(
        "That is more than you have: you have {available}, and it needs {needed}. "
        "No money moved. Send a smaller amount, or top up first.",
        available=refusal.available,
        needed=refusal.needed,
    )


def _too_little_for_what_is_asked(speaker: Speaker, refusal: InsufficientFunds) -> str:
    return speaker.t(
        "That is more than you have: you have {available}, and it needs {needed}. "
        "No money moved. Top up first, or let whoever asked you ask for less.",
        available=refusal.available,
        needed=refusal.needed,
    )


def _limit_exceeded(speaker: Speaker, refusal: LimitExceeded) -> str:
    what = _limit(speaker, refusal)
    if refusal.opens_at is None:
        return what + " " + speaker.t("No money moved. Send a smaller amount.")
    opens = speaker.t("No money moved. This very payment fits again from {time}.", time=refusal.opens_at)
    return f"{what} {opens}"


def _limit(speaker: Speaker, refusal: LimitExceeded) -> str:
    allowed = refusal.allowed
    match refusal.limit, allowed:
        case "per_payment", _:
            return speaker.t("One payment is at most {allowed}.", allowed=allowed)
        case "day", _:
            return speaker.t("This would pass your limit of {allowed} in 24 hours.", allowed=allowed)
        case "month", _:
            return speaker.t("This would pass your limit of {allowed} in 30 days.", allowed=allowed)
        case "payments_a_day", int(number):
            return speaker.plural(
                "Your limit is {count} payment in 24 hours.",
                "Your limit is {count} payments in 24 hours.",
                number,
            )
        case _:
            raise ValueError(f"a limit without a sentence: {refusal}")


def _party_frozen(speaker: Speaker, refusal: PartyFrozen) -> str:
    if refusal.side == "payer":
        return speaker.t("Your account is frozen. No money moved. Please ask the operator of this bot why.")
    return speaker.t(  # that they are frozen is not the payer's to know
        "{name} cannot be paid at the moment. No money moved. Try again later, or ask {name}.",
        name=refusal.name,
    )


def _party_pending(speaker: Speaker, refusal: PartyPending) -> str:
    return speaker.t(
        "{name} is waiting for the operator’s approval and cannot be paid yet. No money moved. Try again later.",
        name=refusal.name,
    )


def _quote_closed(speaker: Speaker, refusal: QuoteClosed) -> str:
    if refusal.state == "voided":
        return speaker.t(
            "This payment was closed: wrong PINs, or your PIN was reset. No money moved. "
            "To pay, start again with /send."
        )
    return speaker.t("This payment was cancelled. No money moved. To pay, start again with /send.")


def _wrong_pin(speaker: Speaker, refusal: WrongPin) -> str:
    left = speaker.plural(
        "Wrong PIN. No money moved. You have {count} try left before your PIN is locked.",
        "Wrong PIN. No money moved. You have {count} tries left before your PIN is locked.",
        refusal.tries_left,
    )
    if not refusal.quote_void:
        return left
    closed = speaker.t("After three wrong PINs this payment is closed. Start again with /send when you are sure.")
    return f"{left} {closed}"


def _pin_locked(speaker: Speaker, refusal: PinLocked) -> str:
    if refusal.until is None:
        return speaker.t(
            "Your PIN is locked after too many wrong tries. No money moved. Only the operator of this bot can reset it."
        )
    return speaker.t(
        "Your PIN is locked after too many wrong tries. No money moved. You can try again from {time}.",
        time=refusal.until,
    )


def _hold_closed(speaker: Speaker, refusal: HoldClosed) -> str:
    sentences = {
        "captured": speaker.t("It was accepted already. No money moved just now. See /history."),
        "cancelled": speaker.t(
            "It was taken back by whoever had set it aside. No money moved just now. Ask them to send it again."
        ),
        "refused": speaker.t("It was refused and went back. No money moved just now. See /history."),
        "expired": speaker.t(
            "Its time is over: it goes back to whoever had set it aside. No money moved to you. "
            "Ask them to send it again."
        ),
    }
    return sentences[refusal.state]


def _not_possible(speaker: Speaker, _: WalletError) -> str:
    return speaker.t("That is not possible. No money moved. /help shows what is.")


_SENTENCES: Final[dict[type[WalletError], Callable[[Speaker, Any], str]]] = {
    **request_refusals.SENTENCES,
    NotAccepted: lambda say, no: say.t(
        "{name} does not accept payments from you. No money moved. To pay somebody else, press /send.",
        name=clean(no.name),
    ),
    NotToBeFound: lambda say, no: say.t(
        "{name} does not wish to be found by name. No money moved. Ask them for their link (they get it with /me), "
        "or press /send and choose them from your contacts.",
        name=no.called,
    ),
    WalletError: _not_possible,
    BadReason: _not_possible,  # only the operator gives reasons
    InsufficientFunds: _insufficient_funds,
    LimitExceeded: _limit_exceeded,
    AmountOutOfRange: lambda say, _: say.t("That amount cannot be paid. No money moved. Send another amount."),
    WrongCurrency: lambda say, no: say.t(
        "This wallet keeps {currency} only. No money moved. Write the amount in {currency}.", currency=no.kept
    ),
    NoteTooLong: lambda say, no: say.plural(
        "A note has at most {count} character. No money moved. Write a shorter one.",
        "A note has at most {count} characters. No money moved. Write a shorter one.",
        no.limit,
    ),
    PartyUnknown: lambda say, _: say.t("I do not know this account. No money moved. Send /start to open yours."),
    PartyFrozen: _party_frozen,
    PartyPending: _party_pending,
    NotAPayer: lambda say, _: say.t(
        "A business is paid, it does not pay. No money moved. The operator of this bot pays its money out."
    ),
    SelfPayment: lambda say, _: say.t(
        "You cannot pay yourself or a business of your own. No money moved. Choose somebody else with /send."
    ),
    TooManyBusinesses: lambda say, no: say.plural(
        "You can have {count} business, and you have it already. Nothing was opened. See it with /business.",
        "You can have {count} businesses, and you have them already. Nothing was opened. See them with /business.",
        no.limit,
    ),
    BadName: lambda say, no: say.plural(
        "A name has between 1 and {count} character. Nothing was changed. Send another one.",
        "A name has between 1 and {count} characters. Nothing was changed. Send another one.",
        no.limit,
    ),
    QuoteUnknown: lambda say, _: say.t("I do not know this payment. No money moved. Start again with /send."),
    QuoteExpired: lambda say, no: say.t(
        "This payment was open until {time}. No money moved. Ask for it again to see it afresh.", time=no.at
    ),
    QuoteClosed: _quote_closed,
    QuotePaid: lambda say, _: say.t("This payment went through already, so it cannot be cancelled. See /history."),
    PinNotSet: lambda say, _: say.t("You have no PIN yet. No money moved. Choose one with /pin, then try again."),
    PinAlreadySet: lambda say, _: say.t("You have a PIN already. Nothing was changed. Change it with /pin."),
    MalformedPin: lambda say, _: say.t("A PIN is exactly six digits. No money moved. Try again."),
    WeakPin: lambda say, no: say.t(
        "That PIN is easy to guess: {reason}. Nothing was changed. Choose another one.",
        reason=weakness(say, no.reason),
    ),
    WrongPin: _wrong_pin,
    PinLocked: _pin_locked,
    PinCooling: lambda say, no: say.t(
        "After a new PIN your money rests for a day. No money moved. You can pay again from {time}.",
        time=no.until,
    ),
    MalformedReceiptCode: lambda say, _: say.t(
        "These are not the two codes of a receipt. No money moved. Reply to the receipt with /verify."
    ),
    PaymentUnknown: lambda say, _: say.t("I do not know this payment. No money moved. See /history for yours."),
    HoldUnknown: lambda say, _: say.t("I do not know of this money set aside. No money moved. /balance shows yours."),
    HoldClosed: _hold_closed,
    PartyInvited: lambda say, no: say.t(
        "{name} has no wallet yet. No money moved. Ask them to start me.", name=clean(no.name)
    ),
    NotRefundable: lambda say, no: say.t(
        "At most {amount} of this payment can be given back. No money moved. Ask for less.",
        amount=no.refundable,
    ),
    NotReversible: lambda say, _: say.t("This payment cannot be undone (any more). No money moved. See /history."),
    KeyConflict: lambda say, _: say.t(
        "You asked for this with other details before, so I did nothing new. No money moved. Start again with /send."
    ),
    Busy: lambda say, _: say.t("Many people are paying just now. No money moved. Try again in a moment."),
    Unavailable: lambda say, _: say.t(
        "I cannot reach the books just now. Try again in a moment: whatever happens, nothing is paid twice."
    ),
    **split_words.REFUSALS,
}
