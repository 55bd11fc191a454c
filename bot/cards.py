"""Wallet facts → message text and buttons. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.keypad import CANCEL, DELETE, DIGITS, LENGTH, Keypad
from bot.messages import Face
from bot.names import Reason, clean

if TYPE_CHECKING:
    from bot.cautions import Cautions, Namesake
    from bot.payees import Payee
    from bot.text import Speaker
    from wallet import Quote, Receipt

PRESS_KEY: Final = "k"
CONFIRM: Final = "pin"
CANCEL_PAYMENT: Final = "cancel"
ASK_AGAIN: Final = "again"


def button(label: str, operation: str, card_id: str) -> InlineKeyboardButton:
    """Return a button of a card. The operation is a word of ours, the id is what makes it safe."""
    return InlineKeyboardButton(label, callback_data=f"{operation}:{card_id}")


def quote(speaker: Speaker, quote: Quote, payee: Payee, card_id: str, cautions: Cautions | None = None) -> Face:
    """Return the card before the PIN: all that the PIN will confirm, and what speaks for looking twice."""
    lines = [
        heading(speaker, quote, payee),
        *_doubts(speaker, quote, payee, cautions),
        "",
        *_set_aside(speaker, quote, payee),
        speaker.t("Amount: {amount}", amount=quote.amount),
        _fee(speaker, quote.payee.kind == "business"),
        speaker.t("Total: {total}", total=quote.total),
        balance_after(speaker, quote),
        "",
        speaker.t("Open until {time}.", time=quote.expires_at),
    ]
    return Face("\n".join(lines), _confirm_or_cancel(speaker, card_id))


def retry(speaker: Speaker, heading: str, why: str, card_id: str) -> Face:
    """Return the card after a try that failed, while another one makes sense."""
    return Face(f"{heading}\n\n{why}", _confirm_or_cancel(speaker, card_id))


def closed(speaker: Speaker, heading: str, why: str, again: str = "") -> Face:
    """Return the card of a payment that did not happen. `again` is the card's id if it may be asked for anew."""
    keyboard = None
    if again:
        keyboard = InlineKeyboardMarkup([[button(speaker.label("Ask again"), ASK_AGAIN, again)]])
    return Face(f"{heading}\n\n{why}", keyboard)


def checking(speaker: Speaker, heading: str) -> Face:
    """While the wallet looks at the PIN."""
    return Face("\n\n".join([heading, speaker.t("Checking…")]))


def receipt(speaker: Speaker, receipt: Receipt, username: str | None) -> Face:
    """Return the card after the payment, for the payer. `username` is the payee's."""
    payee = receipt.payee
    lines = [
        speaker.t(
            "✓ <b>You sent {amount} to {name}</b>",
            amount=receipt.amount,
            name=clean(payee.name if payee else ""),
        ),
        *_username(username),
        *notes.lines(speaker, receipt.note),
        "",
        _fee(speaker, payee is not None and payee.kind == "business"),
        speaker.t("Your balance: {balance}", balance=receipt.balance_after),
        *proof(speaker, receipt),
    ]
    return Face("\n".join(lines))


def proof(speaker: Speaker, receipt: Receipt) -> list[str]:
    """Return what every receipt ends with: what it is called, and the seal that /verify holds the books to."""
    return [
        speaker.t("Reference <code>{reference}</code>, {time}", reference=receipt.reference, time=receipt.settled_at),
        speaker.t("Seal <code>{seal}</code>", seal=receipt.seal),
    ]


def in_words(speaker: Speaker, receipt: Receipt) -> str:
    """Return a receipt of any kind in a line or two: how much, from whom, to whom, when, what for."""
    outside = speaker.t("the bank")
    line = speaker.t(
        "{amount} from {payer} to {payee}, {time}",
        amount=receipt.amount,
        payer=clean(receipt.payer.name) if receipt.payer else outside,
        payee=clean(receipt.payee.name) if receipt.payee else outside,
        time=receipt.settled_at,
    )
    return notes.below(speaker, line, receipt.note)


def keypad(speaker: Speaker, keypad: Keypad) -> Face:
    """Return the PIN pad under its heading: one dot a digit, never a digit."""

    def key(name: str, label: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(label, callback_data=f"{PRESS_KEY}:{keypad.tokens[name]}")

    digits = [key(digit, digit) for digit in DIGITS]
    last = [key(CANCEL, speaker.label("Cancel")), digits[0], key(DELETE, "⌫")]
    rows = [digits[1:4], digits[4:7], digits[7:10], last]
    dots = "●" * keypad.entered + "○" * (LENGTH - keypad.entered)
    footing = [keypad.footing] if keypad.footing else []
    text = "\n".join([keypad.heading, "", *footing, speaker.t("PIN {dots}", dots=dots)])
    return Face(text, InlineKeyboardMarkup(rows))


def heading(speaker: Speaker, quote: Quote, payee: Payee) -> str:
    """Return what is to be paid to whom, and what for: it stays in sight while the PIN is typed."""
    if quote.held_until is not None:
        title = speaker.t("<b>Set aside {amount} for {name}</b>", amount=quote.amount, name=payee.name)
    else:
        title = speaker.t("<b>Send {amount} to {name}</b>", amount=quote.amount, name=payee.name)
    return "\n".join([title, *_username(payee.username), *_kind(speaker, payee), *notes.lines(speaker, quote.note)])


def balance_after(speaker: Speaker, quote: Quote) -> str:
    """Return what will be left, as of when the quote was read."""
    return speaker.t("Balance after: {balance}", balance=quote.balance_after)


def _confirm_or_cancel(speaker: Speaker, card_id: str) -> InlineKeyboardMarkup:
    confirm = button(speaker.label("Confirm with PIN"), CONFIRM, card_id)
    cancel = button(speaker.label("Cancel"), CANCEL_PAYMENT, card_id)
    return InlineKeyboardMarkup([[confirm], [cancel]])


def _set_aside(speaker: Speaker, quote: Quote, payee: Payee) -> list[str]:
    """Return what happens to the money of a payee without a wallet, and who can claim it."""
    if quote.held_until is None:
        return []
    promise = speaker.plural(
        "{name} has no wallet yet: {amount} will be set aside for {count} day; "
        "if they do not claim it, it returns to you by itself.",
        "{name} has no wallet yet: {amount} will be set aside for {count} days; "
        "if they do not claim it, it returns to you by itself.",
        round((quote.held_until - quote.expires_at) / timedelta(days=1)),
        name=payee.name,
        amount=quote.amount,
    )
    whose = speaker.t("Whoever has this username when they come can claim it, so check how it is spelt.")
    return [promise, *([whose] if payee.by_username else []), ""]


def _username(username: str | None) -> list[str]:
    return [f"@{username}"] if username else []


def _kind(speaker: Speaker, payee: Payee) -> list[str]:
    return [speaker.t("A business")] if payee.party.kind == "business" else []


def _fee(speaker: Speaker, to_business: bool) -> str:
    return speaker.t("Fee: none for you") if to_business else speaker.t("Fee: free")


def _doubts(speaker: Speaker, quote: Quote, payee: Payee, cautions: Cautions | None) -> list[str]:
    """Return what speaks for looking twice at the payee."""
    sentences = {
        Reason.BIDI: speaker.t("⚠ This name holds marks that turn text around. Make sure it is who you think."),
        Reason.INVISIBLE: speaker.t("⚠ This name holds characters you cannot see. Make sure it is who you think."),
        Reason.MIXED_SCRIPTS: speaker.t("⚠ This name mixes letters that look alike. Make sure it is who you think."),
    }
    lines = [speaker.t("This is the first time you pay them.")] if quote.first_time else []
    lines += [sentences[reason] for reason in sorted(payee.doubts)]
    return lines + (_cautions(speaker, payee, cautions) if cautions else [])


def _namesake(speaker: Speaker, payee: Payee, namesake: Namesake) -> list[str]:
    other = speaker.t("⚠ You have paid another {name} too, and neither has a username.", name=namesake.name)
    if namesake.username or payee.username:
        called = " ".join([namesake.name, *(f"({handle})" for handle in _username(namesake.username))])
        other = speaker.t("⚠ You have paid another {name} too.", name=called)
    if namesake.last_paid is None:
        return [other]
    amount, time = -namesake.last_paid.amount, namesake.last_paid.at
    return [other, speaker.t("This is the one whom you last paid on {time}: {amount}.", time=time, amount=amount)]


def _cautions(speaker: Speaker, payee: Payee, cautions: Cautions) -> list[str]:
    lines = _alias(speaker, cautions)
    if cautions.paid_alike:
        lines.append(
            speaker.t(
                "⚠ This is not the {name} you paid before, though the name looks the same.", name=cautions.paid_alike
            )
        )
    if cautions.contact_alike:
        lines.append(
            speaker.t("⚠ This is not your contact {name}, who looks much the same.", name=cautions.contact_alike)
        )
    if cautions.namesake:
        lines += _namesake(speaker, payee, cautions.namesake)
    if cautions.more_than:
        lines.append(
            speaker.t(
                "⚠ You have not paid them before, and this is more than {amount}. Make sure that it is them, and that "
                "you know what it is for.",
                amount=cautions.more_than,
            )
        )
    return lines + _as_then(speaker, payee, cautions)


def _alias(speaker: Speaker, cautions: Cautions) -> list[str]:
    """Return the payer's own name for the payee, and whether somebody else could have given it."""
    if not cautions.alias:
        return []
    called = speaker.t("You call them “{alias}”.", alias=cautions.alias)
    if cautions.alias_of:
        before = speaker.t("⚠ You called {name} so when you last paid them.", name=cautions.alias_of)
        return [called, before, speaker.t("Make sure that it was you who changed it.")]
    if cautions.alias_is_new:
        return [called, speaker.t("⚠ You have not paid them since you gave them this name. Make sure it was you.")]
    return [called]


def _as_then(speaker: Speaker, payee: Payee, cautions: Cautions) -> list[str]:
    """Return what the payee was called when the payer paid them last, where it was something else."""
    lines = []
    if cautions.name_then is not None:
        lines.append(speaker.t("⚠ They were called {name} when you last paid them.", name=cautions.name_then))
    if cautions.username_then is not None:
        then, now = f"@{cautions.username_then}", f"@{payee.username}" if payee.username else ""
        if not cautions.username_then:
            changed = speaker.t("⚠ They had no username when you last paid them, and are {now} now.", now=now)
        elif now:
            changed = speaker.t("⚠ They were {then} when you last paid them, and are {now} now.", then=then, now=now)
        else:
            changed = speaker.t("⚠ They were {then} when you last paid them, and have no username now.", then=then)
        lines.append(changed)
    return [*lines, speaker.t("People may change it. Ask them if you are not sure.")] if lines else []
