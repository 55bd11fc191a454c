"""The doctor: what must be right before Sixpence can work, checked one by one. Looks only."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from pydantic import SecretStr  # noqa: TC002 - read at run time
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from wallet import SettingsError, WalletSettings, load, migrate
from wallet.addresses import require_one_database
from wallet.admin import bot_api
from wallet.admin.checks import Check
from wallet.admin.client_programs import TooNew, find_program
from wallet.admin.peppers import pins_of_another_pepper, pins_of_the_previous_pepper
from wallet.admin.running import CouldNot
from wallet.admin.snapshots import Unit, server_version
from wallet.database import (
    APPLICATION_ROLE,
    FROM_A_NEWER,
    NOT_MIGRATED,
    connection_url,
    embedded,
    migration_url,
    reaching,
)
from wallet.rights import lacking, reads_everything
from wallet.settings import ENV_ENCODING, ENV_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

OLDEST_POSTGRESQL = 15
LARGEST_CLOCK_DIFFERENCE = 2.0


class Environment(WalletSettings):
    """The wallet's settings, and the bot's by name: whether they are right, the bot says itself."""

    bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_listen: str | None = None
    stranger_amount: str | None = None


def examine() -> list[Check]:
    """All checks, in the order in which to put them right."""
    try:
        settings = load(Environment)
    except SettingsError as error:
        return [Check("settings", False, str(error))]
    return [
        Check("settings", True, "read"),
        *_unknown(),
        _pepper(settings),
        *_database(settings),
        *_bot(settings),
    ]


def _unknown() -> Iterator[Check]:
    """Names that look like settings and are none: what was meant by them has no effect."""
    prefix = "SIXPENCE_"
    known = [name.upper() for name in Environment.model_fields]
    found = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE, encoding=ENV_ENCODING))}
    for name in sorted(name.removeprefix(prefix) for name in found if name.startswith(prefix)):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            do = f"did you mean {prefix}{near[0]}?" if near else ""
            yield Check("settings", None, f"{prefix}{name} is no setting, and has no effect", do)


def _pepper(settings: Environment) -> Check:
    try:
        settings.peppers()
    except SettingsError as error:
        return Check("pepper", False, str(error))
    return Check("pepper", True, "long enough")


def _database(settings: Environment) -> Iterator[Check]:
    """As the bot connects: with its role and its limits."""
    try:
        with embedded(settings):
            url = connection_url(settings)
            with reaching(url), create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as conn:
                where = "embedded" if settings.database_url is None else url.host
                yield Check("database", True, f"reached ({where})")
                yield _version(conn)
                schema = _schema(conn)
                yield schema
                if schema.ok:
                    yield from _owner_of_the_same(settings)
                    yield _role(conn)
                    yield _currency(conn, settings)
                    yield _pins(conn, settings)
                elif schema.says == NOT_MIGRATED:
                    yield from _owner(settings)
                yield _clock(conn)
                yield _backup(conn)
    except SettingsError as error:
        yield Check("database", False, str(error))
        if str(error) == NOT_MIGRATED:
            yield from _owner(settings)


def _owner(settings: Environment) -> Iterator[Check]:
    """What keeps the owner's login from migrating, if anything does."""
    url = migration_url(settings)
    try:
        with (
            embedded(settings),
            reaching(url),
            create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as conn,
        ):
            require_one_database(settings)
            if lack := lacking(conn):
                yield Check("owner", False, lack)
    except SettingsError as error:
        yield Check("owner", False, str(error))


def _owner_of_the_same(settings: Environment) -> Iterator[Check]:
    """Where the owner's login has an address of its own: that it leads here too, and that backups can be made by it."""
    if settings.migration_database_url is None:
        return
    url = migration_url(settings)
    try:
        require_one_database(settings)
        with reaching(url), create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as conn:
            reads = reads_everything(conn)
    except SettingsError as error:
        yield Check("owner", False, str(error))
        return
    if not reads:
        do = "set SIXPENCE_MIGRATION_DATABASE_URL to the owner's login"
        yield Check("owner", False, f"{url.username} may not read everything", do)
    else:
        yield Check("owner", True, f"reached ({url.username}): the same database, and all of it to be read")


def _version(conn: Connection) -> Check:
    found = str(conn.execute(text("SHOW server_version")).scalar_one())
    number = int(conn.execute(text("SHOW server_version_num")).scalar_one())
    if number < OLDEST_POSTGRESQL * 10_000:
        return Check("version", False, f"PostgreSQL {found}", f"use PostgreSQL {OLDEST_POSTGRESQL} or newer")
    return Check("version", True, f"PostgreSQL {found}")


def _schema(conn: Connection) -> Check:
    try:
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except ProgrammingError:
        conn.rollback()
        return Check("schema", False, NOT_MIGRATED)
    if found == (newest := migrate.newest()):
        return Check("schema", True, f"at {found}")
    if found is not None and not migrate.knows(found):
        return Check("schema", False, FROM_A_NEWER.format(found))
    return Check("schema", False, f"at {found}, not at {newest}", "sixpence-admin migrate")


def _role(conn: Connection) -> Check:
    query = text("SELECT current_user, has_table_privilege('wallet.entries', 'UPDATE, DELETE, TRUNCATE')")
    role, may_rewrite = conn.execute(query).one()
    if role != APPLICATION_ROLE or may_rewrite:
        return Check("role", False, f"{role} may change history", f"revoke it: {APPLICATION_ROLE} only reads and adds")
    return Check("role", True, f"{role}, which cannot change history")


def _currency(conn: Connection, settings: Environment) -> Check:
    ours, unit = settings.currency, Unit.of(conn)
    kept = ours.kept(unit.currency, unit.digits) if unit else ours
    if kept != ours:
        says = f"SIXPENCE_CURRENCY is {ours.setting}, but these books are kept in {kept.setting}"
        return Check("currency", False, says, "set it back")
    return Check("currency", True, ours.setting)


def _pins(conn: Connection, settings: Environment) -> Check:
    strange = pins_of_another_pepper(conn, settings)
    if strange:
        says = f"{strange} PINs need another pepper than is set: until it is, those people cannot pay"
        return Check("PINs", False, says, "set it as SIXPENCE_PIN_PEPPER, or as SIXPENCE_PIN_PEPPER_PREVIOUS")
    if left := pins_of_the_previous_pepper(conn, settings):
        return Check("PINs", True, f"{left} PINs still need SIXPENCE_PIN_PEPPER_PREVIOUS: keep it")
    return Check("PINs", True, "made with the pepper that is set")


def _clock(conn: Connection) -> Check:
    before = datetime.now(UTC)
    theirs: datetime = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
    ours = before + (datetime.now(UTC) - before) / 2
    apart = abs((theirs - ours).total_seconds())
    if apart > LARGEST_CLOCK_DIFFERENCE:
        return Check("clock", False, f"{apart:.1f} s from the database's", "set both by NTP")
    return Check("clock", True, f"{apart:.3f} s from the database's")


def _backup(conn: Connection) -> Check:
    """Better said now than in the night of the first backup; the bot itself does without."""
    try:
        program = find_program("pg_dump", server_version(conn))
    except TooNew as error:  # whoever has backups made would count on them
        return Check("backup", False, str(error))
    except CouldNot as error:
        return Check("backup", None, str(error))
    return Check("backup", True, f"by {program}")


def _bot(settings: Environment) -> Iterator[Check]:
    """What the bot says of its settings; then whose token it is."""
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    if not token:
        yield Check("token", None, "SIXPENCE_BOT_TOKEN is not set: the bot needs it, this command line does not")
        return
    installed = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}  # with us, not what lies in this folder
    command = [sys.executable, "-P", "-m", "bot", "--check"]
    done = subprocess.run(command, env=installed, capture_output=True, text=True, check=False)
    if done.returncode:
        yield Check("bot", False, done.stderr.strip())
        return
    yield Check("bot", True, "its settings are right")
    yield from bot_api.examine(settings.telegram_api_url, token, settings.webhook_url)
