"""What this Telegram can do: the Bot API that its server speaks, and what was arranged with BotFather.

An older server answers 404 for methods it does not know, ignores parameters it does not know, and sends no
updates of newer kinds.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

LEVELS: Final = ("9.0", "10.0", "10.2", "10.3")
NEWEST: Final = LEVELS[-1]
# The Bot API that brought each feature.
GUESTS: Final = "10.0"
EPHEMERAL: Final = "10.2"
EPHEMERAL_PARAMETERS: Final = "10.3"


def reaches(level: str, wanted: str) -> bool:
    """Return whether a Bot API is at least another."""
    return _number(level) >= _number(wanted)


def _number(level: str) -> tuple[int, ...]:
    return tuple(int(part) for part in level.split("."))


@dataclass
class Features:
    """The server's `level`, and what BotFather switched on; `inline_feedback` reports each chosen result."""

    level: str = NEWEST
    inline: bool = True
    inline_feedback: bool = True
    guests: bool = True

    def has(self, wanted: str) -> bool:
        """Return whether the server speaks a Bot API."""
        return reaches(self.level, wanted)

    def to_json(self) -> dict[str, Any]:
        """Return everything that `Features(**...)` needs."""
        return asdict(self)
