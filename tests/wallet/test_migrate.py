"""The schema's versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from tests.conftest import business, euros, person
from tests.wallet.owner import as_owner
from wallet import Part, Wallet, migrate, search_form
from wallet.database import migration_url

if TYPE_CHECKING:
    from wallet import WalletSettings

MANY = """
    INSERT INTO wallet.parties (id, key, kind, name, search_name, created_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'person', 'Zoë ' || nth, 'zoë ' || nth, now()
    FROM generate_series(1, 2001) nth
"""


def test_the_versions_are_one_chain_that_ends_at_the_newest() -> None:
    """It is found without Alembic, which finds the same: one beginning, one end, and no branch between."""
    scripts = ScriptDirectory.from_config(migrate.config())
    assert scripts.get_heads() == [migrate.newest()]
    assert len(scripts.get_bases()) == 1
    assert [script.revision for script in scripts.walk_revisions() if script.is_branch_point] == []


@pytest.mark.anyio
async def test_names_of_earlier_versions_are_found_without_their_accents(settings: WalletSettings) -> None:
    """However many there are; and on the way down each is looked up as it was."""
    async with Wallet.open(settings) as before:
        luna = await person(before, "Luna")
        opened = [await business(before, luna, name) for name in ("Café  Luna", "Ёлка", "がき", "Bar")]
    with create_engine(migration_url(settings), poolclass=NullPool).connect() as connection:
        command.downgrade(migrate.config(connection), "20261130_split_hash")
        assert _forms(settings) == {
            "luna": "Luna",
            "café luna": "Café  Luna",
            "ёлка": "Ёлка",
            "がき": "がき",
            "bar": "Bar",
        }
        as_owner(settings, MANY)
        command.upgrade(migrate.config(connection), "head")
    forms = _forms(settings)
    assert len(forms) == 2001 + 5
    assert [form for form, name in forms.items() if form != search_form(name)] == []
    async with Wallet.open(settings) as after:
        for typed, meant in zip(("cafe luna", "елка", "がき", "bar"), opened, strict=True):
            assert [found.id for found in await after.find_businesses(typed)] == [meant.id]


def _forms(settings: WalletSettings) -> dict[str, str]:
    """The names of all parties, each by what it is looked up by."""
    return {row.search_name: row.name for row in as_owner(settings, "SELECT name, search_name FROM wallet.parties")}


@pytest.mark.anyio
async def test_splits_and_claims_of_earlier_versions_are_known(settings: WalletSettings) -> None:
    """Until when an asked share can be paid, and who was asked for it before somebody claimed it."""
    async with Wallet.open(settings) as before:
        ana, ben = await person(before, "Ana"), await person(before, "Ben")
        nina = await before.invite("@nina", key=uuid4())
        split = await before.start_split(ana.id, uuid4(), euros(before, 100), parts=[Part(nina.id)], key=uuid4())
        (asked,) = [share.request for share in split.shares if share.request]
        await before.claim_request(asked.id, ben.id)
    with create_engine(migration_url(settings), poolclass=NullPool).connect() as connection:
        command.downgrade(migrate.config(connection), "20261203_units")
        as_owner(settings, "UPDATE wallet.splits SET expires_at = created_at + INTERVAL '1 minute'")
        command.upgrade(migrate.config(connection), "head")
    async with Wallet.open(settings) as after:
        assert (await after.split(split.id)).expires_at == asked.expires_at
        assert [proof.name for proof in (await after.reconcile()).proofs if not proof.holds] == []
