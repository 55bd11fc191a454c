"""What is being typed is remembered for a while, and no more of it than may still be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.typings import Typings

ANA, BEN = 5001, 5002


class Clock:
    """A time that stands still until a test moves it."""

    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_of_all_that_one_person_types_the_last_is_remembered() -> None:
    """Twenty of Ana's thousand; what Ben typed before is still there."""
    typings = Typings(Clock())
    typings.add("ben", BEN, 500, "lunch")
    for nth in range(1000):
        typings.add(f"ana {nth}", ANA, nth, "")
    assert typings.find("ben") is not None
    found = [nth for nth in range(1000) if typings.find(f"ana {nth}") is not None]
    assert found == list(range(980, 1000))


def test_what_was_typed_long_ago_is_forgotten_whoever_types_next() -> None:
    """After ten minutes nothing of it is kept; what comes then is counted from the start."""
    clock = Clock()
    typings = Typings(clock)
    for nth in range(25):
        typings.add(f"old {nth}", ANA, nth, "")
    clock.now += timedelta(minutes=10)
    typings.add("ben", BEN, 500, "lunch")
    assert len(typings._typed) == len(typings._of) == 1
    for nth in range(20):
        typings.add(f"new {nth}", ANA, nth, "")
    assert all(typings.find(f"new {nth}") is not None for nth in range(20))
