"""The inbox: durable before acknowledged, handled in order for each person, whatever fails or crashes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from telegram.error import RetryAfter

from bot.inbox import ATTEMPTS, CRASHES, PATIENCE, PAUSES, Inbox, Secrets
from bot.inbox_table import Attempt, MalformedUpdateError, Waiting
from bot.redaction import DOTS
from wallet import Database, Unavailable, WalletSettings, connection_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.redaction import Json
    from tests.conftest import Clock

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002


@pytest.fixture
async def store(settings: WalletSettings) -> AsyncIterator[Database]:
    opened = Database(connection_url(settings))
    yield opened
    await opened.close()


class Desk:
    """An inbox and what it did: what was handled, what was apologised for, how long it paused."""

    def __init__(self, store: Database, clock: Clock, *, at_once: int = 32) -> None:
        self.handled: list[Json] = []
        self.apologies: list[int] = []
        self.pauses: list[float] = []
        self.failures: defaultdict[int, int] = defaultdict(int)
        self.floods: dict[int, list[timedelta]] = {}  # what Telegram has an update wait, one attempt after the other
        self.floods_of_apologies: dict[int, list[timedelta]] = {}
        self.clock = clock
        self.time_passes = asyncio.Event()
        self.time_passes.set()
        self.doors: dict[int, asyncio.Event] = {}
        self.secrets = Secrets()
        self.inbox = Inbox(
            store,
            self._handle,
            clock,
            self.secrets,
            apologise=self._apologise,
            at_once=at_once,
            sleep=self._sleep,
        )

    def door(self, update_id: int) -> asyncio.Event:
        """The handler of this update stands before a closed door until the event is set."""
        return self.doors.setdefault(update_id, asyncio.Event())

    @property
    def ids(self) -> list[int]:
        return [update["update_id"] for update in self.handled]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - it turns the loop, no time is spent
                await asyncio.sleep(0)

    async def _handle(self, update: Json) -> None:
        update_id = update["update_id"]
        self.handled.append(update)
        if update_id in self.doors:
            await self.doors[update_id].wait()
        if waits := self.floods.get(update_id):
            raise RetryAfter(waits.pop(0))
        if self.failures[update_id] > 0:
            self.failures[update_id] -= 1
            raise RuntimeError("a handler failed")

    async def _apologise(self, update: Json) -> None:
        self.apologies.append(update["update_id"])
        if waits := self.floods_of_apologies.get(update["update_id"]):
            raise RetryAfter(waits.pop(0))
        raise RuntimeError("not even an apology")

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.time_passes.wait()
        self.clock.advance(seconds=seconds)


def message(update_id: int, person: int = ANA, words: str = "hello", **more: Any) -> Json:
    chat = {"id": person, "type": "private", "first_name": "A"}
    sender = {"id": person, "is_bot": False, "first_name": "A"}
    return {
        "update_id": update_id,
        "message": {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": words, **more},
    }


async def rows(store: Database) -> Sequence[Any]:
    async def read(conn: AsyncConnection) -> Sequence[Any]:
        return (await conn.execute(text("SELECT *, payload::text AS written FROM bot.inbox ORDER BY position"))).all()

    return await store.transaction(read)


async def test_an_update_is_durable_before_it_is_acknowledged(store: Database, clock: Clock) -> None:
    """When `receive` returns the row is committed, though its handler has not finished."""
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1))
    (row,) = await rows(store)
    assert (row.update_id, row.lane, row.handled_at) == (1, ANA, None)
    desk.door(1).set()
    await desk.inbox.idle()


async def test_a_handled_update_is_marked_and_emptied(store: Database, clock: Clock) -> None:
    """Nothing that a person wrote outlives its handling."""
    desk = Desk(store, clock)
    await desk.inbox.receive(message(1))
    await desk.inbox.idle()
    (row,) = await rows(store)
    assert (row.handled_at, row.payload) == (clock.now, None)


async def test_the_first_attempt_is_counted_before_it_begins(store: Database, clock: Clock) -> None:
    """Of an update handled at once it is in the row when that is stored; of one that waits, when its turn comes."""
    desk = Desk(store, clock)
    desk.door(1)
    desk.door(2)
    await desk.inbox.receive(message(1), message(2))
    await desk.until(lambda: desk.ids == [1])
    assert [row.attempts for row in await rows(store)] == [1, 0]
    desk.door(1).set()
    await desk.until(lambda: desk.ids == [1, 2])
    assert [row.attempts for row in await rows(store)] == [1, 1]
    desk.door(2).set()
    await desk.inbox.idle()


async def test_what_comes_while_the_last_is_marked_is_counted_as_it_is_stored(
    settings: WalletSettings, clock: Clock
) -> None:
    """Without a statement of its own; and it is handled when the last one has been marked, not before."""
    store = Counting(connection_url(settings))
    desk = Desk(store, clock)
    desk.door(2)
    await desk.inbox.receive(message(1))
    before = store.statements
    store.open.clear()
    await desk.until(lambda: store.statements == before + 1)
    receiving = asyncio.create_task(desk.inbox.receive(message(2)))
    await desk.until(lambda: store.statements == before + 2)
    store.open.set()
    await receiving
    await desk.until(lambda: desk.ids == [1, 2])
    assert [(row.attempts, row.handled_at) for row in await rows(store)] == [(1, clock.now), (1, None)]
    desk.door(2).set()
    await desk.inbox.idle()
    assert store.statements == before + 3
    await store.close()


async def test_what_was_handled_meanwhile_is_marked_together(settings: WalletSettings, clock: Clock) -> None:
    """Thirty people at once cost a handful of transactions, not thirty."""
    store = Counting(connection_url(settings))
    desk = Desk(store, clock)
    await desk.inbox.receive(*(message(n, person=6000 + n) for n in range(1, 31)))
    await desk.inbox.idle()
    assert all(row.handled_at for row in await rows(store))
    assert store.statements < 10
    await store.close()


async def test_a_mark_cut_off_takes_no_other_along(settings: WalletSettings, clock: Clock) -> None:
    """Ben's update is marked although the transaction that was to mark it too was cancelled with Ana's lane."""
    store = Counting(connection_url(settings))
    desk = Desk(store, clock)
    await desk.inbox.receive(message(1, ANA), message(2, BEN))
    store.open.clear()
    await desk.until(lambda: len(desk.inbox._handled) == 2)
    next(task for task in desk.inbox._tasks if task.get_name() == f"lane {ANA}").cancel()
    store.open.set()
    await desk.inbox.idle()
    assert [row.update_id for row in await rows(store) if row.handled_at] in ([2], [1, 2])
    await store.close()


async def test_a_repeated_update_changes_nothing(store: Database, clock: Clock) -> None:
    """Twice in a batch, again while it waits, again once it is handled: one row, one handling."""
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1), message(1))
    await desk.inbox.receive(message(1))
    desk.door(1).set()
    await desk.inbox.idle()
    await desk.inbox.receive(message(1))
    await desk.inbox.idle()
    assert desk.ids == [1]
    assert len(await rows(store)) == 1


async def test_update_ids_may_begin_anew(store: Database, clock: Clock) -> None:
    """A smaller id than the last is no repetition."""
    desk = Desk(store, clock)
    await desk.inbox.receive(message(900), message(901))
    await desk.inbox.receive(message(3))
    await desk.inbox.idle()
    assert desk.ids == [900, 901, 3]


async def test_one_persons_updates_are_handled_in_order(store: Database, clock: Clock) -> None:
    """A later update waits for an earlier one, however long that takes and however often it fails."""
    desk = Desk(store, clock)
    desk.failures[1] = 2
    await desk.inbox.receive(*(message(n) for n in range(1, 20)))
    await desk.inbox.idle()
    assert desk.ids == [1, 1, *range(1, 20)]


async def test_different_people_are_served_side_by_side(store: Database, clock: Clock) -> None:
    """Ben is answered while Ana's handler hangs."""
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1, ANA), message(2, BEN))
    await desk.until(lambda: 2 in desk.ids)
    desk.door(1).set()
    await desk.inbox.idle()


async def test_a_busy_lane_holds_one_slot_only(store: Database, clock: Clock) -> None:
    """With two slots, forty updates of Ana's waiting behind her first leave the other slot to Ben."""
    desk = Desk(store, clock, at_once=2)
    desk.door(1)
    await desk.inbox.receive(*(message(n, ANA) for n in range(1, 41)), message(50, BEN))
    await desk.until(lambda: len(desk.ids) == 2)
    assert sorted(desk.ids) == [1, 50]
    desk.door(1).set()
    await desk.inbox.idle()


async def test_slots_bound_what_runs_at_once(store: Database, clock: Clock) -> None:
    """With two slots a third person waits until a handler has finished."""
    desk = Desk(store, clock, at_once=2)
    for n in (1, 2):
        desk.door(n)
    await desk.inbox.receive(*(message(n, person=6000 + n) for n in (1, 2, 3)))
    await desk.until(lambda: len(desk.ids) == 2)
    assert sorted(desk.ids) == [1, 2]
    desk.door(1).set()
    await desk.until(lambda: 3 in desk.ids)
    desk.door(2).set()
    await desk.inbox.idle()


async def test_a_bad_update_never_blocks_its_lane(store: Database, clock: Clock) -> None:
    """Three attempts with pauses between, one apology (which may fail too), and then the next update."""
    desk = Desk(store, clock)
    desk.failures[1] = 99
    await desk.inbox.receive(message(1), message(2))
    await desk.inbox.idle()
    assert desk.ids == [1] * ATTEMPTS + [2]
    assert desk.pauses == list(PAUSES)
    assert desk.apologies == [1]
    assert all(row.handled_at and row.payload is None for row in await rows(store))


async def test_what_telegram_has_wait_is_tried_when_telegram_says(store: Database, clock: Clock) -> None:
    """As often as it takes, in order; it is one attempt, so that failing besides is still forgiven twice."""
    desk = Desk(store, clock)
    desk.floods[1] = [timedelta(seconds=wait) for wait in (30, 41, 30, 35)]
    desk.failures[1] = 2
    await desk.inbox.receive(message(1), message(2))
    await desk.inbox.idle()
    assert desk.pauses == [30, 41, 30, 35, *PAUSES]
    assert (desk.ids, desk.apologies) == ([1] * (4 + ATTEMPTS) + [2], [])
    assert [row.attempts for row in await rows(store)] == [ATTEMPTS, 1]


async def test_an_apology_waits_for_telegram_too(store: Database, clock: Clock) -> None:
    """What was given up is told when Telegram lets us, and not forgotten for that."""
    desk = Desk(store, clock)
    desk.failures[1] = 99
    desk.floods_of_apologies[1] = [timedelta(seconds=30)]
    await desk.inbox.receive(message(1))
    await desk.inbox.idle()
    assert desk.pauses == [*PAUSES, 30]
    assert desk.apologies == [1, 1]


async def test_telegram_is_waited_for_an_hour_at_most(store: Database, clock: Clock) -> None:
    """Then what is said next has its turn: the rest are failures like any other."""
    desk = Desk(store, clock)
    desk.floods[1] = [PATIENCE / 2] * 99
    await desk.inbox.receive(message(1), message(2))
    await desk.inbox.idle()
    assert desk.pauses == [1800, 1800, *PAUSES]
    assert (desk.ids, desk.apologies) == ([1] * (2 + ATTEMPTS) + [2], [1])


async def test_who_waits_for_telegram_holds_up_nobody(store: Database, clock: Clock) -> None:
    """With one slot Ben is answered while Ana waits; a stop does not wait for her, and the next start answers her."""
    desk = Desk(store, clock, at_once=1)
    desk.floods[1] = [timedelta(seconds=30)]
    desk.time_passes.clear()
    await desk.inbox.receive(message(1, ANA), message(2, ANA), message(3, BEN))
    await desk.until(lambda: desk.ids == [1, 3] and desk.pauses == [30])
    await desk.until(lambda: desk.inbox._lanes.keys() == {ANA})
    async with asyncio.timeout(5):
        await desk.inbox.stop()
    again = Desk(store, clock)
    await again.inbox.start()
    await again.inbox.idle()
    assert again.ids == [1, 2]


async def test_a_crash_loses_nothing(store: Database, clock: Clock) -> None:
    """What was under way and what waited is handled by the next process, in order."""
    crashed = Desk(store, clock)
    crashed.door(1)
    await crashed.inbox.receive(message(1), message(2), message(3))
    await crashed.until(lambda: crashed.ids == [1])
    for task in crashed.inbox._tasks:
        task.cancel()
    await crashed.inbox.idle()

    desk = Desk(store, clock)
    await desk.inbox.start()
    await desk.inbox.idle()
    assert desk.ids == [1, 2, 3]


async def test_what_brings_the_process_down_again_and_again_is_given_up(store: Database, clock: Clock) -> None:
    """An update whose attempts were all cut off is apologised for, not tried for ever."""
    for _ in range(CRASHES):
        crashed = Desk(store, clock)
        crashed.door(1)
        await crashed.inbox.receive(message(1))
        await crashed.until(lambda desk=crashed: desk.ids == [1])  # type: ignore[misc]
        for task in crashed.inbox._tasks:
            task.cancel()
        await crashed.inbox.idle()

    desk = Desk(store, clock)
    await desk.inbox.start()
    await desk.inbox.idle()
    assert (desk.ids, desk.apologies) == ([], [1])


async def test_a_pin_never_reaches_the_table(store: Database, clock: Clock) -> None:
    """On disk there are dots; the handler sees what was written; afterwards memory has forgotten it."""
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1, words="482915", reply_to_message={"message_id": 7, "text": "482915"}))
    (row,) = await rows(store)
    assert "482915" not in row.written
    assert (row.payload["message"]["text"], row.redacted) == (DOTS, True)
    await desk.until(lambda: desk.ids == [1])
    assert desk.handled[0]["message"]["text"] == "482915"
    desk.door(1).set()
    await desk.inbox.idle()
    assert desk.secrets.original(1, {}) == {}


async def test_after_a_crash_a_pin_is_dots(store: Database, clock: Clock) -> None:
    """Only the stored form survives a crash, so the person is asked again."""
    crashed = Desk(store, clock)
    crashed.door(1)
    await crashed.inbox.receive(message(1, words="482915"))
    for task in crashed.inbox._tasks:
        task.cancel()
    await crashed.inbox.idle()
    desk = Desk(store, clock)
    await desk.inbox.start()
    await desk.inbox.idle()
    assert desk.handled[0]["message"]["text"] == DOTS


async def test_text_that_json_cannot_store_is_stored_nonetheless(store: Database, clock: Clock) -> None:
    """A NUL or half a surrogate pair must not stop the batch it came in."""
    desk = Desk(store, clock)
    await desk.inbox.receive(message(1, words="a\x00b\ud83d"), message(2))
    await desk.inbox.idle()
    assert desk.ids == [1, 2]


async def test_what_is_no_update_stores_nothing(store: Database, clock: Clock) -> None:
    """A batch with one malformed update is refused whole."""
    desk = Desk(store, clock)
    with pytest.raises(MalformedUpdateError):
        await desk.inbox.receive(message(1), {"update_id": "2"})
    assert await rows(store) == []


async def test_handled_updates_are_forgotten_after_six_days(store: Database, clock: Clock) -> None:
    """Old rows go when new ones come; younger ones stay to recognise repetitions."""
    desk = Desk(store, clock)
    await desk.inbox.receive(message(1))
    await desk.inbox.idle()
    clock.now += timedelta(days=5)
    await desk.inbox.receive(message(2))
    await desk.inbox.idle()
    clock.now += timedelta(days=1, seconds=1)
    await desk.inbox.receive(message(3))
    await desk.inbox.idle()
    assert [row.update_id for row in await rows(store)] == [2, 3]


async def test_a_stop_finishes_what_runs_and_keeps_what_waits(store: Database, clock: Clock) -> None:
    """After a stop the running update is handled, the others are still in the table for the next start."""
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1), message(2))
    await desk.until(lambda: desk.ids == [1])
    stopping = asyncio.create_task(desk.inbox.stop())
    await asyncio.sleep(0)
    desk.door(1).set()
    await stopping
    assert [row.handled_at is not None for row in await rows(store)] == [True, False]


class Counting(Database):
    """A store that counts statements, and holds them up while it is not open."""

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self.statements = 0
        self.open = asyncio.Event()
        self.open.set()

    async def statement(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        self.statements += 1
        await self.open.wait()
        return await super().statement(work)


class Flaky(Database):
    """A store that is out of reach for the next `outages` statements."""

    outages = 0

    async def statement(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        if self.outages:
            self.outages -= 1
            raise Unavailable
        return await super().statement(work)


async def test_without_a_database_nothing_is_acknowledged(settings: WalletSettings, clock: Clock) -> None:
    """`receive` raises, so intake does not acknowledge and Telegram repeats."""
    store = Flaky(connection_url(settings))
    desk = Desk(store, clock)
    store.outages = 2  # forgetting what is old, and storing what is new
    with pytest.raises(Unavailable):
        await desk.inbox.receive(message(1))
    await desk.inbox.receive(message(1))
    await desk.inbox.idle()
    assert desk.ids == [1]
    await store.close()


async def test_a_handled_update_is_marked_when_the_database_is_back(settings: WalletSettings, clock: Clock) -> None:
    """An outage after the handler delays the mark; it does not bring the handler back."""
    store = Flaky(connection_url(settings))
    desk = Desk(store, clock)
    desk.door(1)
    await desk.inbox.receive(message(1))
    await desk.until(lambda: desk.ids == [1])
    store.outages = 5
    desk.door(1).set()
    await desk.inbox.idle()
    assert desk.ids == [1]
    (row,) = await rows(store)
    assert row.handled_at == clock.now
    await store.close()


def test_an_update_may_wait_twice() -> None:
    """Delivered twice at once it is queued twice, once with its attempt begun: they need an order all the same."""
    begun, again = Waiting(1, 7, ANA, Attempt(7, 1, {})), Waiting(1, 7, ANA)
    assert sorted([Waiting(2, 8, ANA), again, begun]) == [begun, again, Waiting(2, 8, ANA)]


async def test_an_id_used_before_is_a_new_update_after_a_week(store: Database, clock: Clock) -> None:
    """After a week of silence Telegram's ids may be any, those of before included."""
    desk = Desk(store, clock)
    for _ in range(2):
        await desk.inbox.receive(message(1))
        await desk.inbox.idle()
        clock.now += timedelta(days=7, seconds=1)
    assert desk.ids == [1, 1]
