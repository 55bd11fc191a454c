"""Settlement: a batch of orders, settled in one transaction. The heart of the house, step by step:

1. lock all accounts, in the order of their ids; then the quotes, payments and requests that the orders concern
2. each order in turn, in memory: done already? still open? status, limits, balance → posted, or refused alone
3. one set-based write per table: payments, transfers, entries, balances, counters, notices, acts

What an order decides by is read after the locks are held, so nothing that a decision rests on can change before COMMIT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from wallet import acts, holds, ledger, limits, notices, receipts, requests, seals
from wallet.accounts import system_account_id
from wallet.batches import Statement, hashes, numbers, texts, together, uuids
from wallet.errors import (
    HoldClosed,
    KeyConflict,
    NotRefundable,
    NotReversible,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    QuoteClosed,
    QuoteExpired,
    QuoteUnknown,
    RequestClosed,
    Side,
    WalletError,
)
from wallet.fees import round_half_even
from wallet.ids import new_id, short_seal
from wallet.money import Currency, Money
from wallet.orders import QUOTED
from wallet.values import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.accounts import Holder
    from wallet.orders import Held, Order
    from wallet.values import HoldEnd, HoldState


REVERSIBLE = ("payment", "deposit", "withdrawal")


@dataclass(slots=True)
class PaymentState:
    """What may change about a payment: how much of it has been given back, or how the hold it placed ended."""

    kind: str
    request_hash: bytes
    amount: int
    refunded: int = 0
    fee_refunded: int = 0
    hold: HoldState | None = None
    held_since: datetime | None = None


class Settled(NamedTuple):
    """An order and what it moved."""

    order: Order
    amount: int
    fee: int


@dataclass(slots=True)
class Batch:
    """One transaction's view of all that its orders concern, and what it will write."""

    page: ledger.Page
    payments: dict[UUID, PaymentState]
    quotes: dict[UUID, tuple[Any, datetime]]
    spent: dict[UUID, limits.Spent]
    requests: dict[UUID, requests.Standing]
    at: datetime
    sealed_at: bytes
    settled: list[Settled] = field(default_factory=list)
    spending: list[limits.SpendingRow] = field(default_factory=list)
    placed: list[holds.Placed] = field(default_factory=list)
    ended: dict[UUID, HoldEnd] = field(default_factory=dict)
    answered: dict[UUID, UUID] = field(default_factory=dict)
    notices: list[notices.Draft] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)


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
        outcomes: list[Receipt | Exception] = []
        for order in orders:
            try:
                outcomes.append(await self._settle_one(conn, batch, order))
            except WalletError as refusal:
                outcomes.append(refusal)
        await _write(conn, batch, self.currency)
        return outcomes

    async def _open(self, conn: AsyncConnection, orders: Sequence[Order]) -> Batch:
        account_ids = {holder.account_id for order in orders for holder in order.holders}
        if any(order.fee for order in orders):
            account_ids.add(self.fee_income_id)
        page = await ledger.open_page(conn, account_ids, self.currency)
        at = self.clock()  # under the locks, so that an account's entries follow one another in time too
        payers = {order.debit.account_id for order in orders if order.kind in QUOTED}
        payments, quotes, spent, *asked = await together(
            conn,
            [_lock_payments(orders), _lock_quotes(orders), limits.of_accounts(payers, at), *_lock_requests(orders)],
        )
        return Batch(
            page=page,
            payments={row[0]: PaymentState(*row[1:]) for row in payments},
            quotes={row[0]: row[1:] for row in quotes},
            spent=limits.spent(payers, spent),
            requests={row[0]: requests.Standing(*row[1:]) for rows in asked for row in rows},
            at=at,
            sealed_at=seals.microseconds(at),
        )

    async def _settle_one(self, conn: AsyncConnection, batch: Batch, order: Order) -> Receipt:
        if (earlier := batch.payments.get(order.key)) is not None:
            return await self._repeat(conn, batch, order, earlier)
        _require_open_quote(batch, order)
        _require_open_request(batch, order)
        debit, credit = batch.page.accounts[order.debit.account_id], batch.page.accounts[order.credit.account_id]
        _require_open_accounts(order, batch.page)
        _require_open_hold(batch, order)
        amount, fee = _amount_and_fee(batch, order, self.currency)
        if order.kind in QUOTED:
            await self._require_room(conn, batch, order, amount)
        transfers = self._transfers(batch, order, debit, credit, amount, fee)
        why = seals.reason(order.key, order.kind, order.note, order.original.id if order.original else None)
        last = batch.page.post(transfers, batch.sealed_at, why)
        viewed = debit if order.debit.party else credit
        return self._record(batch, Settled(order, amount, fee), last.seal, viewed.balance)

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

    def _record(self, batch: Batch, settled: Settled, seal: bytes, balance: int) -> Receipt:
        """Note down all that follows from a posting; nothing here can be refused any more."""
        order, amount, fee = settled
        state = batch.payments[order.key] = PaymentState(order.kind, order.request_hash, amount)
        if order.kind in QUOTED:
            account_id = order.debit.account_id
            batch.spending.append(batch.spent[account_id].spend(account_id, amount, batch.at))
        if order.request_id is not None:
            batch.answered[order.request_id] = order.key
        if order.held is not None:
            _record_hold(batch, order, order.held, state)
        elif order.original is not None:
            original = batch.payments[order.original.id]
            original.refunded, original.fee_refunded = original.refunded + amount, original.fee_refunded + fee
        batch.settled.append(settled)
        waiting = batch.page.accounts[order.held.payee.account_id] if order.held else None
        told = notices.of_settled(order, payee_is_open=waiting is not None and waiting.status == "open")
        batch.notices.extend(told)
        receipt = batch.receipts[order.key] = self._receipt(batch, settled, seal, balance, told[0].id)
        return receipt

    def _receipt(self, batch: Batch, settled: Settled, seal: bytes, balance: int, notice_id: UUID) -> Receipt:
        order, amount, fee = settled
        viewer: Side = "payer" if order.debit.party else "payee"
        return Receipt(
            payment_id=order.key,
            kind=order.kind,
            reference=order.reference,
            seal=short_seal(seal),
            payer=order.payer,
            payee=order.payee,
            amount=Money(amount, self.currency),
            fee=Money(fee, self.currency),
            note=order.note,
            settled_at=batch.at,
            viewer=viewer,
            balance_after=Money(balance, self.currency),
            refunded=Money(0, self.currency),
            notice_id=notice_id,
            reason=order.reason,
        )


def _require_open_quote(batch: Batch, order: Order) -> None:
    if order.kind not in QUOTED:
        return
    quote = batch.quotes.get(order.key)
    if quote is None:
        raise QuoteUnknown
    state, expires_at = quote
    if state != "open":  # said to be paid, but without a payment, it was bent: anybody's word would do instead of a PIN
        raise QuoteClosed("cancelled" if state == "cancelled" else "voided")
    if expires_at <= batch.at:
        raise QuoteExpired(expires_at)


def _require_open_request(batch: Batch, order: Order) -> None:
    """RequestClosed, where another end came first, be it in this very batch."""
    if order.request_id is None:
        return
    if order.request_id in batch.answered:
        raise RequestClosed("paid")
    batch.requests[order.request_id].require_open(batch.at)


def _require_open_accounts(order: Order, page: ledger.Page) -> None:
    """A reversal corrects a mistake of ours, and what was set aside is its payer's own: a freeze stops neither."""
    if order.kind in ("reversal", "release"):
        return
    payer = order.held.payer if order.held else order.debit
    payee = order.held.payee if order.held and order.kind == "hold" else order.credit
    _require_open("payer", payer, page.accounts[payer.account_id].status)
    if order.kind != "hold" or page.accounts[payee.account_id].status != "invited":
        _require_open("payee", payee, page.accounts[payee.account_id].status)


def _require_open(side: Side, holder: Holder, status: str) -> None:
    if holder.party is None or status == "open":
        return
    if status == "frozen":
        raise PartyFrozen(side, holder.party.name)
    if status == "invited":
        raise PartyInvited(side, holder.party.name)
    raise PartyPending(side, holder.party.name)


def _require_open_hold(batch: Batch, order: Order) -> None:
    """HoldClosed, where another end came first, or its time is over and there is only one end left."""
    if order.held is None or order.original is None:
        return
    state = batch.payments[order.original.id]
    assert state.hold is not None, "only holds are ended"
    if state.hold != "open":
        raise HoldClosed(state.hold)
    if order.kind == "capture" and order.held.until <= batch.at:
        raise HoldClosed("expired")


def _record_hold(batch: Batch, order: Order, held: Held, state: PaymentState) -> None:
    payer_id = held.payer.account_id
    if held.end is None or order.original is None:
        counted_at = batch.spending[-1].at
        state.hold, state.held_since = "open", counted_at
        row = holds.Placed(order.key, payer_id, held.payee.account_id, state.amount, counted_at, held.until)
        batch.placed.append(row)
        return
    original = batch.payments[order.original.id]
    assert original.held_since is not None, "it was placed"
    original.hold = batch.ended[order.original.id] = held.end
    if order.kind == "release" and payer_id in batch.spent:
        batch.spent[payer_id].give_back(state.amount, original.held_since, batch.at)


def _amount_and_fee(batch: Batch, order: Order, currency: Currency) -> tuple[int, int]:
    """What this order moves now. A return takes at most what is left, and the fee in proportion, exact at the end."""
    if order.original is None:
        assert order.amount is not None, "only a refund may leave its amount open"
        return order.amount, order.fee
    state = batch.payments[order.original.id]
    left = state.amount - state.refunded
    amount = left if order.amount is None else order.amount
    if order.held is not None:
        return amount, 0
    if order.kind == "reversal" and (state.refunded or state.kind not in REVERSIBLE):
        raise NotReversible
    if order.kind == "refund" and (state.kind != "payment" or not 1 <= amount <= left):
        raise NotRefundable(Money(left if state.kind == "payment" else 0, currency))
    fee_due = round_half_even(order.fee * (state.refunded + amount), state.amount)
    return amount, fee_due - state.fee_refunded


def _lock_payments(orders: Sequence[Order]) -> Statement:
    """Payments made with these keys before, and the originals of returns."""
    ids = {order.key for order in orders} | {order.original.id for order in orders if order.original}
    return _LOCK_PAYMENTS, {"ids": uuids(ids)}


def _lock_quotes(orders: Sequence[Order]) -> Statement:
    return _LOCK_QUOTES, {"ids": uuids({order.key for order in orders if order.kind in QUOTED})}


def _lock_requests(orders: Sequence[Order]) -> list[Statement]:
    """Last of all locks, so that those who end a request otherwise, and lock nothing else, wait for nobody."""
    ids = {order.request_id for order in orders if order.request_id}
    return [requests.lock(list(ids))] if ids else []


async def _write(conn: AsyncConnection, batch: Batch, currency: Currency) -> None:
    if batch.settled:
        await together(conn, _writes(batch, currency))


def _writes(batch: Batch, currency: Currency) -> Iterator[Statement]:
    yield _insert_payments(batch, currency)
    yield from batch.page.statements(batch.at)
    yield notices.insert(batch.notices, batch.at)
    if batch.spending:
        yield limits.insert(batch.spending)
        yield _CLOSE_QUOTES, {"ids": uuids([s.order.key for s in batch.settled if s.order.kind in QUOTED])}
    if batch.placed:
        yield holds.insert(batch.placed, currency)
    if batch.ended:
        yield holds.close(batch.ended.items())
    if batch.answered:
        yield requests.close_paid(batch.answered)
    if any(settled.order.original and not settled.order.held for settled in batch.settled):
        yield _update_originals(batch)
    if done := [(order.act, order.kind, order.key) for order, _, _ in batch.settled if order.act]:
        yield acts.insert(done, batch.at)


def _insert_payments(batch: Batch, currency: Currency) -> Statement:
    orders, amounts, fees = zip(*batch.settled, strict=True)
    columns = {
        "ids": uuids([order.key for order in orders]),
        "kinds": texts([order.kind for order in orders]),
        "hashes": hashes([order.request_hash for order in orders]),
        "references": texts([order.reference for order in orders]),
        "debits": uuids([order.debit.account_id for order in orders]),
        "credits": uuids([order.credit.account_id for order in orders]),
        "amounts": numbers(amounts),
        "fees": numbers(fees),
        "notes": texts([order.note for order in orders]),
        "originals": uuids([order.original.id if order.original else None for order in orders]),
        "currency": currency.code,
        "at": batch.at,
    }
    return _INSERT_PAYMENTS, columns


def _update_originals(batch: Batch) -> Statement:
    ids = list({order.original.id for order, _, _ in batch.settled if order.original and not order.held})
    states = [batch.payments[original_id] for original_id in ids]
    columns = {
        "ids": uuids(ids),
        "refunded": numbers([state.refunded for state in states]),
        "fees": numbers([state.fee_refunded for state in states]),
    }
    return _UPDATE_ORIGINALS, columns


_LOCK_PAYMENTS = """
    SELECT p.id, p.kind, p.request_hash, p.amount, p.refunded, p.fee_refunded, h.state, h.created_at
    FROM wallet.payments p LEFT JOIN wallet.holds h ON h.id = p.id
    WHERE p.id = ANY(%(ids)s::uuid[]) ORDER BY p.id FOR NO KEY UPDATE OF p
"""
# Of a hold only settlement changes the state, with its accounts locked, which are locked here before this is asked.
_LOCK_QUOTES = """
    SELECT id, state, expires_at FROM wallet.quotes WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_INSERT_PAYMENTS = """
    INSERT INTO wallet.payments (id, kind, request_hash, reference, debit_account_id, credit_account_id, amount, fee,
                                 currency, note, quote_id, original_id, settled_at)
    SELECT id, kind, hash, reference, debit, credit, amount, fee,
           %(currency)s, note, CASE WHEN kind IN ('payment', 'hold') THEN id END, original, %(at)s
    FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(hashes)s::bytea[], %(references)s::text[], %(debits)s::uuid[],
                %(credits)s::uuid[], %(amounts)s::bigint[], %(fees)s::bigint[], %(notes)s::text[],
                %(originals)s::uuid[])
        AS p(id, kind, hash, reference, debit, credit, amount, fee, note, original)
"""
_CLOSE_QUOTES = "UPDATE wallet.quotes SET state = 'paid' WHERE id = ANY(%(ids)s::uuid[])"
_UPDATE_ORIGINALS = """
    UPDATE wallet.payments AS p SET refunded = new.refunded, fee_refunded = new.fee
    FROM unnest(%(ids)s::uuid[], %(refunded)s::bigint[], %(fees)s::bigint[]) AS new(id, refunded, fee)
    WHERE p.id = new.id
"""
