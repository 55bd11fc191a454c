"""`sixpence-sandbox`: the whole house on this machine, with a pretend Telegram in the browser."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sandbox import drawer, tour
from sandbox.house import HouseError, forget, open_house
from sandbox.people import settle_in
from sandbox.person import NothingHappenedError
from wallet import SettingsError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console()
FOLDER = Path(".sixpence-sandbox")
"""Not where the bot and `sixpence-admin` keep books of their own, nor where a shell may point them to."""
_INTERRUPTED = 130
WHAT_TO_TRY = "Write “send 5 to @ben for lunch” as Ana and confirm with her PIN, 482915."


@app.command()
def sandbox(
    *,
    tour: Annotated[bool, typer.Option("--tour", help="Play a story without a browser, prove it, and exit.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what was there and start over.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the page is served; 0 lets the system choose.")
    ] = 8420,
    folder: Annotated[Path, typer.Option("--data-dir", help="Where the sandbox keeps its data.")] = FOLDER,
) -> None:
    """Try Sixpence with four people and a café, on this machine alone: no account, no token, no real money.

    Example: sixpence-sandbox --reset
    """
    try:
        if tour:
            raise typer.Exit(0 if asyncio.run(_tour()) else 1)
        if reset:
            forget(folder)
        if not asyncio.run(_show(folder.resolve(), port)):
            raise typer.Exit(_INTERRUPTED)
    except (HouseError, SettingsError, NothingHappenedError) as error:
        raise _refused(str(error)) from None
    except OSError as error:
        raise _refused(_unusable(error, port)) from None


def _refused(sentence: str) -> typer.Exit:
    console.print("[red]✗[/]", escape(sentence), highlight=False, soft_wrap=True)
    return typer.Exit(1)


def _unusable(error: OSError, port: int) -> str:
    """What the system does not let us have, a file or the port, and what else there is."""
    if error.filename:
        return f"{error.filename} cannot be used: {error.strerror}. Name another folder with --data-dir."
    return f"Port {port} cannot be used: {error.strerror}. Try another one: --port 0, or make demo PORT=0."


async def _show(folder: Path, port: int) -> bool:
    """Run until Ctrl-C, or until the terminal is closed; False if that came before it was open.

    Ctrl-C reaches PostgreSQL too while it starts: what it says then is no failure of its own.
    """
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        return await _opened(folder, port, stop)
    except (HouseError, SettingsError, NothingHappenedError, OSError):
        if stop.is_set():
            return False
        raise


async def _opened(folder: Path, port: int, stop: asyncio.Event) -> bool:
    with console.status("Starting PostgreSQL, the pretend Telegram and the bot …"):
        async with open_house(folder, port) as house:
            if stop.is_set():
                return False
            await settle_in(house)
            showing = asyncio.create_task(drawer.keep_current(house.world, house.wallet))
            console.print(f"\n  Sixpence is open at [bold link={house.url}]{house.url}[/]\n", highlight=False)
            console.print(f"  {WHAT_TO_TRY}\n  Ctrl-C stops everything.\n", highlight=False)
            await stop.wait()
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing
            return True


async def _tour() -> bool:
    """Play the story in a house of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sixpence-tour-") as folder:
        async with open_house(Path(folder), 0) as house:
            return await tour.play(house, console)


def main() -> None:
    """The entry point of `sixpence-sandbox`."""
    app()


if __name__ == "__main__":
    main()
