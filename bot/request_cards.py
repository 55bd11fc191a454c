"""Requests for money → message text and buttons: the payer's card, the asker's, and what a group sees. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.cards import button
from bot.hold_cards import share
from bot.messages import Face
from bot.names import clean, shortened

if TYPE_CHECKING:
    from bot.text import Argument, Speaker
    from wallet import Money, Request

PAY: Final = "askpay"
DECLINE: Final = "askno"
BLOCK: Final = "askblock"
CANCEL: Final = "askcancel"
REMIND: Final = "askremind"
PAY_IN_GROUP: Final = "gaskpay"
CANCEL_IN_GROUP: Final = "gaskcancel"
I_PAY: Final = "askme"
_LONGEST: Final = 24
"""So many characters of a name, and of a note, stand on a button: Telegram takes some 10,000 bytes of buttons."""


def payer(
    speaker: Speaker, request: Request, username: str | None, card_id: str, why: str = "", *, settles: bool = False
) -> Face:
    """Return the payer's card as the request stands.

    `username` is the asker's; `why`: what stood in the way now; `settles`: it comes from settling up.
    """
    name, amount, what_for = clean(request.payee.name), request.amount, _what_for(speaker, request, settles=settles)
    if request.state != "open":
        return Face("\n".join([_ended_for_payer(speaker, request), *what_for, *_because(why)]))
    lines = [
        speaker.t("<b>{name} asks you to pay {amount}</b>", name=name, amount=amount),
        *([f"@{username}"] if username else []),
        *([speaker.t("A business")] if request.payee.kind == "business" else []),
        *what_for,
        "",
        speaker.t(
            "If you pay, {amount} goes from you to {name}. Nothing moves before your PIN.", amount=amount, name=name
        ),
        speaker.t("Open until {time}.", time=request.expires_at),
        *_because(why),
    ]
    pay = button(speaker.label("Pay {amount}", amount=amount), PAY, card_id)
    decline = button(speaker.label("Decline"), DECLINE, card_id)
    block = button(speaker.label("Block {name}", name=name), BLOCK, card_id)
    return Face("\n".join(lines), InlineKeyboardMarkup([[pay], [decline, block]]))


def _ended_for_payer(speaker: Speaker, request: Request) -> str:
    facts: dict[str, Argument] = {"name": clean(request.payee.name), "amount": request.amount}
    match request.state:
        case "paid":
            return speaker.t("✓ <b>You paid {name} the {amount} they asked for</b>", **facts)
        case "declined":
            return speaker.t("You declined to pay {name} {amount}. No money moved.", **facts)
        case "cancelled":
            return speaker.t("{name} took back the request for {amount}. No money moved, and you owe nothing.", **facts)
        case "netted":
            return speaker.t("The {amount} that {name} asked you for was settled up in your group.", **facts)
        case _:
            return speaker.t("{name} asked you for {amount}. The time for it is over. No money moved.", **facts)


def asker(
    speaker: Speaker,
    request: Request,
    username: str | None,
    card_id: str,
    link: str,
    why: str = "",
    *,
    settles: bool = False,
) -> Face:
    """Return the asker's card as the request stands. `username` is the payer's, `link` is for one without a wallet."""
    name = clean(request.payer.name)
    lines = [_state_for_asker(speaker, request), *_what_for(speaker, request, settles=settles)]
    if request.state != "open":
        return Face("\n".join([*lines, *_because(why)]))
    invited = request.payer.status == "invited"
    lines[1:1] = [f"@{username}"] if username else []
    lines += ["", speaker.t("Waiting for {name}, until {time}.", name=name, time=request.expires_at)]
    if request.reminded_at is not None:
        lines.append(speaker.t("✓ Reminded: {time}", time=request.reminded_at))
    if invited:
        lines.append(speaker.t("{name} has no wallet yet, so I cannot tell them: send the link on to them.", name=name))
    cancel = button(speaker.label("Cancel"), CANCEL, card_id)
    text = speaker.label("I ask you for money. Start this bot to see what for.")
    first = share(speaker, link, text) if invited else button(speaker.label("Remind"), REMIND, card_id)
    return Face("\n".join([*lines, *_because(why)]), InlineKeyboardMarkup([[first, cancel]]))


def _state_for_asker(speaker: Speaker, request: Request) -> str:
    facts: dict[str, Argument] = {"name": clean(request.payer.name), "amount": request.amount}
    match request.state:
        case "open":
            return speaker.t("<b>You asked {name} for {amount}</b>", **facts)
        case "paid":
            return speaker.t("✓ <b>{name} paid you the {amount} you asked for</b>", **facts)
        case "declined":
            return speaker.t("<b>{name} declined to pay {amount}</b>. No money moved.", **facts)
        case "cancelled":
            return speaker.t("You took back your request to {name} for {amount}. No money moved.", **facts)
        case "netted":
            return speaker.t("The {amount} that you asked {name} for was settled up in your group.", **facts)
        case "expired":
            return speaker.t(
                "{name} did not answer your request for {amount} in time. No money moved. "
                "You can ask again with /request.",
                **facts,
            )


def news(speaker: Speaker, request: Request, *, settles: bool = False) -> Face:
    """Return what tells the asker of an end that brought nothing."""
    lines = [_state_for_asker(speaker, request), *_what_for(speaker, request, settles=settles)]
    if settles and request.state == "declined":
        lines.append(speaker.t("If it is still owed, ask for it again in the group with /request."))
    return Face("\n".join(lines))


def group(speaker: Speaker, request: Request, card_id: str, link: str) -> Face:
    """Return what others see of a request. `link` brings a payer without a wallet to theirs."""
    facts: dict[str, Argument] = {
        "asker": clean(request.payee.name),
        "payer": clean(request.payer.name),
        "amount": request.amount,
    }
    match request.state:
        case "open":
            text = speaker.t("{asker} asks {payer} for <b>{amount}</b> · waiting for {payer}", **facts)
            pay = button(speaker.label("Pay"), PAY_IN_GROUP, card_id)
            if request.payer.status == "invited":
                pay = InlineKeyboardButton(speaker.label("Pay"), url=link)
            cancel = button(speaker.label("Cancel"), CANCEL_IN_GROUP, card_id)
            return Face(notes.below(speaker, text, request.note), InlineKeyboardMarkup([[pay, cancel]]))
        case "paid":
            text = speaker.t("✓ {payer} paid {asker} <b>{amount}</b>", **facts)
        case _:
            text = speaker.t("{asker} asked {payer} for {amount}. That is over. No money moved.", **facts)
    return Face(notes.below(speaker, text, request.note))


def offer(speaker: Speaker, asker: str, amount: Money, note: str, card_id: str) -> Face:
    """Return the message by which somebody asks whoever presses."""
    text = speaker.t(
        "{asker} asks for <b>{amount}</b>. Whoever pays it presses “Pay”; nothing moves before their PIN.",
        asker=asker,
        amount=amount,
    )
    keyboard = InlineKeyboardMarkup([[button(speaker.label("Pay"), I_PAY, card_id)]])
    return Face(notes.below(speaker, text, note), keyboard)


def line(speaker: Speaker, request: Request, *, asked: bool) -> str:
    """Return the request in one line, for a button: `asked` by whoever reads it, or of them."""
    quoted = speaker.label("“{note}”", note=shortened(notes.quotable(request.note), _LONGEST))
    note = f" · {quoted}" if request.note else ""
    name = shortened(clean((request.payer if asked else request.payee).name), _LONGEST)
    if asked:
        return speaker.label("{amount} from {name}", amount=request.amount, name=name) + note
    return speaker.label("{amount} to {name}", amount=request.amount, name=name) + note


def _what_for(speaker: Speaker, request: Request, *, settles: bool) -> list[str]:
    """Return the note, or in its place that nobody asked for this: it would read as a share asked for twice."""
    return [speaker.t("From settling up in your group.")] if settles else notes.lines(speaker, request.note)


def _because(why: str) -> list[str]:
    return ["", why] if why else []
