"""One seed drives people, clock, Telegram's faults, the database's faults and kills; nothing is lost or paid twice.

The world in which the real bot and the real wallet are tried is `tests/proof/simulator`. Each seed is a story of 40 to
80 steps; a seed that finds something is told again with `python -m tests.proof.simulator SEED`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.proof.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.books import Server
    from tests.proof.finding import Effort, Prover

WORKERS: Final = min(2, os.cpu_count() or 1)
_ROOT: Final = Path(__file__).parents[2]
_LONGEST_LINE: Final = 2**20
"""Bytes of a line that the simulator may print; a problem is told whole."""

Told = dict[str, Any]


async def any_accident(server: Server, effort: Effort) -> Sequence[Finding]:
    """Seeds from the effort's own on, shared out between worker processes."""
    each = effort.times(5, effort.stories // WORKERS)
    ranges = [(effort.seed + each * at, effort.seed + each * (at + 1) - 1) for at in range(WORKERS)]
    shares = [[str(first), str(last)] for first, last in ranges]
    told = await _told(server, effort, shares, each * WORKERS)
    wrong = [story for story in told if story["problem"]]
    total: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    split: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for story in told:
        total.update({name: story[name] for name in _COUNTED})
        total.update(story["holds"])
        asked.update(story["requests"])
        split.update(story["splits"])
        settled.update(story["nettings"])
        total.update({"faults": len(story["struck"])})
    return [
        Finding(
            "L17",
            "After every step all invariants hold: each payment was asked for, has its PIN and its fee, and is there "
            "once; what was acknowledged stays; balances follow; nothing frozen moves; the books reconcile.",
            total["looks"],
            len(wrong),
            f"{len(told):,} seeds, {total['steps']:,} steps, {total['payments']:,} payments, {total['kills']:,} kills, "
            f"{total['faults']:,} faults of the database, {total['offers']:,} inline offers taken{_names(wrong)}",
        ),
        Finding(
            "L17",
            "Money set aside lies in escrow until it ends, once: as somebody who may asked, or by its time; and limits "
            "no longer count what came back.",
            sum(sum(story["holds"].values()) for story in told),
            sum(any(words in story["problem"] for words in _OF_HOLDS) for story in wrong),
            ", ".join(f"{total[end]:,} {end}" for end in ("captured", "refused", "cancelled", "expired")),
        ),
        Finding(
            "L17",
            "A request moves nothing and ends once: by the payment that answers it, as one of its two sides said, or "
            "by its time; who asked in vain was told.",
            sum(sum(story["requests"].values()) for story in told),
            sum(any(words in story["problem"] for words in _OF_REQUESTS) for story in wrong),
            ", ".join(f"{asked[end]:,} {end}" for end in ("paid", "declined", "cancelled", "expired")),
        ),
        Finding(
            "L17",
            "The shares of a split add up to its total; each is asked for once, of somebody who is in; in the end its "
            "board says that it is over, and who paid.",
            split.total(),
            sum(any(words in story["problem"] for words in _OF_SPLITS) for story in wrong),
            f"{split['asked']:,} asked everybody, {split['not asked']:,} did not",
        ),
        Finding(
            "L17",
            "Shares are settled up once all whom it concerns have agreed, and never before; everybody then stands "
            "where they stood, and each payment in their place has its PIN.",
            settled.total(),
            sum(any(words in story["problem"] for words in _OF_NETTINGS) for story in wrong),
            ", ".join(f"{settled[end]:,} {end}" for end in ("agreed", "refused", "overtaken", "proposed")),
        ),
        Finding(
            "L7, T11",
            "Every message that somebody is owed was shown to them at least once, when all had become calm.",
            total["told"],
            sum("told" in story["problem"] or "waiting" in story["problem"] for story in wrong),
            "past 429s, 500s, silence, lost answers and people who had blocked the bot",
        ),
    ]


async def every_crash_point(server: Server, effort: Effort) -> Sequence[Finding]:
    """One payment after the other, each killed one suspension later than the one before."""
    stride = effort.times(90, 1) * WORKERS
    shares = [[str(1 + at * stride // WORKERS), "--every", str(stride)] for at in range(WORKERS)]
    told = await _told(server, effort, shares, WORKERS)
    wrong = [story for story in told if story["problem"]]
    return [
        Finding(
            "L6",
            "A bot killed at any await between a payment's first message and the courier's last mark: paid once, told "
            "to both.",
            sum(story["kills"] for story in told),
            len(wrong),
            f"{'every' if stride == WORKERS else 'some'} crash point of a payment{_names(wrong)}",
        )
    ]


async def _told(server: Server, effort: Effort, shares: list[list[str]], number: int) -> list[Told]:
    """The stories of all shares, each share told by a process of its own on a database of its own."""
    told: list[Told] = []

    def hear(story: Told) -> None:
        told.append(story)
        effort.say(f"{len(told):,} of {number:,} stories{_names([each for each in told if each['problem']])}")

    await asyncio.gather(*(_share(server, share, hear) for share in shares))
    return sorted(told, key=itemgetter("seed"))


async def _share(server: Server, share: list[str], hear: Callable[[Told], None]) -> None:
    with server.database() as url:
        where = ("--url", url.render_as_string(hide_password=False))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.proof.simulator", *share, *where),
            cwd=_ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
        )
        assert process.stdout is not None, "it is piped"
        assert process.stderr is not None, "it is piped"
        complaining = asyncio.create_task(process.stderr.read())
        stories: list[Told] = []
        try:
            async for line in process.stdout:
                if line.startswith(b"{"):
                    stories.append(json.loads(line))
                    hear(stories[-1])
            complaint = (await complaining).decode()
            code = await process.wait()
        finally:
            complaining.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()
    if code != min(100, sum(bool(story["problem"]) for story in stories)) or not stories:
        seed = stories[-1]["seed"] if stories else share[0]
        last = complaint.strip().rpartition("\n")[2]
        sys.stderr.write(complaint)
        raise RuntimeError(f"the simulator stopped after seed {seed}: {last}")


def _names(wrong: Sequence[Told]) -> str:
    return "".join(f"; seed {story['seed']}, {story['problem']}" for story in wrong[:3])


_OF_HOLDS: Final = ("set aside", "ended", "escrow", "limits count", "reminded")
_OF_REQUESTS: Final = ("ask", "request", "answered")
_OF_SPLITS: Final = ("split", "share", "board")
_OF_NETTINGS: Final = ("settle",)
_COUNTED: Final = ("looks", "steps", "payments", "kills", "offers", "told")

PROVERS: tuple[Prover, ...] = (any_accident, every_crash_point)
