"""Settlement: a batch of orders, settled in one transaction. The heart of the house, step by step:

1. lock all accounts, in the order of their ids; then the quotes and the payments that the orders concern
2. each order in turn, in memory: done already? still open? status, limits, balance → posted, or refused alone
3. one set-based write per table: payments, transfers, entries, balances, counters, notices, acts

What an order decides by is read after the locks are held, so nothing that a decision rests on can change before COMMIT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Uuid, bindparam, insert, select, update

from wallet import acts, ledger, limits, models, notices, receipts
from wallet.accounts import system_account_id
from wallet.errors import (
    KeyConflict,
    NotRefundable,
    NotReversible,
    PartyFrozen,
    PartyPending,
    QuoteClosed,
    QuoteExpired,
    QuoteUnknown,
    Side,
    WalletError,
)
from wallet.fees import round_half_even
from wallet.ids import new_id, reference
from wallet.money import Currency, Money
from wallet.values import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.accounts import Holder
    from wallet.orders import Order


@dataclass(slots=True)
class PaymentState:
    """What may change about a payment: how much of it has been given back."""

    kind: str
    request_hash: bytes
    amount: int
    refunded: int
    fee_refunded: int


@dataclass(slots=True)
class Batch:
    """One transaction's view of all that its orders concern, and what it will write."""

    page: ledger.Page
    payments: dict[UUID, PaymentState]
    quotes: dict[UUID, Row[UUID, str, datetime]]
    spent: dict[UUID, limits.Spent]
    at: datetime
    rows: list[dict[str, object]] = field(default_factory=list)
    spending: list[limits.SpendingRow] = field(default_factory=list)
    notices: list[notices.Draft] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Settles batches by the rules of one wallet."""

    currency: Currency
    limits: limits.Limits
    clock: Callable[[], datetime]

    async def settle(self, conn: AsyncConnection, orders: Sequence[Order]) -> list[Receipt | Exception]:
        """For each order its receipt or its refusal. To be run in a transaction of its own."""
        batch = await self._open(conn, orders)
        outcomes: list[Receipt | Exception] = []
        for order in orders:
            try:
                outcomes.append(await self._settle_one(conn, batch, order))
            except WalletError as refusal:
                outcomes.append(refusal)
        await _write(conn, batch)
        return outcomes

    async def _open(self, conn: AsyncConnection, orders: Sequence[Order]) -> Batch:
        account_ids = {holder.account_id for order in orders for holder in (order.debit, order.credit)}
        if any(order.fee for order in orders):
            account_ids.add(system_account_id("fee_income", self.currency))
        page = await ledger.open_page(conn, account_ids, self.currency)
        payments, quotes = await _lock_payments(conn, orders), await _lock_quotes(conn, orders)
        at = self.clock()  # under the locks, so that an account's entries follow one another in time too
        payers = {order.debit.account_id for order in orders if order.kind == "payment"}
        return Batch(
            page=page,
            payments=payments,
            quotes=quotes,
            spent=await limits.load(conn, payers, at),
            at=at,
        )

    async def _settle_one(self, conn: AsyncConnection, batch: Batch, order: Order) -> Receipt:
        if (earlier := batch.payments.get(order.key)) is not None:
            return await self._repeat(conn, batch, order, earlier)
        _require_open_quote(batch, order)
        _require_open_accounts(batch, order)
        amount, fee = _amount_and_fee(batch, order, self.currency)
        if order.kind == "payment":
            await self._require_room(conn, batch, order, amount)
        batch.page.post(self._transfers(order, amount, fee))
        return self._record(batch, order, amount, fee)

    async def _repeat(self, conn: AsyncConnection, batch: Batch, order: Order, earlier: PaymentState) -> Receipt:
        if earlier.request_hash != order.request_hash:
            raise KeyConflict(order.key)
        if order.key in batch.receipts:
            return batch.receipts[order.key]
        viewer = order.debit.party or order.credit.party
        assert viewer is not None, "one side of every order is a party"
        return await receipts.load(conn, order.key, viewer.id, self.currency)

    async def _require_room(self, conn: AsyncConnection, batch: Batch, order: Order, amount: int) -> None:
        account_id = order.debit.account_id
        asked = Money(amount, self.currency)
        await limits.require_room(conn, account_id, batch.spent[account_id], self.limits, asked)

    def _transfers(self, order: Order, amount: int, fee: int) -> list[ledger.Transfer]:
        """A payment's fee goes from the payee to fee income; a return brings it back first, so that there is enough."""
        debit, credit = order.debit.account_id, order.credit.account_id
        moves = [ledger.Transfer(new_id(), order.key, "amount", debit, credit, amount)]
        if fee:
            income = system_account_id("fee_income", self.currency)
            if order.original is None:
                moves.append(ledger.Transfer(new_id(), order.key, "fee", credit, income, fee))
            else:
                moves.insert(0, ledger.Transfer(new_id(), order.key, "fee", income, debit, fee))
        return moves

    def _record(self, batch: Batch, order: Order, amount: int, fee: int) -> Receipt:
        """Note down all that follows from a posting; nothing here can be refused any more."""
        if order.kind == "payment":
            account_id = order.debit.account_id
            batch.spending.append(batch.spent[account_id].spend(account_id, amount, batch.at))
        if order.original is not None:
            state = batch.payments[order.original.id]
            state.refunded, state.fee_refunded = state.refunded + amount, state.fee_refunded + fee
        batch.payments[order.key] = PaymentState(order.kind, order.request_hash, amount, 0, 0)
        batch.orders.append(order)
        batch.rows.append(_payment_row(order, amount, fee, self.currency, batch.at))
        told = notices.of_settled(order, batch.at)
        batch.notices.extend(told)
        receipt = self._receipt(batch, order, amount, fee, told[0].id)
        batch.receipts[order.key] = receipt
        return receipt

    def _receipt(self, batch: Batch, order: Order, amount: int, fee: int, notice_id: UUID) -> Receipt:
        viewer: Side = "payer" if order.debit.party else "payee"
        side = order.debit if viewer == "payer" else order.credit
        return Receipt(
            payment_id=order.key,
            kind=order.kind,
            reference=reference(order.key),
            payer=order.debit.party,
            payee=order.credit.party,
            amount=Money(amount, self.currency),
            fee=Money(fee, self.currency),
            note=order.note,
            settled_at=batch.at,
            viewer=viewer,
            balance_after=Money(batch.page.accounts[side.account_id].balance, self.currency),
            refunded=Money(0, self.currency),
            notice_id=notice_id,
        )


def _require_open_quote(batch: Batch, order: Order) -> None:
    if order.kind != "payment":
        return
    quote = batch.quotes.get(order.key)
    if quote is None:
        raise QuoteUnknown
    if quote.state in ("cancelled", "voided"):
        raise QuoteClosed(quote.state)
    if quote.expires_at <= batch.at:
        raise QuoteExpired(quote.expires_at)


def _require_open_accounts(batch: Batch, order: Order) -> None:
    """A reversal corrects a mistake of ours, so a freeze does not stand in its way."""
    if order.kind == "reversal":
        return
    sides: tuple[tuple[Side, Holder], ...] = (("payer", order.debit), ("payee", order.credit))
    for side, holder in sides:
        if holder.party is None:
            continue
        status = batch.page.accounts[holder.account_id].status
        if status == "frozen":
            raise PartyFrozen(side, holder.party.name)
        if status == "pending":
            raise PartyPending(side, holder.party.name)


def _amount_and_fee(batch: Batch, order: Order, currency: Currency) -> tuple[int, int]:
    """What this order moves now. A return takes at most what is left, and the fee in proportion, exact at the end."""
    if order.original is None:
        assert order.amount is not None, "only a refund may leave its amount open"
        return order.amount, order.fee
    state = batch.payments[order.original.id]
    left = state.amount - state.refunded
    amount = left if order.amount is None else order.amount
    if order.kind == "reversal" and (state.refunded or state.kind in ("refund", "reversal")):
        raise NotReversible
    if order.kind == "refund" and (state.kind != "payment" or not 1 <= amount <= left):
        raise NotRefundable(Money(left if state.kind == "payment" else 0, currency))
    fee_due = round_half_even(order.fee * (state.refunded + amount), state.amount)
    return amount, fee_due - state.fee_refunded


async def _lock_payments(conn: AsyncConnection, orders: Sequence[Order]) -> dict[UUID, PaymentState]:
    """Payments made with these keys before, and the originals of returns."""
    payment = models.Payment
    ids = {order.key for order in orders} | {order.original.id for order in orders if order.original}
    rows = await conn.execute(
        select(
            payment.id,
            payment.kind,
            payment.request_hash,
            payment.amount,
            payment.refunded,
            payment.fee_refunded,
        )
        .where(payment.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
        .order_by(payment.id)
        .with_for_update(key_share=True),
        {"ids": sorted(ids)},
    )
    return {row.id: PaymentState(*row[1:]) for row in rows}


async def _lock_quotes(conn: AsyncConnection, orders: Sequence[Order]) -> dict[UUID, Row[UUID, str, datetime]]:
    quote = models.Quote
    ids = sorted({order.key for order in orders if order.kind == "payment"})
    if not ids:
        return {}
    rows = await conn.execute(
        select(quote.id, quote.state, quote.expires_at)
        .where(quote.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
        .order_by(quote.id)
        .with_for_update(key_share=True),
        {"ids": ids},
    )
    return {row.id: row for row in rows}


def _payment_row(order: Order, amount: int, fee: int, currency: Currency, at: datetime) -> dict[str, object]:
    return {
        "id": order.key,
        "kind": order.kind,
        "request_hash": order.request_hash,
        "reference": reference(order.key),
        "debit_account_id": order.debit.account_id,
        "credit_account_id": order.credit.account_id,
        "amount": amount,
        "fee": fee,
        "currency": currency.code,
        "note": order.note,
        "quote_id": order.key if order.kind == "payment" else None,
        "original_id": order.original.id if order.original else None,
        "settled_at": at,
    }


async def _write(conn: AsyncConnection, batch: Batch) -> None:
    if not batch.rows:
        return
    await conn.execute(insert(models.Payment), batch.rows)
    await batch.page.write(conn, batch.at)
    await limits.write(conn, batch.spending)
    paid = [order.key for order in batch.orders if order.kind == "payment"]
    if paid:
        await conn.execute(
            update(models.Quote)
            .where(models.Quote.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
            .values(state="paid"),
            {"ids": paid},
        )
    for original_id in {order.original.id for order in batch.orders if order.original}:
        state = batch.payments[original_id]
        await conn.execute(
            update(models.Payment)
            .where(models.Payment.id == original_id)
            .values(refunded=state.refunded, fee_refunded=state.fee_refunded)
        )
    await notices.write(conn, batch.notices)
    for order in batch.orders:
        if order.act is not None:
            await acts.record(conn, order.act.by, order.kind, order.key, order.act.reason, batch.at)
