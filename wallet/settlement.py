"""Settlement: a batch of orders, settled in one transaction. The heart of the house, step by step:

1. lock all accounts, in the order of their ids; then the payments and requests that the orders concern
2. each order in turn, in memory: done already? still open? status, limits, balance → posted, or refused alone
3. set-based writes: rows of payments, transfers, entries, counters, notices, acts; at the end what changed: balances, …
4. a receipt for each

What an order is decided by is read after the locks are held, so nothing that a decision rests on can change before
COMMIT: in the same round trip, but each statement sees what is committed when its turn comes.

PostgreSQL and Python work side by side: one part of the batch is written while the next is being decided, and the last
part while the receipts are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from wallet import (
    acts,
    holds,
    ledger,
    limits,
    notices,
    payment_rows,
    receipts,
    requests,
    seals,
    settlement_checks,
)
from wallet.accounts import system_account_id
from wallet.batches import Statement, sending, together, uuids
from wallet.errors import KeyConflict, WalletError
from wallet.ids import new_id, reference, short_seal
from wallet.money import Currency, Money
from wallet.orders import QUOTED
from wallet.payment_rows import PaymentState, Settled
from wallet.settlement_batch import Batch, Done, Rows
from wallet.values import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.orders import Held, Order


PART = 128
"""So many orders are decided while PostgreSQL writes as many before them.

Their rows fit into what a socket holds, so PostgreSQL has all of them at hand while we decide; larger parts would stay
with us, and it would wait. A part by itself costs it half a millisecond.
"""


@dataclass(frozen=True)
class Settlement:
    """Settles batches by the rules of one wallet."""

    currency: Currency
    limits: limits.Limits
    clock: Callable[[], datetime]

    @cached_property
    def fee_income_id(self) -> UUID:
        """The account that fees go to."""
        return system_account_id("fee_income", self.currency)

    async def settle(self, conn: AsyncConnection, orders: Sequence[Order]) -> list[Receipt | Exception]:
        """For each order its receipt or its refusal. To be run in a transaction of its own."""
        batch = await self._open(conn, orders)
        outcomes: list[Done | Receipt | Exception] = []
        async with sending(conn) as send:
            for start in range(0, len(orders), PART):
                outcomes += [self._decided(batch, order) for order in orders[start : start + PART]]
                for statement in _rows(batch, self.currency):
                    await send(statement)
            for statement in _changes(batch):
                await send(statement)
            told = [self._receipt(batch, outcome) if isinstance(outcome, Done) else outcome for outcome in outcomes]
        return [
            await outcome.refusal(conn, self.limits, self.currency) if isinstance(outcome, limits.NoRoom) else outcome
            for outcome in told
        ]

    async def _open(self, conn: AsyncConnection, orders: Sequence[Order]) -> Batch:
        account_ids = {holder.account_id for order in orders for holder in order.holders}
        if any(order.fee for order in orders):
            account_ids.add(self.fee_income_id)
        payers = {order.debit.account_id for order in orders if order.kind in QUOTED}
        locked, payments, quotes, spent, *asked = await together(
            conn,
            [
                ledger.lock(account_ids, self.currency),
                payment_rows.lock(orders),
                _read_quotes(orders),
                limits.of_accounts(payers, self.clock()),  # a window that begins a moment early counts more, not less
                *_lock_requests(orders),
            ],
        )
        at = self.clock()  # under the locks, so that an account's entries follow one another in time too
        earlier = {row[0]: PaymentState(*row[1:]) for row in payments}
        return Batch(
            page=ledger.page(locked, self.currency),
            payments=earlier,
            quotes={row[0]: row[1:] for row in quotes},
            spent=limits.spent(payers, spent),
            requests={row[0]: requests.Standing(*row[1:]) for rows in asked for row in rows},
            at=at,
            sealed_at=seals.microseconds(at),
            settled=await self._receipts_of([order for order in orders if order.key in earlier], conn),
        )

    async def _receipts_of(self, repeated: Sequence[Order], conn: AsyncConnection) -> dict[UUID, Done | Receipt]:
        """The receipts of orders that were carried out before, each as its first side that is a party sees it."""
        viewers = [(order.key, (order.debit.party or order.credit.party)) for order in repeated]
        wanted = [(key, viewer.id) for key, viewer in viewers if viewer is not None]
        return {key: receipt for (key, _), receipt in (await receipts.load_many(conn, wanted, self.currency)).items()}

    def _decided(self, batch: Batch, order: Order) -> Done | Receipt | Exception:
        try:
            return self._settle_one(batch, order)
        except (WalletError, limits.NoRoom) as refusal:
            return refusal

    def _settle_one(self, batch: Batch, order: Order) -> Done | Receipt:
        if (earlier := batch.payments.get(order.key)) is not None:
            return _repeated(batch, order, earlier)
        settlement_checks.require_open_quote(batch, order)
        settlement_checks.require_open_request(batch, order)
        debit, credit = batch.page.accounts[order.debit.account_id], batch.page.accounts[order.credit.account_id]
        settlement_checks.require_open_accounts(order, batch.page)
        settlement_checks.require_open_hold(batch, order)
        amount, fee = settlement_checks.amount_and_fee(batch, order, self.currency)
        if order.kind in QUOTED:
            limits.check_room(debit.id, batch.spent[debit.id], self.limits, amount, self.currency)
        transfers = self._transfers(batch, order, debit, credit, amount, fee)
        why = seals.reason(order.key, order.kind, order.note, order.original.id if order.original else None)
        last = batch.page.post(transfers, batch.sealed_at, why)
        viewed = debit if order.debit.party else credit
        return _recorded(batch, Settled(order, amount, fee), last.seal, viewed.balance)

    def _transfers(
        self, batch: Batch, order: Order, debit: ledger.Account, credit: ledger.Account, amount: int, fee: int
    ) -> list[ledger.Transfer]:
        """A payment's fee goes from the payee to fee income; a return brings it back first, so that there is enough."""
        if not fee:
            return [ledger.Transfer(new_id(), order.key, "amount", debit, credit, amount)]
        income = batch.page.accounts[self.fee_income_id]
        if order.original is not None:
            back = ledger.Transfer(new_id(), order.key, "fee", income, debit, fee)
            return [back, ledger.Transfer(new_id(), order.key, "amount", debit, credit, amount)]
        paid = ledger.Transfer(new_id(), order.key, "amount", debit, credit, amount)
        return [paid, ledger.Transfer(new_id(), order.key, "fee", credit, income, fee)]

    def _receipt(self, batch: Batch, done: Done) -> Receipt:
        order, amount, fee = done.settled
        return Receipt(
            payment_id=order.key,
            kind=order.kind,
            reference=order.reference,
            seal=short_seal(done.seal),
            payer=order.payer,
            payee=order.payee,
            amount=Money(amount, self.currency),
            fee=Money(fee, self.currency),
            note=order.note,
            settled_at=batch.at,
            viewer="payer" if order.debit.party else "payee",
            balance_after=Money(done.balance, self.currency),
            refunded=Money(0, self.currency),
            notice_id=done.notice_id,
            reason=order.reason,
            original=reference(order.original.id) if order.original else None,
        )


def _repeated(batch: Batch, order: Order, earlier: PaymentState) -> Done | Receipt:
    if earlier.request_hash != order.request_hash:
        raise KeyConflict(order.key)
    return batch.settled[order.key]


def _recorded(batch: Batch, settled: Settled, seal: bytes, balance: int) -> Done:
    """Note down all that follows from a posting; nothing here can be refused any more."""
    order, amount, fee = settled
    state = batch.payments[order.key] = PaymentState(order.kind, order.request_hash, amount)
    if order.kind in QUOTED:
        account_id = order.debit.account_id
        batch.rows.spending.append(batch.spent[account_id].spend(account_id, amount, batch.at))
    if order.request_id is not None:
        batch.answered[order.request_id] = order.key
    if order.held is not None:
        _record_hold(batch, order, order.held, state)
    elif order.original is not None:
        original = batch.payments[order.original.id]
        original.refunded, original.fee_refunded = original.refunded + amount, original.fee_refunded + fee
        batch.returned[order.original.id] = original
    batch.rows.settled.append(settled)
    waiting = batch.page.accounts[order.held.payee.account_id] if order.held else None
    told = notices.of_settled(order, payee_is_open=waiting is not None and waiting.status == "open")
    batch.rows.notices.extend(told)
    done = batch.settled[order.key] = Done(settled, seal, balance, told[0].id)
    return done


def _record_hold(batch: Batch, order: Order, held: Held, state: PaymentState) -> None:
    payer_id = held.payer.account_id
    if held.end is None or order.original is None:
        counted_at = batch.rows.spending[-1].at
        state.hold, state.held_since = "open", counted_at
        row = holds.Placed(order.key, payer_id, held.payee.account_id, state.amount, counted_at, held.until)
        batch.rows.placed.append(row)
        return
    original = batch.payments[order.original.id]
    assert original.held_since is not None, "it was placed"
    original.hold = batch.ended[order.original.id] = held.end
    if order.kind == "release" and payer_id in batch.spent:
        batch.spent[payer_id].give_back(state.amount, original.held_since, batch.at)


def _read_quotes(orders: Sequence[Order]) -> Statement:
    return _READ_QUOTES, {"ids": uuids({order.key for order in orders if order.kind in QUOTED})}


def _lock_requests(orders: Sequence[Order]) -> list[Statement]:
    """Last of all locks, and in the order of their ids, as everybody takes them who ends requests otherwise."""
    ids = {order.request_id for order in orders if order.request_id}
    return [requests.lock(list(ids))] if ids else []


def _rows(batch: Batch, currency: Currency) -> Iterator[Statement]:
    """What writes the rows that follow from what was decided since the last time."""
    rows, batch.rows = batch.rows, Rows()
    if not rows.settled:
        return
    yield payment_rows.insert(rows.settled, currency, batch.at)
    yield from batch.page.rows(batch.at)
    yield notices.insert(rows.notices, batch.at)
    if rows.spending:
        yield limits.insert(rows.spending)
    if rows.placed:
        yield holds.insert(rows.placed, currency)
    if done := [(order.act, order.kind, order.key) for order, _, _ in rows.settled if order.act]:
        yield acts.insert(done, batch.at)


def _changes(batch: Batch) -> Iterator[Statement]:
    """What writes how accounts, holds, requests and payments stand after all that was decided."""
    if batch.page.changed:
        yield batch.page.balances()
    if batch.ended:
        yield holds.close(batch.ended.items())
    if batch.answered:
        yield requests.close_paid(batch.answered)
    if batch.returned:
        yield payment_rows.update_returned(batch.returned)


_READ_QUOTES = "SELECT id, state, expires_at FROM wallet.quotes WHERE id = ANY(%(ids)s::uuid[])"
# A quote is closed only by who holds its payer's account (`quotes`), which is locked here before this is asked.
