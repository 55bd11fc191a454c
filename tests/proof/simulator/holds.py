"""Money set aside, in the books: how each hold ended, that somebody wanted it so, and what limits still count of it."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.proof.simulator.records import Wrong
from wallet import limits

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.proof.simulator.books import Books
    from tests.proof.simulator.records import Ask, Row, Who


class Hold(NamedTuple):
    """A row of `wallet.holds`; payer and payee are parties."""

    id: UUID
    amount: int
    state: str
    payer: UUID
    payee: UUID
    at: datetime
    until: datetime
    reminded_at: datetime | None


_HOLDS: Final = """
    SELECT h.id, h.amount, h.state, payer.party_id, payee.party_id, h.created_at, h.expires_at, h.reminded_at
    FROM wallet.holds h
    JOIN wallet.accounts payer ON payer.id = h.payer_account_id
    JOIN wallet.accounts payee ON payee.id = h.payee_account_id
    ORDER BY h.created_at, h.id
"""
_ESCROW: Final = "SELECT COALESCE(sum(balance), 0) FROM wallet.accounts WHERE kind = 'escrow'"
_PAYERS: Final = "SELECT id, party_id FROM wallet.accounts WHERE kind = 'personal' ORDER BY id"
_ENDS: Final = {"open": [], "captured": ["capture"]}
_RELEASED: Final = frozenset({"cancelled", "refused", "expired"})


class Holds:
    """All that was ever set aside, and the ways to look at it."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.all: dict[UUID, Hold] = {}

    def open(self) -> list[Hold]:
        """What still waits for somebody."""
        return [hold for hold in self.all.values() if hold.state == "open"]

    def counted(self) -> dict[str, int]:
        """How many are open, and how many ended in each way."""
        return dict(Counter(hold.state for hold in self.all.values()))

    def payee(self, row: Row) -> Who:
        """Whom the money of this row waits for."""
        return self._books.who(self.all[row.id].payee)

    def sides(self, row: Row) -> list[Who]:
        """Who is concerned by this row besides those whose balance it changes."""
        if row.kind == "hold":
            return [self.payee(row)]
        return [self._books.who(self.all[row.original].payer)] if row.kind == "capture" and row.original else []

    def look(self) -> None:
        """Compare with the rows of the books, which have been read just before. Wrong."""
        found = {row[0]: Hold(*row) for row in self._books.connection.execute(_HOLDS)}
        if missing := self.all.keys() - found.keys():
            raise Wrong(f"no longer set aside, nor ended: {[self.all[each] for each in missing]}")
        for hold in found.values():
            self._ends_once(hold)
            if hold.reminded_at is not None and hold.reminded_at < hold.at + (hold.until - hold.at) / 2:
                raise Wrong(f"its payer was reminded too soon: {hold}")
        self.all = found
        escrow = self._books.connection.execute(_ESCROW).fetchone()
        if escrow != (waiting := sum(hold.amount for hold in self.open()),):
            raise Wrong(f"there is {escrow} in escrow, and {waiting} is set aside")
        self._limits_follow()

    def end_was_wanted(self, row: Row) -> None:
        """Whether somebody who may said so, or time did. Wrong."""
        assert row.original is not None, "it ends a hold"
        hold = self.all[row.original]
        ask = self._books.asks[self._books.rows[hold.id].note]
        if row.amount != hold.amount or row.fee or not self._is_due(row, hold, ask):
            raise Wrong(f"ended as nobody asked for: {row}, {hold}, {ask}")

    def owed(self, row: Row) -> list[tuple[int, str, str]]:
        """What the other side of an end must be told. What one took back oneself, one knows."""
        if row.original is None or row.original not in self.all:
            return []
        hold = self.all[row.original]
        payer = self._books.who(hold.payer)
        assert isinstance(payer, int), "only people set money aside"
        if row.kind == "capture":
            return [(payer, "accepted the", f"Note: “{row.note}”")]
        return [(payer, "came back to you", row.reference)] if hold.state != "cancelled" else []

    def _ends_once(self, hold: Hold) -> None:
        before = self.all.get(hold.id)
        if before is not None and before.state not in {"open", hold.state}:
            raise Wrong(f"ended twice: {before}, then {hold}")
        placed = self._books.rows.get(hold.id)
        if placed is None or placed.kind != "hold" or (placed.amount, placed.debit) != (hold.amount, hold.payer):
            raise Wrong(f"not as it was set aside: {placed}, {hold}")
        ends = [row.kind for row in self._books.rows.values() if row.original == hold.id]
        if ends != _ENDS.get(hold.state, ["release"]):
            raise Wrong(f"said to be {hold.state}, and moved by {ends}: {hold}")

    def _is_due(self, row: Row, hold: Hold, ask: Ask) -> bool:
        payee = self._books.person(hold.payee)
        match hold.state:
            case "captured":
                claimant = self._books.who(row.credit)
                return claimant == payee and claimant in ask.accepted and row.at < hold.until
            case "refused":
                return row.credit == hold.payer and payee in ask.refused
            case "cancelled":
                return row.credit == hold.payer and ask.taken_back
            case _:
                return row.credit == hold.payer and row.at >= hold.until

    def _limits_follow(self) -> None:
        """What limits count for each payer is what left and did not come back. Wrong."""
        at = self._books.telegram.time.clock()
        payers = dict(self._books.connection.execute(_PAYERS).fetchall())
        rows = self._books.connection.execute(*limits.of_accounts(payers, at)).fetchall()
        for account_id, spent in limits.spent(payers, rows).items():
            counted = [
                spent.nth - spent.nth_day_ago - spent.back_nth_day,
                spent.total - spent.total_day_ago - spent.back_day,
                spent.total - spent.total_month_ago - spent.back_month,
            ]
            day = self._left_since(payers[account_id], at - limits.DAY)
            if counted != (
                expected := [len(day), sum(day), sum(self._left_since(payers[account_id], at - limits.MONTH))]
            ):
                raise Wrong(f"of {self._books.who(payers[account_id])} limits count {counted}, and should {expected}")

    def _left_since(self, payer: UUID, start: datetime) -> list[int]:
        """What this person paid and set aside since, but for what came back."""
        left = sorted((row for row in self._books.paid() if row.debit == payer), key=lambda row: row.at)
        counted_at = accumulate((row.at for row in left), max)
        back = {hold.id for hold in self.all.values() if hold.state in _RELEASED}
        return [row.amount for row, at in zip(left, counted_at, strict=True) if at > start and row.id not in back]
