"""The ledger: the sole writer of transfers, entries and balances. Every posting is a batch, be it of one.

    (locked,) = await together(conn, [ledger.lock(account_ids, currency)])   # in the order of their ids
    page = ledger.page(locked, currency)
    page.post(transfers, at, why)                             # decides in memory; all of these transfers or none
    await together(conn, [*page.rows(at), page.balances()])   # set-based writes, one per table

Nothing here knows people, fees or limits. A transfer is one debit, one credit and one amount, so it cannot be
unbalanced. A debit lowers the account's balance, a credit raises it: balances are what we owe the holder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from wallet import models, seals
from wallet.batches import Statement, hashes, numbers, texts, uuids
from wallet.errors import AmountOutOfRange, InsufficientFunds, WalletError
from wallet.money import Currency, Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID


MAX_BALANCE = 2**63 - 1


@dataclass(slots=True)
class Account:
    """A locked account as the batch sees it so far."""

    id: UUID
    kind: str
    status: str
    balance: int
    last_seq: int
    head: bytes


class Transfer(NamedTuple):
    """`amount` minor units (> 0) from the debit account to the credit account."""

    id: UUID
    payment_id: UUID
    kind: Literal["amount", "fee"]
    debit: Account
    credit: Account
    amount: int


class Side(NamedTuple):
    """One account's part in a transfer: an entry."""

    account_id: UUID
    seq: int
    balance_after: int


class Posted(NamedTuple):
    """A transfer with its two entries, sealed."""

    transfer: Transfer
    debit: Side
    credit: Side
    seal: bytes


@dataclass(slots=True)
class Page:
    """The locked accounts of a transaction, which of them have changed, and what was posted and is not written yet."""

    accounts: dict[UUID, Account]
    currency: Currency
    changed: set[UUID] = field(default_factory=set)
    posted: list[Posted] = field(default_factory=list)

    def post(self, transfers: Sequence[Transfer], at: bytes, why: bytes) -> Posted:
        """Post all of these, in order, or none; returns the last. `at` and `why`: sealed fields (`seals`).

        InsufficientFunds, where a balance would fall below zero; AmountOutOfRange, where one would leave 64 bits.
        """
        touched = [account for transfer in transfers for account in (transfer.debit, transfer.credit)]
        before = [(account, account.balance, account.last_seq, account.head) for account in touched]
        try:
            posted = [self._post(transfer, at, why) for transfer in transfers]
        except WalletError:
            for account, balance, last_seq, head in before:
                account.balance, account.last_seq, account.head = balance, last_seq, head
            raise
        self.posted.extend(posted)
        return posted[-1]

    def _post(self, transfer: Transfer, at: bytes, why: bytes) -> Posted:
        id_, _, kind, debit, credit, amount = transfer
        if debit.balance < amount and debit.kind not in models.MAY_BE_NEGATIVE:
            raise InsufficientFunds(Money(debit.balance, self.currency), Money(amount, self.currency))
        if debit.balance - amount < -MAX_BALANCE or credit.balance + amount > MAX_BALANCE:
            raise AmountOutOfRange
        debit.balance -= amount
        credit.balance += amount
        debit.last_seq += 1
        credit.last_seq += 1
        from_, to = Side(debit.id, debit.last_seq, debit.balance), Side(credit.id, credit.last_seq, credit.balance)
        sides = seals.side(*from_, debit.head), seals.side(*to, credit.head)
        debit.head = credit.head = seal = seals.seal(id_, kind, amount, self.currency.code, at, *sides, why)
        return Posted(transfer, from_, to, seal)

    def rows(self, at: datetime) -> Iterator[Statement]:
        """What writes all that was posted since the last time, settled at that time: transfers and their entries."""
        transfers, debits, credits_, sealed = zip(*self.posted, strict=True)
        ids, payment_ids, kinds, _, _, amounts = zip(*transfers, strict=True)
        debit_ids, debit_seqs, debit_balances = zip(*debits, strict=True)
        credit_ids, credit_seqs, credit_balances = zip(*credits_, strict=True)
        columns = {
            "ids": uuids(ids),
            "payments": uuids(payment_ids),
            "kinds": texts(kinds),
            "amounts": numbers(amounts),
            "seals": hashes(sealed),
            "debits": uuids(debit_ids),
            "debit_seqs": numbers(debit_seqs),
            "debit_balances": numbers(debit_balances),
            "credits": uuids(credit_ids),
            "credit_seqs": numbers(credit_seqs),
            "credit_balances": numbers(credit_balances),
            "currency": self.currency.code,
            "at": at,
        }
        yield _INSERT_TRANSFERS, columns
        yield _INSERT_ENTRIES, columns
        self.changed.update(debit_ids, credit_ids)
        self.posted.clear()

    def balances(self) -> Statement:
        """What writes where the accounts stand, after all rows."""
        changed = [self.accounts[account_id] for account_id in self.changed]
        columns = {
            "ids": uuids([account.id for account in changed]),
            "balances": numbers([account.balance for account in changed]),
            "seqs": numbers([account.last_seq for account in changed]),
            "heads": hashes([account.head for account in changed]),
        }
        return _UPDATE_ACCOUNTS, columns


def lock(account_ids: Iterable[UUID], currency: Currency) -> Statement:
    """What locks these accounts in the order of their ids, the one order everywhere; `page` reads its rows."""
    return _LOCK_ACCOUNTS, {"ids": uuids(set(account_ids)), "currency": currency.code}


def page(locked: Iterable[Sequence[Any]], currency: Currency) -> Page:
    """A page of accounts that this transaction has locked."""
    return Page({row[0]: Account(*row) for row in locked}, currency)


_LOCK_ACCOUNTS = """
    SELECT id, kind, status, balance, last_seq, head FROM wallet.accounts
    WHERE id = ANY(%(ids)s::uuid[]) AND currency = %(currency)s ORDER BY id FOR NO KEY UPDATE
"""
_INSERT_TRANSFERS = """
    INSERT INTO wallet.transfers (id, payment_id, kind, debit_account_id, debit_seq, credit_account_id, credit_seq,
                                  amount, currency, settled_at, seal)
    SELECT id, payment, kind, debit, debit_seq, credit, credit_seq, amount, %(currency)s, %(at)s, seal
    FROM unnest(%(ids)s::uuid[], %(payments)s::uuid[], %(kinds)s::text[], %(debits)s::uuid[], %(debit_seqs)s::bigint[],
                %(credits)s::uuid[], %(credit_seqs)s::bigint[], %(amounts)s::bigint[], %(seals)s::bytea[])
        AS t(id, payment, kind, debit, debit_seq, credit, credit_seq, amount, seal)
"""
_INSERT_ENTRIES = """
    INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
    SELECT account, seq, transfer, -amount, balance
    FROM unnest(%(debits)s::uuid[], %(debit_seqs)s::bigint[], %(ids)s::uuid[], %(amounts)s::bigint[],
                %(debit_balances)s::bigint[]) AS debit(account, seq, transfer, amount, balance)
    UNION ALL SELECT * FROM unnest(%(credits)s::uuid[], %(credit_seqs)s::bigint[], %(ids)s::uuid[],
                                   %(amounts)s::bigint[], %(credit_balances)s::bigint[])
"""
_UPDATE_ACCOUNTS = """
    UPDATE wallet.accounts AS a SET balance = new.balance, last_seq = new.last_seq, head = new.head
    FROM unnest(%(ids)s::uuid[], %(balances)s::bigint[], %(seqs)s::bigint[], %(heads)s::bytea[])
        AS new(id, balance, last_seq, head)
    WHERE a.id = new.id
"""
