"""Splitting: one total into parts that add up to it exactly. Pure; whole minor units only.

The one rule for odd cents: everybody's exact part is cut to whole cents, and what is left over goes, a cent each, to
those who were cut the most; among equals to whoever comes first. The first is whoever started the split, then come the
others in the order in which they joined: so in an even split the starter carries the first odd cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wallet.errors_splits import PartsUnequalTotal, SplitTooSmall
from wallet.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Division:
    """One part for each person, in their order; `odd` are the places that carry an odd cent."""

    parts: tuple[Money, ...]
    odd: tuple[int, ...] = ()


def evenly(total: Money, people: int) -> Division:
    """The same for everybody, give or take one cent. SplitTooSmall: there is not a cent for each."""
    return by_weights(total, (1,) * people)


def by_weights(total: Money, weights: Sequence[int]) -> Division:
    """In proportion to weights above zero, each part within a cent of exact. SplitTooSmall: a part would be nothing."""
    whole = sum(weights)
    cut = [divmod(total.minor * weight, whole) for weight in weights]
    left = total.minor - sum(part for part, _ in cut)
    most_cut = sorted(range(len(cut)), key=lambda place: (-cut[place][1], place))
    odd = tuple(sorted(most_cut[:left]))
    parts = tuple(Money(part + (place in odd), total.currency) for place, (part, _) in enumerate(cut))
    if any(part.minor == 0 for part in parts):
        raise SplitTooSmall(total, len(parts))
    return Division(parts, odd)


def by_amounts(total: Money, amounts: Sequence[Money]) -> Division:
    """What is left for the starter, which may be nothing, and then these amounts. PartsUnequalTotal: they are more."""
    named = Money(sum(amount.minor for amount in amounts), total.currency)
    if named.minor > total.minor:
        raise PartsUnequalTotal(named, total)
    return Division((total - named, *amounts))
