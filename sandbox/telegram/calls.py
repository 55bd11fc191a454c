"""The record of Bot API calls: what the bot asked and what it was told. The token never gets here."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Final

from sandbox.telegram.cast import Json

KEPT: Final = 5_000


@dataclass(frozen=True)
class Call:
    """One call, answered; `seq` counts from 1 without gaps."""

    seq: int
    method: str
    params: Json
    ok: bool
    result: Any
    error_code: int | None
    description: str | None


class CallLog:
    """The newest `KEPT` calls."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._count = 0

    @property
    def count(self) -> int:
        """How many calls there have been."""
        return self._count

    def record(self, method: str, params: Json, answer: Json) -> None:
        """Append a call with its answer."""
        self._count += 1
        self._calls.append(
            Call(
                seq=self._count,
                method=method,
                params=params,
                ok=bool(answer["ok"]),
                result=answer.get("result"),
                error_code=answer.get("error_code"),
                description=answer.get("description"),
            )
        )

    def clear(self) -> None:
        """Forget the calls; numbers go on."""
        self._calls.clear()

    def after(self, seq: int) -> list[Call]:
        """Return the calls that came after a sequence number, oldest first."""
        return [call for call in self._calls if call.seq > seq]

    def to_json(self, seq: int) -> list[Json]:
        """Return the calls after a sequence number as plain objects."""
        return [asdict(call) for call in self.after(seq)]
