"""The whole house as real processes: the bot is killed with SIGKILL at moments of the seed's choice while people pay.

What `simulation` tries in simulated time is tried here in the real one: a bot process, a PostgreSQL, the pretend
Telegram over HTTP, and people who keep paying until their receipt comes.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox.people import at_their_phones
from sandbox.person import NothingHappenedError, plain
from tests.house import furnished
from tests.proof.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.house import House
    from sandbox.person import Message, Person
    from tests.books import Server
    from tests.proof.finding import Effort, Prover

MOST_CALLS_BETWEEN: Final = 14
"""A payment takes about twenty calls of these methods, so kills fall on every part of one."""
_CONVERSATION: Final = frozenset({"sendMessage", "editMessageText", "answerCallbackQuery"})
_PATIENCE: Final = 90.0  # seconds: a card whose words were lost expires before it can be asked for again


async def killed_bots(_: Server, effort: Effort) -> Sequence[Finding]:
    """Several houses, one after the other, each with its own moments."""
    houses = [await killed(effort.seed + number, effort.times(2, 20)) for number in range(effort.times(1, 6))]
    seen = sum(len(house.seen) for house in houses)
    figure = f"{sum(house.kills for house in houses)} times SIGKILL, {len(houses)} houses"
    claims = "A payment whose receipt was seen is in the books, once.", "Its payee heard of it.", "The books reconcile."
    return [
        Finding("L6, L7", claims[0], seen, sum(house.wrong for house in houses), figure),
        Finding("L7", claims[1], seen, sum(len(house.untold) for house in houses)),
        Finding("L6", claims[2], len(houses), sum(not house.clean for house in houses)),
    ]


@dataclass(frozen=True)
class Killed:
    """What became of a house whose bot was killed: payments by their notes.

    `seen` by those who paid, `booked` in the books, `untold` to whom they were for; `clean`: the books reconcile.
    """

    kills: int
    seen: list[str]
    booked: Counter[str]
    untold: list[str]
    clean: bool

    @property
    def wrong(self) -> int:
        """Payments whose receipt was seen and that are not in the books, or that are there and were not asked for."""
        return ((Counter(self.seen) - self.booked) + (self.booked - Counter(self.seen))).total()


async def killed(seed: int, kills: int) -> Killed:
    """Ana and Chai keep paying Ben while the bot dies so often and comes back."""
    with tempfile.TemporaryDirectory(prefix="sixpence-killed-") as folder:
        async with furnished(Path(folder)) as house, at_their_phones(house, patience=_PATIENCE) as cast:
            over = asyncio.Event()
            seen: list[str] = []
            payers = [asyncio.create_task(_keep_paying(cast[name], "@ben", over, seen)) for name in ("Ana", "Chai")]
            await _kill(house, random.Random(seed), kills)
            over.set()
            await asyncio.gather(*payers)
            untold = [note for note in seen if not await _heard(cast["Ben"], note)]
            books = await house.wallet.reconcile()
            return Killed(kills, seen, await _received_by_ben(house), untold, books.clean)


async def _kill(house: House, chance: random.Random, kills: int) -> None:
    for _ in range(kills):
        await _calls(house, chance.randint(1, MOST_CALLS_BETWEEN))
        assert house.bot.pid is not None
        os.kill(house.bot.pid, signal.SIGKILL)


async def _calls(house: House, number: int) -> None:
    """Wait for so many more calls that people see something of."""
    start = house.world.calls.count

    def enough() -> bool:
        return sum(call.method in _CONVERSATION for call in house.world.calls.after(start)) >= number

    assert await house.world.until(enough, 60), "the bot has fallen silent"


async def _keep_paying(payer: Person, payee: str, over: asyncio.Event, seen: list[str]) -> None:
    for number in count(1):
        if over.is_set():
            return
        note = f"{payer.name} no. {number}."
        await _see_through(payer, f"send 0.10 to {payee} for {note}", note)
        seen.append(note)


async def _see_through(payer: Person, words: str, note: str) -> None:
    """What a stubborn person does: ask, press what can be pressed, ask again when it expires, until a receipt comes.

    They stay with the newest card: an older one of the same payment is over, whatever it says.
    """
    newest, shown = 0, ""
    await payer.says(words)

    def is_news(message: Message) -> bool:
        changed = message["id"] > newest or (message["id"] == newest and message["text"] != shown)
        return changed and note in plain(message["text"])

    while "✓" not in shown:
        message = await payer.sees(is_news, f"news of “{note}”")
        newest, shown = message["id"], message["text"]
        if "was open until" in shown:
            await payer.says(words)
        elif "Confirm with PIN" in str(message["inline_keyboard"]):
            await payer.taps(message, "Confirm with PIN")
        elif message["inline_keyboard"]:
            await payer.taps_next_digit(message)


async def _heard(payee: Person, note: str) -> bool:
    """Whether the notice came, however late."""
    try:
        await payee.sees(lambda message: note in plain(message["text"]), f"a notice of “{note}”", among=None)
    except NothingHappenedError:
        return False
    return True


async def _received_by_ben(house: House) -> Counter[str]:
    ben = next(summary.party for summary in await house.wallet.parties() if summary.party.name.startswith("Ben"))
    page = await house.wallet.history(ben.id, limit=100)
    return Counter(line.note for line in page.lines if line.payment_kind == "payment")


PROVERS: tuple[Prover, ...] = (killed_bots,)
