"""The bot is killed at moments of a seeded choice while people pay. Nothing is lost, nothing is paid twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

import pytest

from sandbox.people import at_their_phones
from sandbox.person import plain
from tests.house import furnished

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.house import House
    from sandbox.person import Message, Person

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(400)]

KILLS = 20
SEED = 6
MOST_CALLS_BETWEEN = 14
"""A payment takes about twenty calls of these methods, so kills fall on every part of one."""
CONVERSATION = {"sendMessage", "editMessageText", "answerCallbackQuery"}


async def test_a_bot_killed_twenty_times_loses_nothing_and_pays_nothing_twice(tmp_path: Path) -> None:
    """Ana and Chai keep paying while the bot dies and comes back; each payment they see through is there once."""
    async with furnished(tmp_path) as house, at_their_phones(house, patience=90) as cast:
        killed = asyncio.Event()
        paid: list[str] = []
        payers = [
            asyncio.create_task(_keep_paying(cast["Ana"], "@ben", killed, paid)),
            asyncio.create_task(_keep_paying(cast["Chai"], "@ben", killed, paid)),
        ]
        await _kill(house)
        killed.set()
        await asyncio.gather(*payers)
        for note in paid:
            await _told(cast["Ben"], note)
        assert await _received_by_ben(house) == Counter(paid)
        assert (await house.wallet.reconcile()).clean


async def _kill(house: House) -> None:
    chance = random.Random(SEED)
    for _ in range(KILLS):
        await _calls(house, chance.randint(1, MOST_CALLS_BETWEEN))
        assert house.bot.pid is not None
        os.kill(house.bot.pid, signal.SIGKILL)


async def _calls(house: House, number: int) -> None:
    """Wait for so many more calls that people see something of."""
    start = house.world.calls.count

    def enough() -> bool:
        return sum(call.method in CONVERSATION for call in house.world.calls.after(start)) >= number

    assert await house.world.until(enough, 60)


async def _keep_paying(payer: Person, payee: str, killed: asyncio.Event, paid: list[str]) -> None:
    for number in count(1):
        if killed.is_set():
            return
        note = f"{payer.name} no. {number}."
        await _see_through(payer, f"send 0.10 to {payee} for {note}", note)
        paid.append(note)


async def _see_through(payer: Person, words: str, note: str) -> None:
    """What a stubborn person does: ask, press what can be pressed, ask again when it expires, until a receipt comes."""

    shown = ""
    await payer.says(words)

    def is_news(message: Message) -> bool:
        return note in plain(message["text"]) and message["text"] != shown

    while "✓" not in shown:
        message = await payer.sees(is_news, f"news of “{note}”")
        shown = message["text"]
        if "was open until" in shown:
            await payer.says(words)
        elif "Confirm with PIN" in str(message["inline_keyboard"]):
            await payer.taps(message, "Confirm with PIN")
        elif message["inline_keyboard"]:
            await payer.taps_next_digit(message)


async def _told(payee: Person, note: str) -> None:
    """The notice came, however late."""
    await payee.sees(lambda message: note in plain(message["text"]), f"a notice of “{note}”", among=None)


async def _received_by_ben(house: House) -> Counter[str]:
    ben = next(summary.party for summary in await house.wallet.parties() if summary.party.name.startswith("Ben"))
    page = await house.wallet.history(ben.id, limit=100)
    return Counter(line.note for line in page.lines if line.payment_kind == "payment")
