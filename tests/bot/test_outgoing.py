"""Outgoing requests: bursts pass, floods wait, and a refusal of Telegram's holds up no more than it must."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import RetryAfter

from bot.outgoing import PATIENCE, Outgoing

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.anyio

ANA, BEN, CHAI, GROUP = 5001, 5002, 5003, -1000000000101


class Time:
    """The event loop's time, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", time)
    return time


class Telegram:
    """What was sent to which chat, and refusals still to be given."""

    def __init__(self) -> None:
        self.sent: list[int | None] = []
        self.refusals: dict[int, Iterator[float]] = {}
        self.limiter = Outgoing()

    async def send(self, chat: int | None, *, endpoint: str = "sendMessage") -> Any:
        data = {} if chat is None else {"chat_id": chat}
        return await self.limiter.process_request(self._answer, (chat,), {}, endpoint, data, None)

    async def edit(self, chat: int) -> Any:
        return await self.send(chat, endpoint="editMessageText")

    def refuse(self, chat: int, *seconds: float) -> None:
        self.refusals[chat] = iter(seconds)

    async def _answer(self, chat: int | None) -> bool:
        for seconds in self.refusals.get(chat or 0, ()):
            raise RetryAfter(timedelta(seconds=seconds))
        self.sent.append(chat)
        return True


async def settled() -> None:
    """Let everything happen that needs no time."""
    for _ in range(200):
        await asyncio.sleep(0)


async def test_a_keypad_is_not_slowed(time: Time) -> None:  # noqa: ARG001 - time stands still
    """A chat that has had all its messages for now still shows each digit at once."""
    telegram = Telegram()
    for _ in range(20):
        await telegram.send(ANA)
    for _ in range(10):
        await telegram.edit(ANA)
    assert len(telegram.sent) == 30


async def test_edits_count_among_the_thirty_a_second_of_all(time: Time) -> None:
    """However many keypads are open: the thirty-first edit waits, whoever's it is."""
    telegram = Telegram()
    for number in range(30):
        await telegram.edit(10_000 + number)
    late = asyncio.create_task(telegram.edit(ANA))
    await settled()
    assert len(telegram.sent) == 30
    time.now += 1.0
    await late


async def test_an_edit_waits_where_telegram_says_so(time: Time) -> None:
    """For that chat alone."""
    telegram = Telegram()
    telegram.refuse(ANA, 3)
    waiting = asyncio.create_task(telegram.edit(ANA))
    await settled()
    await telegram.edit(BEN)
    assert telegram.sent == [BEN]
    time.now += 3.0
    await waiting


async def test_twenty_messages_go_to_a_person_at_once(time: Time) -> None:
    """The next waits a second."""
    telegram = Telegram()
    for _ in range(20):
        await telegram.send(ANA)
    late = asyncio.create_task(telegram.send(ANA))
    await settled()
    assert len(telegram.sent) == 20
    time.now += 1.0
    await late
    assert len(telegram.sent) == 21


async def test_a_group_gets_twenty_a_minute(time: Time) -> None:
    """After a burst of twenty, one every three seconds."""
    telegram = Telegram()
    for _ in range(20):
        await telegram.send(GROUP)
    late = asyncio.create_task(telegram.send(GROUP))
    await settled()
    time.now += 2.0
    await settled()
    assert len(telegram.sent) == 20
    time.now += 1.0
    await late


async def test_all_chats_together_get_thirty_a_second(time: Time) -> None:
    """The thirty-first waits, though its chat is idle."""
    telegram = Telegram()
    sends = [asyncio.create_task(telegram.send(10_000 + n)) for n in range(31)]
    await settled()
    assert len(telegram.sent) == 30
    time.now += 1.0
    await asyncio.gather(*sends)


async def test_answers_to_button_presses_never_wait(time: Time) -> None:  # noqa: ARG001 - time stands still
    """A request about no chat goes out though every budget is spent."""
    telegram = Telegram()
    sends = [asyncio.create_task(telegram.send(ANA)) for _ in range(40)]
    await settled()
    await telegram.send(None)
    assert telegram.sent[-1] is None
    for send in sends:
        send.cancel()


async def test_retry_after_pauses_that_chat_alone(time: Time) -> None:
    """Ana's message waits as long as Telegram says and is then sent; Ben's is not held up."""
    telegram = Telegram()
    telegram.refuse(ANA, 3)
    waiting = asyncio.create_task(telegram.send(ANA))
    await settled()
    await telegram.send(BEN)
    assert telegram.sent == [BEN]
    time.now += 3.0
    await waiting
    assert telegram.sent == [BEN, ANA]


async def test_three_chats_told_to_wait_mean_the_whole_bot(time: Time) -> None:
    """Then a fourth chat waits too."""
    telegram = Telegram()
    chats = (ANA, BEN, CHAI)
    for chat in chats:
        telegram.refuse(chat, 3)
    waiting = [asyncio.create_task(telegram.send(chat)) for chat in (*chats, 5004)][:3]
    await settled()
    late = asyncio.create_task(telegram.send(5005))
    await settled()
    assert 5005 not in telegram.sent
    time.now += 3.0
    await asyncio.gather(*waiting, late)


async def test_three_chats_told_to_wait_one_after_another_mean_these_three(time: Time) -> None:
    """Whoever has three chats wait at different moments does not have everybody wait."""
    telegram = Telegram()
    chats = (ANA, BEN, CHAI)
    waiting = []
    for chat in chats:
        telegram.refuse(chat, 8)
        waiting.append(asyncio.create_task(telegram.send(chat)))
        await settled()
        time.now += 2.0
    await telegram.send(5004)
    assert telegram.sent == [5004]
    time.now += 8.0
    await asyncio.gather(*waiting)


async def test_one_chats_long_wait_is_not_everybodys(time: Time) -> None:
    """Three at a time: everybody waits for the shortest, and the chat that was told an hour waits for it alone."""
    telegram = Telegram()
    waits = {ANA: 3600.0, BEN: 1.0, CHAI: 2.0}
    for chat, seconds in waits.items():
        telegram.refuse(chat, seconds)
    waiting = [asyncio.create_task(telegram.send(chat)) for chat in waits]
    await settled()
    late = asyncio.create_task(telegram.send(5004))
    await settled()
    assert telegram.sent == []
    time.now += 1.0
    await late
    time.now += 1.0
    refused, *_ = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(refused, RetryAfter)
    assert set(telegram.sent) == {BEN, CHAI, 5004}


async def test_three_long_waits_hold_up_everybody_for_seconds(time: Time) -> None:
    """Three chats, which may be one person's, are no reason for the others to wait for an hour."""
    telegram = Telegram()
    for chat in (ANA, BEN, CHAI):
        telegram.refuse(chat, 3600)
        with pytest.raises(RetryAfter):
            await telegram.send(chat)
    late = asyncio.create_task(telegram.send(5004))
    await settled()
    assert telegram.sent == []
    time.now += 5.0
    await late


async def test_a_long_wait_is_raised(time: Time) -> None:
    """Whoever asked decides; until then further requests to that chat are refused without asking Telegram."""
    telegram = Telegram()
    telegram.refuse(ANA, PATIENCE + 20)
    with pytest.raises(RetryAfter):
        await telegram.send(ANA)
    time.now += 5.0
    with pytest.raises(RetryAfter) as refused:
        await telegram.send(ANA)
    assert refused.value.retry_after == timedelta(seconds=PATIENCE + 15)
    assert telegram.sent == []


async def test_patience_ends(time: Time) -> None:
    """A chat refused three times in a row is left to whoever asked."""
    telegram = Telegram()
    telegram.refuse(ANA, 1, 1, 1, 1)
    sending = asyncio.create_task(telegram.send(ANA))
    for _ in range(3):
        await settled()
        time.now += 1.0
    with pytest.raises(RetryAfter):
        await sending
