"""A payment being put together: each answer brings the draft one step on, until its quote is shown.

The question asked is always the first that is open: to whom, how much, what for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from telegram import (
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot import names, payees
from bot.cards import button
from bot.journeys import asking, invite, pay, request
from bot.messages import Face
from bot.text import plain
from wallet import Money, NoteTooLong, PartyFrozen, WalletError

if TYPE_CHECKING:
    from bot import intents
    from bot.conversation import Waiting
    from bot.draft import Draft
    from bot.turn import Turn
    from wallet import Line, Party

PAYEE: Final = "payee"
AMOUNT: Final = "amount"
NOTE: Final = "note"
STEPS: Final = frozenset({PAYEE, AMOUNT, NOTE})

_SUGGESTED: Final = (5, 10, 20, 50)
"""Amounts offered on buttons, in whole units of the currency."""
_ONE_CONTACT: Final = 1
"""The id of our request for a contact: there is only one kind, so it tells nothing apart."""


async def advance(turn: Turn, draft: Draft) -> None:
    """Ask the next open question, or show the card. NotAccepted, NotAsked: one who wants nothing from them ends it.

    PartyFrozen: who may not pay, or ask, is led through no questions.
    """
    if len(draft.payees) == 1:
        await _ensure_accepted(turn, draft)
    if _is_whole(draft):
        await _show_card(turn, draft)
        return
    await _ensure_not_frozen(turn)
    if not draft.payees and draft.stranger is None:
        await _ask_payee(turn, draft)
    elif len(draft.payees) > 1:
        await _ask_which_payee(turn, draft)
    elif not draft.amounts:
        await _ask_amount(turn, draft)
    elif len(draft.amounts) > 1:
        await _ask_which_amount(turn, draft)
    else:
        await _ask_note(turn, draft)


def direction(turn: Turn, draft: Draft, name: str) -> str:
    """Return whom the money is to go to, or come from."""
    return turn.t("From {name}", name=name) if draft.asks else turn.t("To {name}", name=name)


async def to(turn: Turn, draft: Draft, payee: intents.Payee, called: str) -> bool:
    """Go on with this payee: known here, or one for whom money can be set aside. False if nobody can be meant."""
    found = await payees.find(turn.context, turn.person, payee)
    stranger = None if found else payees.stranger(turn.context, payee, called)
    if not found and stranger is None:
        return False
    await advance(turn, replace(draft, payees=found, stranger=stranger))
    return True


async def unknown_payee(turn: Turn, draft: Draft, called: str) -> None:
    """Nobody here goes by this name: say how that can change."""
    if draft.asks:
        await turn.say(
            turn.t(
                "I know nobody called {name}, so nothing was asked. Write their @username, or press /request and "
                "choose them from your contacts.",
                name=called,
            )
        )
        return
    face = invite.face(turn, called)
    await turn.say(face.text, face.keyboard)


async def close_question(turn: Turn, waiting: Waiting, answer: str) -> None:
    """Put the answer, when it was written, in the place of the question's buttons."""
    card = await turn.context.cards.find(waiting.facts.get("card", ""), turn.user.id, turn.chat_id)
    if card is not None and card.message_id is not None:
        await turn.edit(card.message_id, Face(answer))


async def _ensure_accepted(turn: Turn, draft: Draft) -> None:
    ensure = payees.ensure_may_ask if draft.asks else payees.ensure_accepted
    try:
        await ensure(turn.context, turn.person, draft.payees[0])
    except WalletError:
        await turn.context.conversations.end(turn.user.id)
        raise


async def _ensure_not_frozen(turn: Turn) -> None:
    party = await turn.context.wallet.party(turn.person.party_id)
    if party.status == "frozen":
        await turn.context.conversations.end(turn.user.id)
        raise PartyFrozen("payer", party.name)


def _is_whole(draft: Draft) -> bool:
    is_known = len(draft.payees) == 1 or (not draft.payees and draft.stranger is not None)
    return is_known and len(draft.amounts) == 1 and not draft.ask_note


async def _show_card(turn: Turn, draft: Draft) -> None:
    """Show the quote, or the request. The conversation ends last: cut off before, the same answer leads here again."""
    amount = Money(draft.amounts[0], turn.context.wallet.currency)
    try:
        payee = await payees.invite(turn.context, draft.stranger) if draft.stranger else draft.payees[0]
        if draft.asks:
            await request.ask(turn, payee, amount, draft.note, draft.key)
        else:
            quote = await turn.context.wallet.quote(turn.person.party_id, payee, amount, note=draft.note, key=draft.key)
            await pay.show(turn, quote)
    except WalletError as refusal:
        if not isinstance(refusal, NoteTooLong):  # then the question for the note stays open
            await turn.context.conversations.end(turn.user.id)
        raise
    await turn.context.conversations.end(turn.user.id)


async def _ask_payee(turn: Turn, draft: Draft) -> None:
    contact = KeyboardButton(
        turn.speaker.label("Choose from my contacts"),
        request_users=KeyboardButtonRequestUsers(
            _ONE_CONTACT, user_is_bot=False, max_quantity=1, request_name=True, request_username=True
        ),
    )
    keyboard = ReplyKeyboardMarkup(
        [[contact], [KeyboardButton("/cancel")]], resize_keyboard=True, one_time_keyboard=True
    )
    await _wait(turn, PAYEE, draft)
    question = turn.t("Who is it for? Choose from your contacts, or write a @username or the name of a business.")
    if draft.asks:
        question = turn.t("Whom do you ask? Choose from your contacts, or write a @username.")
    await turn.say(question, replies=keyboard)


async def _ask_which_payee(turn: Turn, draft: Draft) -> None:
    parties = [await turn.context.wallet.party(party_id) for party_id in draft.payees]
    labels = await _labels(turn, parties)
    options = [party_id.hex for party_id in draft.payees]
    await _ask_with_buttons(turn, PAYEE, draft, turn.t("Which of these do you mean?"), labels, options, in_a_row=1)


async def _labels(turn: Turn, parties: list[Party]) -> list[str]:
    """Return what each button says. Those that would read the same begin with what the payer knows them by."""
    labels = [await _label(turn, party) for party in parties]
    if len(set(map(names.skeleton, labels))) == len(labels):
        return labels
    labels = _told_apart(labels, [await _alias(turn, party) for party in parties])
    paid = await payees.last_paid(turn.context, turn.person)
    return _told_apart(labels, [_last_paid(turn, paid.get(party.id)) for party in parties])


def _told_apart(labels: list[str], hints: list[str]) -> list[str]:
    alike = Counter(map(names.skeleton, labels))
    return [
        f"{hint} · {label}" if hint and alike[names.skeleton(label)] > 1 else label
        for label, hint in zip(labels, hints, strict=True)
    ]


async def _label(turn: Turn, party: Party) -> str:
    payee = await payees.describe(turn.context, party)
    handle = f" (@{payee.username})" if payee.username else ""
    kind = " · " + turn.speaker.label("A business") if party.kind == "business" else ""
    return f"{payee.name}{handle}{kind}"


async def _alias(turn: Turn, party: Party) -> str:
    contact = await payees.listed(turn.context, turn.person, party)
    return (contact.alias if contact else None) or ""


def _last_paid(turn: Turn, line: Line | None) -> str:
    return turn.speaker.label("Paid {amount}, {time}", amount=-line.amount, time=line.at) if line else ""


async def _ask_amount(turn: Turn, draft: Draft) -> None:
    await turn.say(await _to_whom(turn, draft), replies=ReplyKeyboardRemove())
    currency = turn.context.wallet.currency
    options = [whole * 10**currency.exponent for whole in _SUGGESTED]
    text = turn.t("How much? Press an amount or write one.")
    await _ask_with_buttons(turn, AMOUNT, draft, text, _written(turn, options), options)


async def _to_whom(turn: Turn, draft: Draft) -> str:
    if draft.stranger:
        return direction(turn, draft, names.clean(draft.stranger.called))
    payee = await payees.describe(turn.context, await turn.context.wallet.party(draft.payees[0]))
    return direction(turn, draft, f"{payee.name} @{payee.username}" if payee.username else payee.name)


async def _ask_which_amount(turn: Turn, draft: Draft) -> None:
    text = turn.t("That amount reads two ways. Which one do you mean?")
    await _ask_with_buttons(turn, AMOUNT, draft, text, _written(turn, draft.amounts), list(draft.amounts))


async def _ask_note(turn: Turn, draft: Draft) -> None:
    text = turn.t("What is it for? Write a note for them, or skip it.")
    await _ask_with_buttons(turn, NOTE, draft, text, [turn.speaker.label("Skip")], [""])


async def _ask_with_buttons(
    turn: Turn, step: str, draft: Draft, text: str, labels: list[str], options: list[Any], *, in_a_row: int = 2
) -> None:
    """One button an option; the card keeps what each stands for."""
    card = await turn.context.cards.create(step, turn.user.id, turn.chat_id, draft=draft.facts(), options=options)
    await _wait(turn, step, draft, card=card.id)
    buttons = [button(label, f"{step}{at}", card.id) for at, label in enumerate(labels)]
    rows = [buttons[at : at + in_a_row] for at in range(0, len(buttons), in_a_row)]
    await turn.put(card, Face(text, InlineKeyboardMarkup(rows)))


async def _wait(turn: Turn, step: str, draft: Draft, **facts: str) -> None:
    await asking.wait(turn, step, draft=draft.facts(), **facts)


def _written(turn: Turn, options: list[int] | tuple[int, ...]) -> list[str]:
    return [plain(Money(minor, turn.context.wallet.currency)) for minor in options]
