"""Splitting: parts that add up, and who carries the odd cent."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wallet import splitting
from wallet.errors_splits import PartsUnequalTotal, SplitTooSmall
from wallet.money import Currency, Money
from wallet.splitting import Division

EUR = Currency.parse("EUR")

TOTALS = st.integers(min_value=1, max_value=2**53 - 1)
WEIGHTS = st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=50)


def by_weights(total: int, weights: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Parts in cents, and who carries an odd one."""
    division = splitting.by_weights(Money(total, EUR), weights)
    return tuple(part.minor for part in division.parts), division.odd


def divided(total: int, weights: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """As `by_weights`, where there is a cent for everybody."""
    assume(all(total * weight >= sum(weights) for weight in weights))
    return by_weights(total, weights)


@pytest.mark.parametrize(
    ("total", "people", "parts", "odd"),
    [
        (9000, 3, (3000, 3000, 3000), ()),
        (1000, 3, (334, 333, 333), (0,)),  # the starter carries the first odd cent
        (1001, 3, (334, 334, 333), (0, 1)),  # then whoever joined first
        (3, 3, (1, 1, 1), ()),
        (7, 1, (7,), ()),
    ],
)
def test_an_even_split_gives_odd_cents_in_the_order_of_joining(
    total: int, people: int, parts: tuple[int, ...], odd: tuple[int, ...]
) -> None:
    """The starter first, and the division says who."""
    cents = tuple(Money(part, EUR) for part in parts)
    assert splitting.evenly(Money(total, EUR), people) == Division(cents, odd)


@given(TOTALS, st.integers(min_value=1, max_value=50))
def test_in_an_even_split_nobody_pays_a_cent_more_than_anybody_but_one(total: int, people: int) -> None:
    """Parts add up, differ by at most one, and those that are larger are those named."""
    assume(total >= people)
    parts, odd = by_weights(total, [1] * people)
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert len(odd) == total % people
    assert {parts[place] for place in odd} <= {total // people + 1}


@given(TOTALS, WEIGHTS)
def test_parts_by_weight_add_up_and_are_exact_to_the_cent(total: int, weights: list[int]) -> None:
    """Each is the exact part cut to whole cents, and one more for those named, nobody else."""
    parts, odd = divided(total, weights)
    assert sum(parts) == total
    for place, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        exact = Fraction(total * weight, sum(weights))
        assert part == exact.__floor__() + (place in odd)
        assert abs(part - exact) < 1


@given(TOTALS, WEIGHTS)
def test_a_larger_weight_never_pays_less(total: int, weights: list[int]) -> None:
    """And of two with the same weight, the later one never pays more."""
    parts = divided(total, weights)[0]
    ranked = sorted(range(len(weights)), key=lambda place: (weights[place], -place))
    assert [parts[place] for place in ranked] == sorted(parts)


@given(TOTALS, WEIGHTS, st.integers(min_value=1, max_value=100))
def test_weights_are_proportions(total: int, weights: list[int], times: int) -> None:
    """Twice all the weights is the same split."""
    assert divided(total, weights) == by_weights(total, [weight * times for weight in weights])


@given(st.lists(st.integers(min_value=1, max_value=10**9), max_size=50), st.integers(min_value=0, max_value=10**9))
def test_the_starter_carries_what_amounts_leave(amounts: list[int], own: int) -> None:
    """Everybody named pays exactly what was said."""
    named = [Money(amount, EUR) for amount in amounts]
    total = Money(sum(amounts) + own, EUR)
    assert splitting.by_amounts(total, named) == Division((Money(own, EUR), *named))


def test_there_is_a_cent_for_everybody_or_no_split() -> None:
    """Two cents are not for three, and a weight of one in a thousand of a cent is nothing."""
    with pytest.raises(SplitTooSmall):
        by_weights(2, [1, 1, 1])
    with pytest.raises(SplitTooSmall):
        by_weights(100, [1, 1000])


def test_amounts_beyond_the_total_are_refused() -> None:
    """And the refusal says both."""
    with pytest.raises(PartsUnequalTotal) as refusal:
        splitting.by_amounts(Money(100, EUR), [Money(60, EUR), Money(41, EUR)])
    assert (refusal.value.parts.minor, refusal.value.total.minor) == (101, 100)
