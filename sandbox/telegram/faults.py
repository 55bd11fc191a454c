"""Faults on demand: what may go wrong between a bot and Telegram.

retry_after   429; the call has no effect
server_error  500; the call has no effect
lost_reply    the call takes effect, but the connection closes before the answer is complete
hang          no effect and no answer until the bot gives up
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal["retry_after", "server_error", "lost_reply", "hang"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)


@dataclass
class Fault:
    """A fault for the next `times` calls of a method ("*" is any), in one chat only if `chat_id` is given."""

    method: str
    kind: Kind
    times: int = 1
    retry_after: int = 3
    chat_id: str | None = None

    def concerns(self, method: str, chat_id: str) -> bool:
        """Return whether a call would meet this fault."""
        called = self.method == "*" or self.method.lower() == method.lower()
        return called and self.chat_id in {None, chat_id}


class Faults:
    """The faults that still wait for their call, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Add a fault."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Call off every fault."""
        self._waiting.clear()

    def strike(self, method: str, chat_id: str) -> Fault | None:
        """Return the fault that this call meets, if any, and use it up by one."""
        for fault in self._waiting:
            if fault.concerns(method, chat_id):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
