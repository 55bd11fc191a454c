"""Rounds: every contestant measured once in each, in turn, so that a noisy minute spoils all of them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tests.bench.figures import Ground

T = TypeVar("T")


async def interleaved(
    ground: Ground, contestants: Mapping[str, Callable[[], Awaitable[T]]], *, warm_up: bool = True
) -> dict[str, list[T]]:
    """Measure each contestant once a round, every other round backwards; returns each one's values by its name.

    A `warm_up` round comes first and is forgotten: pools fill, statements are prepared, caches warm.
    """
    values: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(0 if warm_up else 1, ground.rounds + 1):
        in_turn = list(contestants.items())
        for name, measure in in_turn if number % 2 else reversed(in_turn):
            value = await measure()
            ground.say(f"  {f'round {number}' if number else 'warming up'}: {name}: {_shown(value)}")
            if number:
                values[name].append(value)
    return values


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)
