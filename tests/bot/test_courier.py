"""The courier: everybody is told at least once, and no failure of telling is anybody else's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.courier import AT_ONCE, LONGEST_BACKOFF, Courier
from wallet import Notice, NoticeKind, Party, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.context import Context

pytestmark = pytest.mark.anyio


class Outbox:
    """The part of the wallet that the courier uses, and what became of each notice."""

    def __init__(self) -> None:
        self.due: list[Notice] = []
        self.outcomes: dict[UUID, Any] = {}
        self.settled = asyncio.Event()
        self.outages = 0

    def put(self, *, attempts: int = 1) -> Notice:
        party = Party(uuid4(), "person", "Ana", "open")
        notice = Notice(uuid4(), party.id, party, NoticeKind.PIN_CHANGED, None, None, attempts)
        self.due.append(notice)
        return notice

    async def due_notices(self, *, limit: int) -> tuple[Notice, ...]:
        if self.outages:
            self.outages -= 1
            raise Unavailable
        taken, self.due = self.due[:limit], self.due[limit:]
        return tuple(taken)

    async def notice_delivered(self, notice_id: UUID) -> None:
        self._settle(notice_id, "delivered")

    async def notice_parked(self, notice_id: UUID, _: int) -> None:
        self._settle(notice_id, "parked")

    async def notice_failed(self, notice_id: UUID, *, retry_in: timedelta) -> None:
        self._settle(notice_id, retry_in)

    async def outcome(self, notice: Notice) -> Any:
        async with asyncio.timeout(30):
            while notice.id not in self.outcomes:
                self.settled.clear()
                await self.settled.wait()
        return self.outcomes[notice.id]

    def _settle(self, notice_id: UUID, outcome: Any) -> None:
        self.outcomes[notice_id] = outcome
        self.settled.set()


class Office:
    """A courier at work, with the failures that telling is to meet."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.failures: dict[UUID, Exception] = {}
        self.door = asyncio.Event()
        self.door.set()
        self.telling = 0
        context = cast("Context", SimpleNamespace(wallet=self.outbox))
        self.courier = Courier(context, self._tell, interval=0.001)

    async def _tell(self, _: Context, notice: Notice) -> None:
        self.telling += 1
        await self.door.wait()
        if notice.id in self.failures:
            raise self.failures[notice.id]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    await office.courier.start()
    yield office
    office.door.set()
    await office.courier.stop()


async def test_a_told_notice_is_delivered(office: Office) -> None:
    """It is settled only after telling."""
    notice = office.outbox.put()
    office.courier.wake()
    assert await office.outbox.outcome(notice) == "delivered"


async def test_a_notice_is_found_without_being_woken(office: Office) -> None:
    """What another process wrote is seen at the next look."""
    assert await office.outbox.outcome(office.outbox.put()) == "delivered"


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (RetryAfter(timedelta(seconds=40)), timedelta(seconds=40)),
        (Forbidden("Forbidden: bot was blocked by the user"), "parked"),
        (BadRequest("Bad Request: chat not found"), "parked"),
        (BadRequest("Bad Request: can't parse entities"), timedelta(seconds=8)),
        (NetworkError("unreachable"), timedelta(seconds=8)),
        (TimedOut(), timedelta(seconds=8)),
        (Unavailable(), timedelta(seconds=8)),
        (RuntimeError("a bug"), timedelta(seconds=8)),
    ],
)
async def test_each_failure_has_its_wait(office: Office, failure: Exception, outcome: object) -> None:
    """As Telegram says, for good, or twice as long with every attempt (this is the third)."""
    notice = office.outbox.put(attempts=3)
    office.failures[notice.id] = failure
    office.courier.wake()
    assert await office.outbox.outcome(notice) == outcome


async def test_waits_are_capped(office: Office) -> None:
    """Nobody is forgotten for longer than a quarter of an hour."""
    notice = office.outbox.put(attempts=5000)
    office.failures[notice.id] = NetworkError("unreachable")
    office.courier.wake()
    assert await office.outbox.outcome(notice) == LONGEST_BACKOFF


async def test_one_failure_is_nobody_elses(office: Office) -> None:
    """The others are told all the same."""
    bad, *good = (office.outbox.put() for _ in range(20))
    office.failures[bad.id] = RuntimeError("a bug")
    office.courier.wake()
    assert {await office.outbox.outcome(notice) for notice in good} == {"delivered"}


async def test_few_are_told_at_once(office: Office) -> None:
    """However many are due, and some being told already, so that notices do not crowd out answers."""
    office.door.clear()
    notices = []
    for due in (3, 3 * AT_ONCE):
        notices += [office.outbox.put() for _ in range(due)]
        office.courier.wake()
        for _ in range(200):
            await asyncio.sleep(0)
        assert office.telling == min(due, AT_ONCE)
    office.door.set()
    assert {await office.outbox.outcome(notice) for notice in notices} == {"delivered"}


async def test_the_courier_outlives_the_database(office: Office) -> None:
    """While the wallet is unavailable it keeps looking."""
    office.outbox.outages = 3
    assert await office.outbox.outcome(office.outbox.put()) == "delivered"


async def test_a_stop_finishes_what_is_being_told(office: Office) -> None:
    """A notice on its way is settled before the stop returns."""
    office.door.clear()
    notice = office.outbox.put()
    while not office.telling:  # noqa: ASYNC110 - it turns the loop, no time is spent
        await asyncio.sleep(0)
    stopping = asyncio.create_task(office.courier.stop())
    for _ in range(200):
        await asyncio.sleep(0)
    assert not stopping.done()
    office.door.set()
    await stopping
    assert office.outbox.outcomes == {notice.id: "delivered"}
