"""The wallet's verbs for its operator: every act is recorded with who and why. A part of `Wallet`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wallet import acts, parties, receipts, reconcile
from wallet.orders import deposit_order, refund_order, reversal_order, withdrawal_order

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.database import Database
    from wallet.group_commit import GroupCommit
    from wallet.limits import Limits
    from wallet.money import Currency, Money
    from wallet.orders import Order
    from wallet.settings import WalletSettings
    from wallet.values import AdministrativeAct, Receipt, Reconciliation


class AdministrationVerbs:
    """Money in and out against bank clearing, what is given back or undone, who is let in, and the proofs.

    Every verb that takes who acts and why: BadReason, before it looks at anything.
    """

    currency: Currency
    limits: Limits
    _settings: WalletSettings
    _database: Database
    _clock: Callable[[], datetime]
    _postings: GroupCommit[Order, Receipt]

    async def deposit(self, party_id: UUID, amount: Money, *, key: UUID, by: str, reason: str) -> Receipt:
        """Credit money that reached the operator's bank, against bank clearing; the party is told.

        PartyUnknown, PartyFrozen, PartyPending, PartyInvited, AmountOutOfRange, WrongCurrency, KeyConflict.
        """
        act = acts.Act(by, reason)
        account = await self._database.read(lambda conn: parties.account_of(conn, party_id))
        return await self._postings.submit(deposit_order(account, amount, self.currency, key, act))

    async def withdraw(self, party_id: UUID, amount: Money, *, key: UUID, by: str, reason: str) -> Receipt:
        """Debit money that the operator pays out, against bank clearing. As `deposit`, and InsufficientFunds."""
        act = acts.Act(by, reason)
        account = await self._database.read(lambda conn: parties.account_of(conn, party_id))
        return await self._postings.submit(withdrawal_order(account, amount, self.currency, key, act))

    async def refund(
        self, payment_id: UUID, amount: Money | None = None, *, key: UUID, by: str, reason: str
    ) -> Receipt:
        """Give back a payment, whole or in part, with the fee pro rata; both sides are told.

        The receipt is the one of the party that returns the money.
        PaymentUnknown, NotRefundable, AmountOutOfRange, WrongCurrency, InsufficientFunds, PartyFrozen, KeyConflict.
        """
        act = acts.Act(by, reason)
        original = await self._database.read(lambda conn: receipts.original(conn, payment_id))
        return await self._postings.submit(refund_order(original, amount, self.currency, key, act))

    async def reverse(self, payment_id: UUID, *, key: UUID, by: str, reason: str) -> Receipt:
        """Undo a mistake of ours: every transfer of a payment, deposit or withdrawal, the other way round, once.

        PaymentUnknown, NotReversible, InsufficientFunds, KeyConflict.
        """
        act = acts.Act(by, reason)
        original = await self._database.read(lambda conn: receipts.original(conn, payment_id))
        return await self._postings.submit(reversal_order(original, key, act))

    async def freeze(self, party_id: UUID, *, by: str, reason: str) -> None:
        """From now on nothing leaves or reaches this party's account, except by `reverse`; they are told.

        What they had set aside comes back to it all the same: it is their own money. Freezing twice changes nothing.

        PartyUnknown; PartyPending for a business not yet approved, PartyInvited for somebody without a wallet: their
        accounts do not move anyway.
        """
        act = acts.Act(by, reason)
        await self._database.transaction(lambda conn: parties.freeze(conn, party_id, act, self._clock()))

    async def unfreeze(self, party_id: UUID, *, by: str, reason: str) -> None:
        """Undo a freeze; they are told. PartyUnknown."""
        act = acts.Act(by, reason)
        await self._database.transaction(lambda conn: parties.unfreeze(conn, party_id, act, self._clock()))

    async def approve_business(self, business_id: UUID, *, by: str, reason: str) -> None:
        """Open a pending business; its owner is told. Approving twice changes nothing. PartyUnknown."""
        act = acts.Act(by, reason)
        await self._database.transaction(lambda conn: parties.approve(conn, business_id, act, self._clock()))

    async def acts(self, limit: int = 50) -> tuple[AdministrativeAct, ...]:
        """The newest administrative acts, newest first."""
        return await self._database.read(lambda conn: acts.newest(conn, limit))

    async def reconcile(self, *, quick: bool = False) -> Reconciliation:
        """Prove the books in one consistent, read-only snapshot. Repairs nothing.

        `quick`: only the totals, and where every account stands.
        """

        async def prove(conn: AsyncConnection) -> Reconciliation:
            if quick:
                return await reconcile.prove_quickly(conn, self.currency, self._clock())
            return await reconcile.prove(conn, self.currency, self._settings.tariff, self.limits, self._clock())

        return await self._database.snapshot(prove, at_leisure=True)
