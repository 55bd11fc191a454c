"""The way to the database, in the place of psycopg's own waiting: one statement after the other, and what breaks.

The server is a real one and works on several connections at once, which nobody could repeat. So each statement is
sent when its turn comes and is done, or waits for a lock, before anybody else goes on: transactions still overlap
statement by statement, in an order that the seed decides.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args
from unittest.mock import patch

import psycopg
from psycopg import AsyncConnection, waiting
from psycopg.waiting import Ready, Wait

from tests.proof.simulator.programs import current, give_way

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sqlalchemy.engine import URL

    from tests.proof.simulator.programs import Program

    Step = Callable[[Any], tuple[int, Wait]]

T = TypeVar("T")

Kind = Literal["conflict", "deadlock", "cut", "lost", "commit_cut", "commit_lost", "ended", "outage"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""What may happen to the n-th statement, answer or COMMIT from now on.

conflict, deadlock   the statement fails with 40001 or 40P01
cut, commit_cut      the connection is lost before the statement, or the COMMIT, reaches the server
lost, commit_lost    it took effect, and the connection is lost before the answer comes
ended                the server ends every connection, as an administrator or a failover does
outage               the same, and for some seconds nobody can connect
"""

_GRACE_MS: Final = 2
_PATIENCE: Final = 20_000  # looks at a server that says nothing, of `_GRACE_MS` each


@dataclass
class Fault:
    """What is to happen, after so many occasions for it."""

    kind: Kind
    left: int


class Wire:
    """The connections of all programs to one database, and the simulator's own, `books`, which nothing happens to."""

    def __init__(self, url: URL) -> None:
        self.books = psycopg.connect(_libpq(url), autocommit=True)
        self.faults: list[Fault] = []
        self.struck: list[str] = []
        self._down_until = 0.0
        self._pids: dict[int, int] = {}
        self._blocked: set[int] = set()

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Everything of psycopg that waits, waits here."""
        with patch.object(waiting, "wait_async", self._wait), patch.object(waiting, "wait_conn_async", self._connect):
            yield

    def close(self) -> None:
        """Let go of the server."""
        self.books.close()

    def calm(self) -> None:
        """Nothing breaks any more."""
        self.faults.clear()
        self._down_until = 0.0

    def release(self, program: Program) -> None:
        """Wait until the server has noticed that this program's connections are gone: it rolls them back."""
        self._end(list(program.connections))

    async def _wait(
        self,
        gen: Generator[Any, Any, T],
        fileno: int,
        interval: float = 0.0,  # noqa: ARG002 - psycopg's
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - psycopg's
    ) -> T:
        program = current()
        if getattr(gen, "__name__", "").startswith("_set_"):  # between psycopg and us: nothing is sent, nobody waits
            return await self._driven(gen, lambda wait: (fileno, wait))
        await give_way()  # killed here, it was never sent
        fault = None if program.sturdy else self._strike(gen, program)
        if program.dead or fault in {"cut", "commit_cut"}:
            self._hang_up(fileno)
        elif fault == "conflict":
            raise psycopg.errors.SerializationFailure("could not serialize access")
        elif fault == "deadlock":
            raise psycopg.errors.DeadlockDetected("deadlock detected")
        result = await self._driven(gen, lambda wait: (fileno, wait))
        if fault in {"lost", "commit_lost"}:
            self._hang_up(fileno)
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        await give_way()  # killed here, it was done and nobody heard of it
        return result

    async def _connect(
        self,
        gen: Generator[Any, Any, T],
        interval: float = 0.0,  # noqa: ARG002 - psycopg's
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - psycopg's
    ) -> T:
        program = current()
        await give_way()
        if program.dead or (program.time.now < self._down_until and not program.sturdy):
            gen.close()
            raise psycopg.OperationalError("connection refused")
        made = await self._driven(gen, lambda step: step)
        if isinstance(made, AsyncConnection):
            program.connections[made.pgconn.backend_pid] = made
            self._pids[made.pgconn.socket] = made.pgconn.backend_pid
        await give_way()
        return made

    async def _driven(self, gen: Generator[Any, Any, T], where: Step) -> T:
        try:
            step = next(gen)
            while True:
                step = gen.send(await self._ready(*where(step)))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            for fd in tuple(self._blocked):  # whoever this has let go on is done, or stuck again, before we go on
                self._until_known(fd, Wait.R)

    async def _ready(self, fd: int, wait: Wait) -> Ready:
        self._blocked.add(fd)
        try:
            while (ready := self._until_known(fd, wait)) is None:  # noqa: ASYNC110 - a lock sends no word
                await asyncio.sleep(0.001)  # let those who hold it go on
        finally:
            self._blocked.discard(fd)
        return ready

    def _until_known(self, fd: int, wait: Wait) -> Ready | None:
        """Wait for the server; None when what it does waits for a lock of somebody else."""
        poll = select.poll()
        wanted = (select.POLLIN if wait & Wait.R else 0) | (select.POLLOUT if wait & Wait.W else 0)
        poll.register(fd, wanted)
        for _ in range(_PATIENCE):
            for _, found in poll.poll(_GRACE_MS):
                if found & ~(select.POLLIN | select.POLLOUT):
                    return Ready.R if wait & Wait.R else Ready.W
                return Ready((found & select.POLLIN and Ready.R) | (found & select.POLLOUT and Ready.W))
            if self._waits_for_a_lock(fd):
                return None
        raise AssertionError("the database does not answer")

    def _waits_for_a_lock(self, fd: int) -> bool:
        if fd not in self._pids:
            return False
        found = self.books.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pids[fd]]).fetchone()
        return found is not None and bool(found[0])

    def _strike(self, gen: Generator[Any, Any, Any], program: Program) -> Kind | None:
        """Return what happens to this statement, if anything does."""
        doing = getattr(gen, "__name__", "")
        for fault in list(self.faults):
            if not _concerns(fault.kind, doing):
                continue
            fault.left -= 1
            if fault.left > 0:
                continue
            self.faults.remove(fault)
            self.struck.append(fault.kind)
            if fault.kind in {"ended", "outage"}:
                if fault.kind == "outage":
                    self._down_until = program.time.now + 4
                self._end(list(self._pids.values()))
                self._pids.clear()
                return None
            return fault.kind
        return None

    def _hang_up(self, fd: int) -> None:
        """Close the line under a connection's feet, and wait until the server has rolled back what was open on it."""
        try:
            line = socket.socket(fileno=os.dup(fd))
        except OSError:
            return
        with line:
            line.shutdown(socket.SHUT_RDWR)
        if fd in self._pids:
            self._end([self._pids.pop(fd)])

    def _end(self, pids: list[int]) -> None:
        """End these connections from the server's side, and wait until they are rolled back and gone."""
        self.books.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        for _ in range(_PATIENCE):
            found = self.books.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids]).fetchone()
            if found == (0,):
                return
            time.sleep(0.001)
        raise AssertionError("the database does not let go")


def _concerns(kind: Kind, doing: str) -> bool:
    if kind in {"conflict", "deadlock"}:
        return doing.startswith("_execute")
    return doing == "_commit_gen" or kind not in {"commit_cut", "commit_lost"}


_EMPTY: Final = """
    SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY'
    FROM pg_tables WHERE schemaname IN ('wallet', 'bot')
"""


def emptied(url: URL) -> None:
    """Take everything out of a database."""
    with psycopg.connect(_libpq(url), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # history may be emptied here, and only here
        found = connection.execute(_EMPTY).fetchone()
        assert found is not None
        connection.execute(found[0])


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
