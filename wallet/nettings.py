"""Nettings: the open shares of a group, replaced by fewer payments that leave everybody where they stood.

    proposed   each side, whoever owes or is owed, may agree
    agreed     all have: at once every claim is netted, and each payment is asked for by a request of its own
    refused    a side would rather not
    overtaken  a claim had ended, or a side was frozen, before all had agreed; nothing was changed
    replaced   by a newer proposal: a group has one that is open
    expired    not all had agreed in time

Whoever changes a netting holds its row, and takes its claims after it (docs/adr/0018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import text

from wallet import netting, requests
from wallet.errors_splits import NettingUnknown
from wallet.money import Currency, Money
from wallet.netting import Debt
from wallet.values import Party, Request
from wallet.values_splits import NetPayment, Netting, NettingState, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection


MAX_SIDES = 30
"""So many people at most: everybody must see who would pay whom, in one message."""


class Placed(NamedTuple):
    """A row of `wallet.nettings`."""

    id: UUID
    group_key: UUID
    created_at: datetime
    expires_at: datetime


async def find(conn: AsyncConnection, netting_id: UUID, currency: Currency, at: datetime) -> Netting:
    """The netting as it stands then. NettingUnknown."""
    row = (await conn.execute(_NETTING, {"netting": netting_id})).first()
    if row is None:
        raise NettingUnknown
    sides = tuple(_side(side) for side in await conn.execute(_SIDES, {"netting": netting_id}))
    linked = {link.request_id: link.kind for link in await conn.execute(_CLAIMS, {"netting": netting_id})}
    found = await requests.load_many(conn, list(linked), currency)
    return _netting(row, sides, [(linked[one.id], one) for one in found.values()], currency, at)


async def lock(conn: AsyncConnection, netting_id: UUID) -> None:
    """From here to COMMIT only this transaction changes the netting. NettingUnknown."""
    if (await conn.execute(_LOCK, {"netting": netting_id})).first() is None:
        raise NettingUnknown


async def of_request(conn: AsyncConnection, request_id: UUID) -> UUID | None:
    """The netting that asks for this payment."""
    found: UUID | None = (await conn.execute(_OF_REQUEST, {"request": request_id})).scalar()
    return found


async def claims_of(conn: AsyncConnection, group: UUID, currency: Currency, at: datetime) -> tuple[Request, ...]:
    """What is open in this group between people who can be paid: shares of splits, and payments of earlier nettings.

    What somebody without a wallet owes, or somebody frozen, or is owed, is left as it is.
    """
    ids = (await conn.execute(_CLAIMS_OF, {"group": group, "now": at})).scalars().all()
    found = (await requests.load_many(conn, ids, currency)).values()
    between_open = (one for one in found if one.payer.status == one.payee.status == "open")
    return tuple(sorted(between_open, key=lambda one: one.id))


async def standing(conn: AsyncConnection, key: UUID, group: UUID) -> UUID | None:
    """The netting of this key, if there is one; otherwise the one that is proposed to this group. It is locked."""
    found: UUID | None = (await conn.execute(_STANDING, {"key": key, "group": group})).scalar()
    return found


async def insert(conn: AsyncConnection, placed: Placed, claims: Sequence[Request]) -> bool:
    """Add this netting of these claims, unless there is one with this id, or one proposed to the group; whether so."""
    added = await conn.execute(_INSERT, placed._asdict())
    if not added.rowcount:
        return False
    for party in dict.fromkeys(party.id for claim in claims for party in (claim.payer, claim.payee)):
        await conn.execute(_INSERT_SIDE, {"netting": placed.id, "party": party})
    await _link(conn, placed.id, [claim.id for claim in claims], "netted")
    return True


async def agree(conn: AsyncConnection, netting_id: UUID, party_id: UUID, at: datetime) -> None:
    """This side agrees. With the netting locked."""
    await conn.execute(_AGREE, {"netting": netting_id, "party": party_id, "at": at})


async def end(conn: AsyncConnection, netting_id: UUID, state: NettingState) -> None:
    """From now on it is in this state. With the netting locked."""
    await conn.execute(_END, {"netting": netting_id, "state": state})


async def give_way(conn: AsyncConnection, netting_id: UUID, at: datetime) -> None:
    """A proposal leaves its place to a newer one. With the netting locked."""
    await conn.execute(_GIVE_WAY, {"netting": netting_id, "at": at})


async def replace(conn: AsyncConnection, found: Netting, until: datetime, currency: Currency, at: datetime) -> bool:
    """Net all claims, and ask for the payments instead.

    False, and nothing is changed, where a claim has ended, or a side is frozen by now. With the netting locked. The
    claims are locked in the order of their ids, as everywhere.
    """
    claims = [claim.id for claim in found.claims]
    standing = [
        row.state == "open" and at < row.expires_at for row in await conn.execute(_LOCK_CLAIMS, {"ids": claims})
    ]
    if len(standing) < len(claims) or not all(standing) or any(side.party.status != "open" for side in found.sides):
        return False
    await conn.execute(_NET, {"ids": claims})
    accounts = {row.party_id: row.account_id for row in await conn.execute(_ACCOUNTS, {"netting": found.id})}
    for due in found.payments:
        payee, payer = accounts[due.payee.id], accounts[due.payer.id]
        placed = requests.Placed(payment_key(found.id, payer, payee), payee, payer, due.amount.minor, "", at, until)
        await requests.insert(conn, placed, currency)
        await _link(conn, found.id, [placed.id], "made")
    return True


async def move_group(conn: AsyncConnection, group: UUID, new_group: UUID) -> None:
    """As `Wallet.move_group`."""
    for statement in _MOVE:
        await conn.execute(statement, {"group": group, "new": new_group})


def payment_key(netting_id: UUID, payer_account_id: UUID, payee_account_id: UUID) -> UUID:
    """The id of the request for this payment of this netting: the same each time."""
    return uuid5(netting_id, f"{payer_account_id} to {payee_account_id}")


def debts(claims: Iterable[Request]) -> tuple[Debt, ...]:
    """Who owes whom, by these claims."""
    return tuple(Debt(claim.payer.id, claim.payee.id, claim.amount.minor) for claim in claims)


async def _link(conn: AsyncConnection, netting_id: UUID, request_ids: Sequence[UUID], kind: str) -> None:
    for request_id in request_ids:
        await conn.execute(_INSERT_CLAIM, {"netting": netting_id, "request": request_id, "kind": kind})


_NETTING = text("SELECT * FROM wallet.nettings WHERE id = :netting")
_LOCK = text("SELECT id FROM wallet.nettings WHERE id = :netting FOR NO KEY UPDATE")
_STANDING = text("""
    SELECT id FROM wallet.nettings WHERE id = :key OR (group_key = :group AND state = 'proposed')
    ORDER BY id = :key DESC LIMIT 1 FOR NO KEY UPDATE
""")
_SIDES = text("""
    SELECT p.id AS party_id, p.name, a.status, s.agreed_at FROM wallet.netting_sides s
    JOIN wallet.accounts a ON a.id = s.account_id JOIN wallet.parties p ON p.id = a.party_id
    WHERE s.netting_id = :netting ORDER BY p.name, p.id
""")
_ACCOUNTS = text("""
    SELECT a.party_id, a.id AS account_id FROM wallet.netting_sides s JOIN wallet.accounts a ON a.id = s.account_id
    WHERE s.netting_id = :netting
""")
_CLAIMS = text("SELECT request_id, kind FROM wallet.netting_claims WHERE netting_id = :netting")
_OF_REQUEST = text("SELECT netting_id FROM wallet.netting_claims WHERE request_id = :request AND kind = 'made'")
_CLAIMS_OF = text("""
    SELECT r.id FROM wallet.requests r WHERE r.state = 'open' AND r.expires_at > :now AND r.id IN (
        SELECT h.request_id FROM wallet.splits s JOIN wallet.shares h ON h.split_id = s.id WHERE s.group_key = :group
        UNION ALL
        SELECT c.request_id FROM wallet.nettings n JOIN wallet.netting_claims c ON c.netting_id = n.id
        WHERE n.group_key = :group AND c.kind = 'made')
""")
_INSERT = text("""
    INSERT INTO wallet.nettings (id, group_key, state, created_at, expires_at)
    VALUES (:id, :group_key, 'proposed', :created_at, :expires_at) ON CONFLICT DO NOTHING
""")
_INSERT_SIDE = text("""
    INSERT INTO wallet.netting_sides (netting_id, account_id)
    SELECT :netting, id FROM wallet.accounts WHERE party_id = :party
""")
_INSERT_CLAIM = text("""
    INSERT INTO wallet.netting_claims (netting_id, request_id, kind) VALUES (:netting, :request, :kind)
""")
_AGREE = text("""
    UPDATE wallet.netting_sides SET agreed_at = COALESCE(agreed_at, :at)
    WHERE netting_id = :netting AND account_id = (SELECT id FROM wallet.accounts WHERE party_id = :party)
""")
_MOVE = (
    text("UPDATE wallet.splits SET group_key = :new WHERE group_key = :group"),
    text("""
        UPDATE wallet.nettings SET state = 'replaced' WHERE group_key = :group AND state = 'proposed'
            AND EXISTS (SELECT FROM wallet.nettings WHERE group_key = :new AND state = 'proposed')
    """),
    text("UPDATE wallet.nettings SET group_key = :new WHERE group_key = :group"),
)
_GIVE_WAY = text("""
    UPDATE wallet.nettings SET state = CASE WHEN expires_at <= :at THEN 'expired' ELSE 'replaced' END
    WHERE id = :netting
""")
_END = text("UPDATE wallet.nettings SET state = :state WHERE id = :netting")
_LOCK_CLAIMS = text("""
    SELECT state, expires_at FROM wallet.requests WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE
""")
_NET = text("UPDATE wallet.requests SET state = 'netted' WHERE id = ANY(:ids)")


def _side(row: Row[Any]) -> Side:
    return Side(Party(row.party_id, "person", row.name, row.status), row.agreed_at is not None)


def _netting(
    row: Row[Any], sides: tuple[Side, ...], linked: Sequence[tuple[str, Request]], currency: Currency, at: datetime
) -> Netting:
    claims = tuple(sorted((one for kind, one in linked if kind == "netted"), key=lambda one: one.id))
    made = {(one.payer.id, one.payee.id): one for kind, one in linked if kind == "made"}
    people = {side.party.id: side.party for side in sides}
    late = row.state == "proposed" and row.expires_at <= at
    return Netting(
        id=row.id,
        group=row.group_key,
        state="expired" if late else row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        sides=sides,
        claims=claims,
        payments=_payments(claims, people, made, currency),
    )


def _payments(
    claims: Sequence[Request],
    people: Mapping[UUID, Party],
    made: Mapping[tuple[UUID, UUID], Request],
    currency: Currency,
) -> tuple[NetPayment, ...]:
    """Claims never change their amounts, so these are the same whenever they are worked out."""
    return tuple(
        NetPayment(
            people[due.debtor], people[due.creditor], Money(due.amount, currency), made.get((due.debtor, due.creditor))
        )
        for due in netting.settle_up(debts(claims))
    )
