"""How a command runs: settings → wallet → work. A failure is one sentence on stderr and an exit code."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import psycopg
import typer
from sqlalchemy.exc import SQLAlchemyError

from wallet import SettingsError, Unavailable, Wallet, WalletError, WalletSettings, load
from wallet.admin.exit_codes import COULD_NOT, REFUSED
from wallet.admin.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

T = TypeVar("T")


class Refusal(Exception):
    """The command line itself refuses; the text is the sentence."""


class CouldNot(Exception):
    """It could not be done, or not be known to be done; the text is the sentence."""


def run(work: Callable[[Wallet], Awaitable[T]], said: str = "{}") -> T:
    """Do this work with the wallet that the environment describes; `said` as in `failures_told`."""

    async def opened() -> T:
        async with Wallet.open(load(WalletSettings)) as wallet:
            return await work(wallet)

    with failures_told(said):
        return asyncio.run(opened())


@contextmanager
def failures_told(said: str = "{}") -> Iterator[None]:
    """Turn what went wrong into a sentence and an exit code. `said` stands around what could not be done or known."""
    try:
        yield
    except (SettingsError, CouldNot) as error:
        raise _exit(said.format(error), COULD_NOT) from None
    except Unavailable as refusal:
        raise _exit(said.format(sentence(refusal)), COULD_NOT) from None
    except WalletError as refusal:
        raise _exit(sentence(refusal), REFUSED) from None
    except Refusal as refusal:
        raise _exit(str(refusal), REFUSED) from None
    except (SQLAlchemyError, psycopg.Error) as error:
        raise _exit(said.format(database_failed(error)), COULD_NOT) from None


def confirm(question: str) -> None:
    """Ask. Abort at a no and at Ctrl-C, of which `asyncio.run` would make nothing before the answer came."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        typer.confirm(f"{question}?", abort=True, err=True)
    finally:
        signal.signal(signal.SIGINT, before)


def database_failed(error: SQLAlchemyError | psycopg.Error) -> str:
    """What the database refused, by its name alone: its own words may hold what is not to be shown."""
    reason = type(getattr(error, "orig", None) or error).__name__
    return f"The database failed ({reason}): sixpence-admin doctor may tell why."


def _exit(text: str, code: int) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(code)
