"""Whom people pay, and how they name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sandbox.telegram.cast import PEOPLE
from tests.proof.simulator.records import CAFE
from tests.proof.simulator.telegram import NEWCOMERS

if TYPE_CHECKING:
    from tests.proof.simulator.records import Who


class Payee(NamedTuple):
    """Whom one may pay, and how: `named` so, and picked from one's contacts by `number`."""

    who: tuple[Who, ...]
    named: str
    number: int | None = None


PAYEES: Final = (
    *(Payee((person.id,), f"@{person.username}", person.id) for person in PEOPLE if person.username),
    Payee((CAFE,), CAFE),
    Payee((CAFE,), CAFE),
    *(Payee((each.id, f"@{each.username}"), f"@{each.username}", each.id) for each in NEWCOMERS if each.username),
    *(Payee((each.id,), each.first_name, each.id) for each in NEWCOMERS if not each.username),
)
