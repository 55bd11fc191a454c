"""The bot is killed at moments of a seeded choice while people pay. Nothing is lost, nothing is paid twice."""

from __future__ import annotations

import pytest

from tests.proof.processes import killed

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1200)]

KILLS = 20
SEED = 6


async def test_a_bot_killed_twenty_times_loses_nothing_and_pays_nothing_twice() -> None:
    """Ana and Chai keep paying while the bot dies and comes back; each payment they see through is there once."""
    house = await killed(SEED, KILLS)
    assert house.seen
    assert (house.wrong, house.untold, house.clean) == (0, [], True)
