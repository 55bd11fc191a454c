"""Losing the database: what a backup brings back, what it does not, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests import books
from tests.proof import point_in_time
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.payers import Payers
from tests.proof.wallets import NO_LIMITS
from wallet import Wallet

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from tests.books import Server


async def a_backup_brings_back_its_moment(server: Server, effort: Effort) -> list[Finding]:
    """Payments go on before, while and after a backup is taken; then everything is gone but the backup."""
    with ExitStack() as stack:
        source = target = server
        if effort.long:  # a machine's own disk, and another machine's
            source, target = (stack.enter_context(books.server(durable=True)) for _ in range(2))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sixpence-backup-"))) / "monday"
        with source.database() as url:
            payers, backing_up = await _lose_it_all(url, folder, effort)
        books.run(target.url, "CREATE DATABASE restored")
        try:
            return await _come_back(target.url.set(database="restored"), folder, payers, backing_up)
        finally:
            books.run(target.url, "DROP DATABASE restored WITH (FORCE)")


async def _lose_it_all(url: URL, folder: Path, effort: Effort) -> tuple[Payers, float]:
    """Live, take a backup meanwhile, live on; all receipts of that time, and the seconds that the backup took."""
    async with Wallet.open(books.settings(url, **NO_LIMITS)) as wallet:
        payers = await Payers.gather(wallet)
        await payers.deposits(wallet, effort.times(100, 20_000))
        async with payers.paying(wallet):
            await payers.until_paid(effort.times(8, 200))
            started = perf_counter()
            await _command(url, "backup", str(folder))
            seconds = perf_counter() - started
            await payers.until_paid(effort.times(8, 200))
    return payers, seconds


async def _come_back(url: URL, folder: Path, payers: Payers, backing_up: float) -> list[Finding]:
    """Restore, and pay: the seconds in between are how long people wait."""
    started = perf_counter()
    said = await _command(url, "restore", str(folder))
    works = await _payment_works(url, payers)
    seconds = perf_counter() - started
    stated = datetime.fromisoformat(said["at"])
    before = sum(at < stated for at in payers.receipts.values())
    lost, later = payers.missing(url, stated), payers.missing(url) - payers.missing(url, stated)
    rows = sum(said["contents"]["rows"].values())
    drift = [proof["name"] for proof in said["reconciliation"]["proofs"] if proof["bad"] and proof["name"] != "outbox"]
    size = (folder / "books.dump").stat().st_size / 1e6
    return [
        Finding(
            "L16",
            "What was acknowledged before the moment that a backup states is in it.",
            before,
            lost,
            f"of {len(payers.receipts) - before:,} acknowledged after it, {later:,} are not, as it says",
        ),
        Finding("L16", "Restored books pass every proof.", 1, len(drift), f"{rows:,} rows, {size:.1f} MB"),
        Finding(
            "L16",
            "The next payment works on restored books, with the PINs that people know.",
            1,
            int(not works),
            f"{backing_up:.1f} s to back up while people pay; {seconds:.1f} s from nothing to the next payment",
        ),
    ]


async def _payment_works(url: URL, payers: Payers) -> bool:
    async with Wallet.open(books.settings(url, **NO_LIMITS)) as wallet:
        before = await wallet.balance(payers.payees[0].id)
        await payers.pay(wallet)
        return (await wallet.balance(payers.payees[0].id)).ledger.minor == before.ledger.minor + 1


async def _command(url: URL, *words: str) -> Any:
    """Run sixpence-admin as an operator does, with `--json`; what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    environment |= {
        "SIXPENCE_DATABASE_URL": url.render_as_string(hide_password=False),
        "SIXPENCE_PIN_PEPPER": books.PEPPER,
        **{f"SIXPENCE_{name.upper()}": str(value) for name, value in NO_LIMITS.items()},
    }
    command = (sys.executable, "-m", "wallet.admin", *words, "--json")
    folder = tempfile.gettempdir()  # where no `.env` of the operator's lies
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    if not done.stdout:
        raise RuntimeError(f"{words[0]} exited {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


PROVERS: tuple[Prover, ...] = (a_backup_brings_back_its_moment, *point_in_time.PROVERS)
