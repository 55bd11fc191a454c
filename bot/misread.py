"""What is said of words that make no instruction as they stand: why, what was not done, and how to write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from bot.amounts import NotAnAmount
    from bot.intents import UnclearReason
    from bot.text import Speaker
    from wallet import Currency


def amount(speaker: Speaker, refused: NotAnAmount, currency: Currency, nothing: str) -> str:
    """Why what was written is no amount of this currency. `nothing` says what was not done, as Telegram HTML."""
    why, how = _why_no_amount(speaker, refused, currency)
    return f"{why} {nothing} {how}"


def _why_no_amount(speaker: Speaker, refused: NotAnAmount, currency: Currency) -> tuple[str, str]:
    match refused.reason:
        case "too_precise":
            why = speaker.t("{currency} has no such small coins.", currency=currency.code)
            return why, speaker.t("Write another amount.")
        case "too_large":
            return speaker.t("That is more than can be paid at once."), speaker.t("Write a smaller amount.")
        case "not_positive":
            return speaker.t("An amount must be more than nothing."), speaker.t("Write another one.")
        case "other_currency":
            why = speaker.t(
                "This wallet keeps {currency}, not {other}.", currency=currency.code, other=refused.currency
            )
            return why, speaker.t("Write the amount in {currency}.", currency=currency.code)
        case "empty" | "not_a_number":
            why = speaker.t("I could not read that as an amount.")
            return why, speaker.t("Write it in digits, such as 5 or 0.50.")
        case _:
            assert_never(refused.reason)


def unclear(speaker: Speaker, reason: UnclearReason) -> str:
    """Why an instruction was not followed that contradicts itself, names nobody for certain, or is for another time."""
    match reason:
        case "two_amounts":
            return speaker.t("I see two amounts, so I did nothing. Write one, as in “send 5 to @ben”.")
        case "two_payees":
            return speaker.t(
                "It reads as if for more than one person, so I did nothing. "
                "Write a message for each, as in “send 5 to @ben”."
            )
        case "payee":
            return speaker.t(
                "I could not make out who it is for, so I did nothing. Write their @username, as in “send 5 to @ben”."
            )
        case "note_too_long":
            return speaker.t("That note is too long, so I did nothing. Write a shorter one.")
        case "not_now":
            return speaker.t("I pay now or not at all, so I did nothing. Write it again when the time has come.")
        case "pin":
            return speaker.t(
                "Those six digits could be a PIN, and others read a note, so I did nothing and no money moved. If they "
                "are your PIN, delete your message, then change it: send me /pin in our private chat. If not, write "
                "what they are, as in “invoice 123456”."
            )
        case _:
            assert_never(reason)
