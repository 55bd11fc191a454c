"""What people write: an instruction to pay, a request to be paid, or the answer to what we asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from telegram.constants import MessageEntityType

from bot import intents, misread, phrases
from bot.amounts import Ambiguous, Amount, NotAnAmount, parse_amount
from bot.cards import clean_note
from bot.contacts import NotToBeFound
from bot.draft import Draft
from bot.journeys import business, contacts, help, me, send  # noqa: A004 - the command's own name
from bot.names import clean
from bot.phrases import MAX_NOTE
from wallet import Money, NoteTooLong

if TYPE_CHECKING:
    from bot.conversation import Waiting
    from bot.turn import Turn


async def read(turn: Turn) -> None:
    """Read a message of words, or /send or /request with or without them."""
    intent = intent_of(turn)
    waiting = await turn.context.conversations.of(turn.user.id)
    if waiting is not None and waiting.facts.get("update_id") == turn.update.update_id:
        await _ask_once_more(turn, waiting)
    elif waiting is None or _overrides_question(turn, intent, waiting):
        await _instructed(turn, intent)
    else:
        await _answered(turn, waiting)


async def expects_amount(turn: Turn) -> bool:
    """Whether we asked this person how much, so that six digits are an amount."""
    waiting = await turn.context.conversations.of(turn.user.id)
    return waiting is not None and waiting.step in {send.AMOUNT, me.AMOUNT}


def intent_of(turn: Turn, start: str = "") -> intents.Intent:
    """Return what the message asks for, read as if written after `start`, whoever wrote it and however it came."""
    message = turn.message
    mentions = [
        intents.Mention(entity.offset + len(start), entity.length, entity.user.id)
        for entity in (message.entities if message else ())
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user is not None
    ]
    currency = turn.context.wallet.currency
    return phrases.read(start + turn.text, mentions=mentions, code=currency.code, exponent=currency.exponent)


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


async def _answered_payment(turn: Turn, waiting: Waiting, draft: Draft) -> None:
    match waiting.step:
        case send.PAYEE:
            await _answered_payee(turn, draft)
        case send.AMOUNT:
            await _answered_amount(turn, waiting, draft)
        case send.NOTE if len(clean_note(turn.text)) > MAX_NOTE:
            raise NoteTooLong(MAX_NOTE)  # the question stays, with its buttons
        case send.NOTE:
            await send.close_question(turn, waiting, turn.t("Note: {note}", note=clean_note(turn.text)))
            await send.advance(turn, replace(draft, note=turn.text, ask_note=False))


async def _answered_payee(turn: Turn, draft: Draft) -> None:
    payee = _typed_payee(turn)
    called = _called(turn, payee)
    if not await send.to(turn, draft, payee, called):
        await send.unknown_payee(turn, draft, called)


async def _answered_amount(turn: Turn, waiting: Waiting, draft: Draft) -> None:
    currency = turn.context.wallet.currency
    match parse_amount(turn.text, code=currency.code, exponent=currency.exponent):
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


def _typed_payee(turn: Turn) -> intents.Payee:
    """Return the answer to "who is it for": a mention or @username as in an instruction, or else a name."""
    match intent_of(turn), intent_of(turn, "/send "):
        case (intents.Incomplete(payee=payee), _) | (_, intents.Incomplete(payee=payee)) if payee is not None:
            return payee
    return intents.Name(turn.text.strip())


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
            return clean(name)
        case intents.UserId(user_id):
            mentioned = (entity.user for entity in (turn.message.entities if turn.message else ()))
            return clean(next((user.full_name for user in mentioned if user and user.id == user_id), ""))
