"""Settling up, in the books: all agreed, everybody stands where they stood, and what is paid is what was agreed to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from sandbox.person import PIN_LENGTH
from tests.proof.simulator.records import Ask, Wrong

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from tests.proof.simulator.books import Books
    from tests.proof.simulator.records import Who
    from tests.proof.simulator.requests import Request


class Netting(NamedTuple):
    """A row of `wallet.nettings`: who has agreed and who has not, and the requests that it ends, and asks for."""

    id: UUID
    state: str
    agreed: list[UUID]
    waiting: list[UUID]
    netted: list[UUID]
    made: list[UUID]


_NETTINGS: Final = """
    SELECT n.id, n.state,
           ARRAY(SELECT a.party_id FROM wallet.netting_sides s JOIN wallet.accounts a ON a.id = s.account_id
                 WHERE s.netting_id = n.id AND s.agreed_at IS NOT NULL ORDER BY a.id),
           ARRAY(SELECT a.party_id FROM wallet.netting_sides s JOIN wallet.accounts a ON a.id = s.account_id
                 WHERE s.netting_id = n.id AND s.agreed_at IS NULL ORDER BY a.id),
           ARRAY(SELECT request_id FROM wallet.netting_claims c
                 WHERE c.netting_id = n.id AND c.kind = 'netted' ORDER BY 1),
           ARRAY(SELECT request_id FROM wallet.netting_claims c
                 WHERE c.netting_id = n.id AND c.kind = 'made' ORDER BY 1)
    FROM wallet.nettings n ORDER BY n.created_at, n.id
"""


class Nettings:
    """All that was ever proposed to settle up, and the ways to look at it.

    What a netting asks for has no note. `asks` has what each person may come to pay so; `proposed` who ever proposed
    to settle up, `said` who pressed what on which board.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self.all: dict[UUID, Netting] = {}
        self.asks: dict[Who, Ask] = {}
        self.proposed: set[Who] = set()
        self.said: dict[str, set[tuple[Who, UUID]]] = {"agreed": set(), "refused": set()}

    def counted(self) -> dict[str, int]:
        """How many ended in each way, and how many are only proposed."""
        return dict(Counter(netting.state for netting in self.all.values()))

    def ask_of(self, person: Who) -> Ask:
        """What this person may pay, or be paid, without a note."""
        return self.asks.setdefault(person, Ask(person if isinstance(person, int) else 0, set(), set()))

    def says(self, person: Who, card_id: str, word: str) -> None:
        """Remember what they pressed on this board."""
        found = self._books.connection.execute("SELECT quote_id FROM bot.cards WHERE id = %s", [card_id]).fetchone()
        assert found is not None, "a board is stored before it is shown"
        self.said[word].add((person, found[0]))

    def look(self) -> None:
        """Compare with the rows of the books, the requests among them, which have been read just before. Wrong."""
        found = {row[0]: Netting(*row) for row in self._books.connection.execute(_NETTINGS)}
        if missing := self.all.keys() - found.keys():
            raise Wrong(f"no longer settled: {[self.all[each] for each in missing]}")
        for netting in found.values():
            self._was_wanted(netting)
            before = self.all.get(netting.id)
            if before is not None and before.state not in {"proposed", netting.state}:
                raise Wrong(f"settled twice: {before}, then {netting}")
        self.all = found
        self._ended()
        self._paid()

    def boards_say(self, boards: Iterable[str]) -> None:
        """After its time no proposal still waits for somebody to agree. Wrong."""
        if waiting := [board for board in boards if "“I agree”" in board]:
            raise Wrong(f"still waiting to settle after its time: {waiting}")

    def _was_wanted(self, netting: Netting) -> None:
        for party in netting.agreed:
            who = self._books.who(party)
            if (who, netting.id) not in self.said["agreed"] and who not in self.proposed:
                raise Wrong(f"{who} never agreed to settle so: {netting}")
        if netting.state == "refused" and netting.id not in {which for _, which in self.said["refused"]}:
            raise Wrong(f"nobody refused to settle so: {netting}")
        if (netting.state == "agreed" and netting.waiting) or (netting.state != "agreed" and netting.made):
            raise Wrong(f"settled before all agreed: {netting}")
        if netting.state == "agreed" and self._standing(netting.netted) != self._standing(netting.made):
            raise Wrong(f"settled so that somebody stands elsewhere: {netting}")
        for request in self._requests(netting.made):
            ask = self.ask_of(self._books.who(request.payer))
            ask.payees.add(self._books.who(request.payee))
            ask.amounts.add(request.amount)

    def _standing(self, requests: Iterable[UUID]) -> dict[UUID, int]:
        """What each is owed by these requests, less what they owe."""
        owed: dict[UUID, int] = {}
        for request in self._requests(requests):
            owed[request.payee] = owed.get(request.payee, 0) + request.amount
            owed[request.payer] = owed.get(request.payer, 0) - request.amount
        return {party: amount for party, amount in owed.items() if amount}

    def _requests(self, ids: Iterable[UUID]) -> list[Request]:
        return [self._books.requests.all[each] for each in ids]

    def _ended(self) -> None:
        """What was settled is asked for by no request any more, and in one netting only."""
        agreed = [each for netting in self.all.values() if netting.state == "agreed" for each in netting.netted]
        ended = [request.id for request in self._books.requests.all.values() if request.state == "netted"]
        if sorted(agreed) != sorted(ended):
            raise Wrong(f"settled, and not agreed to, or agreed to, and not settled: {agreed}, {ended}")

    def _paid(self) -> None:
        """Each payment without a note answers a request of a netting, and its payer gave as many PINs as they paid."""
        paid = [row for row in self._books.paid() if not row.note]
        made = {each for netting in self.all.values() for each in netting.made}
        answers = [request.payment for request in self._requests(sorted(made)) if request.payment is not None]
        if sorted(answers) != sorted(row.id for row in paid):
            raise Wrong(f"paid to settle up, and nobody asked for it: {paid}, {answers}")
        for payer, times in Counter(self._books.who(row.debit) for row in paid).items():
            if self.ask_of(payer).digits < times * PIN_LENGTH:
                raise Wrong(f"paid without its PIN: {payer}, {times} times to settle up")
