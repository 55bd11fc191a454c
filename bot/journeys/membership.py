"""Blocked, or let in again; brought into a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ChatMember

from bot.journeys import group

if TYPE_CHECKING:
    from bot.turn import Turn


async def changed(turn: Turn) -> None:
    """Note whether we may write to this person; what waited for them is told once we may."""
    change = turn.update.my_chat_member
    if change is not None and change.chat.type in {"group", "supergroup"}:
        await group.joined(turn)
        return
    if change is None or change.chat.type != "private" or turn.known is None:
        return
    reachable = change.new_chat_member.status == ChatMember.MEMBER
    await turn.context.people.set_reachable(turn.user.id, reachable=reachable)
    if reachable:
        await turn.context.wallet.unpark_notices(turn.person.party_id)
        turn.context.courier_wake()
