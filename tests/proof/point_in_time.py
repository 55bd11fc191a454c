"""Losing the machine without losing a payment: a base backup, and the log of all that came after, kept elsewhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from psycopg.conninfo import make_conninfo
from sqlalchemy import NullPool, create_engine, text

from tests import books
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.payers import Payers
from tests.proof.wallets import NO_LIMITS, drift
from wallet import Wallet, WalletSettings
from wallet import database as databases
from wallet.admin.client_programs import find_program
from wallet.database import embedded, migration_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

    from tests.books import Server

RECEIVER, BOOKS = "sixpence_log", "books"
PG = 18
"""The embedded PostgreSQL's major version; its programs must be of the same."""


async def nothing_acknowledged_is_lost(server: Server, effort: Effort) -> list[Finding]:
    """PostgreSQL acknowledges what a receiver elsewhere has on its disk too; then the machine is lost."""
    if not effort.long:
        return []  # that is two servers more than the short version has time for
    assert server
    with tempfile.TemporaryDirectory(prefix="sixpence-elsewhere-") as elsewhere:
        place = Path(elsewhere)
        with books.server(durable=True) as machine:
            payers = await _live_until_the_machine_is_lost(machine, place)
            owner = (machine.folder / "postgres").stat().st_uid
        started = perf_counter()
        with _brought_back(place, owner) as url:
            missing, acknowledged = payers.missing(url), len(payers.receipts)
            async with Wallet.open(books.settings(url, **NO_LIMITS)) as wallet:
                await payers.pay(wallet)
                seconds = perf_counter() - started
                unclean = await drift(wallet)
    claim = "With the database's log received elsewhere, all that was ever acknowledged comes back."
    figure = f"{seconds:.1f} s from a lost machine to the next payment"
    return [
        Finding("L16", claim, acknowledged, missing, figure),
        Finding("L16", "The books that come back pass every proof.", 1, unclean),
    ]


async def _live_until_the_machine_is_lost(machine: Server, place: Path) -> Payers:
    """Receive the log, take a base backup while people pay, and let the server die while they still do."""
    books.run(machine.url, f"CREATE DATABASE {BOOKS} TEMPLATE template_books STRATEGY FILE_COPY")
    with _log_received(machine.url, place / "log"):
        async with Wallet.open(books.settings(machine.url.set(database=BOOKS), **NO_LIMITS)) as wallet:
            payers = await Payers.gather(wallet)
            async with payers.paying(wallet):
                await payers.until_paid(100)
                await asyncio.to_thread(_base_backup, machine.url, place / "base")
                await payers.until_paid(300)
                await asyncio.to_thread(_die, machine.folder)
    return payers


@contextmanager
def _log_received(url: URL, folder: Path) -> Iterator[None]:
    """A process that writes the log down as it is made; PostgreSQL acknowledges nothing that it has not got."""
    folder.mkdir()
    program = (str(find_program("pg_receivewal", PG)), f"--slot={RECEIVER}", _reach(url))
    subprocess.run([*program, "--create-slot"], check=True)
    receiver = subprocess.Popen([*program, f"--directory={folder}", "--synchronous"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(url, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
        books.run(url, f"ALTER SYSTEM SET synchronous_standby_names = '{RECEIVER}'")
        books.run(url, "SELECT pg_reload_conf()")
        _wait_for(url, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
        yield
    finally:
        receiver.terminate()
        receiver.wait()


def _base_backup(url: URL, folder: Path) -> None:
    program = find_program("pg_basebackup", PG)
    command = (str(program), f"--pgdata={folder}", "--checkpoint=fast", _reach(url))
    subprocess.run(command, check=True, capture_output=True)


def _die(folder: Path) -> None:
    """All at once, without finishing anything."""
    server = databases._server(WalletSettings(data_dir=folder, database_url=None))
    command = (str(server.bin_path / "pg_ctl"), "-D", str(server.pgdata), "-m", "immediate", "-w", "stop")
    subprocess.run(command, user=server.system_user, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _brought_back(place: Path, owner: int) -> Iterator[URL]:
    """A server of this user on the base backup, once it has replayed the whole log; the address of its books."""
    data = place / "restored" / "postgres"
    shutil.copytree(place / "base", data)
    (data / ".handle_pids.json").unlink(missing_ok=True)  # who used the lost one
    for unfinished in (place / "log").glob("*.partial"):
        shutil.copy(unfinished, unfinished.with_suffix(""))
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as conf:
        conf.write(f"restore_command = 'cp \"{place}/log/%f\" \"%p\"'\nsynchronous_standby_names = ''\n")
    settings = WalletSettings(data_dir=place / "restored", database_url=None)
    for path in (data, *data.rglob("*"), place / "log", *(place / "log").iterdir()):
        os.chown(path, owner, -1)
    with embedded(settings):
        url = migration_url(settings).set(database=BOOKS)
        _wait_for(url, "SELECT NOT pg_is_in_recovery()")
        yield url


def _reach(url: URL) -> str:
    facts = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    return "--dbname=" + make_conninfo("", **facts | {"application_name": RECEIVER})


def _wait_for(url: URL, query: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    deadline = perf_counter() + 60
    with engine.connect() as conn:
        while not conn.execute(text(query)).scalar_one():
            if perf_counter() > deadline:
                raise TimeoutError(query)
            sleep(0.02)


PROVERS: tuple[Prover, ...] = (nothing_acknowledged_is_lost,)
