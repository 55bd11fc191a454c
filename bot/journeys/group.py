"""Paying in a group: one card that everybody sees, while all that is private happens in the payer's own chat.

`/pay 5 lunch` as a reply, `/pay @ben 5 lunch`, or the bot's name and then the words. The public card stands for the
quote; the private one, with fee, balance and doubts, takes the PIN; what becomes of the payment is edited into both.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.constants import MessageEntityType
from telegram.error import Forbidden, TelegramError

from bot import intents, messages, payees, phrases, refusals
from bot.amounts import Amount
from bot.journeys import expiry, pay, public
from bot.messages import Face
from bot.names import clean
from wallet import Money, WalletError

if TYPE_CHECKING:
    from telegram import User

    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Quote

log = logging.getLogger(__name__)

_TARGET: Final = "X"
"""Stands for whoever a reply answers, in the words that are read."""


async def instructed(turn: Turn) -> None:
    """Answer an instruction to pay, written in a group: one card, or one line that says what is missing."""
    if turn.known is None:
        await _answer(turn, turn.t("You have no wallet yet, so nothing was paid. Open one, then write it again."))
        return
    intent = _intent(turn)
    if not isinstance(intent, intents.Pay) or not isinstance(intent.amount, Amount):
        await _answer(
            turn,
            turn.t(
                "That is not a whole payment, so nothing was paid. Answer somebody’s message with “/pay 5 lunch”, or "
                "write “/pay @name 5 lunch”."
            ),
        )
        return
    try:
        quote = await _quoted(turn, intent, intent.amount)
    except WalletError as refusal:
        await _refuse(turn, refusal)
        return
    if quote is None:
        await _answer(
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


async def elsewhere(turn: Turn) -> None:
    """Answer a command that is nobody else's business."""
    await _answer(turn, turn.t("I answer that in our private chat only."))


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


def _intent(turn: Turn) -> intents.Intent:
    """What the words ask for; a reply says whom, unless the words do."""
    message = turn.message
    if message is None:
        return intents.NoIntent()
    words, mentions = _words(turn, message)
    spoken = _read(turn, "/pay ", words, mentions)
    target = _target(message)
    if target is None or isinstance(getattr(spoken, "payee", None), intents.Username | intents.UserId):
        return spoken
    whom = intents.Mention(len("/pay "), len(_TARGET), target.id)
    return _read(turn, f"/pay {_TARGET} ", words, mentions, whom)


def _read(
    turn: Turn, start: str, words: str, mentions: list[intents.Mention], *more: intents.Mention
) -> intents.Intent:
    """Read words as if they had been written after `start`."""
    moved = [replace(mention, offset=mention.offset + len(start)) for mention in mentions]
    currency = turn.context.wallet.currency
    return phrases.read(start + words, mentions=[*more, *moved], code=currency.code, exponent=currency.exponent)


def _words(turn: Turn, message: Message) -> tuple[str, list[intents.Mention]]:
    """The message after the command or the bot's name, with the people mentioned there."""
    text = message.text or ""
    name = f"@{turn.context.bot.username}"
    head, _, _ = text.partition(" ")
    start = len(head) + 1 if head.startswith("/") or head.lower() == name.lower() else 0
    units = len(text[:start].encode("utf-16-le")) // 2
    mentions = [
        intents.Mention(entity.offset - units, entity.length, entity.user.id)
        for entity in message.entities
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user is not None and entity.offset >= units
    ]
    return text[start:], mentions


def _target(message: Message) -> User | None:
    """Who wrote the message that this one answers; None for a bot, a channel or an anonymous administrator."""
    answered = message.reply_to_message
    if answered is None or answered.sender_chat is not None or answered.from_user is None or answered.from_user.is_bot:
        return None
    return answered.from_user


async def _quoted(turn: Turn, intent: intents.Pay, amount: Amount) -> Quote | None:
    """The quote; None if it is not certain who is to be paid. WalletError, also where they take nothing from them."""
    found = await payees.find_or_invite(turn.context, turn.person, intent.payee, _called(turn, intent.payee))
    if len(found) != 1:
        return None
    await payees.ensure_accepted(turn.context, turn.person, found[0])
    money = Money(amount.minor, turn.context.wallet.currency)
    return await turn.context.wallet.quote(turn.person.party_id, found[0], money, note=intent.note, key=turn.key)


def _called(turn: Turn, payee: intents.Payee) -> str:
    """What the group calls somebody: as Telegram names them in this message."""
    message = turn.message
    target = _target(message) if message else None
    named = [target, *(entity.user for entity in (message.entities if message else ()))]
    match payee:
        case intents.UserId(user_id):
            return next((clean(user.full_name) for user in named if user is not None and user.id == user_id), "")
        case intents.Username(username):
            return f"@{username}"
        case intents.Name(name):
            return clean(name)


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


async def _refuse(turn: Turn, refusal: WalletError) -> None:
    """Why is the payer's business alone: a balance or a limit may be in it."""
    try:
        private = Face(refusals.sentence(turn.speaker, refusal))
        await messages.send(turn.context.bot, turn.user.id, private)
    except TelegramError as error:
        log.info("a refusal was not told in private: %s", type(error).__name__)
    await _answer(turn, turn.t("That did not work, and no money moved. I told you why in our private chat."))


async def _answer(turn: Turn, text: str) -> None:
    """One line in the group, with the way to the private chat."""
    label = turn.speaker.label("Open our chat")
    way = InlineKeyboardButton(label, url=f"https://t.me/{turn.context.bot.username}")
    await turn.say(f"{clean(turn.user.full_name)}: {text}", InlineKeyboardMarkup([[way]]))
