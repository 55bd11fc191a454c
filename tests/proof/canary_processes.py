"""The canaries once more, with real processes: the bot at DEBUG, the administrator's command, their command lines."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

import httpx

from bot.settings import BotSettings
from sandbox.person import Person
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.proof.canary import Canary, Heap, pin, secrets
from tests.proof.scene import found
from wallet import SettingsError, load

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import URL

    from tests.books import Server
    from tests.proof.finding import Effort, Finding

_ROOT = Path(__file__).parents[2]
_LOUD = """
import logging
from bot import logs

quietly = logs.configure

def loudly(secrets):
    quietly(secrets)
    for name in (None, *logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)

logs.configure = loudly
from bot.__main__ import main
main()
"""
"""The bot, after somebody who looks for a fault has set every logger to DEBUG."""


async def no_program_tells_a_secret(server: Server, effort: Effort) -> list[Finding]:
    """P9, T13: what sixpence-bot and sixpence-admin print, how they refuse settings, what `ps` shows of them."""
    chance = Random(effort.seed)
    marked = secrets(chance)
    pins = [Canary(name, pin(chance)) for name in ("PIN", "wrong PIN", "PIN never asked for")]
    heap = Heap()
    with server.database() as url, TemporaryDirectory() as folder:
        environment = _environment(url.set(password=marked["database password"].value), marked)
        world = World(marked["bot token"].value)
        async with running(world) as telegram, httpx.AsyncClient(base_url=telegram) as http:
            environment["SIXPENCE_TELEGRAM_API_URL"] = telegram
            ana = Person(http, 5001, "Ana", pins[0].value, patience=60)
            await _talk_to_the_bot(folder, environment, ana, pins, heap, crash=effort.long)
            await _ask_the_administrator(folder, environment, heap, long=effort.long)
        _refuse_settings(marked, heap)
    seen = [sighting for canary in (*pins, *marked.values()) for sighting in heap.sightings(canary)]
    claim = "No program prints a PIN or a secret of its settings, at DEBUG, in a refusal, in its help or in `ps`."
    return [found("T13", claim, (len(pins) + len(marked)) * len(heap.places), seen, heap.size)]


async def _talk_to_the_bot(
    folder: str, environment: dict[str, str], ana: Person, pins: list[Canary], heap: Heap, *, crash: bool
) -> None:
    """Ana chooses a PIN, gets it wrong, types one into the chat; then the bot is stopped, or brought down."""
    _, wrong, stray = pins
    development = ("-X", "dev") if crash else ()
    async with _started(folder, environment, *development, "-c", _LOUD) as process:
        saying = asyncio.create_task(process.communicate())
        await ana.start()
        await ana.reads("○○○○○○")
        await ana.says(pins[0].value)
        await ana.reads("Once more")
        await ana.types_pin()
        await ana.reads("Your PIN is set")
        await ana.says("/pin")
        await ana.reads("first enter the one you have")
        await ana.says(wrong.value)
        await ana.reads("Wrong PIN")
        await ana.says("/cancel")
        await ana.reads("Cancelled")
        await ana.says(stray.value)
        await ana.reads("I deleted what looked like a PIN")
        heap.add("command lines", _command_lines(process.pid))
        process.send_signal(signal.SIGABRT if crash else signal.SIGTERM)
        said, complained = await saying
    heap.add("what sixpence-bot prints", (said + complained).decode(errors="replace"))


async def _ask_the_administrator(folder: str, environment: dict[str, str], heap: Heap, *, long: bool) -> None:
    """The doctor, in good health and in bad; help; the bot with settings that nobody accepts."""
    away = environment["SIXPENCE_DATABASE_URL"].partition("?")[0].replace("@/", "@127.0.0.1:1/")
    stranger = environment["SIXPENCE_BOT_TOKEN"][::-1].replace(":", "")
    ill = environment | {"SIXPENCE_DATABASE_URL": away, "SIXPENCE_BOT_TOKEN": f"1:{stranger}"}
    asked: list[tuple[dict[str, str], tuple[str, ...]]] = [(ill, ("wallet.admin", "doctor"))]
    if long:
        healthy = [("wallet.admin", "--help"), ("wallet.admin", "doctor"), ("wallet.admin", "doctor", "--json")]
        asked += [(environment, each) for each in (*healthy, ("wallet.admin", "reconcile"), ("bot", "--help"))]
        asked += [(ill, each) for each in (("bot",), ("wallet.admin", "migrate"), ("wallet.admin", "parties"))]
    for settings, words in asked:
        async with _started(folder, settings, "-m", *words) as process:
            said, complained = await process.communicate()
        heap.add(f"what {' '.join(words)} prints", (said + complained).decode(errors="replace"))


def _refuse_settings(marked: dict[str, Canary], heap: Heap) -> None:
    """Each secret, broken in a way that is refused: the sentence names the setting and not its value."""
    good = {"SIXPENCE_BOT_TOKEN": marked["bot token"].value, "SIXPENCE_PIN_PEPPER": marked["pepper"].value}
    password = marked["database password"].value
    broken = [
        {"SIXPENCE_BOT_TOKEN": f"{marked['bot token'].value} "},
        {"SIXPENCE_WEBHOOK_SECRET": f"{marked['webhook secret'].value}!"},
        {"SIXPENCE_DATABASE_URL": f"mysql://postgres:{password}@localhost/books"},
        {"SIXPENCE_DATABASE_URL": f"{password}://"},
        {"SIXPENCE_PIN_PEPPER": marked["pepper"].value[:20]},
        {"SIXPENCE_PIN_PEPPER_FILE": "/dev/null"},
        {"SIXPENCE_PIN_PEPPER_PREVIOUS": marked["former pepper"].value[-16:]},
    ]
    for each in broken:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
        with patch.dict(os.environ, kept | good | each, clear=True):
            try:
                load(BotSettings).peppers()
            except SettingsError as refusal:
                heap.add("refusals of settings", f"{refusal} {refusal!r} {refusal.__context__!r}")
            else:
                raise AssertionError(f"{next(iter(each))} was to be refused")


def _environment(database: URL, marked: dict[str, Canary]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    return kept | {
        "PYTHONPATH": str(_ROOT),
        "PYTHONWARNINGS": "default",
        "SIXPENCE_DATABASE_URL": database.render_as_string(hide_password=False),
        "SIXPENCE_BOT_TOKEN": marked["bot token"].value,
        "SIXPENCE_PIN_PEPPER": marked["pepper"].value,
        "SIXPENCE_PIN_PEPPER_PREVIOUS": marked["former pepper"].value,
        "SIXPENCE_WEBHOOK_SECRET": marked["webhook secret"].value,
        "SIXPENCE_ARGON2_MEMORY_KIB": "8",
    }


@asynccontextmanager
async def _started(folder: str, environment: dict[str, str], *arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _command_lines(pid: int) -> str:
    """What anybody on this machine can see of the bot, and of the database's processes."""
    seen = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if path.parent.name == str(pid) or line.startswith("postgres"):
            seen.append(line)
    return "\n".join(seen)
