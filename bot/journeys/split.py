"""Splitting a cost in a group: who is in presses so, everybody is asked at once, and each pays with their own PIN.

`/split 90 dinner`, or with the people named and perhaps their parts (`bot/split_phrases.py`). There is one board, which
everybody sees; only who started the split asks, reminds and forgives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import misread, payees, places, split_phrases, split_words
from bot.amounts import NotAnAmount
from bot.identity import group_key
from bot.intents import UserId, Username
from bot.journeys import answer, boards, claim, group, group_requests, instruction, requested
from bot.journeys.request import as_asker
from bot.names import clean
from wallet import (
    Money,
    Part,
    ReminderTooSoon,
    SplitClosed,
    SplitEmpty,
    SplitFull,
    SplitTooSmall,
    WalletError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from bot.conversation import Card
    from bot.split_phrases import Member
    from bot.turn import Turn
    from wallet import Request, Split

_AT_ONCE: Final = 3
"""So many boards are brought back at most."""


async def in_private(turn: Turn) -> None:
    """Say where this is done, and how."""
    await turn.say(
        turn.t(
            "Splits are for groups. Add me to one, and write there:\n"
            "/split 90 dinner – whoever is in presses so\n"
            "/split 90 dinner @ben @chai – these and you\n"
            "/split 90 dinner @ben x2 @chai – by shares\n"
            "/split 90 dinner @ben €20 @chai €30 – by amounts, the rest is yours\n"
            "/settle – settle up with the fewest payments"
        )
    )


async def instructed(turn: Turn) -> None:
    """Start what is written, or bring the open splits back where nothing is."""
    if turn.known is None:
        await group.answer(turn, turn.t("You have no wallet yet, so nothing was split. Open one, then write it again."))
        return
    words, mentions = instruction.words_of(turn)
    if not words.strip():
        await _bring_back(turn)
        return
    currency = turn.context.wallet.currency
    asked = split_phrases.read(words, mentions=mentions, code=currency.code, exponent=currency.exponent)
    if not isinstance(asked, split_phrases.Split):
        await group.answer(turn, _question(turn, asked))
        return
    try:
        split = await _started(turn, asked)
    except WalletError as refusal:
        await group.refuse(turn, refusal)
        return
    if split is not None:
        await boards.show_split(turn, split)
        turn.context.courier_wake()


async def join(turn: Turn) -> None:
    """Be in, if whoever paid takes this person's money."""
    card = await _pressed(turn)
    if card is None or card.quote_id is None or not await _has_wallet(turn):
        return
    split = await turn.context.wallet.split(card.quote_id)
    if split.starter.id != turn.person.party_id:
        try:
            await payees.ensure_accepted(turn.context, turn.person, split.starter.id)
        except WalletError:
            name = clean(split.starter.name)
            await turn.toast(turn.speaker.label("{name} accepts no payments from you.", name=name), alert=True)
            return
    await _change(turn, card, turn.context.wallet.join_split, turn.speaker.label("You are in."))


async def leave(turn: Turn) -> None:
    """Be out again."""
    card = await _pressed(turn)
    if card is not None and await _has_wallet(turn):
        await _change(turn, card, turn.context.wallet.leave_split, turn.speaker.label("You are out."))


async def ask(turn: Turn) -> None:
    """Fix the shares and ask everybody for theirs."""
    card = await _own(turn)
    if card is not None:
        await _change(turn, card, turn.context.wallet.ask_split, turn.speaker.label("Everybody is asked."))
        turn.context.courier_wake()


async def close(turn: Turn) -> None:
    """Forgive what is open, or call it off."""
    card = await _own(turn)
    if card is not None:
        await _change(turn, card, turn.context.wallet.close_split, turn.speaker.label("This split is over."))
        turn.context.courier_wake()


async def remind(turn: Turn) -> None:
    """Tell those who have not paid, each once a day at most."""
    card = await _own(turn)
    if card is None or card.quote_id is None:
        return
    try:
        reminded = await turn.context.wallet.remind_split(card.quote_id, turn.person.party_id)
    except ReminderTooSoon as refusal:
        await turn.toast(
            turn.speaker.label("They heard of it less than a day ago. From {time} on.", time=refusal.opens_at),
            alert=True,
        )
        return
    except SplitEmpty:
        await turn.toast(turn.speaker.label("Those left have no wallet yet: ask them to open one."), alert=True)
        return
    except SplitClosed:
        await turn.toast(turn.speaker.label("Nobody is left to remind."))
        await boards.update(turn.context, card)
        return
    turn.context.courier_wake()
    await turn.toast(turn.speaker.label("Reminded: {count}", count=len(reminded)))


async def pay(turn: Turn) -> None:
    """Bring whoever presses the card that pays their own share, where only they see it."""
    card = await _pressed(turn)
    if card is None or card.quote_id is None or not await _has_wallet(turn):
        return
    split = await turn.context.wallet.split(card.quote_id)
    shares = [split.share_of(party_id) for party_id in await claim.names_of(turn)]
    share = next(filter(None, shares), None)
    if share is None:
        await turn.toast(turn.speaker.label("You have no share in this."))
    elif share.request is None:
        await turn.toast(turn.speaker.label("Your own share needs no payment."))
    else:
        await group_requests.bring(turn, await _theirs(turn, share.request), in_place=False)


async def _theirs(turn: Turn, asked: Request) -> Request:
    """The request, which is theirs from now on where they were named by a username that we had not seen yet."""
    if asked.payer.id == turn.person.party_id:
        return asked
    asked = await answer.claimed(turn, asked)
    await requested.follow(turn.context, asked.id)
    return asked


async def _started(turn: Turn, asked: split_phrases.Split) -> Split | None:
    """The split; None where somebody is not to be made out. WalletError."""
    if _is_named_twice(turn, asked):
        await group.answer(turn, split_words.question(turn.speaker, split_phrases.Unsplit("twice")))
        return None
    parts = []
    for member in asked.members:
        party_id = await instruction.named(turn, member.payee)
        if party_id is None:
            unsure = turn.t("I do not know for certain whom you mean, so nobody was asked. They can press “I’m in”.")
            await group.answer(turn, unsure)
            return None
        await instruction.ensure_may_ask(turn, party_id)
        parts.append(_part(turn, asked.way, member, party_id))
    if len({part.party_id for part in parts}) < len(parts):  # by two names of one wallet
        await group.answer(turn, split_words.question(turn.speaker, split_phrases.Unsplit("twice")))
        return None
    with as_asker():
        return await turn.context.wallet.start_split(
            turn.person.party_id,
            group_key(turn.chat_id),
            Money(asked.total, turn.context.wallet.currency),
            note=asked.note,
            way=asked.way,
            parts=parts,
            key=turn.key,
        )


def _is_named_twice(turn: Turn, asked: split_phrases.Split) -> bool:
    """Whether a username is that of somebody who is also mentioned; without a wallet they would be two to us."""
    named = {member.payee for member in asked.members}
    mentioned = [entity.user for entity in (turn.message.entities if turn.message else ()) if entity.user is not None]
    usernames = {user.username.lower() for user in mentioned if user.username and UserId(user.id) in named}
    return any(Username(name) in named for name in usernames)


def _part(turn: Turn, way: split_phrases.Way, member: Member, party_id: UUID) -> Part:
    if way == "amounts":
        return Part(party_id, amount=Money(member.part, turn.context.wallet.currency))
    return Part(party_id, weight=member.part)


async def _bring_back(turn: Turn) -> None:
    """Show the boards that are still of use, the newest last."""
    found = await turn.context.wallet.open_splits(group_key(turn.chat_id))
    for split in found[-_AT_ONCE:]:
        await boards.bring_back(turn, split, boards.SPLIT)
    if not found:
        await group.answer(
            turn, turn.t("Nothing is being split here. Write “/split 90 dinner”, and whoever is in presses so.")
        )


async def _change(turn: Turn, card: Card, verb: Callable[[UUID, UUID], Awaitable[Split]], done: str) -> None:
    """Do this to the split in this person's name; the board shows what came of it, or how it stands anyway."""
    if card.quote_id is None:
        raise LookupError("a board of nothing")
    try:
        with as_asker():
            await verb(card.quote_id, turn.person.party_id)
    except (SplitClosed, SplitEmpty, SplitFull, SplitTooSmall) as refusal:
        await turn.toast(split_words.why(turn.speaker, refusal), alert=True)
    except WalletError as refusal:
        await turn.toast(turn.speaker.label("That did not work, and no money moved. I told you why in private."))
        await group.explain(turn, refusal)
    else:
        await turn.toast(done)
    await boards.update(turn.context, card)


def _question(turn: Turn, unsure: split_phrases.Unsplit | NotAnAmount) -> str:
    if isinstance(unsure, NotAnAmount):
        return misread.amount(turn.speaker, unsure, turn.context.wallet.currency, turn.t("Nothing was split."))
    return split_words.question(turn.speaker, unsure)


async def _has_wallet(turn: Turn) -> bool:
    """Whether this person has one; whoever has none is told the way."""
    if turn.known is None:
        await turn.toast(
            turn.speaker.label("You have no wallet yet. Open our private chat and press Start, then press again."),
            alert=True,
        )
    return turn.known is not None


async def _own(turn: Turn) -> Card | None:
    """The board whose button was pressed by who started the split."""
    card = await _pressed(turn)
    if card is not None and (turn.known is None or card.user_id != turn.user.id):
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    return card


async def _pressed(turn: Turn) -> Card | None:
    return await pressed_board(turn, boards.SPLIT)


async def pressed_board(turn: Turn, kind: str) -> Card | None:
    """The board of this kind whose button was pressed, where it was shown; it is for everybody there."""
    card = await turn.context.cards.linked(turn.pressed[1])
    if card is None or card.kind != kind or card.chat_id != turn.chat_id:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    return await places.pressed(turn.context, card, turn.message, boards.update)
