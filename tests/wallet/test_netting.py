"""Netting: the same balances with the fewest payments."""

from __future__ import annotations

import time
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from wallet.netting import EXACT, Debt, balances, settle_up

if TYPE_CHECKING:
    from random import Random

ANA, BEN, CHAI, DIA = (UUID(int=number) for number in range(1, 5))
AMOUNTS = st.integers(min_value=1, max_value=20)


def debts_among(people: int, most: int) -> st.SearchStrategy[list[Debt]]:
    """Debts of small amounts, which even out by chance often."""
    pairs = st.tuples(st.integers(1, people), st.integers(1, people)).filter(lambda pair: pair[0] != pair[1])
    made = st.builds(lambda pair, amount: Debt(UUID(int=pair[0]), UUID(int=pair[1]), amount), pairs, AMOUNTS)
    return st.lists(made, max_size=most)


def fewest(owed: tuple[int, ...]) -> int:
    """By trying: whoever is first evens out with every group that sums to zero with them, the rest by themselves."""

    @cache
    def most_groups(left: frozenset[int]) -> int:
        if not left:
            return 0
        first, *others = sorted(left)
        groups = (frozenset((first, *some)) for size in range(len(others) + 1) for some in combinations(others, size))
        even = [group for group in groups if sum(owed[place] for place in group) == 0]
        return max(1 + most_groups(left - group) for group in even)

    return len(owed) - most_groups(frozenset(range(len(owed))))


def test_a_chain_is_paid_from_end_to_end() -> None:
    """Ana owes Ben what Ben owes Chai: Ana pays Chai, and Ben nothing."""
    assert settle_up([Debt(ANA, BEN, 10), Debt(BEN, CHAI, 10)]) == (Debt(ANA, CHAI, 10),)


def test_a_circle_is_paid_by_nobody() -> None:
    """Everybody owes the next the same."""
    assert settle_up([Debt(ANA, BEN, 5), Debt(BEN, CHAI, 5), Debt(CHAI, ANA, 5)]) == ()


def test_groups_that_even_out_by_themselves_stay_apart() -> None:
    """−4 −2 −3 | +6 +3: the largest to the largest would take four payments, and three are enough."""
    eve = UUID(int=5)
    paid = settle_up([Debt(ANA, DIA, 4), Debt(BEN, DIA, 2), Debt(CHAI, eve, 3)])
    assert paid == (Debt(ANA, DIA, 4), Debt(BEN, DIA, 2), Debt(CHAI, eve, 3))


@given(debts_among(people=20, most=60))
def test_everybody_stands_where_they_stood(debts: list[Debt]) -> None:
    """The same balances, by fewer payments than people, of more than nothing, none of them to oneself."""
    before = {person: balance for person, balance in balances(debts).items() if balance}
    paid = settle_up(debts)
    assert {person: balance for person, balance in balances(paid).items() if balance} == before
    assert len(paid) <= max(len(before) - 1, 0)
    assert all(debt.amount > 0 and debt.debtor != debt.creditor for debt in paid)


@given(debts_among(people=20, most=60))
def test_nobody_pays_in_order_to_be_paid(debts: list[Debt]) -> None:
    """Debtors only pay and creditors are only paid."""
    paid = settle_up(debts)
    assert {debt.debtor for debt in paid}.isdisjoint(debt.creditor for debt in paid)


@settings(max_examples=200)
@given(debts_among(people=8, most=16))
def test_among_few_people_there_is_no_way_with_fewer_payments(debts: list[Debt]) -> None:
    """As many as trying every way of grouping finds."""
    owed = tuple(balance for balance in balances(debts).values() if balance)
    assert len(settle_up(debts)) == fewest(owed)


@given(st.randoms(use_true_random=False), debts_among(people=10, most=30))
def test_the_order_in_which_debts_are_told_changes_nothing(random: Random, debts: list[Debt]) -> None:
    """So two who compute it see the same."""
    told = settle_up(debts)
    random.shuffle(debts)
    assert settle_up(debts) == told


def test_the_most_people_that_are_settled_exactly_take_a_moment() -> None:
    """Twelve without any even group: every subset is looked at."""
    debts = [Debt(UUID(int=1), UUID(int=other), 2**other) for other in range(2, EXACT + 1)]
    started = time.perf_counter()
    assert len(settle_up(debts)) == EXACT - 1
    assert time.perf_counter() - started < 1


def test_many_people_are_settled_by_even_pairs_first() -> None:
    """A hundred pairs are a hundred payments."""
    debts = [Debt(UUID(int=2 * pair), UUID(int=2 * pair + 1), pair) for pair in range(1, 101)]
    assert settle_up(debts) == tuple(sorted(debts))


def test_the_same_debts_are_settled_up_once() -> None:
    """A netting is read again and again while people agree to it, and everybody else waits meanwhile."""
    owed = [Debt(ANA, BEN, 5), Debt(BEN, CHAI, 5)]
    assert settle_up(owed) is settle_up(iter(owed))
    assert settle_up(reversed(owed)) == settle_up(owed)
