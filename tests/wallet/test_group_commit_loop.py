"""Group commit by itself, without a database: who is in which batch, and who hears what came of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from psycopg import IntegrityError

from wallet import Unavailable, group_commit
from wallet.group_commit import GroupCommit

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.anyio


async def test_orders_that_wait_share_the_next_batch() -> None:
    """While one batch is under way all others gather; no batch overlaps another."""
    batches: list[list[int]] = []
    under_way = 0

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        batches.append(list(orders))
        await asyncio.sleep(0)
        under_way -= 1
        return list(orders)

    commit = GroupCommit[int, int](settle)
    assert await asyncio.gather(*(commit.submit(order) for order in range(100))) == list(range(100))
    assert await commit.submit(100) == 100
    assert [len(batch) for batch in batches] == [100, 1]


async def test_a_mistake_of_ours_reaches_its_caller_only() -> None:
    """Whatever one order makes settling raise, the others are settled, and the loop lives on."""

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        await asyncio.sleep(0)
        if 13 in orders:
            raise KeyError(13)
        return list(orders)

    commit = GroupCommit[int, int](settle)
    outcomes = await asyncio.gather(*(commit.submit(order) for order in range(20)), return_exceptions=True)
    assert [order for order, outcome in enumerate(outcomes) if outcome != order] == [13]
    assert isinstance(outcomes[13], KeyError)
    assert await commit.submit(1) == 1


async def test_who_goes_away_leaves_the_others_of_the_batch_their_answers() -> None:
    """Cancelled while the batch is under way: nobody waits for the answer any more, and the rest get theirs."""
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        under_way.set()
        await go_on.wait()
        return list(orders)

    commit = GroupCommit[int, int](settle)
    gone, stays = (asyncio.create_task(commit.submit(order)) for order in (1, 2))
    await under_way.wait()
    gone.cancel()
    await asyncio.wait((gone,))
    go_on.set()
    assert await stays == 2
    assert await commit.submit(3) == 3


async def test_what_does_not_fit_a_batch_is_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait, a batch takes its most, and nobody is left out."""
    monkeypatch.setattr(group_commit, "MAX_BATCH", 4)
    batches: list[list[int]] = []

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        batches.append(list(orders))
        await asyncio.sleep(0)
        return list(orders)

    commit = GroupCommit[int, int](settle)
    assert await asyncio.gather(*(commit.submit(order) for order in range(10))) == list(range(10))
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_a_key_that_another_process_has_just_taken_is_looked_at_again() -> None:
    """The database refuses what was committed elsewhere in between; the second look finds it and answers with it."""
    looked = 0

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        nonlocal looked
        looked += 1
        if looked == 1:
            raise IntegrityError
        return list(orders)

    commit = GroupCommit[int, int](settle)
    assert await commit.submit(7) == 7
    assert looked == 2


async def test_where_nobody_answers_nobody_is_tried_alone() -> None:
    """Without a database each order would only wait for the same end once more: all hear of it at once."""
    batches: list[int] = []

    async def settle(orders: Sequence[int]) -> list[int | Exception]:
        batches.append(len(orders))
        await asyncio.sleep(0)
        raise Unavailable

    commit = GroupCommit[int, int](settle)
    outcomes = await asyncio.gather(*(commit.submit(order) for order in range(20)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 20
    assert batches == [20]
