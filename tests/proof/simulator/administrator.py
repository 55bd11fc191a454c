"""What the operator does at the command line: each act is a program of its own, with a key fixed before it starts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError

from tests.proof.simulator.programs import Program
from tests.proof.simulator.records import CAFE, Order
from wallet import Money, SettingsError, Unavailable, Wallet, WalletError

if TYPE_CHECKING:
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.programs import Time
    from wallet import WalletSettings

BY, WHY = "operator", "simulation"
_VERBS: Final = {"deposit": 6, "refund": 6, "withdraw": 3, "reverse": 2, "freeze": 2, "reset": 1}
_THAW: Final = 0.5
"""How often what was frozen is opened again, before anything else is done."""


class Operator:
    """One act at a time; one that nobody knows the end of is done again with the same key."""

    def __init__(self, settings: WalletSettings, time: Time, books: Books, chance: Chance) -> None:
        self._settings = settings
        self._time = time
        self._books = books
        self._chance = chance
        self.program: Program | None = None
        self._order: Order | None = None

    @property
    def busy(self) -> bool:
        """Whether an act is under way."""
        return self.program is not None

    def act(self) -> str:
        """Begin an act: a new one, or one whose end is not known."""
        unknown = self.unknown()
        order = self._chance.choice(unknown) if unknown and self._chance.happens(0.6) else self._new()
        self.begin(order)
        return f"{order.verb} {self._named(order)} {order.amount or ''}".rstrip()

    def unknown(self) -> list[Order]:
        """Acts whose end nobody knows."""
        return [order for order in self._books.orders.values() if order.state == "open"]

    def begin(self, order: Order) -> None:
        """Start the program that does this."""
        self._books.orders[order.key] = order
        if order.verb in {"unfreeze", "freeze"}:
            self._books.frozen.pop(order.subject, None)
        self._order = order
        self.program = Program("operator", self._time, lambda: _done(self._settings, self._time, order, self._books))

    def ended(self) -> str:
        """Note how the act ended, once it has; returns that in a word, empty before."""
        if self.program is None or self.program.running:
            return ""
        assert self._order is not None
        order, program, self.program = self._order, self.program, None
        try:
            program.outcome()
        except (Unavailable, SettingsError, SQLAlchemyError, asyncio.CancelledError) as error:
            return f"{order.verb} {self._named(order)}: not known ({type(error).__name__})"
        except WalletError as refusal:
            if order.key not in self._books.rows:
                order.state = "refused"
            return f"{order.verb} {self._named(order)}: {refusal.code}"
        order.state = "done"
        if order.verb == "freeze" and self._is_settled(order):
            self._books.frozen[order.subject] = self._time.clock()
        return f"{order.verb} {self._named(order)}: done"

    def _is_settled(self, order: Order) -> bool:
        """Whether no unfreezing of the same party may still come through."""
        return not any(other.verb == "unfreeze" and other.subject == order.subject for other in self.unknown())

    def _new(self) -> Order:
        chance, books = self._chance, self._books
        if books.frozen and chance.happens(_THAW):
            return Order("unfreeze", chance.choice(sorted(books.frozen, key=str)), None, chance.uuid())
        verb = chance.choices(list(_VERBS), list(_VERBS.values()))[0]
        all_kinds = verb == "reverse" and chance.happens(0.3)
        rows = [row for row in books.rows.values() if all_kinds or row.kind == "payment"]
        if verb in {"refund", "reverse"} and not rows:
            verb = "deposit"
        if verb in {"refund", "reverse"}:
            row = chance.choice(rows[-6:])
            amount = chance.randint(1, row.amount) if verb == "refund" and chance.happens(0.5) else None
            return Order(verb, row.id, amount, chance.uuid())
        who = chance.choice([who for who in books.parties.values() if verb != "reset" or who != CAFE])
        amount = chance.randint(1, 20_00) if verb in {"deposit", "withdraw"} else None
        return Order(verb, who, amount, chance.uuid())

    def _named(self, order: Order) -> object:
        row = self._books.rows.get(order.subject)
        return f"{row.kind} of {row.amount} ({row.note})" if row else order.subject


async def _done(settings: WalletSettings, time: Time, order: Order, books: Books) -> None:
    async with Wallet.open(settings, clock=time.clock) as wallet:
        subject: Any = order.subject if order.verb in {"refund", "reverse"} else books.id_of(order.subject)
        amount = Money(order.amount, wallet.currency) if order.amount else None
        match order.verb:
            case "deposit" | "withdraw" if amount is not None:
                move = wallet.deposit if order.verb == "deposit" else wallet.withdraw
                await move(subject, amount, key=order.key, by=BY, reason=WHY)
            case "refund":
                await wallet.refund(subject, amount, key=order.key, by=BY, reason=WHY)
            case "reverse":
                await wallet.reverse(subject, key=order.key, by=BY, reason=WHY)
            case "freeze":
                await wallet.freeze(subject, by=BY, reason=WHY)
            case "unfreeze":
                await wallet.unfreeze(subject, by=BY, reason=WHY)
            case _:
                await wallet.reset_pin(subject, by=BY, reason=WHY)
