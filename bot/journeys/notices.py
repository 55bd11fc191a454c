"""What the wallet must tell people → a message each. The courier calls `tell` until it has worked once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import cards, messages, notes, places
from bot.journeys import aside, public, requested
from bot.messages import Face
from bot.names import clean
from bot.text import Speaker
from wallet import Notice, NoticeKind, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.context import Context
    from bot.identity import Person


async def tell(context: Context, notice: Notice) -> None:
    """Tell the recipient. Telling twice does no harm; what Telegram or the network says passes through."""
    person = await context.people.of_party(notice.recipient_id)
    if person is None:
        raise LookupError(f"notice {notice.id} is for a party without a Telegram user")
    speaker = Speaker(person.language)
    if notice.request is not None and notice.receipt is None:
        await requested.tell(context, person, notice, notice.request)
        return
    await _follow(context, notice)
    if notice.hold is not None:
        await aside.tell(context, speaker, person, notice, notice.hold)
    elif notice.kind is NoticeKind.PAYMENT_SENT:
        await _show_receipt(context, speaker, person, _receipt(notice))
    else:
        await messages.send(context.bot, person.user_id, Face(_TEXTS[notice.kind](speaker, notice)))


async def _follow(context: Context, notice: Notice) -> None:
    """Bring up to date what others see of this. First, because the recipient may have blocked us, and others not."""
    if notice.request is not None:
        await requested.follow(context, notice.request.id)
    if notice.hold is not None:
        await public.follow(context, notice.hold.id)
    elif notice.kind is NoticeKind.PAYMENT_SENT:
        await public.follow(context, _receipt(notice).payment_id)


async def _show_receipt(context: Context, speaker: Speaker, person: Person, receipt: Receipt) -> None:
    """Edit the payer's card into the receipt, or send it where there is no card any more."""
    payee = await context.people.of_party(receipt.payee.id) if receipt.payee else None
    face = cards.receipt(speaker, receipt, payee.username if payee else None)
    card = await context.cards.of_quote(receipt.payment_id, person.user_id)
    if card is None:
        await messages.send(context.bot, person.user_id, face)
    else:
        await places.put(context, card, face)


def _received(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    payer = clean(receipt.payer.name if receipt.payer else "")
    if notice.party.kind == "business":
        lines = [
            speaker.t(
                "<b>{business} received {amount}</b> from {name}",
                business=clean(notice.party.name),
                amount=receipt.amount,
                name=payer,
            ),
            *notes.lines(speaker, receipt.note),
            speaker.t("Fee: {fee}", fee=receipt.fee),
            speaker.t("Net: {net}", net=receipt.net),
        ]
    else:
        lines = [
            speaker.t("<b>You received {amount}</b> from {name}", amount=receipt.amount, name=payer),
            *notes.lines(speaker, receipt.note),
        ]
    if notice.request is not None:
        lines.append(speaker.t("They paid what you had asked for."))
    return "\n".join([*lines, *_footer(speaker, receipt)])


def _deposited(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    what = speaker.t("<b>{amount} was paid in</b>", amount=receipt.amount)
    return "\n".join([what, *_whose(speaker, notice), *notes.lines(speaker, receipt.note), *_footer(speaker, receipt)])


def _withdrawn(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    what = speaker.t("<b>{amount} was paid out</b>", amount=receipt.amount)
    return "\n".join([what, *_whose(speaker, notice), *notes.lines(speaker, receipt.note), *_footer(speaker, receipt)])


def _refund_sent(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    payee = clean(receipt.payee.name if receipt.payee else "")
    what = speaker.t(
        "<b>{party} gave {amount} back</b> to {name}",
        party=clean(notice.party.name),
        amount=receipt.amount,
        name=payee,
    )
    fee = [speaker.t("Fee returned: {fee}", fee=receipt.fee)] if receipt.fee.minor else []
    return "\n".join([what, *_returned(speaker, receipt), *fee, *_footer(speaker, receipt)])


def _refund_received(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    payer = clean(receipt.payer.name if receipt.payer else "")
    what = speaker.t("<b>{name} gave you {amount} back</b>", name=payer, amount=receipt.amount)
    return "\n".join([what, *_returned(speaker, receipt), *_footer(speaker, receipt)])


def _reversed(speaker: Speaker, notice: Notice) -> str:
    receipt = _receipt(notice)
    what = speaker.t(
        "<b>The operator corrected a booking of {amount}</b> on the account of {name}",
        amount=receipt.amount,
        name=clean(notice.party.name),
    )
    return "\n".join([what, *_returned(speaker, receipt), *_footer(speaker, receipt)])


def _pin_locked(speaker: Speaker, notice: Notice) -> str:
    if notice.until is None:
        return speaker.t(
            "⚠ Your PIN is locked after too many wrong tries. Only the operator of this bot can reset it. "
            "Was it not you? Tell them."
        )
    return speaker.t(
        "⚠ Your PIN is locked after too many wrong tries, until {time}. Was it not you? Tell the operator of this bot.",
        time=notice.until,
    )


def _frozen(speaker: Speaker, notice: Notice) -> str:
    return speaker.t(
        "The account of {name} was frozen by the operator of this bot: nothing leaves or reaches it, but for what was "
        "set aside and comes back. Please ask them why.",
        name=clean(notice.party.name),
    )


def _whose(speaker: Speaker, notice: Notice) -> list[str]:
    """Name the account where it is not the person's own."""
    is_business = notice.party.kind == "business"
    return [speaker.t("Account: {name}", name=clean(notice.party.name))] if is_business else []


def _returned(speaker: Speaker, receipt: Receipt) -> list[str]:
    """Which payment is given back or corrected, and why: the operator's reason is the note."""
    of = [speaker.t("Of payment {reference}", reference=receipt.original)] if receipt.original else []
    return [*of, *notes.lines(speaker, receipt.note)]


def _footer(speaker: Speaker, receipt: Receipt) -> list[str]:
    return [
        speaker.t("New balance: {balance}", balance=receipt.balance_after),
        *cards.proof(speaker, receipt),
    ]


def _receipt(notice: Notice) -> Receipt:
    if notice.receipt is None:
        raise ValueError(f"notice {notice.id} of {notice.kind} comes without its receipt")
    return notice.receipt


_TEXTS: Final[dict[NoticeKind, Callable[[Speaker, Notice], str]]] = {
    NoticeKind.PAYMENT_RECEIVED: _received,
    NoticeKind.DEPOSITED: _deposited,
    NoticeKind.WITHDRAWN: _withdrawn,
    NoticeKind.REFUND_SENT: _refund_sent,
    NoticeKind.REFUND_RECEIVED: _refund_received,
    NoticeKind.REVERSED: _reversed,
    NoticeKind.PIN_CHANGED: lambda say, _: say.t(
        "Your PIN was changed. Was it not you? Tell the operator of this bot at once."
    ),
    NoticeKind.PIN_LOCKED: _pin_locked,
    NoticeKind.PIN_RESET: lambda say, _: say.t(
        "The operator of this bot took your PIN away. Choose a new one with /pin. Your money then rests for a day."
    ),
    NoticeKind.FROZEN: _frozen,
    NoticeKind.UNFROZEN: lambda say, notice: say.t(
        "The account of {name} is open again.", name=clean(notice.party.name)
    ),
    NoticeKind.BUSINESS_APPROVED: lambda say, notice: say.t(
        "✓ {name} is approved and can be paid now. /business shows how.", name=clean(notice.party.name)
    ),
}
