"""Programs in a time of their own: what a task does next is decided here, and a kill can come at any suspension.

Time is a number. It moves only when no program has anything to do, and then to the next moment for which somebody
waits: a wait of a minute takes no time, and no race against a real clock is left.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Coroutine
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from psycopg import AsyncConnection

EPOCH: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_A_TURN: Final = 1e-6
"""Seconds that doing something takes, so that who asks for the time again and again sees it pass."""
_TIDYING: Final = 60


class Time:
    """What every clock shows. `leapt` is what a wall clock was put forward; nobody's waiting gets shorter by that."""

    def __init__(self) -> None:
        self.now = 0.0
        self.leapt = timedelta()

    def clock(self) -> datetime:
        """The wall clock."""
        return EPOCH + timedelta(seconds=self.now) + self.leapt

    def unix(self) -> float:
        """The wall clock, in Unix seconds."""
        return self.clock().timestamp()


class Loop(asyncio.BaseEventLoop):
    """An event loop that waits for nothing outside: `wire` and `telegram` answer within one turn or by a timer."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program
        self._selector = self
        self.set_task_factory(cast("Any", _watched_task))
        self.set_exception_handler(program.complain)

    def time(self) -> float:
        """The simulation's time, which stands still for the dead."""
        return self.program.time.now

    def select(self, _timeout: float | None) -> list[Any]:
        """Nothing comes from outside."""
        return []

    def run_in_executor(  # type: ignore[override]
        self,
        executor: object,  # noqa: ARG002 - there are no threads
        func: Callable[..., Any],
        *args: Any,
    ) -> asyncio.Future[Any]:
        """Do it now, and say so in the next turn: threads would come back when they like."""
        future: asyncio.Future[Any] = self.create_future()
        try:
            outcome = func(*args)
        except Exception as error:  # noqa: BLE001 - it is the caller's
            self.call_soon(_unless_gone, future.set_exception, future, error)
        else:
            self.call_soon(_unless_gone, future.set_result, future, outcome)
        return future

    def due(self) -> float | None:
        """When there is something to do: 0 for now, None for never."""
        if self._ready:  # type: ignore[attr-defined]
            return 0.0
        waits: list[float] = [handle.when() for handle in self._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        return min(waits, default=None)

    def turn(self) -> None:
        """Do what there is to do now, once each."""
        self.program.time.now += _A_TURN
        self.call_soon(self.stop)
        self.run_forever()

    def halt(self) -> list[asyncio.Handle]:
        """Let nothing that is ready happen any more; returns it."""
        ready = cast("Any", self)._ready
        taken = list(ready)
        for at in range(len(ready)):
            ready[at] = asyncio.Handle(_nothing, (), self)
        self.stop()
        return taken

    def resume(self, handles: list[asyncio.Handle]) -> None:
        """Take up again what `halt` gave."""
        cast("Any", self)._ready.extend(handles)

    def _process_events(self, _: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


class Program:
    """A program: `main` in an event loop of its own, until it ends or is killed.

    `suspensions` counts every await at which any of its tasks gave way. `doom` says at which of them it is killed.
    """

    def __init__(self, name: str, time: Time, main: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.name = name
        self.time = time
        self.suspensions = 0
        self.doom: int | None = None
        self.dead = False
        self.sturdy = False
        self.connections: dict[int, AsyncConnection[Any]] = {}
        self.complaints: list[str] = []
        self._taken: list[asyncio.Handle] = []
        self.loop = Loop(self)
        self.main = self.loop.create_task(main())

    @property
    def running(self) -> bool:
        """Whether it still has something to do."""
        return not self.dead and not self.main.done()

    def due(self) -> float | None:
        """When it has something to do; None for never."""
        return self.loop.due() if self.running else None

    def turn(self) -> None:
        """Let it do what it has to do now."""
        self.loop.turn()
        if self.dead:
            self._tidy()
        elif self.main.done():
            self._end()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does."""
        self.main.cancel()

    def kill(self) -> None:
        """End it now, as SIGKILL does: nothing of it happens any more, and its connections are closed."""
        self._cut()
        self._tidy()

    def suspended(self) -> None:
        """A task gives way: perhaps for ever."""
        if self.dead:  # how Python tidies it away is nobody's seed
            return
        self.suspensions += 1
        if self.doom is not None and self.suspensions >= self.doom:
            self._cut()

    def complain(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Note what nobody caught."""
        if not self.dead:
            error = context.get("exception")
            self.complaints.append(type(error).__name__ if error else str(context.get("message")))

    def outcome(self) -> Any:
        """What `main` returned; raises what it raised, and CancelledError when it was killed or stopped."""
        if self.dead or self.main.cancelled():
            raise asyncio.CancelledError
        return self.main.result()

    def _cut(self) -> None:
        """From here on the program cannot be seen from outside: what runs after this is Python being tidied away."""
        self.dead = True
        self._taken = self.loop.halt()
        for connection in self.connections.values():
            connection.pgconn.finish()

    def _tidy(self) -> None:
        """What was killed is left behind in memory, in the middle of everything; here it goes, unseen and unheard."""
        self.time = Time()  # it may wait no longer, and nobody else waits for it
        self.loop.resume(self._taken)
        with warnings.catch_warnings(action="ignore"):
            self._end()
            gc.collect()

    def _end(self) -> None:
        """As `asyncio.run` does: whatever still runs is cancelled."""
        self.doom = None
        for _ in range(_TIDYING):
            if not (tasks := asyncio.all_tasks(self.loop)):
                break
            for task in tasks:
                task.cancel()
            self._turns()
        self.loop.create_task(self.loop.shutdown_asyncgens())
        self._turns()
        self.loop.close()

    def _turns(self) -> None:
        for _ in range(_TIDYING):
            self.loop.turn()


def current() -> Program:
    """The program whose code is running."""
    return cast("Loop", asyncio.get_running_loop()).program


@contextmanager
def sweeping_by_hand() -> Iterator[None]:
    """Collect garbage at the end only: what is swept up may suspend once more, and when it is, is nobody's seed.

    What was there before is not looked at again whenever a program is tidied away: that took half of a story's time.
    """
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()
        gc.collect()


async def give_way() -> None:
    """A suspension, at which the program may be killed."""
    await asyncio.sleep(0)


class _Watched(Coroutine[Any, Any, Any]):
    """A coroutine whose every suspension its program hears of."""

    def __init__(self, coro: Coroutine[Any, Any, Any], program: Program) -> None:
        self._coro = coro
        self._program = program

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coro.__await__()

    def send(self, value: Any) -> Any:
        """Go on."""
        waits_for = self._coro.send(value)
        self._program.suspended()
        return waits_for

    def throw(self, *error: Any) -> Any:
        """Go on with an exception."""
        waits_for = self._coro.throw(*error)
        self._program.suspended()
        return waits_for

    def close(self) -> None:
        """End."""
        self._coro.close()


def _watched_task(loop: Loop, coro: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
    return asyncio.Task(_Watched(coro, loop.program), loop=loop, **options)


def _unless_gone(settle: Callable[[Any], None], future: asyncio.Future[Any], outcome: Any) -> None:
    if not future.done():
        settle(outcome)


def _nothing() -> None:
    """Happens instead of what was to happen."""
