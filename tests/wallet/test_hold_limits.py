"""Limits with money set aside, against sums by hand: what came back no longer counts, wherever it was counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Clock, euros
from tests.wallet.test_limits import A_DAY, A_MONTH, PAYMENTS_A_DAY, PER_PAYMENT, fits, opening
from wallet import LimitExceeded, Wallet, holds, limits
from wallet.batches import together
from wallet.limits import Limits

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.anyio

STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 3600, 43_200, 86_399, 86_400, 864_000, 2_592_000]),
        st.integers(1, 55),
        st.booleans(),
        st.none() | st.integers(0, 3),
    ),
    min_size=6,
    max_size=18,
)


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_what_came_back_is_forgotten_exactly(
    wallet: Wallet, clock: Clock, steps: list[tuple[int, int, bool, int | None]]
) -> None:
    """Payments and holds, some of which come back at some time: each is allowed just when the sums by hand say so."""
    rules = Limits(PER_PAYMENT, A_DAY, A_MONTH, PAYMENTS_A_DAY)
    account_id, payee_id = sorted(account.id for account in await wallet.accounts())[:2]
    counted: list[tuple[datetime, int]] = []
    waiting: list[tuple[UUID, datetime, int]] = []
    now = clock.now
    async with wallet._database._engine.connect() as conn:  # rolled back at its end
        for seconds, cents, is_hold, back in steps:
            now += timedelta(seconds=seconds)
            if back is not None and back < len(waiting):
                hold_id, at, amount = waiting.pop(back)
                await together(conn, [holds.close([(hold_id, "cancelled")])])
                counted.remove((at, amount))
            spent = await limits.load(conn, account_id, now)
            asked = limits.require_room(conn, account_id, spent, rules, euros(wallet, cents))
            if not fits(counted, cents, now):
                with pytest.raises(LimitExceeded) as refusal:
                    await asked
                assert refusal.value.opens_at == (opening(counted, cents) if cents <= PER_PAYMENT else None)
                continue
            await asked
            await together(conn, [limits.insert([spent.spend(account_id, cents, now)])])
            counted.append((now, cents))
            if is_hold:
                placed = holds.Placed(uuid4(), account_id, payee_id, cents, now, now + timedelta(days=7))
                await together(conn, [holds.insert([placed], wallet.currency)])
                waiting.append((placed.id, now, cents))
