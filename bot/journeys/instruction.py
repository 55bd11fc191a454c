"""What a message in a chat of several people asks for: its words, the people it mentions, the message it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden

from bot import intents, payees, phrases
from bot.messages import utf16_length
from bot.names import clean, own_name
from wallet import Money

if TYPE_CHECKING:
    from uuid import UUID

    from telegram import Message, User

    from bot.amounts import Amount
    from bot.turn import Turn
    from wallet import Quote

_OUTSIDE: Final = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


def intent_of(turn: Turn, command: str = "/pay") -> intents.Intent:
    """What the words after this command ask for; a reply says whom, unless the words do."""
    if turn.message is None:
        return intents.NoIntent()
    words, mentions = words_of(turn)
    currency, answered = turn.context.wallet.currency, _target(turn.message)
    return phrases.read(
        words,
        mentions=mentions,
        code=currency.code,
        exponent=currency.exponent,
        after=f"{command} ",
        known=intents.UserId(answered.id) if answered else None,
        in_group=True,
    )


def words_of(turn: Turn) -> tuple[str, list[intents.Mention]]:
    """The message after the command or the bot's name, with the people mentioned there."""
    text = turn.text
    name = f"@{turn.context.bot.username}"
    head, *_ = text.split(maxsplit=1) or [""]
    start = len(head) + 1 if head.startswith("/") or head.lower() == name.lower() else 0
    units = utf16_length(text[:start])
    behind = [mention for mention in turn.mentions if mention.offset >= units]
    return text[start:], [replace(mention, offset=mention.offset - units) for mention in behind]


def answers_somebody(turn: Turn) -> bool:
    """Whether the message answers one of somebody's, so that we know whom it is about."""
    return turn.message is not None and _target(turn.message) is not None


def _target(message: Message) -> User | None:
    """Who wrote the message that this one answers; None for a bot, a channel or an anonymous administrator.

    What answers nothing in a topic comes as an answer to the message that opened the topic, and means nobody.
    """
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None or answered.sender_chat is not None:
        return None
    if answered.from_user is None or answered.from_user.is_bot:
        return None
    return answered.from_user


async def quoted(turn: Turn, intent: intents.Pay, amount: Amount) -> Quote | None:
    """The quote; None if it is not certain who is to be paid. WalletError, also where they take nothing from them."""
    payee = await named(turn, intent.payee)
    if payee is None:
        return None
    await payees.ensure_accepted(turn.context, turn.person, payee)
    money = Money(amount.minor, turn.context.wallet.currency)
    return await turn.context.wallet.quote(turn.person.party_id, payee, money, note=intent.note, key=turn.key)


async def named(turn: Turn, payee: intents.Payee) -> UUID | None:
    """The party that is certainly meant; somebody without a wallet is invited. None if nobody is, or several may be."""
    found = await payees.find_or_invite(turn.context, turn.person, payee, _called(turn, payee))
    return found[0] if len(found) == 1 else None


async def ensure_may_ask(turn: Turn, party_id: UUID) -> None:
    """As `payees.ensure_may_ask`: where others see it, whoever is in this chat may be asked by strangers."""
    payer = await turn.context.people.of_party(party_id)
    is_here = payer is not None and await _is_here(turn, payer.user_id)
    await payees.ensure_may_ask(turn.context, turn.person, party_id, in_public=is_here)


async def _is_here(turn: Turn, user_id: int) -> bool:
    """Whether somebody is in this chat. Where Telegram keeps that from us, whoever wrote what is answered counts."""
    try:
        member = await turn.context.bot.get_chat_member(turn.chat_id, user_id)
    except (BadRequest, Forbidden):
        target = _target(turn.message) if turn.message else None
        return target is not None and target.id == user_id
    return member.status not in _OUTSIDE and getattr(member, "is_member", True)


def _called(turn: Turn, payee: intents.Payee) -> str:
    """What the group calls somebody: as Telegram names them in this message."""
    message = turn.message
    target = _target(message) if message else None
    named = [target, *(entity.user for entity in (message.entities if message else ()))]
    match payee:
        case intents.UserId(user_id):
            return next((own_name(user.full_name) for user in named if user is not None and user.id == user_id), "")
        case intents.Username(username):
            return f"@{username}"
        case intents.Name(name):
            return clean(name)
