"""Books grow for years: whatever a verb asks, it finds by an index, and reads no table that grows from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plans import Noted, verbs
from tests.wallet import every_verb
from wallet import Wallet, WalletSettings

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.anyio

OF_ALL = {"accounts", "parties", "reconcile"}
"""Verbs that are asked for everything there is."""


async def test_no_verb_reads_a_table_that_grows_from_end_to_end(
    wallet: Wallet, settings: WalletSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For every statement of every verb there is an index that serves it."""
    noted = Noted.of_driver(monkeypatch)
    await every_verb.use(noted.watch(wallet), clock)
    assert verbs(Wallet) - noted.by_name.keys() == OF_ALL
    whole = noted.reading_whole_tables(settings)
    assert not whole, "\n".join(whole)


async def test_nothing_but_what_an_operator_reads_may_take_as_long_as_it_takes(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat could ask for it again and again, until nobody else had their turn."""
    noted = Noted.of_driver(monkeypatch)
    watched = noted.watch(wallet)
    await every_verb.use(watched, clock)
    await watched.reconcile()
    await watched.parties()
    unhurried = {
        name for name, asked in noted.by_name.items() if any("statement_timeout" in query for query, _ in asked)
    }
    assert unhurried == {"reconcile", "statement"}
