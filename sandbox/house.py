"""The whole house on one machine: embedded PostgreSQL, migrations, the pretend Telegram, the real bot talking to it.

Nothing here is a shortcut: the schema is made by `sixpence-admin migrate`, the bot is the program that operators run,
and it reaches "Telegram" over HTTP. Data lies in one folder and is taken up again at the next start.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
import shutil
import sys
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.telegram.server import running
from sandbox.telegram.world import World
from wallet import Wallet, WalletSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

_SAVE_EVERY: Final = 1.0
_START_PATIENCE: Final = 60.0
_STOP_PATIENCE: Final = 15.0
_TOKEN, _PEPPER = "bot-token", "pin-pepper"
_OURS: Final = ("postgres", "telegram.json", "bot.log", _PEPPER, _TOKEN)
"""All that a house keeps, in the order in which it is forgotten: the token is made first, the pepper next."""
_NUMBERS_APART: Final = 10_000
"""A house that was killed may have given out more update numbers than it wrote down."""


class HouseError(Exception):
    """A part of the house did not start; the text says which, and where to look."""


@dataclass(frozen=True, slots=True)
class House:
    """What is running: the page and the Bot API at `url`, the books behind `wallet`, which `settings` describe."""

    url: str
    world: World
    wallet: Wallet
    bot: Bot
    settings: WalletSettings


class Bot:
    """The real bot as a process of its own, started again should it end (kill it and see)."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process to kill, if you like."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Keep the bot running until cancelled, then stop it and wait for its end."""
        try:
            while True:
                with self._log.open("ab") as log:
                    self._process = await asyncio.create_subprocess_exec(
                        *(sys.executable, "-m", "bot"),
                        cwd=self._log.parent,  # where no `.env` of the operator's lies
                        env=self._environment,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                await self._process.wait()
                await asyncio.sleep(0.5)  # not in a tight loop, should it be unable to start
        finally:
            await self._stop()

    async def _stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def open_house(folder: Path, port: int) -> AsyncIterator[House]:
    """Start everything with its data in `folder`, where no other house is; on leaving, stop everything. HouseError."""
    with alone(folder):
        async with _opened(folder, port) as house:
            yield house


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let no other house into this folder, made if need be: two would overwrite each other's chats. HouseError.

    Nor is a folder taken in which an operator keeps books. However the process ends, the system lets go of the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HouseError(
                f"A sandbox is running in {folder} already: use its page, or stop it first. "
                "For a second one, name another folder with --data-dir."
            ) from None
        _require_ours(folder)
        yield
    finally:
        os.close(held)


def _require_ours(folder: Path) -> None:
    """Books beside which no house left its token and its pepper are an operator's; so is a pepper without a token."""
    found = {name for name in _OURS if (folder / name).exists()}
    if found - {_TOKEN} and not found >= {_TOKEN, _PEPPER}:
        raise HouseError(
            f"{folder} holds {', '.join(sorted(found))}, which are not the sandbox's: nothing was touched. "
            "Name another folder with --data-dir."
        )


@asynccontextmanager
async def _opened(folder: Path, port: int) -> AsyncIterator[House]:
    token, pepper = _prepare(folder)
    _forget_operator_settings()
    settings = WalletSettings(
        _env_file=None,  # type: ignore[call-arg] # pydantic's own, for a `.env` of the operator's that lies here
        data_dir=folder,
        pin_pepper_file=pepper,
        business_approval=False,
    )
    environment = os.environ | {
        "SIXPENCE_DATA_DIR": str(folder),
        "SIXPENCE_PIN_PEPPER_FILE": str(pepper),
        "SIXPENCE_BUSINESS_APPROVAL": "false",
        "SIXPENCE_BOT_TOKEN": token,
    }
    await _migrate(environment)
    world = _world(folder / "telegram.json", token)
    async with Wallet.open(settings) as wallet, running(world, port=port) as url:
        bot = Bot(environment | {"SIXPENCE_TELEGRAM_API_URL": url}, folder / "bot.log")
        tasks = [asyncio.create_task(bot.run()), asyncio.create_task(_keep(world, folder / "telegram.json"))]
        try:
            await _until_listening(world, folder / "bot.log")
            yield House(url, world, wallet, bot, settings)
        finally:
            for task in reversed(tasks):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def forget(folder: Path) -> None:
    """Start over: remove what an earlier house left in this folder, and nothing else. HouseError if it still runs."""
    with alone(folder):
        for name in _OURS:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _prepare(folder: Path) -> tuple[str, Path]:
    """Make the secrets, once; the bot's token, and where the pepper is."""
    token = f"7000000001:{_secret(folder / _TOKEN)}"
    _secret(folder / _PEPPER)
    return token, folder / _PEPPER


def _forget_operator_settings() -> None:
    """The sandbox plays with its own books, never with those that this shell is set up for."""
    for name in [name for name in os.environ if name.startswith("SIXPENCE_")]:
        del os.environ[name]


def _secret(path: Path) -> str:
    """A random secret kept in a file that only its owner may read."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(36))
    return path.read_text()


async def _migrate(environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wallet.admin", "migrate"),
        cwd=environment["SIXPENCE_DATA_DIR"],
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the sandbox, which lets it end
    )
    _, said = await process.communicate()
    if process.returncode:
        raise HouseError(f"The database could not be prepared: {said.decode().strip()}")


def _world(path: Path, token: str) -> World:
    if not path.exists():
        return World(token)
    world = World.from_json(json.loads(path.read_text()), token)
    world.updates.next_id += _NUMBERS_APART
    return world


async def _keep(world: World, path: Path) -> None:
    """Write the chats down now and then, and at the end."""
    try:
        while True:
            await asyncio.sleep(_SAVE_EVERY)
            _save(world, path)
    finally:
        _save(world, path)


def _save(world: World, path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(world.to_json()))
    fresh.replace(path)


async def _until_listening(world: World, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_PATIENCE
    while not world.updates.is_polled:
        if asyncio.get_running_loop().time() > deadline:
            raise HouseError("The bot did not start. Its log ends: " + _end_of(log))
        await asyncio.sleep(0.05)


def _end_of(log: Path) -> str:
    return " / ".join(log.read_text().strip().splitlines()[-3:]) if log.exists() else "nothing"
