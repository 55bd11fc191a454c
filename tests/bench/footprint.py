"""Footprint: memory, the time from nothing to the first reply, and what has to be installed."""

from __future__ import annotations

from contextlib import AsyncExitStack
from importlib import metadata
from time import perf_counter
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from sandbox.telegram.server import running
from tests.bench import bots
from tests.bench.bot_traffic import balance, load, payment
from tests.bench.figures import Figure, Ground, Part, compared
from tests.bench.phones import phone
from tests.bench.rounds import interleaved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import URL

    from tests.bench.bots import Running

MEMBERS = 64
_ECHO = "echo bot"
_MB = 10**6

_HOW = f"""\
The bots of the section before. Memory is what the process alone holds (USS), at rest after its start, and after
{MEMBERS} people have been served at once for a while; PostgreSQL is not in it. The first reply comes to a message
that already waits when the process is started. Installed is what `pip install .` brings along, and for the
echo bot python-telegram-bot, without compiled bytecode.
"""


async def measure(ground: Ground) -> list[Figure]:
    with ground.server.database() as books:
        return [*await _memory(ground, books), *await _cold_start(ground, books), _installed()]


async def _memory(ground: Ground, books: URL) -> list[Figure]:
    crowd = bots.crowd(MEMBERS)
    rest: dict[str, float] = {}
    busy: dict[str, float] = {}
    async with AsyncExitStack() as parts:
        ours = await parts.enter_async_context(bots.sixpence(ground, books, crowd))
        bare = await parts.enter_async_context(bots.echo(ground, crowd))
        for name, bot in (("ours", ours), (_ECHO, bare)):
            rest[name] = _uss(bot)
            await load(bot, MEMBERS, balance, ground.times(4, 20))
            if bot is ours:
                await load(bot, MEMBERS, payment, ground.times(1, 2))
            busy[name] = _uss(bot)
            ground.say(f"  {name}: {rest[name]:.0f} MB at rest, {busy[name]:.0f} MB under load")
    return [
        compared(f"memory {when}", [of["ours"]], "MB", _ECHO, [of[_ECHO]])
        for when, of in (("at rest", rest), ("under load", busy))
    ]


def _uss(bot: Running) -> float:
    return float(bot.process.memory_full_info().uss) / _MB


async def _cold_start(ground: Ground, books: URL) -> list[Figure]:
    values = await interleaved(
        ground,
        {
            "sixpence-bot, cold start": lambda: _first_reply(ground, books),
            "echo bot, cold start": lambda: _first_reply(ground, None),
        },
    )
    ours, bare = values.values()
    return [compared("start of the process to its first reply", ours, "s", _ECHO, bare)]


async def _first_reply(ground: Ground, books: URL | None) -> float:
    """Seconds; the echo bot's without books."""
    (person,) = bots.crowd(1)
    world = bots.fresh_world([person])
    async with running(world) as url:
        with phone(world, person) as theirs:
            module = ["tests.bench.echo_bot", bots.TOKEN, url] if books is None else ["tests.bench.unpaced_bot"]
            environment = {} if books is None else bots.environment_of(ground, books, url)
            start = perf_counter()
            async with bots.process(ground, world, module, environment):
                await theirs.says("/balance")
                return perf_counter() - start


def _installed() -> Figure:
    ours, bare = _size(_closure("sixpence")), _size(_closure("python-telegram-bot"))
    return compared("installed, with all it depends on", [ours], "MB", "python-telegram-bot", [bare])


def _closure(name: str) -> set[str]:
    """The distributions that this one needs, itself included, without extras that nobody asks for."""
    found: set[str] = set()
    waiting = [(name, frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        found.add(name)
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            wanted = needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))
            if wanted and needed.name not in found:
                waiting.append((needed.name, frozenset(needed.extras)))
    return found


def _size(names: Sequence[str] | set[str]) -> float:
    """Megabytes."""
    files = [file for name in names for file in metadata.files(name) or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for file in files if (path := file.locate()).is_file()) / _MB  # type: ignore[attr-defined]


PART = Part("footprint", "Footprint", _HOW, measure)
