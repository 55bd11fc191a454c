"""`sixpence-admin`: help, exit codes, and looking at the books."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
import typer.main
from sqlalchemy import NullPool, create_engine, text
from typer.testing import CliRunner

from tests.books import PEPPER, run
from tests.faults.harm import at_each_statement
from wallet import Wallet, WalletSettings
from wallet.admin import app
from wallet.admin.books import _harmless
from wallet.admin.output import safe
from wallet.ids import short_seal
from wallet.proofs_quick import QUICK
from wallet.reconcile import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.books import Server


from tests.wallet.desk import PASSWORD, Desk, plain
from tests.wallet.owner import as_owner


def commands() -> list[list[str]]:
    """Every command there is, as typed."""
    found: list[list[str]] = []
    for name, command in typer.main.get_group(app).commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, sub] for sub in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: list[str]) -> None:
    """`--help` needs no settings, says what the command does and shows one that works."""
    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert f"Example: sixpence-admin {' '.join(command)}" in result.stdout


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SIXPENCE_CURRENCY": "XXXX"}, "SIXPENCE_CURRENCY is not right"),
        ({"SIXPENCE_DATABASE_URL": f"postgresql://joe:{PASSWORD}@127.0.0.1:1/x"}, "cannot be reached at 127.0.0.1"),
    ],
)
@pytest.mark.parametrize("command", ["reconcile", "parties", "acts"])
def test_what_could_not_be_done_is_2(command: str, environment: dict[str, str], says: str) -> None:
    """Settings or database missing: one sentence on stderr, nothing on stdout, no password anywhere."""
    said = Desk("")(command, **environment)
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert said.err.count("\n") == 1
    assert PASSWORD not in said.err


@pytest.mark.parametrize("command", ["reconcile", "migrate"])
def test_a_file_that_is_not_utf_8_is_2(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and no traceback; the doctor says it too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"SIXPENCE_PIN_PEPPER=caf\xe9\n")
    said = Desk("")(command)
    assert (said.code, said.out, said.err) == (2, "", ".env is not UTF-8 text: save it as UTF-8.\n")
    assert "not UTF-8 text" in Desk("")("doctor").out


def test_a_database_that_is_not_migrated_is_2(server: Server) -> None:
    """The sentence names the command that helps."""
    said = Desk(plain(server.url.set(database="postgres")))("reconcile")
    assert (said.code, said.out) == (2, "")
    assert said.err == "The database is not migrated: run sixpence-admin migrate.\n"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (psycopg.errors.DiskFull, "PostgreSQL has no more disk space, or too little shared memory: try again."),
        (psycopg.errors.OutOfMemory, "PostgreSQL has no more memory: try again."),
    ],
)
def test_a_proof_that_there_is_no_room_for_is_not_tried_nine_times(
    desk: Desk, error: type[psycopg.Error], says: str
) -> None:
    """It would fill the disk nine times; and the operator reads what is lacking."""
    tried = []

    def fail(statement: str) -> None:
        if "pg_export_snapshot" in statement:
            tried.append(statement)
        if "wallet.entries" in statement:
            raise error

    with at_each_statement(fail):
        said = desk("reconcile")
    assert (said.code, said.out, said.err) == (2, "", f"{says}\n")
    assert len(tried) == 1


def test_what_moves_no_money_for_want_of_room_says_so(desk: Desk) -> None:
    """A short work is tried again, as room may be had a moment later."""
    tried = []

    def fail(statement: str) -> None:
        if "INSERT INTO wallet.entries" in statement:
            tried.append(statement)
            raise psycopg.errors.DiskFull

    with at_each_statement(fail):
        said = desk("deposit", "Ben", "1.00", "--reason", "cash", "--yes")
    assert (said.code, said.out) == (2, "")
    assert said.refusal.startswith(
        "PostgreSQL has no more disk space, or too little shared memory: repeat this with --"
    )
    assert len(tried) == 9


@pytest.mark.parametrize("command", ["migrate", "parties", "doctor"])
@pytest.mark.parametrize("version", ["29991231_future", "20261204_a_later_one"])
def test_books_of_a_newer_sixpence_are_said_to_be(
    desk: Desk, settings: WalletSettings, version: str, command: str
) -> None:
    """To migrate would not help: the newer one has to be installed. Dates do not tell which that is."""
    as_owner(settings, "UPDATE alembic_version SET version_num = :version", version=version)
    said = desk(command)
    says = f"These books are from a newer Sixpence ({version}): install that one."
    if command == "doctor":
        assert said.code == 1
        assert says in said.out
        assert "migrate" not in said.out
    else:
        assert (said.code, said.out, said.err) == (2, "", f"{says}\n")


def test_migrating_notes_the_digits_of_books_that_do_not_say(desk: Desk, settings: WalletSettings) -> None:
    """Of a unit of the operator's own, by its setting; from then on no other is opened."""
    as_owner(settings, "UPDATE wallet.units SET currency = 'HOUR', digits = NULL")
    assert desk("migrate", SIXPENCE_CURRENCY="EUR").code == 0
    assert as_owner(settings, "SELECT digits FROM wallet.units") == [(None,)]
    for _ in range(2):
        assert desk("migrate", SIXPENCE_CURRENCY="HOUR:2").code == 0
        assert as_owner(settings, "SELECT currency, digits FROM wallet.units") == [("HOUR", 2)]
    said = desk("parties", SIXPENCE_CURRENCY="HOUR:0")
    assert said.err == "SIXPENCE_CURRENCY is HOUR:0, but these books are kept in HOUR:2: set it back.\n"
    assert desk("migrate", SIXPENCE_CURRENCY="HOUR:0").code == 0
    assert as_owner(settings, "SELECT digits FROM wallet.units") == [(2,)]


def test_the_bots_login_may_migrate_what_is_up_to_date(desk: Desk, server: Server) -> None:
    """There is nothing to do, which takes no right."""
    run(server.url, "CREATE ROLE only_the_bot LOGIN IN ROLE sixpence_app")
    try:
        said = Desk(desk.url.replace("//postgres", "//only_the_bot"))("migrate")
    finally:
        run(server.url, "DROP ROLE only_the_bot")
    assert (said.code, said.err) == (0, "")


def test_migrate_can_be_repeated(server: Server) -> None:
    """The first time it makes everything, then nothing; afterwards the books are there, empty and clean."""
    with _database(server, "to_be_migrated") as url:
        desk = Desk(url)
        first, second = desk("migrate", "--json").json, desk("migrate", "--json").json
        assert first["before"] is None
        assert first["after"] == second["before"] == second["after"]
        assert desk("migrate").out == f"The database is up to date at {first['after']}.\n"
        assert desk("reconcile").code == 0


def test_the_embedded_database_is_shared(server: Server) -> None:
    """Without a URL the command uses the PostgreSQL that another process runs there, and leaves it running."""
    folder = str(server.url.query["host"]).removesuffix("/postgres")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    environment |= {"SIXPENCE_DATA_DIR": folder, "SIXPENCE_PIN_PEPPER": PEPPER}
    said = subprocess.run(
        [sys.executable, "-m", "wallet.admin", "parties"], env=environment, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (2, "The database is not migrated: run sixpence-admin migrate.\n")
    with create_engine(server.url, poolclass=NullPool).connect() as conn:
        assert conn.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("command", [["reconcile"], ["parties", "--json"], ["statement", "Ana", "--csv"]])
@pytest.mark.parametrize(
    ("shell", "says"),
    [
        ('"$@" | (exec <&-)', ""),
        ('"$@" > /dev/full', "The output cannot be written: No space left on device."),
    ],
)
def test_what_cannot_be_written_is_2(desk: Desk, command: list[str], shell: str, says: str) -> None:
    """Not 1, which is drift: the books are fine. No traceback, and nothing at all where nobody listens any more."""
    said = _in_a_shell(desk, shell + "; exit ${PIPESTATUS[0]}", *command)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(says)
    assert said.stderr.count("\n") == bool(says)


def test_letters_that_a_terminal_does_not_know_are_replaced(desk: Desk) -> None:
    """A café is listed on a terminal that knows ASCII only."""
    said = _in_a_shell(desk, '"$@"', "parties", PYTHONIOENCODING="ascii", PYTHONUTF8="0", COLUMNS="200")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Caf? Luna" in said.stdout


def _in_a_shell(desk: Desk, script: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    environment |= {"SIXPENCE_DATABASE_URL": desk.url, "SIXPENCE_PIN_PEPPER": PEPPER} | more
    words = ["bash", "-c", script, "-", sys.executable, "-m", "wallet.admin", *command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_reconcile_is_0_when_clean(desk: Desk) -> None:
    """Each proof with its counts; JSON for programs."""
    said = desk("reconcile")
    assert said.code == 0
    assert f"The books balance: all {len(CLAIMS)} proofs hold." in said.out
    found = desk("reconcile", "--json").json
    assert found["clean"] is True
    assert found["entries"] == 8
    assert len(found["proofs"]) == len(CLAIMS)
    assert found["proofs"][0].keys() == {"name", "claim", "checked", "bad", "at_stake", "examples"}


def test_the_quick_reconcile_says_so(desk: Desk) -> None:
    """Nobody takes it for the whole proof, neither people nor programs."""
    said = desk("reconcile", "--quick")
    assert said.code == 0
    assert f"The books balance: all {len(QUICK)} quick proofs hold." in said.out
    assert "Without --quick, everything is proved." in said.out
    found = desk("reconcile", "--quick", "--json").json
    assert (found["clean"], found["quick"], found["entries"]) == (True, True, 8)
    assert desk("reconcile", "--json").json["quick"] is False


def test_reconcile_is_1_on_drift_and_repairs_nothing(desk: Desk) -> None:
    """It says which proof failed, by how much, and where to look; looking again finds the same."""
    with create_engine(desk.url, poolclass=NullPool).begin() as conn:
        conn.execute(text("UPDATE wallet.accounts SET balance = balance + 7 WHERE kind = 'business'"))
    for _ in range(2):
        said = desk("reconcile")
        assert said.code == 1
        assert f"Drift: 2 of {len(CLAIMS)} proofs failed." in said.out
        assert "1 of 9 bad, 0.07 EUR at stake" in said.out
    said = desk("reconcile", "--json")
    assert (said.code, said.json["clean"]) == (1, False)
    bad = {proof["name"]: proof["at_stake"]["minor"] for proof in said.json["proofs"] if proof["bad"]}
    assert bad == {"trial balance": 7, "balances": 7}


@pytest.mark.parametrize("kind", ["business", "fee_income", "bank_clearing"])
def test_what_reconcile_names_a_statement_shows(desk: Desk, kind: str) -> None:
    """The account that drifted, whosever it is, is what `statement` takes; the words of the drift say so."""
    with create_engine(desk.url, poolclass=NullPool).begin() as conn:
        conn.execute(text("UPDATE wallet.accounts SET balance = balance + 7 WHERE kind = :kind"), {"kind": kind})
    drift = desk("reconcile")
    assert "sixpence-admin statement shows an account, by its id." in drift.out
    examples = [example for proof in desk("reconcile", "--json").json["proofs"] for example in proof["examples"]]
    named = {example.removeprefix("account ") for example in examples if example.startswith("account ")}
    account = next(account for account in desk("accounts", "--json").json if account["kind"] == kind)
    assert named == {account["id"]}
    said = desk("statement", account["id"])
    assert said.code == 0
    assert said.out == desk("statement", account["name"]).out
    assert said.out.startswith(f"{account['name']}, ")
    lines = desk("statement", account["id"], "--json").json["lines"]
    assert sum(line["amount"]["minor"] for line in lines) == account["balance"]["minor"] - 7


def test_parties_and_accounts_are_listed(desk: Desk) -> None:
    """Both for people and for programs."""
    assert [line.split()[0] for line in desk("parties").out.splitlines()[2:]] == ["Ana", "Ben", "Luna", "Café"]
    cafe = desk("parties", "--json").json[3]
    assert cafe["party"]["name"] == "Café Luna"
    assert cafe["balance"] == {"minor": 990, "currency": "EUR"}
    accounts = {account["name"]: account["balance"]["minor"] for account in desk("accounts", "--json").json}
    assert sum(accounts.values()) == 0
    assert (accounts["fee_income"], accounts["bank_clearing"]) == (10, -10_000)
    assert "fee_income" in desk("accounts").out


def test_a_statement_adds_up(desk: Desk) -> None:
    """Opening and lines give the closing balance; a day's statement has that day, and the next one's is empty."""
    found = desk("statement", "Ana", "--json").json
    assert (
        found["opening"]["minor"] + sum(line["amount"]["minor"] for line in found["lines"]) == found["closing"]["minor"]
    )
    assert [line["amount"]["minor"] for line in found["lines"]] == [10_000, -500, -1000]
    day = datetime.fromisoformat(found["lines"][0]["at"]).astimezone(UTC).date().isoformat()
    assert len(desk("statement", "Ana", "--from", day, "--json").json["lines"]) == 3
    assert desk("statement", "Ana", "--to", "2020-01-01", "--json").json["lines"] == []
    assert "Closing balance 85.00 EUR" in desk("statement", "Ana").out


@pytest.mark.parametrize(
    ("days", "heading"),
    [
        (("--from", "2020-01-01", "--to", "2020-01-31"), "Ana, 2020-01-01 to 2020-01-31: "),
        (("--from", "0001-01-01", "--to", "9999-12-31"), "Ana, 0001-01-01 to 9999-12-31: "),
    ],
)
def test_a_statement_is_headed_by_the_days_asked_for(desk: Desk, days: tuple[str, ...], heading: str) -> None:
    """The last one too, which is in it as a whole; the first and the last day there are can be asked for."""
    said = desk("statement", "Ana", *days)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(heading)


@pytest.mark.parametrize("days", [("--from", "2026-11-30", "--to", "2026-11-01"), ("--from", "9999-01-01")])
def test_days_the_wrong_way_round_are_no_empty_statement(desk: Desk, days: tuple[str, ...]) -> None:
    """Nobody takes a typing error for an account on which nothing happened."""
    said = desk("statement", "Ana", *days)
    assert (said.code, said.out) == (1, "")
    assert said.err == "The first day comes after the last one: --from is the earlier of the two, and not to come.\n"


@pytest.mark.parametrize("command", ["acts", "holds"])
def test_more_than_can_be_listed_is_refused_by_its_option(desk: Desk, command: str) -> None:
    """The database is not to blame."""
    said = desk(command, "--limit", "9" * 20)
    assert (said.code, said.out) == (2, "")
    assert "Invalid value for '--limit'" in said.err


@pytest.mark.parametrize("typed", ["bank clearing", "Bank_Clearing", "BANK  CLEARING"])
def test_an_account_of_the_systems_own_is_found_as_people_write_it(desk: Desk, typed: str) -> None:
    """With a blank in it; a name that is neither is sent to where all are listed."""
    assert desk("statement", typed).out == desk("statement", "bank_clearing").out
    assert "sixpence-admin accounts lists them all" in desk("statement", f"{typed} house").err


def test_a_party_of_that_name_is_not_hidden_by_it(desk: Desk, settings: WalletSettings) -> None:
    """Written as the system writes it, the account is meant; otherwise the party."""

    async def open_it() -> None:
        async with Wallet.open(settings) as wallet:
            await wallet.open_person("Escrow", key=uuid4())

    asyncio.run(open_it())
    said = desk("statement", "Escrow", "--json")
    assert said.json["party"]["name"] == "Escrow"
    assert said.err == "This is the account of a party; the system's own is written escrow.\n"
    said = desk("statement", "escrow", "--json")
    assert (said.json["party"], said.err) == (None, "")


def test_the_systems_own_statement_begins_with_the_books(desk: Desk) -> None:
    """Not decades before anybody had an account."""
    began = min(party["created_at"] for party in desk("parties", "--json").json)[:10]
    said = desk("statement", "bank_clearing")
    assert said.out.startswith(f"bank_clearing, {began} to "), said.out


def test_two_forms_at_once_are_refused(desk: Desk) -> None:
    """A spreadsheet's file with JSON in it would be found out too late."""
    said = desk("statement", "Ana", "--csv", "--json")
    assert (said.code, said.out) == (2, "")
    assert "--csv and --json are two forms: ask for one." in said.err


def test_csv_is_safe_to_open(desk: Desk, settings: WalletSettings) -> None:
    """No cell begins as a formula does: neither a note, nor a name, nor money that went out."""

    async def rename() -> None:
        async with Wallet.open(settings) as wallet:
            for name, evil in (("Ben", "@SUM(A1)"), ("Café Luna", "+cmd|' /C calc'!A0")):
                party = next(one.party for one in await wallet.parties() if one.party.name == name)
                await wallet.rename(party.id, evil)

    asyncio.run(rename())
    rows = list(csv.DictReader(io.StringIO(desk("statement", "Ana", "--csv").out)))
    assert [(row["in"], row["out"], row["balance"]) for row in rows] == [
        ("100.00", "", "100.00"),
        ("", "5.00", "95.00"),
        ("", "10.00", "85.00"),
    ]
    assert [row["note"] for row in rows] == ["opening balance", "'=1+1", "cake"]
    assert [row["who"] for row in rows] == ["", "'@SUM(A1)", "'+cmd|' /C calc'!A0"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\t=1"])
def test_a_cell_that_reads_as_a_formula_is_marked_as_text(cell: str) -> None:
    """Also in the wide letters that East Asian spreadsheets take for the narrow ones."""
    assert _harmless(cell) == f"'{cell}"
    assert _harmless(f"tea {cell}") == f"tea {cell}"


def test_a_name_cannot_command_the_terminal() -> None:
    """Control characters and those that turn text round are shown as what they are: something strange."""
    assert safe("A\x1b[31mna\u202e\r\n") == "A\ufffd[31mna\ufffd\ufffd\ufffd"
    assert safe("Café Luna ☕ [red]") == "Café Luna ☕ [red]"


@contextmanager
def _database(server: Server, name: str) -> Iterator[str]:
    """An empty database."""
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
        yield plain(server.url.set(database=name))
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_receipt_is_held_against_the_books(desk: Desk, settings: WalletSettings) -> None:
    """Genuine is 0, anything else 1. Whether it was shown takes the pepper, and without one it says so."""
    query = "SELECT p.reference, t.seal FROM wallet.payments p JOIN wallet.transfers t ON t.payment_id = p.id"
    ((reference, seal),) = as_owner(settings, f"{query} WHERE p.note = '=1+1'")
    receipt = reference, short_seal(seal)
    assert desk("verify", *receipt).out.startswith("Genuine: payment of 5.00 EUR from Ana to Ben, ")
    assert desk("verify", *receipt, "--json").json["as_shown"] is True
    without = desk("verify", *receipt, SIXPENCE_PIN_PEPPER="")
    assert (without.code, "was not checked" in without.out) == (0, True)
    as_owner(settings, "UPDATE wallet.quotes SET code = ''")
    unshown = desk("verify", *receipt)
    assert (unshown.code, unshown.out.startswith(f"Never shown: the quote of {reference} has no code")) == (1, True)
