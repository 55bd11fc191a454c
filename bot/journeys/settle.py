"""Settling up in a group: the fewest payments that even out its open shares, once everybody concerned agrees.

`/settle` proposes them on one board. Each who owes or is owed agrees by a press, because their claims are moved: who
owed Ben may owe Chai afterwards. Then the payments are requests like any other, each paid with its payer's PIN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import refusals
from bot.identity import group_key
from bot.journeys import boards, group, group_requests, requested, split
from wallet import NettingClosed, NettingTooLarge, NettingUnknown, NothingToNet, PartyFrozen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from bot.turn import Turn
    from wallet import Netting


async def proposed(turn: Turn) -> None:
    """Propose it, or bring back the proposal that stands, or say why there is nothing to propose."""
    if turn.known is None:
        await group.answer(
            turn, turn.t("You have no wallet yet, so nothing was changed. Open one, then write it again.")
        )
        return
    try:
        netting = await turn.context.wallet.propose_netting(group_key(turn.chat_id), turn.person.party_id, key=turn.key)
    except NothingToNet as refusal:
        await group.answer(turn, _nothing(turn, refusal))
        return
    except NettingTooLarge as refusal:
        await group.answer(turn, refusals.sentence(turn.speaker, refusal))
        return
    stood_already = netting.id != turn.key
    if not (stood_already and await boards.bring_back(turn, netting, boards.NETTING)):
        await boards.show_netting(turn, netting)


async def agree(turn: Turn) -> None:
    """Let one's claims and debts be replaced; with the last word of all, they are."""
    netting = await _said(turn, turn.context.wallet.agree_to_netting, turn.speaker.label("You agree."))
    if netting is not None and netting.state == "agreed":
        turn.context.courier_wake()
        await requested.follow(turn.context, *(claim.id for claim in netting.claims))


async def refuse(turn: Turn) -> None:
    """Leave all shares as they are."""
    await _said(turn, turn.context.wallet.refuse_netting, turn.speaker.label("All shares stay as they are."))


async def pay(turn: Turn) -> None:
    """Bring whoever presses the card that pays the first of their payments that is open."""
    card = await split.pressed_board(turn, boards.NETTING)
    if card is None or card.quote_id is None:
        return
    netting = await turn.context.wallet.netting(card.quote_id)
    own = [due.request for due in netting.payments if turn.known and due.payer.id == turn.person.party_id]
    waiting = next((asked for asked in own if asked is not None and asked.state == "open"), None)
    if waiting is not None:
        await group_requests.bring(turn, waiting, in_place=False)
    elif own:
        await turn.toast(turn.speaker.label("You have nothing left to pay here."))
    else:
        await turn.toast(turn.speaker.label("This button is not for you."))


async def _said(turn: Turn, verb: Callable[[UUID, UUID], Awaitable[Netting]], done: str) -> Netting | None:
    """Take this person's word; the board shows what came of it. None where it was not theirs to give."""
    card = await split.pressed_board(turn, boards.NETTING)
    if card is None or card.quote_id is None:
        return None
    if turn.known is None:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    netting = None
    try:
        netting = await verb(card.quote_id, turn.person.party_id)
    except NettingUnknown:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    except NettingClosed:
        await turn.toast(turn.speaker.label("This proposal is over."))
    except PartyFrozen as refusal:
        await turn.toast(turn.speaker.label("That did not work, and no money moved. I told you why in private."))
        await group.explain(turn, refusal)
    else:
        await turn.toast(done)
    await boards.update(turn.context, card)
    return netting


def _nothing(turn: Turn, refusal: NothingToNet) -> str:
    if not refusal.open:
        return turn.t("No share is open here that could be moved, so nothing was changed. /split shows what is split.")
    return turn.t(
        "It cannot be done with fewer payments, so nothing was changed. /requests lists what is yours to pay."
    )
