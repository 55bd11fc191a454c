"""What breaks, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.telegram.faults import Fault as TelegramFault
from tests.proof.simulator.wire import KINDS, Fault, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.telegram.world import World
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.programs import Program

_METHODS: Final = ("*", "sendMessage", "editMessageText", "answerCallbackQuery", "deleteMessage", "getUpdates")


@dataclass(frozen=True)
class Weather:
    """How often what breaks, per step. Some seeds are calm in one thing and stormy in another."""

    chance: Chance
    kills: float
    telegram: float
    database: float
    impatience: float

    @classmethod
    def of(cls, chance: Chance) -> Weather:
        """Draw it."""
        return cls(
            chance,
            kills=chance.choice([0.0, 0.05, 0.15]),
            telegram=chance.choice([0.0, 0.1, 0.3]),
            database=chance.choice([0.0, 0.1, 0.3]),
            impatience=chance.choice([0.1, 0.3, 0.6]),
        )

    def strike(self, programs: Sequence[Program], world: World, wire: Wire) -> None:
        """Let something break, soon or later, or nothing."""
        chance = self.chance
        if chance.happens(self.kills):
            victim = chance.choice(programs)
            victim.doom = victim.suspensions + chance.randint(1, 250)
        if chance.happens(self.telegram):
            self._at_telegram(world)
        if chance.happens(self.database):
            kind = chance.choice(KINDS)
            wire.faults.append(Fault(kind, chance.randint(1, 12 if kind.startswith("commit") else 40)))

    def _at_telegram(self, world: World) -> None:
        chance = self.chance
        if chance.happens(0.3):
            world.updates.duplicate = chance.happens(0.5)
            world.updates.reorder = chance.happens(0.5)
        kind = chance.choice(["retry_after", "server_error", "server_error", "lost_reply", "lost_reply", "hang"])
        wait = chance.choice([1, 3, 30])
        world.faults.plan(TelegramFault(chance.choice(_METHODS), kind, chance.randint(1, 4), wait))  # type: ignore[arg-type]
        if world.updates.delivered and chance.happens(0.3):
            world.updates.push_raw(chance.choice(world.updates.delivered))  # as if its acknowledgement had been lost
