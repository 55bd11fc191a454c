"""Limits on what a person pays: per payment, in a rolling day, in a rolling month, and payments a day.

Each payment of a person leaves one row: the how-manieth it was, and how much had left in all by then. What was spent in
a window is the difference of two such rows, however many payments lie between, and the rows are written in the settling
transaction under the account's lock, so no two payments can both see room for one. Money set aside counts like a
payment, when it is; if it comes back, the windows in which it was set aside no longer count it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import text

from wallet.batches import Statement, numbers, texts, together, uuids
from wallet.errors import LimitExceeded
from wallet.models import one_of
from wallet.money import Currency, Money
from wallet.values import RELEASED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.settings import WalletSettings

WindowName = Literal["day", "month", "payments_a_day"]

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limits:
    """In minor units, and payments. For persons only."""

    per_payment: int
    day: int
    month: int
    payments_a_day: int

    @classmethod
    def of(cls, settings: WalletSettings) -> Limits:
        """As the operator set them."""
        return cls(settings.limit_per_payment, settings.limit_day, settings.limit_month, settings.limit_payments_a_day)


@dataclass(slots=True)
class Spent:
    """What an account has spent: in all, and in all up to a day and a month ago; and how much of it came back.

    `back_…` is what was set aside within the last day, or month, and released since. All of it `as_of` then.
    """

    nth: int = 0
    total: int = 0
    at: datetime | None = None
    nth_day_ago: int = 0
    total_day_ago: int = 0
    total_month_ago: int = 0
    back_nth_day: int = 0
    back_day: int = 0
    back_month: int = 0
    as_of: datetime | None = None

    def exceeded(self, limits: Limits, amount: int) -> list[WindowName]:
        """The windows that have no room for spending `amount` now."""
        windows: list[WindowName] = []
        if self.total - self.total_day_ago - self.back_day + amount > limits.day:
            windows.append("day")
        if self.total - self.total_month_ago - self.back_month + amount > limits.month:
            windows.append("month")
        if self.nth - self.nth_day_ago - self.back_nth_day >= limits.payments_a_day:
            windows.append("payments_a_day")
        return windows

    def spend(self, account_id: UUID, amount: int, at: datetime) -> SpendingRow:
        """Count a payment. Its time never lies before the one before, whatever the clock does."""
        self.nth += 1
        self.total += amount
        self.at = at if self.at is None else max(at, self.at)
        return SpendingRow(account_id, self.nth, self.total, self.at)

    def give_back(self, amount: int, counted_at: datetime, at: datetime) -> None:
        """No longer count what was counted then, in the windows that still do."""
        if counted_at > at - DAY:
            self.back_nth_day += 1
            self.back_day += amount
        if counted_at > at - MONTH:
            self.back_month += amount


class SpendingRow(NamedTuple):
    """A row of `wallet.spending`."""

    account_id: UUID
    nth: int
    total: int
    at: datetime


_BACK = f"h.state IN {one_of(*RELEASED)}"
_LOAD = f"""
    SELECT a.id, now.nth, now.total, now.at,
           COALESCE(day.nth, 0) AS day_nth, COALESCE(day.total, 0) AS day_total,
           COALESCE(month.total, 0) AS month_total, back.nth_day, back.day, back.month, %(at)s::timestamptz AS as_of
    FROM unnest(%(accounts)s::uuid[]) AS a(id)
    JOIN LATERAL (SELECT nth, total, at FROM wallet.spending s WHERE s.account_id = a.id
                  ORDER BY at DESC, nth DESC LIMIT 1) now
      ON true
    LEFT JOIN LATERAL (SELECT nth, total FROM wallet.spending s WHERE s.account_id = a.id AND s.at <= %(day)s
                       ORDER BY at DESC, nth DESC LIMIT 1) day ON true
    LEFT JOIN LATERAL (SELECT total FROM wallet.spending s WHERE s.account_id = a.id AND s.at <= %(month)s
                       ORDER BY at DESC, nth DESC LIMIT 1) month ON true
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE h.created_at > %(day)s) AS nth_day,
               COALESCE(sum(h.amount) FILTER (WHERE h.created_at > %(day)s), 0)::bigint AS day,
               COALESCE(sum(h.amount), 0)::bigint AS month
        FROM wallet.holds h WHERE h.payer_account_id = a.id AND h.created_at > %(month)s AND {_BACK}) back
"""  # noqa: S608 - words of this program's own

_INSERT = """
    INSERT INTO wallet.spending (account_id, nth, total, at)
    SELECT * FROM unnest(%(accounts)s::uuid[], %(nths)s::bigint[], %(totals)s::bigint[], %(ats)s::timestamptz[])
"""

_TOTAL = "total + COALESCE(sum(h.amount), 0)"
_COUNTED: dict[WindowName, tuple[str, timedelta]] = {
    "payments_a_day": ("nth + count(h.id)", DAY),
    "day": (_TOTAL, DAY),
    "month": (_TOTAL, MONTH),
}
# What had left by then, and what was set aside since and came back, which leaves the window without making room.
_LEAVES = f"""
    SELECT s.at FROM wallet.spending s
    WHERE s.account_id = :account AND s.at > :since AND :needed <= (
        SELECT s.{{counted}} FROM wallet.holds h
        WHERE h.payer_account_id = s.account_id AND h.created_at > s.at AND {_BACK})
    ORDER BY s.at, s.nth LIMIT 1
"""  # noqa: S608 - words of this program's own


def of_accounts(account_ids: Iterable[UUID], at: datetime) -> Statement:
    """The query for what these accounts have spent; `spent` reads its rows."""
    return _LOAD, {"accounts": uuids(account_ids), "at": at, "day": at - DAY, "month": at - MONTH}


def spent(account_ids: Iterable[UUID], rows: Iterable[Sequence[Any]]) -> dict[UUID, Spent]:
    """What these accounts have spent; nothing for those that never paid."""
    return {account_id: Spent() for account_id in account_ids} | {row[0]: Spent(*row[1:]) for row in rows}


async def load(conn: AsyncConnection, account_id: UUID, at: datetime) -> Spent:
    """What one account has spent."""
    (rows,) = await together(conn, [of_accounts([account_id], at)])
    return spent([account_id], rows)[account_id]


def insert(rows: Sequence[SpendingRow]) -> Statement:
    """What adds these rows."""
    columns = {
        "accounts": uuids([row.account_id for row in rows]),
        "nths": numbers([row.nth for row in rows]),
        "totals": numbers([row.total for row in rows]),
        "ats": texts([row.at.isoformat() for row in rows]),
    }
    return _INSERT, columns


async def require_room(conn: AsyncConnection, account_id: UUID, spent: Spent, limits: Limits, amount: Money) -> None:
    """LimitExceeded, where a limit stands in the way; of several, the one that opens last."""
    try:
        check_room(account_id, spent, limits, amount.minor, amount.currency)
    except NoRoom as full:
        raise await full.refusal(conn, limits, amount.currency) from None


def check_room(account_id: UUID, spent: Spent, limits: Limits, amount: int, currency: Currency) -> None:
    """LimitExceeded, where it is more than any payment may be; NoRoom, where too much was spent before."""
    if amount > limits.per_payment:
        raise LimitExceeded("per_payment", Money(limits.per_payment, currency), None)
    if exceeded := spent.exceeded(limits, amount):
        needed = {name: _needed(name, spent, limits, amount) for name in exceeded}
        raise NoRoom(account_id, needed, spent.at, spent.as_of)


def _needed(name: WindowName, spent: Spent, limits: Limits, amount: int) -> int:
    """How much has to have been counted by a payment, or how many, for the window to open when that one leaves it."""
    match name:
        case "payments_a_day":
            return spent.nth + 1 - limits.payments_a_day
        case "day":
            return spent.total + amount - limits.day
        case "month":
            return spent.total + amount - limits.month


@dataclass(eq=False)
class NoRoom(Exception):
    """Refused by these windows, each with what has to leave it; when that will be is for `refusal` to look up."""

    account_id: UUID
    needed: dict[WindowName, int]
    last: datetime | None
    as_of: datetime | None

    async def refusal(self, conn: AsyncConnection, limits: Limits, currency: Currency) -> LimitExceeded:
        """What the person is told: of several windows, the one that opens last."""
        opening = [(await self._opens_at(conn, name, needed), name) for name, needed in self.needed.items()]
        opens_at, name = max(opening, key=lambda window: window[0])
        return LimitExceeded(name, _allowed(limits, name, currency), opens_at)

    async def _opens_at(self, conn: AsyncConnection, name: WindowName, needed: int) -> datetime:
        """A window opens when enough of the oldest payments in it have left it, not counting what came back.

        Only those in it are looked at: payments before it had counted too little, else there would be room.
        """
        counted, window = _COUNTED[name]
        assert self.last is not None, "a window without payments has room for one"
        assert self.as_of is not None, "what was spent was read at some time"
        sought = {"account": self.account_id, "needed": needed, "since": self.as_of - window}
        leaves: datetime | None = (await conn.execute(text(_LEAVES.format(counted=counted)), sought)).scalar()
        return (leaves or self.last) + window


def _allowed(limits: Limits, name: WindowName, currency: Currency) -> Money | int:
    match name:
        case "day":
            return Money(limits.day, currency)
        case "month":
            return Money(limits.month, currency)
        case "payments_a_day":
            return limits.payments_a_day
