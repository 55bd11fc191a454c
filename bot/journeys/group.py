"""Paying in a group: one card that everybody sees, while all that is private happens in the payer's own chat.

`/pay 5 lunch` as a reply, `/pay @ben 5 lunch`, or the bot's name and then the words. The public card stands for the
quote; the private one, with fee, balance and doubts, takes the PIN; what becomes of the payment is edited into both.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, TelegramError

from bot import intents, messages, refusals
from bot.amounts import Amount
from bot.identity import group_key
from bot.journeys import expiry, instruction, pay, public
from bot.messages import Face
from bot.names import clean
from wallet import WalletError

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Quote

log = logging.getLogger(__name__)


async def instructed(turn: Turn) -> None:
    """Answer an instruction to pay, written in a group: one card, or one line that says what is missing."""
    if turn.known is None:
        await answer(turn, turn.t("You have no wallet yet, so nothing was paid. Open one, then write it again."))
        return
    intent = instruction.intent_of(turn)
    if not isinstance(intent, intents.Pay) or not isinstance(intent.amount, Amount):
        await answer(
            turn,
            turn.t(
                "That is not a whole payment, so nothing was paid. Answer somebody’s message with “/pay 5 lunch”, or "
                "write “/pay @name 5 lunch”."
            ),
        )
        return
    try:
        quote = await instruction.quoted(turn, intent, intent.amount)
    except WalletError as refusal:
        await refuse(turn, refusal)
        return
    if quote is None:
        await answer(
            turn, turn.t("I do not know for certain whom you mean, so nothing was paid. Answer a message of theirs.")
        )
        return
    await _show(turn, quote)


async def confirm(turn: Turn) -> None:
    """Bring the payer the card with all that the PIN confirms, in the chat that only they see."""
    card = await _pressed(turn)
    if card is None or card.quote_id is None:
        return
    quote = await turn.context.wallet.find_quote(card.quote_id, turn.person.party_id)
    try:
        await pay.show(replace(turn, chat_id=turn.user.id), quote)
    except Forbidden:
        await turn.context.people.set_reachable(turn.user.id, reachable=False)
        await turn.toast(
            turn.speaker.label("I may not write to you. Start our private chat, then press again."), alert=True
        )
        return
    await turn.toast(turn.speaker.label("Give your PIN in our private chat."))
    await public.follow(turn.context, quote.id)


async def cancel(turn: Turn) -> None:
    """Close the payment, unless it went through already; both cards say which."""
    card = await _pressed(turn)
    if card is None or card.quote_id is None:
        return
    await turn.toast()
    own = await turn.context.cards.of_quote(card.quote_id, turn.user.id)
    await pay.close_quote(turn, card.quote_id)
    if own is not None:
        await pay.show_card(replace(turn, chat_id=turn.user.id), own)
    await public.follow(turn.context, card.quote_id)


async def migrated(turn: Turn) -> None:
    """The group is a supergroup from now on, with another id: its cards go along."""
    message = turn.message
    if message is not None and message.migrate_to_chat_id is not None:
        await turn.context.cards.moved(message.chat_id, message.migrate_to_chat_id)
        await turn.context.wallet.move_group(group_key(message.chat_id), group_key(message.migrate_to_chat_id))


async def elsewhere(turn: Turn) -> None:
    """Answer a command that is nobody else's business."""
    await answer(turn, turn.t("I answer that in our private chat only."))


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
        face = await public.face(turn.context, turn.speaker, card, quote)
        await cards.sent(card, await messages.send(turn.context.bot, turn.chat_id, face))


async def _pressed(turn: Turn) -> Card | None:
    """The card whose button was pressed, if it is this person's; anybody else is told politely."""
    query = turn.update.callback_query
    card = await turn.context.cards.linked(turn.pressed[1])
    if query is None or card is None or card.user_id != turn.user.id or card.kind != public.PAYMENT:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    if query.inline_message_id is None and card.chat_id != turn.chat_id:
        await turn.toast(turn.speaker.label("This button does nothing any more."))
        return None
    if query.inline_message_id is None and card.message_id is None and turn.message is not None:
        card = await turn.context.cards.sent(card, turn.message.message_id)  # a crash came before we noted it
    return card


async def refuse(turn: Turn, refusal: WalletError) -> None:
    """Say that it did not work, and why in private."""
    await explain(turn, refusal)
    await answer(turn, turn.t("That did not work, and no money moved. I told you why in our private chat."))


async def explain(turn: Turn, refusal: WalletError) -> None:
    """Why is the person's business alone: a balance or a limit may be in it."""
    try:
        private = Face(refusals.sentence(turn.speaker, refusal))
        await messages.send(turn.context.bot, turn.user.id, private)
    except TelegramError as error:
        log.info("a refusal was not told in private: %s", type(error).__name__)


async def answer(turn: Turn, text: str) -> None:
    """One line in the group, with the way to the private chat."""
    label = turn.speaker.label("Open our chat")
    way = InlineKeyboardButton(label, url=f"https://t.me/{turn.context.bot.username}")
    await turn.say(f"{clean(turn.user.full_name)}: {text}", InlineKeyboardMarkup([[way]]))
