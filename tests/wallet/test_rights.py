"""Rights: hashes go into the database and never come out, whoever holds the bot's login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import PIN, Clock, person
from tests.wallet.owner import as_owner
from wallet import Wallet, migrate
from wallet.database import migration_url

if TYPE_CHECKING:
    from wallet import WalletSettings

pytestmark = pytest.mark.anyio

DEFINERS = """
SELECT p.oid::regprocedure::text AS signature, p.proconfig,
    has_function_privilege('public', p.oid, 'EXECUTE') AS for_all,
    has_function_privilege('sixpence_app', p.oid, 'EXECUTE') AS for_the_application
FROM pg_proc p WHERE p.pronamespace = 'wallet'::regnamespace AND p.prosecdef
"""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT hash FROM wallet.pins",
        "SELECT p FROM wallet.pins p",
        "SELECT 1 FROM wallet.pins WHERE hash = ''",
        "UPDATE wallet.pins SET failures = 0",
        "UPDATE wallet.pins SET hash = ''",
        "INSERT INTO wallet.pins (party_id, changed_at) VALUES (gen_random_uuid(), now())",
    ],
)
async def test_the_application_neither_reads_nor_writes_a_hash(wallet: Wallet, statement: str) -> None:
    """Not in a list, a row or a condition; attempts are not its own to clear either."""
    await person(wallet, "Ana")
    async with wallet._database._engine.connect() as conn:
        with pytest.raises(DBAPIError) as refusal:
            await conn.execute(text(statement))
    assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege)


async def test_what_runs_with_the_owners_rights_is_for_the_application_only(
    wallet: Wallet, settings: WalletSettings
) -> None:
    """And looks for names in no place where somebody else could put one."""
    assert wallet
    definers = as_owner(settings, DEFINERS)
    assert {row.signature.partition("(")[0] for row in definers} == {
        "wallet.count_pin_attempt",
        "wallet.prove_pin",
        "wallet.choose_pin",
        "wallet.reset_pin",
    }
    for row in definers:
        assert row.proconfig == ["search_path=pg_catalog, pg_temp"], row.signature
        assert (row.for_all, row.for_the_application) == (False, True), row.signature


async def test_pins_survive_the_way_down_and_up(settings: WalletSettings, clock: Clock) -> None:
    """The migration taken back and made again leaves every PIN as it was."""
    async with Wallet.open(settings, clock=clock) as before:
        ana = await person(before, "Ana")
    with create_engine(migration_url(settings), poolclass=NullPool).connect() as connection:
        command.downgrade(migrate.config(connection), "20261121_books")
        command.upgrade(migrate.config(connection), "head")
    async with Wallet.open(settings, clock=clock) as after:
        await after.check_pin(ana.id, PIN)
