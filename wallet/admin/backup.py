"""Backing the books up and restoring them: backup, restore.

A backup shows one moment. It is written beside its place and moved there whole, so there is never half a one. It is
restored whole, into an empty database, or not at all, and the restored books are proved.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL

from wallet import Currency, Reconciliation, Wallet, WalletSettings, load, migrate, rights
from wallet.addresses import require_one_database
from wallet.admin.books import show_proofs
from wallet.admin.client_programs import find_program, run_program
from wallet.admin.exit_codes import COULD_NOT, REFUSED
from wallet.admin.options import AsJson
from wallet.admin.output import plain, show, show_json
from wallet.admin.peppers import pins_of_another_pepper
from wallet.admin.running import CouldNot, Refusal, failures_told, run
from wallet.admin.snapshots import DUMP, Contents, Manifest, server_version
from wallet.database import APPLICATION_ROLE, NOT_MIGRATED, embedded, migration_url, reaching

_PEPPER = "The PIN pepper is not in it: keep that as safely, and elsewhere."
_OF_TODAY = ("outbox", "overdue holds", "overdue requests")
"""Proofs that the bot does its work, which it could not do on a backup."""
_IN_USE = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""
_LACKING = """
    SELECT name FROM unnest(CAST(:names AS text[])) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
"""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: sixpence-admin backup backups/2026-11-21")(backup)
    app.command(epilog="Example: sixpence-admin restore backups/2026-11-21 --dry-run")(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; it must not exist yet.")],
    *,
    as_json: AsJson = False,
) -> None:
    """
    Back the whole database up into a new folder, from one snapshot, while payments go on.

    All that was acknowledged before the moment it states is in it.

    The PIN pepper is not: without it nobody's PIN works on restored books. Keep it as safely, and elsewhere.
    """
    with failures_told():
        settings = load(WalletSettings)
        with embedded(settings):
            require_one_database(settings)
            manifest = _back_up(migration_url(settings), folder)
    if as_json:
        show_json({"folder": str(folder), **plain(manifest)})
        return
    rows = manifest.contents.rows
    show(Text(f"{folder}: {sum(rows.values())} rows in {len(rows)} tables, as of {_moment(manifest)}. {_PEPPER}"))


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `sixpence-admin backup` made.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all that can be checked; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Restore a backup into an empty database, whole or not at all, and prove the books.

    What was acknowledged after the moment that the backup states is not in it. It needs the same PIN pepper.

    Exit code 1 if the backup was changed, the database is not empty, or a proof fails; 2 if it could not be restored,
    or was and could not be proved, which is said.
    """
    with failures_told():
        settings = load(WalletSettings)
        with embedded(settings):
            require_one_database(settings)  # the books are proved through the bot's address
            manifest = _restore(settings, folder, dry_run=dry_run)
    strange, proved = (0, None) if dry_run else _examine(settings, manifest, as_json)
    if as_json:
        _tell_as_json(manifest, proved, strange, restored=not dry_run)
    elif dry_run:
        show(f"The backup is whole and can be restored here: the books as of {_moment(manifest)}. Nothing was changed.")
    else:
        _tell(manifest, proved, strange)
    if proved is not None and any(proof.name not in _OF_TODAY for proof in proved.proofs if not proof.holds):
        raise typer.Exit(REFUSED)


def _examine(settings: WalletSettings, manifest: Manifest, as_json: bool) -> tuple[int, Reconciliation | None]:
    """How many PINs need another pepper, and the proof, unless migrating comes first. What fails undoes nothing."""
    restored, strange = f"Restored the books as of {_moment(manifest)}", None
    said = f"{restored}; they could not be proved: {{}} Run sixpence-admin reconcile."
    try:
        with failures_told(said), embedded(settings):
            strange = _count_anew(settings, manifest)
        return strange, run(Wallet.reconcile, said) if manifest.schema == migrate.newest() else None
    except typer.Exit as told:
        if as_json and told.exit_code == COULD_NOT:
            _tell_as_json(manifest, None, strange, restored=True)
        raise


def _tell_as_json(manifest: Manifest, proved: Reconciliation | None, strange: int | None, *, restored: bool) -> None:
    facts = {"restored": restored, "pins_of_another_pepper": strange, "reconciliation": proved}
    show_json(plain(manifest) | facts)


def _tell(manifest: Manifest, proved: Reconciliation | None, strange: int) -> None:
    if proved is None:
        show("These books are from an older Sixpence: now sixpence-admin migrate, then sixpence-admin reconcile.")
    else:
        show_proofs(proved)
        if any(proof.name in _OF_TODAY and not proof.holds for proof in proved.proofs):
            show("What was waiting then, or ran out since, is seen to once the bot runs: that is no drift.")
    show(f"Restored the books as of {_moment(manifest)}. What was acknowledged after that moment is not in them.")
    if strange:
        show(f"{strange} PINs need another pepper than is set here: until it is, those people cannot pay.")


def _moment(manifest: Manifest) -> str:
    return f"{manifest.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


# -- backing up -------------------------------------------------------------------------------------------------------


def _back_up(url: URL, folder: Path) -> Manifest:
    """Write the folder, or nothing. Refusal if there is something already."""
    if folder.exists():
        raise Refusal(f"{folder} exists already, and a backup is never overwritten.")
    with _connection(url) as conn, _made_whole(folder) as place:
        at = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
        conn.commit()
        conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        _require_readable(conn)
        snapshot = conn.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        manifest = Manifest.of(conn, at)
        dump = find_program("pg_dump", manifest.postgresql)
        run_program(dump, "--format=custom", f"--snapshot={snapshot}", f"--file={place / DUMP}", database=url)
        _require_whole(place / DUMP, manifest)
        manifest = manifest.sealed(place / DUMP)
        manifest.write(place)
        return manifest


@contextmanager
def _made_whole(folder: Path) -> Iterator[Path]:
    """A place beside it, for its owner's eyes only, which becomes `folder` in one step when all is on disk."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:  # about a folder on the way there
        raise CouldNot(f"{folder} cannot be written: {error.strerror} ({error.filename}).") from None
    try:
        yield place
        for written in (*place.iterdir(), place):
            if written.is_file():
                written.chmod(0o600)
            _sync(written)
        place.rename(folder)  # it fails if somebody else wrote a backup there meanwhile
        _sync(folder.parent)
    except OSError as error:
        raise CouldNot(f"{folder} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_readable(conn: Connection) -> None:
    if conn.execute(text("SELECT to_regclass('alembic_version') IS NULL")).scalar_one():
        raise CouldNot(NOT_MIGRATED)
    if not rights.reads_everything(conn):
        raise CouldNot("This login may not read everything: back up as the owner, SIXPENCE_MIGRATION_DATABASE_URL.")


def _require_whole(dump: Path, manifest: Manifest) -> None:
    """Read the dump's own list of contents back."""
    listed = run_program(find_program("pg_restore", manifest.postgresql), "--list", str(dump))
    missing = [table for table in manifest.contents.rows if f" TABLE DATA {table.replace('.', ' ')} " not in listed]
    if missing:
        raise CouldNot(f"pg_dump left out {', '.join(missing)}: this is no backup.")


# -- restoring --------------------------------------------------------------------------------------------------------


def _restore(settings: WalletSettings, folder: Path, *, dry_run: bool) -> Manifest:
    """Everything in the backup, or nothing. Refusal, CouldNot."""
    url, manifest = migration_url(settings), Manifest.read(folder)
    _require_known(manifest.schema)
    _require_kept_in(settings.currency, manifest)
    with _connection(url) as conn:
        version = server_version(conn)
        if version < manifest.postgresql:
            raise CouldNot(
                f"The backup is from PostgreSQL {manifest.postgresql}; this server is {version}: upgrade it."
            )
        if conn.execute(text(_IN_USE)).scalar_one():
            raise Refusal("The database is not empty: restore into a new one, so that nothing is mixed or lost.")
        lacking = list(conn.execute(text(_LACKING), {"names": manifest.roles}).scalars())
        if strangers := [role for role in lacking if role != APPLICATION_ROLE]:
            raise CouldNot(f"The backup gives rights to {', '.join(strangers)}: CREATE ROLE here first.")
        if right := rights.lacking(conn):
            raise CouldNot(right)
        program = find_program("pg_restore", version)
        if dry_run:
            run_program(program, "--list", str(folder / DUMP))
            return manifest
        rights.join(conn)
        conn.commit()
        run_program(program, "--single-transaction", "--exit-on-error", "--no-owner", str(folder / DUMP), database=url)
    return manifest


def _count_anew(settings: WalletSettings, manifest: Manifest) -> int:
    """How many PINs need another pepper, in books as the manifest has them. Refusal."""
    with _connection(migration_url(settings)) as conn:
        if Contents.of(conn) != manifest.contents:
            raise Refusal("What was restored is not what the manifest says. Use another backup, in another database.")
        conn.execute(text("ANALYZE"))
        conn.commit()
        return pins_of_another_pepper(conn, settings)


def _require_known(schema: str) -> None:
    if not migrate.knows(schema):
        raise CouldNot(f"The backup is from a newer Sixpence ({schema}): install that one.")


def _require_kept_in(currency: Currency, manifest: Manifest) -> None:
    """Else nothing could be done with the books that were restored. A backup that does not say is not refused."""
    if (unit := manifest.unit) is None:
        return
    kept = currency.kept(unit.currency, unit.digits)
    if kept != currency:
        raise CouldNot(
            f"SIXPENCE_CURRENCY is {currency.setting}, but the backup's books are kept in {kept.setting}: set it first."
        )


@contextmanager
def _connection(url: URL) -> Iterator[Connection]:
    with reaching(url):
        conn = create_engine(url, poolclass=NullPool, hide_parameters=True).connect()
    with conn:
        yield conn
