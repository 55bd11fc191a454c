"""What an account has been through: balance, history by keyset pages, statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.types import DateTime

from wallet import parties
from wallet.database import directly
from wallet.errors import PartyUnknown
from wallet.money import Currency, Money
from wallet.values import Balance, HistoryPage, Line, Party, Statement

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

MAX_PAGE = 100


def _lines(condition: str) -> TextClause:
    return text(f"""
        SELECT e.seq, t.settled_at, t.kind, p.kind AS payment_kind, e.amount, e.balance_after, other.name,
               other.id AS other_id, p.note, p.reference, p.id AS payment_id,
               p.kind = 'payment' OR (p.kind IN ('hold', 'capture') AND taken.id IS NOT NULL) AS paid
        FROM wallet.entries e
        JOIN wallet.transfers t ON t.id = e.transfer_id
        JOIN wallet.payments p ON p.id = t.payment_id
        LEFT JOIN wallet.holds h
          ON h.id = CASE WHEN p.kind IN ('hold', 'capture', 'release') THEN COALESCE(p.original_id, p.id) END
        LEFT JOIN wallet.payments taken ON taken.original_id = h.id AND taken.kind = 'capture'
        JOIN wallet.accounts a
          ON a.id = CASE WHEN p.kind = 'capture' THEN h.payer_account_id
                         WHEN h.id IS NOT NULL THEN COALESCE(taken.credit_account_id, h.payee_account_id)
                         WHEN e.account_id = t.debit_account_id THEN t.credit_account_id ELSE t.debit_account_id END
        LEFT JOIN wallet.parties other ON other.id = a.party_id
        WHERE e.account_id = :account AND {condition}
    """)  # noqa: S608 - conditions are written below, never given


_STANDING = """a.balance, (SELECT COALESCE(sum(h.amount), 0)::bigint FROM wallet.holds h
                        WHERE h.payer_account_id = a.id AND h.state = 'open') AS set_aside"""
_BALANCE = text(f"SELECT {_STANDING} FROM wallet.accounts a WHERE a.party_id = :party")  # noqa: S608 - the words above
_BALANCES = f"""
    SELECT p.id, p.kind, p.name, a.status, p.owner_id, {_STANDING}
    FROM wallet.parties p JOIN wallet.accounts a ON a.party_id = p.id
    WHERE p.id = %(owner)s OR p.owner_id = %(owner)s ORDER BY p.owner_id IS NOT NULL, p.id
"""  # noqa: S608 - the words above
_ACCOUNT = text("SELECT id, kind, party_id FROM wallet.accounts WHERE id = :whose OR party_id = :whose")
_PAGE = _lines("e.seq < :older ORDER BY e.seq DESC LIMIT :limit")
_SPAN = _lines("t.settled_at >= :start AND t.settled_at < :end ORDER BY e.seq").bindparams(
    bindparam("start", type_=DateTime(timezone=True)), bindparam("end", type_=DateTime(timezone=True))
)
_BEFORE = text("""
    SELECT COALESCE(SUM(e.amount), 0)::bigint FROM wallet.entries e JOIN wallet.transfers t ON t.id = e.transfer_id
    WHERE e.account_id = :account AND t.settled_at < :start
""").bindparams(bindparam("start", type_=DateTime(timezone=True)))
_NEWEST = 2**63 - 1


async def balance(conn: AsyncConnection, party_id: UUID, currency: Currency) -> Balance:
    """As `Wallet.balance`."""
    row = (await conn.execute(_BALANCE, {"party": party_id})).one_or_none()
    if row is None:
        raise PartyUnknown
    return _balance(row.balance, row.set_aside, currency)


async def balances(conn: AsyncConnection, owner_id: UUID, currency: Currency) -> tuple[tuple[Party, Balance], ...]:
    """As `Wallet.balances`."""
    rows = await directly(conn, _BALANCES, {"owner": owner_id})
    if not rows:
        raise PartyUnknown
    return tuple((Party(*party), _balance(available, set_aside, currency)) for *party, available, set_aside in rows)


async def page(conn: AsyncConnection, party_id: UUID, older: int | None, limit: int, currency: Currency) -> HistoryPage:
    """As `Wallet.history`."""
    limit = max(1, min(limit, MAX_PAGE))
    account = await parties.account_of(conn, party_id)
    # One more than asked for tells whether there is another page.
    wanted = {"account": account.account_id, "older": older or _NEWEST, "limit": limit + 1}
    rows = (await conn.execute(_PAGE, wanted)).all()
    lines = tuple(_line(row, currency) for row in rows[:limit])
    return HistoryPage(lines, lines[-1].seq if len(rows) > limit else None)


async def statement(
    conn: AsyncConnection, whose: UUID, start: datetime, end: datetime, currency: Currency
) -> Statement:
    """As `Wallet.statement`. Balances are sums over time, so they close even where the clock was once set back."""
    account = (await conn.execute(_ACCOUNT, {"whose": whose})).one_or_none()
    if account is None:
        raise PartyUnknown
    span = {"account": account.id, "start": start, "end": end}
    opening = (await conn.execute(_BEFORE, {"account": account.id, "start": start})).scalar_one()
    # As they come: a clearing account has more than should be here twice.
    lines = tuple([_line(row, currency) async for row in await conn.stream(_SPAN, span)])
    closing = opening + sum(line.amount.minor for line in lines)
    party = None if account.party_id is None else await parties.find(conn, account.party_id)
    name = party.name if party else account.kind
    return Statement(name, party, start, end, Money(opening, currency), lines, Money(closing, currency))


def _line(row: Row[Any], currency: Currency) -> Line:
    return Line(
        seq=row.seq,
        at=row.settled_at,
        kind=row.kind,
        payment_kind=row.payment_kind,
        amount=Money(row.amount, currency),
        balance_after=Money(row.balance_after, currency),
        counterparty=row.name,
        counterparty_id=row.other_id,
        note=row.note,
        reference=row.reference,
        payment_id=row.payment_id,
        paid=row.paid,
    )


def _balance(available: int, set_aside: int, currency: Currency) -> Balance:
    free, waiting = Money(available, currency), Money(set_aside, currency)
    return Balance(ledger=free + waiting, available=free, set_aside=waiting)
