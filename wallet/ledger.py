"""The ledger: the sole writer of transfers, entries and balances. Every posting is a batch, be it of one.

    page = await ledger.open_page(conn, account_ids)   # locks the accounts, in the order of their ids
    page.post(transfers)                                # decides in memory; all of these transfers or none
    await page.write(conn)                              # one set-based write per table

Nothing here knows people, fees or limits. A transfer is one debit, one credit and one amount, so it cannot be
unbalanced. A debit lowers the account's balance, a credit raises it: balances are what we owe the holder.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, TextClause, Uuid, bindparam, select, text

from wallet import models
from wallet.errors import AmountOutOfRange, InsufficientFunds
from wallet.money import Currency, Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection


MAX_BALANCE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount` minor units (> 0) from the debit account to the credit account."""

    id: UUID
    payment_id: UUID
    kind: Literal["amount", "fee"]
    debit_id: UUID
    credit_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a transfer."""

    account_id: UUID
    seq: int
    transfer_id: UUID
    amount: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class Account:
    """A locked account as the batch sees it so far."""

    id: UUID
    kind: str
    status: str
    balance: int
    last_seq: int


@dataclass(slots=True)
class Page:
    """The locked accounts of one transaction, and what has been posted to them so far."""

    accounts: dict[UUID, Account]
    currency: Currency
    transfers: list[Transfer] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def post(self, transfers: Sequence[Transfer]) -> None:
        """Post all of these, in order, or none.

        InsufficientFunds, where a balance would fall below zero; AmountOutOfRange, where one would leave 64 bits.
        """
        touched: dict[UUID, Account] = {}
        entries: list[Entry] = []
        for transfer in transfers:
            for account_id, amount in ((transfer.debit_id, -transfer.amount), (transfer.credit_id, transfer.amount)):
                before = touched.get(account_id) or self.accounts[account_id]
                after = replace(before, balance=before.balance + amount, last_seq=before.last_seq + 1)
                if after.balance < 0 and amount < 0 and after.kind not in models.MAY_BE_NEGATIVE:
                    raise InsufficientFunds(Money(before.balance, self.currency), Money(transfer.amount, self.currency))
                if abs(after.balance) > MAX_BALANCE:
                    raise AmountOutOfRange
                touched[account_id] = after
                entries.append(Entry(account_id, after.last_seq, transfer.id, amount, after.balance))
        self.accounts.update(touched)
        self.transfers.extend(transfers)
        self.entries.extend(entries)

    async def write(self, conn: AsyncConnection, at: datetime) -> None:
        """Write all that was posted: transfers, settled at that time, entries, balances."""
        if not self.transfers:
            return
        await conn.execute(
            _INSERT_TRANSFERS,
            {
                "ids": [t.id for t in self.transfers],
                "payments": [t.payment_id for t in self.transfers],
                "kinds": [t.kind for t in self.transfers],
                "debits": [t.debit_id for t in self.transfers],
                "credits": [t.credit_id for t in self.transfers],
                "amounts": [t.amount for t in self.transfers],
                "currency": self.currency.code,
                "at": at,
            },
        )
        await conn.execute(
            _INSERT_ENTRIES,
            {
                "accounts": [e.account_id for e in self.entries],
                "seqs": [e.seq for e in self.entries],
                "transfers": [e.transfer_id for e in self.entries],
                "amounts": [e.amount for e in self.entries],
                "balances": [e.balance_after for e in self.entries],
            },
        )
        changed = [self.accounts[account_id] for account_id in {entry.account_id for entry in self.entries}]
        await conn.execute(
            _UPDATE_ACCOUNTS,
            {
                "ids": [account.id for account in changed],
                "balances": [account.balance for account in changed],
                "seqs": [account.last_seq for account in changed],
            },
        )


async def open_page(conn: AsyncConnection, account_ids: Iterable[UUID], currency: Currency) -> Page:
    """Lock these accounts in the order of their ids, the one order everywhere, and start a page."""
    account = models.Account
    rows = await conn.execute(
        select(account.id, account.kind, account.status, account.balance, account.last_seq)
        .where(account.id == bindparam("ids", type_=ARRAY(Uuid)).any_(), account.currency == currency.code)
        .order_by(account.id)
        .with_for_update(key_share=True),
        {"ids": sorted(set(account_ids))},
    )
    return Page({row.id: Account(*row) for row in rows}, currency)


def _arrays(statement: str, **types: type[Uuid[UUID] | BigInteger | Text]) -> TextClause:
    """A statement over arrays, one per column: one round trip and one plan, however many rows."""
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()))


_INSERT_TRANSFERS = _arrays(
    """
    INSERT INTO wallet.transfers
        (id, payment_id, kind, debit_account_id, credit_account_id, amount, currency, settled_at)
    SELECT *, :currency, :at FROM unnest(:ids, :payments, :kinds, :debits, :credits, :amounts)
    """,
    ids=Uuid,
    payments=Uuid,
    kinds=Text,
    debits=Uuid,
    credits=Uuid,
    amounts=BigInteger,
).bindparams(bindparam("at", type_=DateTime(timezone=True)))

_INSERT_ENTRIES = _arrays(
    """
    INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
    SELECT * FROM unnest(:accounts, :seqs, :transfers, :amounts, :balances)
    """,
    accounts=Uuid,
    seqs=BigInteger,
    transfers=Uuid,
    amounts=BigInteger,
    balances=BigInteger,
)

_UPDATE_ACCOUNTS = _arrays(
    """
    UPDATE wallet.accounts AS a SET balance = new.balance, last_seq = new.last_seq
    FROM unnest(:ids, :balances, :seqs) AS new(id, balance, last_seq) WHERE a.id = new.id
    """,
    ids=Uuid,
    balances=BigInteger,
    seqs=BigInteger,
)
