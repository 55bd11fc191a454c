"""The wallet's verbs for people who have no wallet yet, and for money set aside for them. A part of `Wallet`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wallet import holds, parties
from wallet.errors import HoldClosed, HoldUnknown, PartyUnknown, SelfPayment
from wallet.orders import capture_order, release_order
from wallet.values import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from wallet.accounts import PartyAccount
    from wallet.database import Database
    from wallet.group_commit import GroupCommit
    from wallet.money import Currency
    from wallet.orders import Order
    from wallet.values import Hold, Party, ReleaseReason


class HoldVerbs:
    """A hold is placed by confirming a quote to an invited person. It ends once: captured, or released to its payer."""

    currency: Currency
    _database: Database
    _clock: Callable[[], datetime]
    _postings: GroupCommit[Order, Receipt]

    async def invite(self, name: str, *, key: UUID) -> Party:
        """Someone to be paid who has no wallet yet, or whoever this key named before, whatever their status is by now.

        `open_person` with the same key opens their wallet, under the name given there. BadName, KeyConflict.
        """
        return await self._database.transaction(
            lambda conn: parties.invite(conn, key=key, name=name, currency=self.currency, at=self._clock())
        )

    async def named_by(self, key: UUID) -> Party | None:
        """Whoever was invited or opened with this key, as they stand now; None if nobody was yet."""
        return await self._database.read(lambda conn: parties.named_by(conn, key))

    async def hold(self, hold_id: UUID) -> Hold:
        """Money that was set aside, and what became of it. HoldUnknown."""
        return (await self._stored_hold(hold_id)).hold

    async def open_holds_of(self, payer_id: UUID) -> tuple[Hold, ...]:
        """What this person has set aside, oldest first."""
        return await self._database.read(lambda conn: holds.open_of(conn, payer_id, self.currency))

    async def open_holds_for(self, payee_id: UUID) -> tuple[Hold, ...]:
        """What is set aside for this person, invited or open by now; oldest first."""
        return await self._database.read(lambda conn: holds.open_for(conn, payee_id, self.currency))

    async def open_holds(self, limit: int = 50) -> tuple[Hold, ...]:
        """What is set aside by anybody, those that end first come first; for an operator's eye."""
        return await self._database.read(lambda conn: holds.open_by_end(conn, limit, self.currency))

    async def capture(self, hold_id: UUID, payee_id: UUID) -> Receipt:
        """Give the money to whoever may claim it, which is the front's to decide. Their receipt; asked again, the same.

        HoldUnknown; HoldClosed, also where its time is over; PartyFrozen for either side; PartyInvited, PartyUnknown
        also for a business; SelfPayment.
        """
        held = await self._stored_hold(hold_id)
        payee = await self._claimant(held.hold, payee_id)
        return await self._postings.submit(capture_order(held, payee, self.currency))

    async def cancel_hold(self, hold_id: UUID, payer_id: UUID) -> Receipt:
        """The payer takes the money back. Their receipt; asked again, the same. HoldUnknown, HoldClosed."""
        held = await self._stored_hold(hold_id)
        if held.hold.payer.id != payer_id:
            raise HoldUnknown
        return await self._release(held, "cancelled")

    async def refuse_hold(self, hold_id: UUID, payee_id: UUID) -> Receipt:
        """Somebody who may claim the money (the front's to decide) does not want it. Asked again, the same.

        The receipt is the payer's, with the payer's balance: not for the payee to see.
        HoldUnknown, HoldClosed, SelfPayment, PartyUnknown also for a business.
        """
        held = await self._stored_hold(hold_id)
        await self._claimant(held.hold, payee_id)
        return await self._release(held, "refused")

    async def expire_holds(self, limit: int = 50) -> int:
        """Release what is past its time, the oldest first; how many were released."""
        overdue = await self._database.read(lambda conn: holds.overdue(conn, limit, self._clock(), self.currency))
        outcomes = await asyncio.gather(*(self._release(held, "expired") for held in overdue), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, HoldClosed):  # it ended otherwise
                raise outcome
        return sum(isinstance(outcome, Receipt) for outcome in outcomes)

    async def holds_to_remind(self, limit: int = 50) -> tuple[Hold, ...]:
        """Take open holds of which half the time is over, each once: they are marked as reminded of."""
        at = self._clock()
        return await self._database.transaction(lambda conn: holds.take_to_remind(conn, limit, at, self.currency))

    async def _stored_hold(self, hold_id: UUID) -> holds.StoredHold:
        return await self._database.read(lambda conn: holds.find(conn, hold_id, self.currency))

    async def _claimant(self, hold: Hold, payee_id: UUID) -> PartyAccount:
        payee = await self._database.read(lambda conn: parties.account_of(conn, payee_id))
        if payee.party.kind != "person":
            raise PartyUnknown
        if payee.party.id == hold.payer.id:
            raise SelfPayment
        return payee

    async def _release(self, held: holds.StoredHold, reason: ReleaseReason) -> Receipt:
        return await self._postings.submit(release_order(held, reason, self.currency))
