"""The register: parties and accounts as an operator lists them, or finds one by what they typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select

from wallet import models
from wallet.money import Currency, Money
from wallet.names import search_form
from wallet.parties import party_of, selected
from wallet.values import AccountSummary, PartySummary

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

SHORTEST_PREFIX = 8
"""So many characters of an id may stand for it; the first eight of one say when it was made, to a minute or so."""

_NIL, _MAX = str(UUID(int=0)), str(UUID(int=2**128 - 1))


async def parties(conn: AsyncConnection, currency: Currency) -> tuple[PartySummary, ...]:
    """As `Wallet.parties`."""
    return await _summaries(conn, _LISTED, currency)


async def accounts(conn: AsyncConnection, currency: Currency) -> tuple[AccountSummary, ...]:
    """As `Wallet.accounts`."""
    account = models.Account
    name = func.coalesce(models.Party.name, account.kind).label("name")
    rows = await conn.execute(
        select(account.id, account.kind, name, account.status, account.balance, account.last_seq)
        .outerjoin(models.Party, models.Party.id == account.party_id)
        .where(account.currency == currency.code)
        .order_by(account.id)
    )
    return tuple(
        AccountSummary(row.id, row.kind, row.name, row.status, Money(row.balance, currency), row.last_seq)
        for row in rows
    )


async def find(conn: AsyncConnection, typed: str, limit: int, currency: Currency) -> tuple[PartySummary, ...]:
    """As `Wallet.find_parties`."""
    first, last = _ids_beginning(typed.lower())
    if first is not None and first == last:
        for whole in (models.Party.id == first, models.Account.id == first):
            if found := await _summaries(conn, _LISTED.where(whole), currency):
                return found
    called = [models.Party.search_name == search_form(typed)] if _can_be_kept(typed) else []
    begins = [models.Party.id.between(first, last)] if first is not None else []
    several: set[PartySummary] = set()
    for which in (*called, *begins):  # apart: with both at once all ids might be walked through for the first few
        several.update(await _summaries(conn, _LISTED.where(which).limit(limit), currency))
    return tuple(sorted(several, key=lambda one: one.party.id))[:limit]


async def began(conn: AsyncConnection) -> datetime | None:
    """As `Wallet.began`."""
    created: datetime | None = (await conn.execute(_OLDEST)).scalar()
    return created


def _ids_beginning(typed: str) -> tuple[UUID, UUID] | tuple[None, None]:
    """The first and the last id that is written so, as far as it was typed; none where it is too short, or no id."""
    first, last = typed + _NIL[len(typed) :], typed + _MAX[len(typed) :]
    try:
        found = UUID(first), UUID(last)
    except ValueError:
        return None, None
    return found if len(typed) >= SHORTEST_PREFIX and str(found[0]) == first else (None, None)


def _can_be_kept(text: str) -> bool:
    """Whether a database can: a shell hands over bytes that are no text as halves of characters."""
    try:
        return "\0" not in text and bool(text.encode())
    except UnicodeEncodeError:
        return False


async def _summaries(
    conn: AsyncConnection, wanted: Select[*tuple[Any, ...]], currency: Currency
) -> tuple[PartySummary, ...]:
    return tuple(
        PartySummary(
            party_of(row), row.account_id, Money(row.balance, currency), row.last_seq, row.created_at, row.named_at
        )
        for row in await conn.execute(wanted)
    )


_LISTED = (
    selected()
    .add_columns(models.Account.balance, models.Account.last_seq, models.Party.created_at, models.Party.named_at)
    .order_by(models.Party.id)
)
_OLDEST = select(models.Party.created_at).order_by(models.Party.id).limit(1)  # ids follow one another in time
