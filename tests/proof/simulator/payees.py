"""Whom people pay, and how they name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sandbox.telegram.cast import PEOPLE
from tests.proof.simulator.records import CAFE
from tests.proof.simulator.telegram import NEWCOMERS

if TYPE_CHECKING:
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.records import Who


class Payee(NamedTuple):
    """Whom one may pay, and how: `named` so, and picked from one's contacts by `number`."""

    who: tuple[Who, ...]
    named: str
    number: int | None = None

    @property
    def mentioned(self) -> list[tuple[str, int]]:
        """Who is meant by the name, where that is no username."""
        return [(self.named, self.number)] if self.number and not self.named.startswith("@") else []


PAYEES: Final = (
    *(Payee((person.id,), f"@{person.username}", person.id) for person in PEOPLE if person.username),
    Payee((CAFE,), CAFE),
    Payee((CAFE,), CAFE),
    *(Payee((each.id, f"@{each.username}"), f"@{each.username}", each.id) for each in NEWCOMERS if each.username),
    *(Payee((each.id,), each.first_name, each.id) for each in NEWCOMERS if not each.username),
)
OTHERS: Final = {payee.number: payee for payee in PAYEES if payee.number}
"""The people among them, by their number."""


def others(chance: Chance, person: int, most: int) -> list[Payee]:
    """Return as many others, or fewer; mostly those who have had money from the start."""
    weights = {number: 6 if number in _AT_HOME else 1 for number in OTHERS if number != person}
    return [OTHERS[each] for each in dict.fromkeys(chance.choices(list(weights), list(weights.values()), k=most))]


_AT_HOME: Final = frozenset(person.id for person in PEOPLE)
