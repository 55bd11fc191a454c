"""What people write: an instruction to pay, a request to be paid, or the answer to what we asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from bot import answers, intents, misread, notes, phrases
from bot.amounts import Ambiguous, Amount, NotAnAmount, parse_amount
from bot.contacts import NotToBeFound
from bot.draft import Draft
from bot.journeys import asking, business, cancel, contacts, help, me, pads, send  # noqa: A004 - the command's own name
from bot.names import as_written, clean, own_name
from bot.vocabulary import NO_NOTE, STOPPING, UNDO
from wallet import MAX_NOTE, Money, NoteTooLong, clean_note

if TYPE_CHECKING:
    from bot.conversation import Waiting
    from bot.turn import Turn

_CHOSEN: Final = intents.UserId(0)
"""Stands for the payee of a draft, who is known, where the words of an answer are read."""
_NOT_ABOUT_PEOPLE: Final = frozenset({"two_amounts", "note_too_long", "not_now", "pin"})


async def read(turn: Turn) -> None:
    """Read a message of words, or /send or /request with or without them."""
    intent = intent_of(turn)
    waiting = await turn.context.conversations.of(turn.user.id)
    if waiting is not None and asking.led_on(turn, waiting):
        await _ask_once_more(turn, waiting)
    elif waiting is not None and _stops(turn, waiting):
        await cancel.cancel(turn)
    elif waiting is None or _overrides_question(turn, intent, waiting):
        await _instructed(turn, intent)
    else:
        await _answered(turn, waiting)


async def without(turn: Turn) -> None:
    """Answer what holds no words, such as a sticker or a voice message: what we had asked still waits."""
    if await turn.context.conversations.of(turn.user.id) is None:
        await help.not_understood(turn)
        return
    await turn.say(turn.t("I did not understand that, so I did nothing; but what I asked still waits for an answer."))


async def expects_amount(turn: Turn) -> bool:
    """Whether we asked this person how much, so that six digits are an amount, unless words say that they are a PIN."""
    if any(map(str.isalpha, turn.text)):
        return False
    waiting = await turn.context.conversations.of(turn.user.id)
    return waiting is not None and waiting.step in {send.AMOUNT, me.AMOUNT}


def intent_of(turn: Turn, start: str = "", known: intents.UserId | None = None) -> intents.Intent:
    """Return what the message asks for, read as if written after `start`, whoever wrote it and however it came.

    `known`: as for `phrases.read`.
    """
    currency = turn.context.wallet.currency
    return phrases.read(
        turn.text,
        mentions=turn.mentions,
        code=currency.code,
        exponent=currency.exponent,
        after=start,
        known=known,
    )


def _stops(turn: Turn, waiting: Waiting) -> bool:
    """Whether the answer is to ask no more, as by /cancel. A refund is also what a payment may be for."""
    return help.plainly(turn.text) in (STOPPING if waiting.step == send.NOTE else UNDO)


def _overrides_question(turn: Turn, intent: intents.Intent, waiting: Waiting) -> bool:
    """Whether this is an instruction whatever we had asked, rather than the answer.

    A note may say anything short of a whole instruction; no other answer reads as one that cannot be.
    """
    command = turn.text.startswith("/") or (turn.text.startswith("#") and intent != intents.NoIntent())
    impossible = isinstance(intent, intents.Refused | intents.Unclear) and waiting.step != send.NOTE
    return command or impossible or isinstance(intent, intents.Pay | intents.Ask)


async def _instructed(turn: Turn, intent: intents.Intent, *, asks: bool = False) -> None:
    begun = Draft(turn.key, asks=asks)
    match intent:
        case intents.Ask(wanted):
            await _instructed(turn, wanted, asks=True)
        case intents.Pay(amount, payee, note):
            await _begin(turn, replace(begun, amounts=_readings(amount), note=note), payee)
        case intents.Incomplete(amount, payee, note):
            amounts = _readings(amount) if amount else ()
            await _begin(turn, replace(begun, amounts=amounts, note=note, ask_note=not note), payee)
        case intents.Refused(refused, payee, note):
            await turn.say(_no_amount(turn, refused, begun))
            await _begin(turn, replace(begun, note=note, ask_note=not note), payee)
        case intents.Unclear(reason):
            await turn.say(misread.unclear(turn.speaker, reason))
        case intents.NoIntent():
            await help.not_understood(turn)
        case _:
            assert_never(intent)


async def _begin(turn: Turn, draft: Draft, payee: intents.Payee | None) -> None:
    if payee is None:
        await send.advance(turn, draft)
        return
    called = _called(turn, payee)
    try:
        found = await send.to(turn, draft, payee, called)
    except NotToBeFound:
        await turn.context.conversations.end(turn.user.id)
        raise
    if not found:
        await turn.context.conversations.end(turn.user.id)
        await send.unknown_payee(turn, draft, called)


async def _answered(turn: Turn, waiting: Waiting) -> None:
    await pads.close_payment(turn.context, turn.person)  # one that was opened since: they are back at the question
    if waiting.step in send.STEPS:
        await _answered_payment(turn, waiting, Draft.of(waiting.facts["draft"]))
        return
    match waiting.step:
        case business.NAME:
            await business.named(turn, turn.text)
        case me.AMOUNT:
            await me.amount_written(turn, waiting)
        case contacts.ALIAS:
            await contacts.alias_written(turn, waiting)
        case _:  # asked by another version of the bot
            await turn.context.conversations.end(turn.user.id)
            await help.not_understood(turn)


async def _answered_payment(turn: Turn, waiting: Waiting, draft: Draft) -> None:
    match waiting.step:
        case send.PAYEE:
            await _answered_payee(turn, draft)
        case send.AMOUNT:
            await _answered_amount(turn, waiting, draft)
        case send.NOTE if len(clean_note(turn.text)) > MAX_NOTE:
            raise NoteTooLong(MAX_NOTE)  # the question stays, with its buttons
        case send.NOTE if help.plainly(turn.text) in NO_NOTE:
            await send.close_question(turn, waiting, turn.t("No note."))
            await send.advance(turn, replace(draft, ask_note=False))
        case send.NOTE:
            await send.close_question(turn, waiting, notes.line(turn.speaker, turn.text))
            await send.advance(turn, replace(draft, note=turn.text, ask_note=False))


async def _answered_payee(turn: Turn, draft: Draft) -> None:
    """Take the answer for a name, if somebody has it, and else read it as what might stand after /send."""
    wanted, whole = _wanted(turn, draft), intents.Name(turn.text.strip())
    certain = answers.pointed_at(turn.text, turn.mentions)
    if certain is None and await send.to(turn, draft, whole, clean(whole.name)):
        return
    match wanted:
        case intents.Unclear(reason) if reason in _NOT_ABOUT_PEOPLE or (reason == "two_payees" and certain is None):
            await turn.say(misread.unclear(turn.speaker, reason))
        case intents.Pay() | intents.Incomplete() | intents.Refused() if wanted.payee or wanted.amount:
            await _answered_more(turn, draft, wanted, certain or wanted.payee)
        case _:
            await _with_payee(turn, draft, certain or whole)


async def _answered_more(
    turn: Turn, draft: Draft, wanted: intents.Pay | intents.Incomplete | intents.Refused, payee: intents.Payee | None
) -> None:
    """Go on with all that an answer says. An amount beside the one we have is asked about."""
    amounts = draft.amounts
    if isinstance(wanted.amount, NotAnAmount):
        await turn.say(_no_amount(turn, wanted.amount, draft))
    elif wanted.amount is not None:
        amounts = _readings(wanted.amount)
    if draft.amounts not in {(), amounts}:
        await turn.say(misread.unclear(turn.speaker, "two_amounts"))
        return
    draft = replace(draft, amounts=amounts, note=wanted.note or draft.note, ask_note=draft.ask_note and not wanted.note)
    if payee is None:
        await send.advance(turn, draft)
    else:
        await _with_payee(turn, draft, payee)


async def _with_payee(turn: Turn, draft: Draft, payee: intents.Payee) -> None:
    """Go on with this payee; one whom nobody knows leaves the question open."""
    called = _called(turn, payee)
    if not await send.to(turn, draft, payee, called):
        await send.unknown_payee(turn, draft, called)


async def _answered_amount(turn: Turn, waiting: Waiting, draft: Draft) -> None:
    currency = turn.context.wallet.currency
    reading = parse_amount(turn.text, code=currency.code, exponent=currency.exponent)
    if reading == NotAnAmount("not_a_number"):
        match _wanted(turn, draft, known=_CHOSEN):
            case intents.Pay(said, payee, note) if payee == _CHOSEN:
                reading, draft = said, replace(draft, note=note or draft.note, ask_note=draft.ask_note and not note)
            case intents.Pay() as another:
                await _instructed(turn, another, asks=draft.asks)
                return
            case intents.Refused(refused):
                reading = refused
            case intents.Unclear(reason):
                await turn.say(misread.unclear(turn.speaker, reason))
                return
    match reading:
        case NotAnAmount() as refused:
            await turn.say(_no_amount(turn, refused, draft))
        case Amount(minor):
            amount = Money(minor, currency)
            await send.close_question(turn, waiting, turn.t("Amount: {amount}", amount=amount))
            await send.advance(turn, replace(draft, amounts=(minor,)))
        case Ambiguous(readings):
            await send.advance(turn, replace(draft, amounts=readings))


async def _ask_once_more(turn: Turn, waiting: Waiting) -> None:
    """Ask again: this very message was handled up to its question, which may not have arrived."""
    if waiting.step in send.STEPS:
        await send.advance(turn, Draft.of(waiting.facts["draft"]))
        return
    match waiting.step:
        case business.NAME:
            await business.ask_name(turn)
        case me.AMOUNT:
            await me.ask_amount(turn)
        case contacts.ALIAS:
            await contacts.ask_alias(turn)


def _wanted(
    turn: Turn, draft: Draft, known: intents.UserId | None = None
) -> intents.Pay | intents.Incomplete | intents.Refused | intents.Unclear | intents.NoIntent:
    """Return what an answer says, read as what stands after the command."""
    said = intent_of(turn)
    if not (isinstance(said, intents.Incomplete) and said.payee):
        said = intent_of(turn, "/request " if draft.asks else "/send ", known)
    return said.wanted if isinstance(said, intents.Ask) else said


def _no_amount(turn: Turn, refused: NotAnAmount, draft: Draft) -> str:
    nothing = turn.t("Nothing was asked.") if draft.asks else turn.t("Nothing was paid.")
    return misread.amount(turn.speaker, refused, turn.context.wallet.currency, nothing)


def _readings(amount: Amount | Ambiguous) -> tuple[int, ...]:
    return (amount.minor,) if isinstance(amount, Amount) else amount.readings


def _called(turn: Turn, payee: intents.Payee) -> str:
    match payee:
        case intents.Username(username):
            return f"@{username}"
        case intents.Name(name):
            return as_written(name)
        case intents.UserId(user_id):
            mentioned = (entity.user for entity in (turn.message.entities if turn.message else ()))
            return own_name(next((user.full_name for user in mentioned if user and user.id == user_id), ""))
