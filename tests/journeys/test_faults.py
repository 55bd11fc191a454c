"""Telegram stumbles at every kind of call: each payment still happens once, and is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "getChat", "deleteMessage")


@pytest.mark.parametrize("kind", ["server_error", "lost_reply"])
async def test_a_payment_survives_a_stumble_at_any_call(street: Street, kind: str) -> None:
    """One failing call per payment, of each method in turn: as many payments as were confirmed."""
    await street.open_wallets(street.ana, street.ben)
    for number, method in enumerate(METHODS, start=1):
        fault = {"method": method, "kind": kind, "times": 1}
        await street.http.post("/control/fault", json=fault)
        await street.ana.says(f"send 1 to @ben for {method}")
        await street.ana.reads("Open until", f"Note: {method}")
        await street.ana.confirms()
        await street.ana.reads("You sent €1.00", f"Note: {method}")
        await street.settled()
        assert street.world.faults._waiting == [], "the stumble did happen"
        assert await street.cents(street.ana) == 50_00 - 100 * number
    await street.ben.reads("You received €1.00", "Note: deleteMessage")
    assert await street.cents(street.ben) == 50_00 + 100 * len(METHODS)


async def test_updates_out_of_order_pay_once(street: Street) -> None:
    """Words and presses may overtake each other; what was confirmed is paid, once."""
    await street.open_wallets(street.ana, street.ben)
    await street.http.post("/control/updates", json={"reorder": True, "duplicate": True})
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    assert await street.cents(street.ana) == 45_00


async def test_no_pin_is_left_anywhere(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong and a right PIN, pressed and typed: not in a log, a call, the inbox or a card."""
    caplog.set_level("DEBUG")
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms("739164")
    await street.ana.reads("Wrong PIN")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    kept = caplog.text + str(await street.stored()) + str([call["params"] for call in await street.calls()])
    for pin in (street.ana.pin, "739164"):
        assert pin not in kept
