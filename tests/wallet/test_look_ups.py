"""Books grow for years: whatever a verb asks, it finds by an index, and reads no table that grows from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import person
from tests.plans import Noted, verbs
from tests.wallet import every_verb
from wallet import Wallet, WalletSettings
from wallet.accounts import system_account_id
from wallet.admin.running import Refusal
from wallet.admin.words import find_account, find_party

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.anyio

OF_ALL = {"accounts", "lost_pins", "parties", "reconcile"}
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


async def test_naming_a_party_or_an_account_loads_no_other(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, an operator's command looks at those alone that it may be about."""
    ana = await person(wallet, "Ana", pin=None)
    noted = Noted.of_driver(monkeypatch)
    watched = noted.watch(wallet)
    assert (await find_party(watched, "ana")).party == ana
    assert await find_account(watched, "Ana") == ((await find_party(wallet, "Ana")).account_id, clock.now)
    assert await find_account(watched, "Bank clearing") == (
        system_account_id("bank_clearing", wallet.currency),
        clock.now,
    )
    assert noted.by_name.keys() - {""} == {"find_parties", "began"}


async def test_of_many_alike_only_a_few_are_shown(wallet: Wallet) -> None:
    """And it says that there are others."""
    for _ in range(21):
        await person(wallet, "Ana", pin=None)
    with pytest.raises(
        Refusal, match=r"is more than one party; take its id:(\n  \S+  person  Ana){20}\n  … and others: "
    ):
        await find_party(wallet, "Ana")
