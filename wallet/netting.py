"""Netting: what people owe one another, evened out by the fewest payments. Pure.

People who even out among themselves (their balances sum to zero) need one payment less than they are. So the fewest
payments are as many as there are people, less the most such groups that everybody can be parted into. Finding those is
as hard as subset sum, NP-hard (T. Verhoeff, Settling Multiple Debts Efficiently, Informatics in Education 3, 2004): up
to `EXACT` people they are found by looking at every subset once, and the number of payments is the least there is.
Beyond that pairs that even out exactly are matched first, then the largest debtor pays the largest creditor, and so on:
at most one payment less than there are people, not always the fewest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

EXACT = 12
"""Up to so many people the answer is the best there is: 2^12 subsets take some ten milliseconds."""


@dataclass(frozen=True, slots=True, order=True)
class Debt:
    """`debtor` owes `creditor` so many minor units, more than none."""

    debtor: UUID
    creditor: UUID
    amount: int


def balances(debts: Iterable[Debt]) -> dict[UUID, int]:
    """What each is owed in all, less what they owe: for everybody who owes or is owed, zeros too. They sum to zero."""
    found: Counter[UUID] = Counter()
    for debt in debts:
        found[debt.debtor] -= debt.amount
        found[debt.creditor] += debt.amount
    return dict(found)


def settle_up(debts: Iterable[Debt]) -> tuple[Debt, ...]:
    """Other debts with the same balances: the fewest, for up to `EXACT` people who are not even. Same in, same out.

    Nobody owes and is owed at once in them, so nobody pays in order to be paid.
    """
    return _settled(tuple(debts))


@lru_cache(maxsize=64)  # a netting is read several times with each press of a button, and never changes its claims
def _settled(debts: tuple[Debt, ...]) -> tuple[Debt, ...]:
    uneven = {person: balance for person, balance in sorted(balances(debts).items()) if balance}
    people = tuple(uneven)
    groups = _even_groups(people, uneven) if len(people) <= EXACT else _even_pairs(people, uneven)
    return tuple(sorted(debt for group in groups for debt in _largest_first({one: uneven[one] for one in group})))


def _even_groups(people: Sequence[UUID], balance: Mapping[UUID, int]) -> list[list[UUID]]:
    """The most groups that even out within themselves.

    Take people out one by one: whenever those still in sum to zero, a group is complete. `most[mask]` is how many
    groups the best order of taking `mask` apart completes.
    """
    sums, most = [0] * (1 << len(people)), [0] * (1 << len(people))
    for mask in range(1, len(sums)):
        lowest = mask & -mask
        sums[mask] = sums[mask ^ lowest] + balance[people[lowest.bit_length() - 1]]
        inside = (1 << place for place in range(len(people)) if mask >> place & 1)
        most[mask] = max(most[mask ^ bit] for bit in inside) + (sums[mask] == 0)
    groups: list[list[UUID]] = []
    mask = len(sums) - 1
    while mask:
        if sums[mask] == 0:
            groups.append([])
        wanted = most[mask] - (sums[mask] == 0)
        place = next(at for at in range(len(people)) if mask >> at & 1 and most[mask ^ 1 << at] == wanted)
        groups[-1].append(people[place])
        mask ^= 1 << place
    return groups


def _even_pairs(people: Sequence[UUID], balance: Mapping[UUID, int]) -> list[list[UUID]]:
    """Those who even out two by two, and all the others together."""
    waiting: dict[int, list[UUID]] = {}
    pairs = []
    for person in people:
        if opposite := waiting.get(-balance[person]):
            pairs.append([opposite.pop(), person])
        else:
            waiting.setdefault(balance[person], []).append(person)
    return [*pairs, [person for alike in waiting.values() for person in alike]]


def _largest_first(balance: dict[UUID, int]) -> list[Debt]:
    """Debts that even these people out, at least one of them with each: at most one debt less than they are."""
    debts = []
    while any(balance.values()):
        debtor = min(balance, key=lambda person: (balance[person], person))
        creditor = max(balance, key=lambda person: (balance[person], person))
        amount = min(-balance[debtor], balance[creditor])
        debts.append(Debt(debtor, creditor, amount))
        balance[debtor] += amount
        balance[creditor] -= amount
    return debts
