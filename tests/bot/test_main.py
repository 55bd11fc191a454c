"""`sixpence-bot` as an operator meets it: a process that says one clear sentence, or works until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from sandbox.person import Person
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.books import PEPPER
from tests.ports import port_of_ones_own

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.engine import URL

    from tests.books import Server

pytestmark = pytest.mark.anyio

TOKEN = "7000000001:AAcanary-of-thirty-five-characters_xx"
MISSING = "SIXPENCE_BOT_TOKEN is missing: set it, in .env for example; .env.example says where to get it."


@asynccontextmanager
async def sixpence_bot(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Process]:
    """The bot in a process of its own, with these settings and no others; killed at the end if it still runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    environment |= {f"SIXPENCE_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
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
        await process.communicate()


async def outcome(folder: Path, *arguments: str, **settings: str) -> tuple[int | None, str, str]:
    """The exit code and what was said, of a bot that ends by itself."""
    async with sixpence_bot(folder, *arguments, **settings) as process:
        said, complained = await process.communicate()
        return process.returncode, said.decode(), complained.decode()


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[str, Person]]:
    """The pretend Telegram's URL, and Ana."""
    world = World(TOKEN)
    async with running(world) as url, httpx.AsyncClient(base_url=url) as http:
        yield url, Person(http, 5001, "Ana", "482915")


def working(database: URL, url: str) -> dict[str, str]:
    """Settings that leave nothing to complain about."""
    return {
        "bot_token": TOKEN,
        "telegram_api_url": url,
        "pin_pepper": PEPPER,
        "database_url": database.render_as_string(hide_password=False),
    }


async def test_help_shows_an_example_and_the_environment(tmp_path: Path) -> None:
    """All that a newcomer needs, without a setting."""
    code, said, _ = await outcome(tmp_path, "--help")
    assert code == 0
    assert "example:" in said
    assert "SIXPENCE_BOT_TOKEN" in said


async def test_a_missing_setting_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 2, and no traceback."""
    assert await outcome(tmp_path) == (2, "", f"{MISSING}\n")


async def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 2, and no traceback."""
    (tmp_path / ".env").write_bytes(b"SIXPENCE_PIN_PEPPER=caf\xe9\n")
    assert await outcome(tmp_path) == (2, "", ".env is not UTF-8 text: save it as UTF-8.\n")


async def test_its_settings_can_be_looked_at_alone(tmp_path: Path) -> None:
    """Without a database or Telegram: nothing said and 0 where they are right, a sentence and 2 where not."""
    settings = {"bot_token": TOKEN, "pin_pepper": PEPPER}
    assert await outcome(tmp_path, "--check", **settings) == (0, "", "")
    code, said, complained = await outcome(tmp_path, "--check", **settings, webhook_url="https://pay.example.org/x")
    assert (code, said, complained.count("\n")) == (2, "", 1)
    assert "SIXPENCE_WEBHOOK_SECRET" in complained


async def test_a_refused_token_is_one_sentence(tmp_path: Path, database_url: URL) -> None:
    """It names the setting and not the token."""
    async with telegram() as (url, _):
        settings = working(database_url, url) | {"bot_token": "7000000001:another"}
        code, _, complained = await outcome(tmp_path, **settings)
    assert code == 2
    assert complained.startswith("Telegram refuses SIXPENCE_BOT_TOKEN")
    assert complained.count("\n") == 1
    assert "another" not in complained


async def test_a_database_without_tables_is_one_sentence(tmp_path: Path, server: Server) -> None:
    """It names the command that helps."""
    code, _, complained = await outcome(tmp_path, **working(server.url.set(database="postgres"), "http://127.0.0.1:9"))
    assert code == 2
    assert "sixpence-admin migrate" in complained
    assert "Traceback" not in complained


async def test_it_listens_answers_and_stops(tmp_path: Path, database_url: URL) -> None:
    """One line when it is ready, an answer in the chat, exit code 0 on SIGTERM, and the token nowhere."""
    async with telegram() as (url, ana), sixpence_bot(tmp_path, **working(database_url, url)) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"@sixpence_bot is listening (long polling)\n"
        await ana.start()
        await ana.reads("PIN")
        process.send_signal(signal.SIGTERM)
        said, complained = await process.communicate()
        assert process.returncode == 0
        assert TOKEN.encode() not in said + complained


async def test_it_is_called_by_webhook(tmp_path: Path, database_url: URL) -> None:
    """With a URL and a secret Telegram delivers, and polling is not used."""
    address = f"127.0.0.1:{port_of_ones_own()}"
    webhook = {
        "webhook_url": f"http://{address}/telegram",
        "webhook_listen": address,
        "webhook_secret": "a-secret-of-some-length",
    }
    async with (
        telegram() as (url, ana),
        sixpence_bot(tmp_path, **working(database_url, url), **webhook) as process,
    ):
        assert process.stdout is not None
        assert await process.stdout.readline() == b"@sixpence_bot is listening (webhook)\n"
        await ana.start()
        await ana.reads("PIN")
        process.send_signal(signal.SIGINT)
        await process.communicate()
        assert process.returncode == 0


async def test_an_address_in_use_is_one_sentence(tmp_path: Path, database_url: URL) -> None:
    """It names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with telegram() as (url, _):
            webhook = {
                "webhook_url": f"http://{address}/telegram",
                "webhook_listen": address,
                "webhook_secret": "a-secret-of-some-length",
            }
            code, said, complained = await outcome(tmp_path, **working(database_url, url), **webhook)
    assert (code, said) == (2, "")
    assert complained.startswith("SIXPENCE_WEBHOOK_LISTEN")
