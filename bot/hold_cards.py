"""Money set aside → message text and buttons: the payer's card, the offer to whoever it is for, the news. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.cards import button, proof
from bot.messages import Face
from bot.names import clean
from bot.text import day

if TYPE_CHECKING:
    from bot.text import Speaker
    from wallet import Hold, Receipt

TAKE_BACK: Final = "back"
ACCEPT: Final = "accept"
REFUSE: Final = "refuse"


def share(speaker: Speaker, link: str, text: str = "") -> InlineKeyboardButton:
    """Return the button that sends a link on to whoever the person chooses, with this text above it."""
    text = text or speaker.label("I would like to send you money. Start this bot to receive it.")
    query = urlencode({"url": link, "text": text})
    return InlineKeyboardButton(speaker.label("Send the link on"), url=f"https://t.me/share/url?{query}")


def set_aside(speaker: Speaker, receipt: Receipt, hold: Hold, card_id: str, link: str) -> Face:
    """Return the payer's card as the hold stands now. `receipt` is of the setting aside."""
    lines = [
        _state(speaker, receipt, hold),
        *notes.lines(speaker, receipt.note),
        "",
        _what_next(speaker, receipt, hold),
    ]
    if hold.state == "open":
        lines.append(speaker.t("Your balance: {balance}", balance=receipt.balance_after))
    text = "\n".join([*lines, *proof(speaker, receipt)])
    if hold.state != "open":
        return Face(text)
    back = button(speaker.label("Take it back"), TAKE_BACK, card_id)
    return Face(text, InlineKeyboardMarkup([[share(speaker, link)], [back]]))


def _state(speaker: Speaker, receipt: Receipt, hold: Hold) -> str:
    amount, called = receipt.amount, _called(receipt)
    match hold.state:
        case "open":
            return speaker.t(
                "<b>Set aside for {name} · {amount} · until {day}</b>",
                name=called,
                amount=amount,
                day=day(hold.expires_at),
            )
        case "captured":
            return speaker.t("✓ <b>Claimed by {name} · {amount}</b>", name=clean(hold.payee.name), amount=amount)
        case "cancelled":
            return speaker.t("<b>Taken back · {amount}</b>", amount=amount)
        case "refused":
            return speaker.t("<b>Refused by {name} · {amount}</b>", name=called, amount=amount)
        case "expired":
            return speaker.t("<b>Came back · {amount}</b>", amount=amount)


def _what_next(speaker: Speaker, receipt: Receipt, hold: Hold) -> str:
    called = _called(receipt)
    match hold.state:
        case "open":
            return speaker.t(
                "Send the link on to them. If they do not claim it by {time}, it returns to you by itself.",
                time=hold.expires_at,
            )
        case "captured":
            return speaker.t("You had set it aside for {name}.", name=called)
        case "cancelled" | "refused":
            return speaker.t("You had set it aside for {name}. It is yours again.", name=called)
        case "expired":
            return speaker.t("{name} did not claim it in time. It is yours again.", name=called)


def offer(speaker: Speaker, hold: Hold, username: str | None, card_id: str, why: str = "") -> Face:
    """Return what whoever it is for sees. `username` is the payer's; `why` says what stood in the way just now."""
    accept = button(speaker.label("Accept"), ACCEPT, card_id)
    refuse = button(speaker.label("Refuse"), REFUSE, card_id)
    lines = [
        speaker.t(
            "<b>{name} has set aside {amount} for you</b>",
            name=clean(hold.payer.name),
            amount=hold.amount,
        ),
        *([f"@{username}"] if username else []),
        *notes.lines(speaker, hold.note),
        "",
        speaker.t("Accept it by {time}, or it goes back. Accepting is free.", time=hold.expires_at),
        *(["", why] if why else []),
    ]
    return Face("\n".join(lines), InlineKeyboardMarkup([[accept, refuse]]))


def accepted(speaker: Speaker, receipt: Receipt) -> Face:
    """Return the offer after it was accepted, for the payee."""
    payer = clean(receipt.payer.name if receipt.payer else "")
    lines = [
        speaker.t("✓ <b>You received {amount}</b> from {name}", amount=receipt.amount, name=payer),
        *notes.lines(speaker, receipt.note),
        "",
        speaker.t("New balance: {balance}", balance=receipt.balance_after),
        *proof(speaker, receipt),
    ]
    return Face("\n".join(lines))


def over(speaker: Speaker, hold: Hold) -> Face:
    """Return the offer after it ended without reaching them."""
    payer, amount = clean(hold.payer.name), hold.amount
    match hold.state:
        case "refused":
            text = speaker.t("You refused {amount} from {name}. It went back to them.", amount=amount, name=payer)
        case "cancelled":
            text = speaker.t(
                "{name} took back the {amount} that was set aside for you. Nothing reached you, and nothing is owed.",
                name=payer,
                amount=amount,
            )
        case "expired":
            text = speaker.t(
                "The {amount} that {name} had set aside for you went back: its time ended on {time}. "
                "Nothing reached you. Ask them to send it again.",
                amount=amount,
                name=payer,
                time=hold.expires_at,
            )
        case _:
            text = speaker.t(
                "The {amount} that {name} had set aside was accepted already. Nothing more moved.",
                amount=amount,
                name=payer,
            )
    return Face(text)


def claimed(speaker: Speaker, hold: Hold) -> Face:
    """Return the news for the payer that the money was accepted."""
    text = speaker.t(
        "✓ <b>{name} accepted the {amount}</b> you had set aside.", name=clean(hold.payee.name), amount=hold.amount
    )
    return Face(notes.below(speaker, text, hold.note))


def returned(speaker: Speaker, receipt: Receipt, hold: Hold) -> Face:
    """Return the news for the payer that the money came back without their doing. `receipt` is of the coming back."""
    called = clean(hold.payee.name)
    if hold.state == "refused":
        text = speaker.t("<b>{amount} came back to you</b>: {name} refused it.", amount=hold.amount, name=called)
    else:
        text = speaker.t(
            "<b>{amount} came back to you</b>: {name} did not claim it in time.", amount=hold.amount, name=called
        )
    balance = speaker.t("New balance: {balance}", balance=receipt.balance_after)
    return Face("\n".join([text, *notes.lines(speaker, hold.note), balance, *proof(speaker, receipt)]))


def reminder(speaker: Speaker, hold: Hold, link: str) -> Face:
    """Return what the payer hears once, at half time."""
    text = speaker.t(
        "{name} has not claimed the {amount} you set aside yet. Send them the link again; "
        "without a claim it returns to you on {time}.",
        name=clean(hold.payee.name),
        amount=hold.amount,
        time=hold.expires_at,
    )
    text = "\n".join([notes.below(speaker, text, hold.note), link])
    return Face(text, InlineKeyboardMarkup([[share(speaker, link)]]))


def _called(receipt: Receipt) -> str:
    """Return the name under which the money was set aside."""
    return clean(receipt.payee.name if receipt.payee else "")
