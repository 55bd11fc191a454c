"""Money asked for, in the books: that somebody did ask, and that each request ends once, as one of the two wanted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.proof.simulator.records import Wrong
from wallet.requests import MAX_OPEN, REMIND_EVERY

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.proof.simulator.books import Books
    from tests.proof.simulator.records import Row


class Request(NamedTuple):
    """A row of `wallet.requests`; who asks is its payee, who is asked its payer, both parties."""

    id: UUID
    amount: int
    note: str
    state: str
    payer: UUID
    payee: UUID
    at: datetime
    until: datetime
    reminded_at: datetime | None
    payment: UUID | None


_REQUESTS: Final = """
    SELECT r.id, r.amount, r.note, r.state, payer.party_id, payee.party_id, r.created_at, r.expires_at, r.reminded_at,
           r.payment_id
    FROM wallet.requests r
    JOIN wallet.accounts payer ON payer.id = r.payer_account_id
    JOIN wallet.accounts payee ON payee.id = r.payee_account_id
    ORDER BY r.created_at, r.id
"""


class Requests:
    """All that anybody was ever asked for, and the way to look at it."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.all: dict[UUID, Request] = {}

    def open(self) -> list[Request]:
        """What still waits for an answer."""
        return [request for request in self.all.values() if request.state == "open"]

    def counted(self) -> dict[str, int]:
        """How many are open, and how many ended in each way."""
        return dict(Counter(request.state for request in self.all.values()))

    def look(self) -> None:
        """Compare with the rows of the books, which have been read just before. Wrong."""
        found = {row[0]: Request(*row) for row in self._books.connection.execute(_REQUESTS)}
        if missing := self.all.keys() - found.keys():
            raise Wrong(f"no longer asked for, nor ended: {[self.all[each] for each in missing]}")
        for request in found.values():
            self._was_wanted(request)
            self._follows(self.all.get(request.id), request)
        self.all = found
        asked = Counter((request.note, request.payer) for request in found.values() if request.note)
        if twice := [note for (note, _), times in asked.items() if times > 1]:
            raise Wrong(f"asked for more than once: {twice}")
        alone = [each for each in self.open() if each.note and not self._books.asks[each.note].shares]
        pairs = Counter((request.payer, request.payee) for request in alone)
        if pairs and max(pairs.values()) > MAX_OPEN:
            raise Wrong(f"one person is asked for more than {MAX_OPEN} things at once by another: {pairs}")

    def told(self) -> int:
        """Who asked in vain was told so; how many those are. Wrong."""
        owed = [request for request in self.all.values() if request.state in _NEWS]
        for request in owed:
            who = self._books.who(request.payee)
            shown = self._books.telegram.shown[who] if isinstance(who, int) else []
            if not any(self._tells(text, request) for text in shown):
                raise Wrong(f"{who} was never told how their request ended: {request}")
        return len(owed)

    def _tells(self, text: str, request: Request) -> bool:
        """Whether this says that the request ended in vain. Shares that run out of time are told of by their split."""
        if request.state == "expired" and request.note and self._books.asks[request.note].shares:
            return "Time is over for your split" in text and request.note in text
        return _NEWS[request.state] in text and (not request.note or f"Note: “{request.note}”" in text)

    def _was_asked(self, request: Request) -> None:
        """Whether one of the two wanted it so; what is asked for without a note is looked at by `nettings`. Wrong."""
        payer, payee = self._books.person(request.payer), self._books.who(request.payee)
        ask, whole = self._books.ask(request.note, payer), self._books.asks.get(request.note)
        if ask is None or whole is None or (ask.payer, ask.asker) != (payer, payee):
            raise Wrong(f"nobody wanted to ask for it: {request} from {payee} to {payer}, {ask}")
        if request.amount not in ask.amounts or not (ask.agreed and whole.agreed):
            raise Wrong(f"not asked for as they wanted it: {request}, {ask}")

    def _was_wanted(self, request: Request) -> None:
        if request.note:
            self._was_asked(request)
        ask = self._books.ask(request.note, self._books.person(request.payer))
        whole = self._books.ask(request.note, self._books.who(request.payee))
        assert ask is not None, "somebody asked"
        assert whole is not None, "somebody asked"
        payment = self._payment(request)
        match request.state:
            case "paid":
                ended = payment is not None and payment.id == request.payment and payment.amount == request.amount
            case "declined":
                sides = self._books.person(request.payer), self._books.who(request.payee)
                ended = ask.declined or sides in self._books.blocked
            case "cancelled":
                ended = whole.cancelled
            case "expired":
                ended = self._books.telegram.time.clock() >= request.until
            case state:
                ended = state in {"open", "netted"}
        if not ended or (payment is not None and request.state != "paid"):
            raise Wrong(f"answered as nobody wanted: {request}, {payment}, {ask}")

    def _payment(self, request: Request) -> Row | None:
        """The payment that may have answered it: known by the note, or else as the request says."""
        if not request.note:
            return self._books.rows.get(request.payment) if request.payment else None
        paid = (row for row in self._books.paid() if (row.note, row.debit) == (request.note, request.payer))
        return next(paid, None)

    def _follows(self, before: Request | None, now: Request) -> None:
        if before is None:
            return
        if before.state not in {"open", now.state}:
            raise Wrong(f"answered twice: {before}, then {now}")
        told_at = before.reminded_at or before.at
        if now.reminded_at not in {None, before.reminded_at} and now.reminded_at < told_at + REMIND_EVERY:
            raise Wrong(f"reminded too soon: {before}, then {now}")


_NEWS: Final = {"declined": "declined to pay", "expired": "did not answer"}
