"""Parties: people and businesses, their accounts and status, which is the account's, under the account's lock."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from wallet import acts, models, notices
from wallet.accounts import PartyAccount, system_account_id
from wallet.errors import BadName, KeyConflict, PartyFrozen, PartyInvited, PartyPending, PartyUnknown, TooManyBusinesses
from wallet.ids import new_id
from wallet.models import SYSTEM_ACCOUNTS
from wallet.names import search_form
from wallet.settings import SettingsError
from wallet.values import Party, PartyKind, Status

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.money import Currency

MAX_NAME = 64
MAX_BUSINESSES = 5


async def open_system_accounts(conn: AsyncConnection, currency: Currency) -> None:
    """Make the accounts that are nobody's (fee income, clearing, …), once.

    SettingsError where somebody has a wallet in another currency, or one with other digits: their money would be shown
    as what it is not.
    """
    await _require_unit(conn, currency)
    made = set((await conn.execute(select(models.Account.id).where(models.Account.party_id.is_(None)))).scalars())
    rows = [
        {"id": system_account_id(kind, currency), "kind": kind, "currency": currency.code, "status": "open"}
        for kind in SYSTEM_ACCOUNTS
        if system_account_id(kind, currency) not in made
    ]
    if rows:  # to add what is there would wait for whoever moves its balance just now
        await conn.execute(upsert(models.Account).on_conflict_do_nothing(), rows)


async def open_person(conn: AsyncConnection, *, key: UUID, name: str, currency: Currency, at: datetime) -> Party:
    """As `Wallet.open_person`."""
    party = await _open(conn, key=key, kind="person", name=name, owner_id=None, status="open", currency=currency, at=at)
    if party.status != "invited":
        return party
    if await _change_status(conn, party.id, "invited", "open"):
        return await rename(conn, party.id, name, at)
    return await find(conn, party.id)


async def invite(conn: AsyncConnection, *, key: UUID, name: str, currency: Currency, at: datetime) -> Party:
    """As `Wallet.invite`."""
    return await _open(
        conn, key=key, kind="person", name=name, owner_id=None, status="invited", currency=currency, at=at
    )


async def open_business(
    conn: AsyncConnection, *, owner_id: UUID, name: str, key: UUID, approved: bool, currency: Currency, at: datetime
) -> Party:
    """As `Wallet.open_business`. The owner's row is locked, so that the number of businesses is counted right."""
    await conn.execute(select(models.Party.id).where(models.Party.id == owner_id).with_for_update(key_share=True))
    owner = await find(conn, owner_id)
    if owner.kind != "person":
        raise PartyUnknown
    if owner.status == "frozen":
        raise PartyFrozen("payer", owner.name)
    if owner.status == "invited":
        raise PartyInvited("payer", owner.name)
    owned = await owned_by(conn, owner_id)
    if len(owned) >= MAX_BUSINESSES and not await _opened_with(conn, key):
        raise TooManyBusinesses(MAX_BUSINESSES)
    status: Status = "open" if approved else "pending"
    return await _open(
        conn, key=key, kind="business", name=name, owner_id=owner_id, status=status, currency=currency, at=at
    )


async def named_by(conn: AsyncConnection, key: UUID) -> Party | None:
    """As `Wallet.named_by`."""
    party_id = await _opened_with(conn, key)
    return None if party_id is None else await find(conn, party_id)


async def find(conn: AsyncConnection, party_id: UUID) -> Party:
    """The party. PartyUnknown."""
    return (await account_of(conn, party_id)).party


async def account_of(conn: AsyncConnection, party_id: UUID) -> PartyAccount:
    """The party with its account. PartyUnknown."""
    row = (await conn.execute(_ONE, {"party": party_id})).first()
    if row is None:
        raise PartyUnknown
    return PartyAccount(party_of(row), row.account_id)


async def owned_by(conn: AsyncConnection, owner_id: UUID) -> tuple[Party, ...]:
    """The businesses of a person, oldest first."""
    rows = await conn.execute(_OWNED, {"owner": owner_id})
    return tuple(party_of(row) for row in rows)


async def businesses_named(conn: AsyncConnection, name: str) -> tuple[Party, ...]:
    """As `Wallet.find_businesses`."""
    rows = await conn.execute(
        selected()
        .where(
            models.Party.search_name == search_form(name),
            models.Party.kind == "business",
            models.Account.status == "open",
        )
        .order_by(models.Party.id)
        .limit(10)
    )
    return tuple(party_of(row) for row in rows)


async def rename(conn: AsyncConnection, party_id: UUID, name: str, at: datetime) -> Party:
    """As `Wallet.rename`."""
    name = _checked(name)
    called_otherwise = (models.Party.id == party_id, models.Party.name != name)
    names = {"name": name, "search_name": search_form(name), "named_at": at}
    await conn.execute(update(models.Party).where(*called_otherwise).values(**names))
    return await find(conn, party_id)


async def freeze(conn: AsyncConnection, party_id: UUID, act: acts.Act, at: datetime) -> None:
    """As `Wallet.freeze`."""
    party = await find(conn, party_id)
    if party.status == "pending":
        raise PartyPending("payee", party.name)
    if party.status == "invited":
        raise PartyInvited("payee", party.name)
    if await _change_status(conn, party_id, "open", "frozen"):
        await notices.frozen(conn, await find(conn, party_id), at)
        await acts.record(conn, act, "freeze", party_id, at)


async def unfreeze(conn: AsyncConnection, party_id: UUID, act: acts.Act, at: datetime) -> None:
    """As `Wallet.unfreeze`."""
    if await _change_status(conn, party_id, "frozen", "open"):
        await notices.unfrozen(conn, await find(conn, party_id), at)
        await acts.record(conn, act, "unfreeze", party_id, at)


async def approve(conn: AsyncConnection, party_id: UUID, act: acts.Act, at: datetime) -> None:
    """As `Wallet.approve_business`."""
    if await _change_status(conn, party_id, "pending", "open"):
        await notices.business_approved(conn, await find(conn, party_id), at)
        await acts.record(conn, act, "business approve", party_id, at)


async def _change_status(conn: AsyncConnection, party_id: UUID, old: Status, new: Status) -> bool:
    """Whether it changed. Takes the account's lock, so that no payment under way sees half of it."""
    await find(conn, party_id)
    changed = await conn.execute(
        update(models.Account)
        .where(models.Account.party_id == party_id, models.Account.status == old)
        .values(status=new)
    )
    return changed.rowcount > 0


async def _open(
    conn: AsyncConnection,
    *,
    key: UUID,
    kind: PartyKind,
    name: str,
    owner_id: UUID | None,
    status: Status,
    currency: Currency,
    at: datetime,
) -> Party:
    name = _checked(name)
    opened = await conn.execute(
        upsert(models.Party)
        .values(
            id=new_id(),
            key=key,
            kind=kind,
            name=name,
            search_name=search_form(name),
            named_at=at,
            owner_id=owner_id,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=[models.Party.key])
        .returning(models.Party.id)
    )
    party_id = opened.scalar()
    if party_id is None:
        earlier = await find(conn, cast("UUID", await _opened_with(conn, key)))
        if (earlier.kind, earlier.owner_id) != (kind, owner_id):
            raise KeyConflict(key)
        return earlier
    await conn.execute(
        upsert(models.Unit).values(currency=currency.code, digits=currency.exponent).on_conflict_do_nothing()
    )
    await _require_unit(conn, currency)  # another process may have opened the first party, in a unit of its own
    account_kind = "personal" if kind == "person" else "business"
    await conn.execute(
        insert(models.Account).values(
            id=new_id(), party_id=party_id, kind=account_kind, currency=currency.code, status=status
        )
    )
    return Party(party_id, kind, name, status, owner_id)


async def _require_unit(conn: AsyncConnection, currency: Currency) -> None:
    """SettingsError, where the books are kept in another currency, or in one with other digits."""
    for code, digits in await conn.execute(_UNIT):
        kept = currency.kept(code, digits)
        if kept != currency:
            raise SettingsError(
                f"SIXPENCE_CURRENCY is {currency.setting}, but these books are kept in {kept.setting}: set it back."
            )


async def _opened_with(conn: AsyncConnection, key: UUID) -> UUID | None:
    return (await conn.execute(select(models.Party.id).where(models.Party.key == key))).scalar()


def selected() -> Select[*tuple[Any, ...]]:
    """Parties with their accounts, all of them until it is said which; `party_of` reads its rows."""
    party, account = models.Party, models.Account
    return select(
        party.id, party.kind, party.name, party.owner_id, account.status, account.id.label("account_id")
    ).join(account, account.party_id == party.id)


# Made once: making one takes as long as asking it.
_ONE = selected().where(models.Party.id == bindparam("party"))
_UNIT = select(models.Unit.currency, models.Unit.digits)
_OWNED = selected().where(models.Party.owner_id == bindparam("owner")).order_by(models.Party.id)


def party_of(row: Row[Any]) -> Party:
    """The party of a row of `selected`."""
    return Party(row.id, row.kind, row.name, row.status, row.owner_id)


def _checked(name: str) -> str:
    """Without control characters and halves of characters, which no page could show and no database keep."""
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs"}).strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise BadName(MAX_NAME)
    return name
