"""What may have happened, and what did: after each step the two are compared, row by row.

People's own records say what each of them asked for and how often they gave their PIN for it; the operator's say what
was ordered. A payment in the books that nobody asked for, a second one, one without its PIN, one that was shown and
is gone, a balance that does not follow: each is `Wrong`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.person import PIN_LENGTH
from tests.proof.simulator.holds import Holds
from tests.proof.simulator.nettings import Nettings
from tests.proof.simulator.programs import EPOCH
from tests.proof.simulator.records import CAFE, Row, Wrong
from tests.proof.simulator.requests import Requests
from tests.proof.simulator.splits import Splits

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from tests.proof.simulator.records import Ask, Order, Who
    from tests.proof.simulator.telegram import Telegram
    from wallet.fees import Tariff

_ROWS: Final = """
    SELECT p.id, p.kind, p.amount, p.fee, p.note, p.reference, d.party_id, c.party_id, p.original_id, p.settled_at
    FROM wallet.payments p
    JOIN wallet.accounts d ON d.id = p.debit_account_id JOIN wallet.accounts c ON c.id = p.credit_account_id
    ORDER BY p.settled_at, p.id
"""
_SHOWN: Final = "SELECT message_id, facts->>'inline' FROM bot.cards WHERE chat_id = %s OR facts ? 'inline'"
_BALANCES: Final = "SELECT party_id, balance FROM wallet.accounts WHERE party_id IS NOT NULL"


@dataclass
class Books:
    """The records of what may have happened, and the way to look at what did."""

    connection: Connection[Any]
    telegram: Telegram
    tariff: Tariff
    keys: dict[UUID, Who] = field(default_factory=dict)
    """By what the wallet knows people, whoever they are to it by now."""
    parties: dict[UUID, Who] = field(default_factory=dict)
    asks: dict[str, Ask] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    rows: dict[UUID, Row] = field(default_factory=dict)
    frozen: dict[Who, datetime] = field(default_factory=dict)
    """When the freeze of each was acknowledged, or any time before the last look; without those who begin to thaw."""
    blocked: set[tuple[Who, Who]] = field(default_factory=set)
    """Who wants to be asked no more by whom; that declines whatever was asked until the bot hears of it."""
    updates: set[int] = field(default_factory=set)
    """All that were ever seen in the inbox, which forgets after some days."""

    def __post_init__(self) -> None:
        self.holds = Holds(self)
        self.requests = Requests(self)
        self.splits = Splits(self)
        self.nettings = Nettings(self)

    def id_of(self, who: Who) -> UUID:
        """The party."""
        return next(party for party, known in self.parties.items() if known == who)

    def note(self, ask: Ask) -> str:
        """Remember what somebody wants; returns the note by which it is known."""
        note = f"n{1001 + len(self.asks)}"  # none of them begins like another
        self.asks[note] = ask
        return note

    def ask(self, note: str, person: Who) -> Ask | None:
        """What is wanted by this note; where it is split, this person's share of it; without one, to settle up."""
        if not note:
            return self.nettings.ask_of(person)
        found = self.asks.get(note)
        return found.shares.get(person, found) if found else None

    def person(self, party: UUID) -> Who:
        """Who this is: the person who has this username, where it stands for whoever has it."""
        who, people = self.who(party), self.telegram.world.people.values()
        return next((person.id for person in people if who == f"@{person.username}"), who)

    def paid(self) -> list[Row]:
        """What people paid or set aside, oldest first."""
        return [row for row in self.rows.values() if row.kind in _ASKED]

    def look(self) -> list[Row]:
        """Compare; returns what is new. Wrong."""
        self._meet()
        self.updates.update(row[0] for row in self.connection.execute("SELECT update_id FROM bot.inbox"))
        found = {row[0]: Row(*row) for row in self.connection.execute(_ROWS)}
        if missing := self.rows.keys() - found.keys():
            raise Wrong(f"gone from the books: {[self.rows[each] for each in missing]}")
        new = [row for row in found.values() if row.id not in self.rows]
        self.rows = found
        self.holds.look()
        self.requests.look()
        self.splits.look()
        self.nettings.look()
        for row in new:
            self._was_wanted(row)
        self._happened_once()
        self._add_up()
        self._were_kept()
        self.frozen = dict.fromkeys(self.frozen, EPOCH)  # what is new at the next look came after all of these
        return new

    def _meet(self) -> None:
        """Learn which parties there are by now."""
        for party, key in self.connection.execute("SELECT id, key FROM wallet.parties"):
            if party not in self.parties:
                self.parties[party] = self.keys[key]

    def _was_wanted(self, row: Row) -> None:
        match row.kind:
            case "payment" | "hold":
                self._was_asked_for(row)
            case "capture" | "release":
                self.holds.end_was_wanted(row)
            case _:
                order = self.orders.get(row.id)
                if order is None or order.state == "refused" or order.amount not in {None, row.amount}:
                    raise Wrong(f"not as ordered: {row}, {order}")
        sides = {self.who(row.debit), self.who(row.credit), *self.holds.sides(row)}
        frozen = {who for who in sides if who in self.frozen and row.at > self.frozen[who]}
        if frozen and row.kind not in _WHATEVER_IS_FROZEN:
            raise Wrong(f"moved although {frozen} is frozen: {row}")

    def _was_asked_for(self, row: Row) -> None:
        payer = self.who(row.debit)
        ask = self.ask(row.note, payer)
        payee = self.holds.payee(row) if row.kind == "hold" else self.who(row.credit)
        if ask is None or payer != ask.payer or payee not in ask.payees or row.amount not in ask.amounts:
            raise Wrong(f"not as asked: {row} from {payer} to {payee}, {ask}")
        if ask.digits < PIN_LENGTH:
            raise Wrong(f"paid without its PIN: {row}, {ask}")
        if row.fee != self.tariff.fee("business" if payee == CAFE else "person", row.amount, row.at):
            raise Wrong(f"the fee is not the tariff's: {row}")

    def _happened_once(self) -> None:
        paid = Counter((row.note, row.debit) for row in self.paid() if row.note)
        if twice := [note for (note, _), times in paid.items() if times > 1]:
            raise Wrong(f"paid more than once: {twice}")

    def _add_up(self) -> None:
        expected: Counter[UUID] = Counter()
        for row in self.rows.values():
            fee_from = row.credit if row.original is None else row.debit
            if row.debit is not None:
                expected[row.debit] -= row.amount
            if row.credit is not None:
                expected[row.credit] += row.amount
            if fee_from is not None:
                expected[fee_from] += -row.fee if row.original is None else row.fee
        for party, balance in self.connection.execute(_BALANCES):
            if party in self.parties and (balance != expected[party] or balance < 0):
                raise Wrong(f"{self.parties[party]} has {balance}, and should have {expected[party]}")

    def _were_kept(self) -> None:
        """What was acknowledged, to the operator or in a chat, is there."""
        for order in self.orders.values():
            if order.state == "done" and order.verb in _MOVING and order.key not in self.rows:
                raise Wrong(f"acknowledged, and not in the books: {order}")
        known = {row.reference for row in self.rows.values()}
        for person in self.telegram.shown:
            if lost := self.telegram.references(person) - known:
                raise Wrong(f"{person} was shown {lost}, which is not in the books")

    def who(self, party: UUID | None) -> Who:
        """Whose party it is; nobody's, if there is none."""
        return self.parties.get(party, "") if party else ""

    # -- at the end ---------------------------------------------------------------------------------------------------

    def waiting(self) -> str:
        """What the bot still has to do; empty for nothing."""
        notices = self._count("wallet.notices WHERE delivered_at IS NULL")
        updates = self._count("bot.inbox WHERE handled_at IS NULL")
        pending = len(self.telegram.world.updates)
        return f"{notices} notices, {updates} updates, {pending} at Telegram" if notices + updates + pending else ""

    def shown_in(self, chat: int) -> set[int]:
        """Messages of the bot that it can still change: of one sent without ever hearing so it does not know."""
        rows = self.connection.execute(_SHOWN, [chat])
        named = self.telegram.world.inline.messages
        return {named[inline][1] if inline in named else message for message, inline in rows}

    def offers_taken(self) -> int:
        """How many messages that were sent through the bot somebody pressed to be paid."""
        return self._count("bot.cards WHERE facts ? 'inline' AND quote_id IS NOT NULL")

    def all_updates_arrived(self) -> None:
        """What Telegram no longer has, the inbox has. Wrong."""
        if lost := self.telegram.given_out() - self.updates:
            raise Wrong(f"acknowledged, and never stored: updates {sorted(lost)}")

    def all_were_told(self) -> int:
        """Every message that somebody is owed was shown to them; returns how many those are. Wrong."""
        owed = [message for row in self.rows.values() for message in self._owed(row)]
        for who, words, reference in owed:
            if not any(words in text and reference in text for text in self.telegram.shown[who]):
                raise Wrong(f"{who} was never told “{words} … {reference}”")
        return len(owed) + self._others_were_told() + self.requests.told()

    def _owed(self, row: Row) -> list[tuple[int, str, str]]:
        sides = zip((row.debit, row.credit), _SAID[row.kind], strict=True)
        owed = [(self._owner(party), words, row.reference) for party, words in sides if party and words is not None]
        return [*owed, *self.holds.owed(row)]

    def _others_were_told(self) -> int:
        """Of what moved no money: as many messages as notices, by kind and person."""
        owed: Counter[tuple[int, str]] = Counter()
        for kind, recipient in self.connection.execute("SELECT kind, recipient_id FROM wallet.notices"):
            if kind in _SAID_BESIDES:
                owed[self._owner(recipient), _SAID_BESIDES[kind]] += 1
        for (who, words), times in owed.items():
            if sum(words in text for text in self.telegram.shown[who]) < times:
                raise Wrong(f"{who} was told “{words}” less than {times} times")
        for order in self.orders.values():
            told = _ACTS.get(order.verb)
            if order.state == "done" and told and (self._owner(self.id_of(order.subject)), told) not in owed:
                raise Wrong(f"nobody is told of {order}")
        return owed.total()

    def _owner(self, party: UUID) -> int:
        who = self.parties[party]
        return who if isinstance(who, int) else self.owner

    owner: int = 5004

    def _count(self, what: str) -> int:
        found = self.connection.execute(f"SELECT count(*) FROM {what}").fetchone()  # noqa: S608 - said above
        assert found is not None
        return int(found[0])


_ASKED: Final = frozenset({"payment", "hold"})
_WHATEVER_IS_FROZEN: Final = frozenset({"reversal", "release"})
_MOVING: Final = frozenset({"deposit", "withdraw", "refund", "reverse"})
_SAID: Final[dict[str, tuple[str | None, str | None]]] = {
    "payment": ("You sent", "received"),
    "deposit": ("", "was paid in"),
    "withdrawal": ("was paid out", ""),
    "refund": ("back to", "gave you"),
    "reversal": ("corrected a booking", "corrected a booking"),
    "hold": ("", None),  # on its card, which by then may say how it ended
    "capture": (None, "You received"),
    "release": (None, None),
}
_SAID_BESIDES: Final = {
    "pin_changed": "Your PIN was changed",
    "pin_locked": "Your PIN is locked",
    "pin_reset": "took your PIN away",
    "frozen": "was frozen by the operator",
    "unfrozen": "is open again",
    "business_approved": "is approved",
    "hold_gone": "Nothing reached you",
}
_ACTS: Final = {"freeze": _SAID_BESIDES["frozen"], "reset": _SAID_BESIDES["pin_reset"]}
