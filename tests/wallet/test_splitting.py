"""Splitting: parts that add up, and who carries the odd cent."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wallet.errors import PartsExceedTotal, SplitTooSmall
from wallet.splitting import Division, by_amounts, by_weights, evenly

TOTALS = st.integers(min_value=1, max_value=2**53 - 1)
WEIGHTS = st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=50)


def divided(total: int, weights: list[int]) -> Division:
    """The division, where there is a cent for everybody."""
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
    assert evenly(total, people) == Division(parts, odd)


@given(TOTALS, st.integers(min_value=1, max_value=50))
def test_in_an_even_split_nobody_pays_a_cent_more_than_anybody_but_one(total: int, people: int) -> None:
    """Parts add up, differ by at most one, and those that are larger are those named."""
    assume(total >= people)
    division = evenly(total, people)
    assert sum(division.parts) == total
    assert max(division.parts) - min(division.parts) <= 1
    assert len(division.odd) == total % people
    assert {division.parts[place] for place in division.odd} <= {total // people + 1}


@given(TOTALS, WEIGHTS)
def test_parts_by_weight_add_up_and_are_exact_to_the_cent(total: int, weights: list[int]) -> None:
    """Each is the exact part cut to whole cents, and one more for those named, nobody else."""
    division = divided(total, weights)
    assert sum(division.parts) == total
    for place, (part, weight) in enumerate(zip(division.parts, weights, strict=True)):
        exact = Fraction(total * weight, sum(weights))
        assert part == exact.__floor__() + (place in division.odd)
        assert abs(part - exact) < 1


@given(TOTALS, WEIGHTS)
def test_a_larger_weight_never_pays_less(total: int, weights: list[int]) -> None:
    """And of two with the same weight, the later one never pays more."""
    parts = divided(total, weights).parts
    ranked = sorted(range(len(weights)), key=lambda place: (weights[place], -place))
    assert [parts[place] for place in ranked] == sorted(parts)


@given(TOTALS, WEIGHTS, st.integers(min_value=1, max_value=100))
def test_weights_are_proportions(total: int, weights: list[int], times: int) -> None:
    """Twice all the weights is the same split."""
    assert divided(total, weights) == by_weights(total, [weight * times for weight in weights])


@given(st.lists(st.integers(min_value=1, max_value=10**9), max_size=50), st.integers(min_value=0, max_value=10**9))
def test_the_starter_carries_what_amounts_leave(amounts: list[int], own: int) -> None:
    """Everybody named pays exactly what was said."""
    assert by_amounts(sum(amounts) + own, amounts) == Division((own, *amounts))


def test_there_is_a_cent_for_everybody_or_no_split() -> None:
    """Two cents are not for three, and a weight of one in a thousand of a cent is nothing."""
    with pytest.raises(SplitTooSmall):
        evenly(2, 3)
    with pytest.raises(SplitTooSmall):
        by_weights(100, [1, 1000])


def test_amounts_beyond_the_total_are_refused() -> None:
    """And the refusal says by how much."""
    with pytest.raises(PartsExceedTotal) as refusal:
        by_amounts(100, [60, 41])
    assert refusal.value.by == 1
