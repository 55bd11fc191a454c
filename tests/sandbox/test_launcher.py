"""`sixpence-sandbox` as a newcomer meets it: the tour proves itself, Ctrl-C leaves nothing, starting again goes on."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import psutil
import pytest
from typer.testing import CliRunner

from sandbox import __main__ as launcher
from sandbox.house import HouseError, alone, forget, open_house
from sandbox.people import OPENING_BALANCE, settle_in
from tests.house import furnished
from wallet import SettingsError

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

SANDBOX = (sys.executable, "-m", "sandbox")


async def test_the_tour_tells_its_story_and_proves_it(tmp_path: Path) -> None:
    """It exits 0, and everything it claims has a tick."""
    process = await _start("--tour", folder=tmp_path)
    printed, _ = await process.communicate()
    told = printed.decode()
    assert process.returncode == 0, told
    assert "✓ a double tap pays once" in told
    assert "✗" not in told


async def test_ctrl_c_leaves_no_process_and_a_new_start_goes_on(tmp_path: Path) -> None:
    """Everything in the folder stops with the sandbox, or with its terminal; the next one knows chats and balances."""
    async with _demo(tmp_path) as url:
        before = await _anas_messages(url)
    assert _processes_of(tmp_path) == []
    async with _demo(tmp_path, ended_by=signal.SIGHUP) as url:
        assert await _anas_messages(url) == before
    assert _processes_of(tmp_path) == []


@pytest.mark.parametrize("fails", [True, False])
def test_ctrl_c_while_it_starts_is_130_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    """Whether or not PostgreSQL was hit by it too: no failure is told that is none."""

    @asynccontextmanager
    async def interrupted(*_: object) -> AsyncIterator[None]:
        signal.raise_signal(signal.SIGINT)
        for _turn in range(10):  # of the loop, in the third of which it knows
            await asyncio.sleep(0)
        if fails:
            raise SettingsError("The embedded PostgreSQL did not start")
        yield

    monkeypatch.setattr(launcher, "open_house", interrupted)
    said = CliRunner().invoke(launcher.app, ["--data-dir", str(tmp_path)])
    assert said.exit_code == 130
    assert "✗" not in said.output
    assert "did not start" not in said.output


async def test_somebody_called_like_ana_does_not_keep_the_house_from_opening_again(tmp_path: Path) -> None:
    """The opening balance is hers, however many others have her name and a wallet by then."""
    async with furnished(tmp_path) as house:
        await house.wallet.open_person(key=uuid4(), name="Ana Moreno")
        await settle_in(house)
        people = [summary for summary in await house.wallet.parties() if summary.party.name == "Ana Moreno"]
    assert [person.balance.minor for person in people] == [OPENING_BALANCE, 0]


async def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """No traceback, and what to do."""
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        process = await _start("--port", str(port), "--data-dir", str(tmp_path), folder=tmp_path)
        printed, _ = await process.communicate()
    assert process.returncode == 1
    assert f"Port {port} cannot be used" in printed.decode()
    assert "Traceback" not in printed.decode()
    assert _processes_of(tmp_path) == []


async def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """It is not the port that is to blame."""
    taken = tmp_path / "taken [red]"
    taken.touch()
    process = await _start("--data-dir", str(taken), folder=tmp_path)
    printed, _ = await process.communicate()
    assert process.returncode == 1
    assert f"{taken} cannot be used: File exists. Name another folder" in printed.decode()
    assert "Traceback" not in printed.decode()


def test_starting_over_forgets_the_house_and_nothing_else(tmp_path: Path) -> None:
    """What the operator keeps beside it stays, and an empty folder is as good."""
    (tmp_path / "postgres").mkdir()
    for name in ("postgres/PG_VERSION", "telegram.json", "bot-token", "pin-pepper", "bot.log", "notes.txt"):
        (tmp_path / name).touch()
    forget(tmp_path)
    forget(tmp_path)
    assert [left.name for left in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("kept", [["postgres"], ["postgres", "bot-token"], ["pin-pepper"], ["postgres", "pin-pepper"]])
def test_an_operators_books_are_neither_played_with_nor_forgotten(tmp_path: Path, kept: list[str]) -> None:
    """Books, or a pepper, without all that a house leaves beside them: not one file of them is touched."""
    for name in kept:
        (tmp_path / name).mkdir()
        (tmp_path / name / "PG_VERSION").write_text("18")
    with pytest.raises(HouseError, match="not the sandbox's"):
        forget(tmp_path)
    with pytest.raises(HouseError, match="not the sandbox's"), alone(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
    assert all((tmp_path / name / "PG_VERSION").exists() for name in kept)


@pytest.mark.parametrize("left", [[], ["bot-token"], ["bot-token", "pin-pepper"]])
def test_a_house_that_was_killed_at_its_first_breath_is_still_one(tmp_path: Path, left: list[str]) -> None:
    """Its secrets are made one after the other."""
    for name in left:
        (tmp_path / name).touch()
    forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_sandbox_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever folder a shell names for the operator's books: they lie elsewhere, and starting over leaves them."""
    played: list[Path] = []

    async def show(folder: Path, _: int) -> bool:
        played.append(folder)
        return True

    monkeypatch.setattr(launcher, "_show", show)
    monkeypatch.chdir(tmp_path)
    live = tmp_path / ".sixpence"
    for name in ("postgres", "bot-token", "pin-pepper"):
        (live / name).mkdir(parents=True)
    assert CliRunner().invoke(launcher.app, ["--reset"], env={"SIXPENCE_DATA_DIR": str(live)}).exit_code == 0
    assert played == [tmp_path / ".sixpence-sandbox"]
    assert len(list(live.iterdir())) == 3


async def test_a_folder_has_one_house(tmp_path: Path) -> None:
    """A second one would overwrite its chats, and starting over would pull the books from under it."""
    with alone(tmp_path):
        with pytest.raises(HouseError, match="already"):
            forget(tmp_path)
        with pytest.raises(HouseError, match="already"):
            async with open_house(tmp_path, 0):
                pass
    forget(tmp_path)


@asynccontextmanager
async def _demo(folder: Path, ended_by: signal.Signals = signal.SIGINT) -> AsyncIterator[str]:
    process = await _start("--port", "0", "--data-dir", str(folder), folder=folder)
    try:
        assert process.stdout is not None
        printed = await asyncio.wait_for(process.stdout.readuntil(b"Ctrl-C"), 90)
        found = re.search(rb"http://[\d.:]+", printed)
        assert found is not None, printed
        yield found[0].decode()
    finally:
        process.send_signal(ended_by)
        await process.communicate()
    assert process.returncode == 0


async def _start(*arguments: str, folder: Path) -> Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    return await asyncio.create_subprocess_exec(
        *SANDBOX,
        *arguments,
        cwd=folder,
        env=environment | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _anas_messages(url: str) -> list[str]:
    async with httpx.AsyncClient(base_url=url) as http:
        chats = (await http.get("/people/5001/chats")).json()
    return [message["text"] for message in chats[0]["messages"]]


def _processes_of(folder: Path) -> list[str]:
    running = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [" ".join(line) for line in running if any(str(folder) in word for word in line)]
