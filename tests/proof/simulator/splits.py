"""Splits, in the books: that somebody wanted each, that its shares add up, and that its board says what is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.proof.simulator.records import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from tests.proof.simulator.books import Books


class Split(NamedTuple):
    """A row of `wallet.splits`; its starter is a party. Until all are asked `amounts` are None."""

    id: UUID
    total: int
    note: str
    starter: UUID
    asked: bool
    closed: bool
    amounts: list[int | None]


_SPLITS: Final = """
    SELECT s.id, s.total, s.note, a.party_id, s.asked_at IS NOT NULL, s.closed_at IS NOT NULL,
           ARRAY(SELECT h.amount FROM wallet.shares h WHERE h.split_id = s.id AND h.is_in ORDER BY h.nth)
    FROM wallet.splits s JOIN wallet.accounts a ON a.id = s.starter_account_id
    ORDER BY s.created_at, s.id
"""


class Splits:
    """All that was ever split, and the ways to look at it. What each is asked for is looked at by `requests`."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.all: dict[UUID, Split] = {}

    def counted(self) -> dict[str, int]:
        """How many asked everybody, and how many did not."""
        return dict(Counter("asked" if split.asked else "not asked" for split in self.all.values()))

    def look(self) -> None:
        """Compare with the rows of the books. Wrong."""
        found = {row[0]: Split(*row) for row in self._books.connection.execute(_SPLITS)}
        if missing := self.all.keys() - found.keys():
            raise Wrong(f"no longer split: {[self.all[each] for each in missing]}")
        for split in found.values():
            self._was_wanted(split)
            before = self.all.get(split.id)
            if before is not None and before.asked and (before.amounts, True) != (split.amounts, split.asked):
                raise Wrong(f"its shares were fixed: {before}, then {split}")
        self.all = found
        notes = Counter(split.note for split in found.values())
        if twice := [note for note, times in notes.items() if times > 1]:
            raise Wrong(f"split more than once: {twice}")

    def boards_say(self, boards: Iterable[str]) -> None:
        """After its time each board says that it is over, and who paid. Wrong."""
        by_note = {split.note: split for split in self.all.values()}
        payments = Counter(request.note for request in self._books.requests.all.values() if request.state == "paid")
        for board in boards:
            split = next((by_note[note] for note in by_note if f"“{note}”" in board), None)
            if split is None or " splits €" not in board:
                continue
            paid = payments[split.note]
            if board.count(" · paid") != paid or "Each pays" in board or "Press “I’m in”" in board:
                raise Wrong(f"{paid} have paid, and the board says: {board}")

    def _was_wanted(self, split: Split) -> None:
        ask = self._books.asks.get(split.note)
        if ask is None or not ask.shares or self._books.who(split.starter) != ask.payer or {split.total} != ask.amounts:
            raise Wrong(f"nobody wanted to split it: {split}, {ask}")
        if (split.asked and not ask.agreed) or (split.closed and not ask.cancelled):
            raise Wrong(f"its starter did not want it so: {split}, {ask}")
        fixed = [amount for amount in split.amounts if amount is not None]
        if len(fixed) != (len(split.amounts) if split.asked else 0):
            raise Wrong(f"some shares are fixed, and some are not: {split}")
        if split.asked and (sum(fixed) != split.total or max(fixed) - min(fixed) > 1):
            raise Wrong(f"its shares do not add up, or are not the same for each: {split}")
