"""Who is who: usernames change hands, names may deceive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_username_that_moved_on_is_unknown_until_its_new_owner_is_seen(street: Street) -> None:
    """Ben gave up @ben without telling us: we ask Telegram, and take it for somebody without a wallet."""
    await street.open_wallets(street.ana, street.ben)
    street.becomes(street.ben, username="benedict")
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Set aside €5.00 for @ben", "@ben has no wallet yet")
    await street.ben.says("/balance")
    await street.ben.reads("You have €50.00")
    await street.ana.says("send 5 to @Benedict")
    await street.ana.reads("Send €5.00 to Ben Okafor", "@benedict")


async def test_a_username_that_was_taken_over_pays_its_new_owner(street: Street) -> None:
    """Luna is @ben now; as soon as she writes, @ben is she."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    street.becomes(street.ben, username=None)
    street.becomes(street.luna, username="Ben")
    await street.luna.says("/balance")
    await street.settled()
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Send €5.00 to Luna Rossi", "@Ben")


async def test_a_new_name_is_shown_from_the_next_message_on(street: Street) -> None:
    """People marry."""
    await street.open_wallets(street.ana, street.ben)
    street.becomes(street.ben, last_name="Moreno")
    await street.ben.says("/balance")
    await street.settled()
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Send €5.00 to Ben Moreno")


@pytest.mark.parametrize(
    ("name", "warning"),
    [("Ben\u202e", "turn text around"), ("B\u200ben", "cannot see"), ("В\u0435n", "look alike")],
)
async def test_a_deceptive_name_is_warned_of(street: Street, name: str, warning: str) -> None:
    """Direction marks, invisible characters, letters of another alphabet: cleaned, and said."""
    await street.open_wallets(street.ana)
    street.becomes(street.ben, first_name=name)
    await street.open_wallets(street.ben, cents=0)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("⚠", warning, "Make sure it is who you think")


async def test_a_name_like_that_of_someone_paid_before_is_warned_of(street: Street) -> None:
    """The second Ben Okafor is not the first."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 1 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €1.00")
    street.becomes(street.luna, first_name="Ben", last_name="0kafor")
    await street.luna.says("/balance")
    await street.settled()
    await street.ana.says("send 5 to @luna")
    await street.ana.reads("not the Ben Okafor you paid before")


async def test_markup_in_a_name_is_text(street: Street) -> None:
    """A name is shown, never obeyed."""
    await street.open_wallets(street.ana)
    street.becomes(street.ben, first_name="<b>&amp;</b>", last_name="")
    await street.open_wallets(street.ben, cents=0)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Send €5.00 to <b>&amp;</b>")
