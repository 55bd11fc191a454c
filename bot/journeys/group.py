"""Paying in a group: one card that everybody sees, while all that is private is seen by the payer alone.

`/pay 5 lunch` as a reply, `/pay @ben 5 lunch`, or the bot's name and then the words. The public card stands for the
quote; the payer's own, with fee, balance and doubts, takes the PIN, here or in their private chat; what becomes of the
payment is edited into both.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, RetryAfter, TelegramError

from bot import intents, messages, misread, places, refusals
from bot.amounts import Ambiguous, Amount
from bot.identity import group_key
from bot.journeys import boards, expiry, instruction, pads, pay, payment_card, public, requested
from bot.keypad import may_hold_pin
from bot.messages import Face
from bot.names import own_name
from wallet import WalletError

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Quote

log = logging.getLogger(__name__)

_SHOW_ANEW: Final = {
    public.PAYMENT: public.show_anew,
    requested.GROUP: requested.show_anew,
    boards.SPLIT: boards.show_anew,
    boards.NETTING: boards.show_anew,
}
"""How each kind of card for a group is shown where the group has gone."""


async def instructed(turn: Turn) -> None:
    """Answer an instruction to pay, written in a group: one card, or one line that says what is missing."""
    if turn.known is None:
        await say(turn, no_wallet(turn))
        return
    intent = instruction.intent_of(turn)
    if not isinstance(intent, intents.Pay) or not isinstance(intent.amount, Amount):
        await say(turn, not_whole(turn, intent))
        return
    try:
        quote = await instruction.quoted(turn, intent, intent.amount)
    except WalletError as refusal:
        await refuse(turn, refusal)
        return
    if quote is None:
        unsure = turn.t("I do not know for certain whom you mean, so nothing was paid. Answer a message of theirs.")
        await answer(turn, unsure)
        return
    await _show(turn, quote)


async def confirm(turn: Turn) -> None:
    """Bring the payer the card with all that the PIN confirms."""
    card = await _pressed(turn)
    if card is not None and card.quote_id is not None:
        quote = await turn.context.wallet.find_quote(card.quote_id, turn.person.party_id)
        await bring(turn, quote, in_place=stands_here(turn, card))


async def bring(turn: Turn, quote: Quote, *, in_place: bool = True) -> None:
    """Bring the payer, who pressed a button for it, their own card of this quote, where only they see it.

    That is here, if Telegram can show them a message of their own; pressed again, because none came, it is their
    private chat. `in_place`: of the card whose button was pressed, which is about this payment alone.
    """
    before = await turn.context.cards.of_quote(quote.id, turn.user.id)
    if before is None and await _shown_here(turn, quote, in_place=in_place):
        return
    if before is not None and before.is_ephemeral:
        await places.bring_home(turn.context, before)
    try:
        await pay.show(turn.in_private, quote)
    except Forbidden:
        await turn.context.people.set_reachable(turn.user.id, reachable=False)
        if before is None or not before.is_ephemeral or not await _shown_here(turn, quote, in_place=in_place):
            await turn.toast(
                turn.speaker.label("I may not write to you. Start our private chat, then press again."), alert=True
            )
        return
    if before is not None and before.is_ephemeral and before.message_id is not None:
        await turn.context.ephemeral.delete(before.chat_id, before.user_id, before.message_id)
    await turn.toast(turn.speaker.label("Give your PIN in our private chat."))
    await public.follow(turn.context, quote.id)


async def _shown_here(turn: Turn, quote: Quote, *, in_place: bool) -> bool:
    """Show the payer their own card in the group, if that can be."""
    query = turn.update.callback_query
    if query is None or query.inline_message_id is not None:
        return False
    await pads.close_payment(turn.context, turn.person)
    card = await pay.own_card(turn.context, turn.person, quote)
    face = await payment_card.face(turn.context, turn.person, card, quote)
    number = await turn.context.ephemeral.send(
        turn.chat_id, turn.user.id, face, query.id, in_place=in_place, topic=turn.topic
    )
    if number is None:
        return False
    await turn.context.cards.stands(card, turn.chat_id, number)
    await turn.toast(turn.speaker.label("Only you see this. If nothing came, press again."))
    return True


async def cancel(turn: Turn) -> None:
    """Close the payment, unless it went through already; both cards say which."""
    card = await _pressed(turn)
    if card is None or card.quote_id is None:
        return
    await turn.toast()
    own = await turn.context.cards.of_quote(card.quote_id, turn.user.id)
    await pay.close_quote(turn, card.quote_id)
    await public.follow(turn.context, card.quote_id)
    if own is not None and own.message_id is not None:
        await pay.show_card(turn, own)


async def migrated(turn: Turn) -> None:
    """The group is a supergroup from now on, with another id: its cards go along, and what is open is shown there."""
    message, context = turn.message, turn.context
    if message is None or message.migrate_to_chat_id is None:
        return
    old, new = message.chat_id, message.migrate_to_chat_id
    await context.wallet.move_group(group_key(old), group_key(new))
    await context.cards.moved(old, new)
    for card in await context.cards.unshown(new):
        if show_anew := _SHOW_ANEW.get(card.kind):
            await show_anew(context, card)


async def elsewhere(turn: Turn) -> None:
    """Answer a command that is nobody else's business."""
    await answer(turn, turn.t("I answer that in our private chat only."))


async def pin(turn: Turn) -> None:
    """Answer /pin: what stands behind it may be a PIN, which everybody reads."""
    if not may_hold_pin(turn.arguments):
        await elsewhere(turn)
    elif await turn.delete_message():  # where the group lets us
        await answer(
            turn,
            turn.t(
                "I deleted what looked like a PIN, but others here may have read it. Change it: send me /pin in our "
                "private chat."
            ),
        )
    else:
        await answer(
            turn,
            turn.t(
                "That looked like a PIN, and everybody here can read it. Delete it, then change your PIN: send me "
                "/pin in our private chat."
            ),
        )


async def joined(turn: Turn) -> None:
    """Say once, when the bot is brought into a group, what it is for."""
    change = turn.update.my_chat_member
    if change is None or change.old_chat_member.status not in {"left", "kicked"}:
        return
    if change.new_chat_member.status in {"member", "administrator"}:
        await turn.say(
            turn.t(
                "Pay each other here: answer somebody’s message with “/pay 5 lunch”, or write “/pay @name 5 lunch”. "
                "Only you see your PIN and your balance."
            )
        )


async def _show(turn: Turn, quote: Quote) -> None:
    """One card a payment, be the message handled once or again."""
    cards = turn.context.cards
    shown = [card for card in await cards.showing(quote.id, public.PAYMENT) if card.chat_id == turn.chat_id]
    card = shown[0] if shown else None
    if card is None:
        card = await cards.create(
            public.PAYMENT, turn.user.id, turn.chat_id, quote_id=quote.id, look_again_at=expiry.due(quote)
        )
    if card.message_id is None:
        await public.show(turn.context, card, turn.topic)


async def _pressed(turn: Turn) -> Card | None:
    """The card whose button was pressed, if it is this person's; anybody else is told politely."""
    query = turn.update.callback_query
    card = await turn.context.cards.linked(turn.pressed[1])
    if card is not None and card.kind == public.PAYMENT and card.chat_id == turn.chat_id:
        card = await places.pressed(turn.context, card, turn.message, public.update)
    if query is None or card is None or card.user_id != turn.user.id or card.kind != public.PAYMENT:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    if query.inline_message_id is not None:
        return await public.seen_at(turn.context, card, query.inline_message_id)
    if card.chat_id != turn.chat_id:
        await turn.toast(turn.speaker.label("This button does nothing any more."))
        return None
    return card


def stands_here(turn: Turn, card: Card) -> bool:
    """Whether the message whose button was pressed is the one that shows the card: a copy of it has just gone."""
    return turn.message is not None and turn.message.message_id == card.message_id


def no_wallet(turn: Turn) -> Face:
    """Return the answer to a payer who has not started the bot."""
    return line(turn, turn.t("You have no wallet yet, so nothing was paid. Open one, then write it again."))


def not_whole(turn: Turn, intent: intents.Intent) -> Face:
    """Return the answer to an instruction that lacks something, or says it in a way that is not to be followed.

    A guest has one message, and says in it how it is done.
    """
    if turn.update.guest_message is not None:
        name = f"@{turn.context.bot.username}"
        return line(
            turn,
            turn.t(
                "That is not a whole payment, so nothing was paid. Write “{bot} 5 to @name for lunch”, or answer "
                "somebody’s message with “{bot} 5 lunch”.",
                bot=name,
            ),
        )
    two_readings = turn.t(
        "That amount reads two ways, so it is not a whole payment. Nothing was paid. Write it like “1234.50”."
    )
    if doubt := in_doubt(turn, intent, two_readings, turn.t("Nothing was paid.")):
        return line(turn, doubt)
    return line(
        turn,
        turn.t(
            "That is not a whole payment, so nothing was paid. Answer somebody’s message with “/pay 5 lunch”, or "
            "write “/pay @name 5 lunch”."
        ),
    )


def in_doubt(turn: Turn, intent: intents.Intent, two_readings: str, nothing: str) -> str:
    """Return what is the matter with the words, as a private chat would say it; empty if they only lack something."""
    match intent:
        case intents.Unclear(reason) if reason != "payee" or instruction.answers_somebody(turn):
            return misread.unclear(turn.speaker, reason)
        case intents.Refused(refused):
            return misread.amount(turn.speaker, refused, turn.context.wallet.currency, nothing)
        case intents.Pay(Ambiguous()) | intents.Incomplete(Ambiguous()):
            return two_readings
        case _:
            return ""


async def refused(turn: Turn, refusal: WalletError) -> Face:
    """Return what others see of a refusal. Why is the payer's business alone: a balance or a limit may be in it."""
    await explain(turn, refusal)
    return line(turn, turn.t("That did not work, and no money moved. I told you why in our private chat."))


async def explain(turn: Turn, refusal: WalletError, *, asked: bool = False) -> None:
    """Say in their private chat why it did not work. `asked`: as for `refusals.sentence`."""
    try:
        private = Face(refusals.sentence(turn.speaker, refusal, asked=asked))
        await messages.send(turn.context.bot, turn.user.id, private)
    except RetryAfter:  # they are told, only later
        raise
    except TelegramError as error:
        log.info("a refusal was not told in private: %s", type(error).__name__)


def line(turn: Turn, text: str) -> Face:
    """One line for others to see, with the way to the private chat."""
    label = turn.speaker.label("Open our chat")
    way = InlineKeyboardButton(label, url=f"https://t.me/{turn.context.bot.username}")
    name = turn.t("{name}", name=own_name(turn.user.full_name))
    return Face(f"{name}: {text}", InlineKeyboardMarkup([[way]]))


async def refuse(turn: Turn, refusal: WalletError) -> None:
    """Say that it did not work, and in private why."""
    await say(turn, await refused(turn, refusal))


async def answer(turn: Turn, text: str) -> None:
    """Write one line into the group, with the way to the private chat."""
    await say(turn, line(turn, text))


async def say(turn: Turn, face: Face) -> None:
    """Write it into the group."""
    await messages.send(turn.context.bot, turn.chat_id, face, topic=turn.topic)
