"""One payment over and over, and each time the bot is killed one suspension later: every crash point there is.

From the message that asks for it to the courier's last mark. Whoever pays is stubborn: they press what can be pressed
until a receipt comes. Each payment is then made once, and told to both sides.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

from sandbox.telegram.errors import ImpossibleActError
from tests.proof.simulator.records import Wrong
from tests.proof.simulator.story import Story
from tests.proof.simulator.wire import emptied

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from tests.proof.simulator.outcome import Outcome


def crash_points(url: URL, first: int, stride: int) -> Outcome:
    """Try every `stride`-th crash point in this database, which is emptied first."""
    emptied(url)
    return CrashPoints(url, first=first, stride=stride).tell()


_PATIENCE: Final = 30
_A_DAY: Final = 12
"""So many payments fit into the limits of a day."""


class CrashPoints(Story):
    """Kills at suspensions `first`, `first + stride`, … of a payment."""

    def __init__(self, url: URL, *, first: int, stride: int) -> None:
        super().__init__(0, url)
        self._points = count(first, stride)

    def happen(self) -> None:
        """Go through all points, until one lies behind the end of all that a payment brings."""
        for point in self._points:
            self.outcome.steps += 1
            if not self._killed_at(point):
                break
            if self.outcome.steps % _A_DAY == 0:
                self._reconcile("outbox")
                self.time.leapt += timedelta(hours=25)

    def _killed_at(self, point: int) -> bool:
        """Pay once and be killed meanwhile; whether that still came in time."""
        kills, ana = self.outcome.kills, self.people[0]
        assert self.bot is not None
        self.bot.doom = self.bot.suspensions + point
        note = ana.ask_for(5002, "@ben", 10)  # little, so that it lasts for a thousand points
        for patience in range(_PATIENCE):
            self.telegram.ring()
            self.run(seconds=1)
            if self.bot is None:
                self._boot()
            self.look()
            if self._all_told(note):
                break
            if patience % 10 == 9:
                self.time.leapt += timedelta(minutes=3)
            try:
                ana.go_on(note)
            except ImpossibleActError:
                continue
        else:
            raise Wrong(f"killed at suspension {point}, {note} is not paid, or not told to both")
        self._write(f"killed at {point}: paid and told")
        return self.outcome.kills > kills

    def _all_told(self, note: str) -> bool:
        row = next((row for row in self.books.paid() if row.note == note), None)
        return (
            row is not None
            and all(row.reference in self.telegram.references(who) for who in (5001, 5002))
            and not self.books.waiting()
        )
