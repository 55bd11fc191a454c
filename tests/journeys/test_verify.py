"""/verify: a person holds a receipt against the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.wallet.forger import past_every_trigger, raise_amount, reseal
from wallet.ids import read_receipt_code

if TYPE_CHECKING:
    from tests.journeys.conftest import Street
    from wallet import WalletSettings

pytestmark = pytest.mark.anyio


async def _paid(street: Street) -> str:
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    await street.ana.confirms()
    return str((await street.ana.reads("You sent €5.00", "Seal"))["text"])


async def test_a_receipt_is_genuine(street: Street) -> None:
    """The receipt's own words after the command: what was paid, to whom, and that the books still say so."""
    receipt = await _paid(street)
    await street.ana.says(f"/verify {receipt}")
    await street.ana.reads("This receipt is genuine", "€5.00 from Ana Moreno to Ben Okafor", "Note: “lunch”")


async def test_a_receipt_is_checked_by_replying_to_it(street: Street) -> None:
    """Nobody has to copy twenty letters."""
    await _paid(street)
    receipt = await street.ana.reads("You sent €5.00", "Seal")
    await street.ana.writes("/verify", reply_to=receipt["id"])
    await street.ana.reads("This receipt is genuine")


async def test_the_payee_can_check_it_too(street: Street) -> None:
    """Both hold the same seal."""
    await _paid(street)
    receipt = str((await street.ben.reads("You received €5.00", "Seal"))["text"])
    await street.ben.says(f"/verify {receipt}")
    await street.ben.reads("This receipt is genuine")


async def test_somebody_elses_receipt_says_nothing(street: Street) -> None:
    """Luna learns neither who paid nor how much."""
    receipt = await _paid(street)
    await street.open_wallets(street.luna)
    await street.luna.says(f"/verify {receipt}")
    shown = await street.luna.reads("no such payment of yours")
    assert "5.00" not in shown["text"]


async def test_without_a_receipt_it_says_how(street: Street) -> None:
    """The bare command explains itself."""
    await street.open_wallets(street.ana)
    await street.ana.says("/verify")
    await street.ana.reads("reply to it with /verify")


async def test_a_rewritten_payment_is_told(street: Street, settings: WalletSettings) -> None:
    """Even when everything in the database agrees with itself again."""
    receipt = await _paid(street)
    code = read_receipt_code(receipt)
    assert code is not None
    payment = await street.wallet.find_payment(code[0])
    with past_every_trigger(settings) as conn:
        raise_amount(conn, payment.id)
        reseal(conn)
    await street.ana.says(f"/verify {receipt}")
    await street.ana.reads("do not agree", "keep the receipt")


async def test_a_payment_that_was_never_shown_is_told(street: Street, settings: WalletSettings) -> None:
    """One that somebody with the database alone has written: it moved money, and nobody had a card of it."""
    receipt = await _paid(street)
    with past_every_trigger(settings) as conn:
        conn.execute(text("UPDATE wallet.quotes SET code = ''"))
    await street.ana.says(f"/verify {receipt}")
    await street.ana.reads("not that I showed it before it was paid", "operator")
