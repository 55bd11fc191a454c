"""`sixpence-admin pin reset-lost`: what to do when a pepper is gone, for everybody at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.books import PEPPER
from tests.wallet.owner import as_owner
from wallet import Wallet

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from tests.wallet.desk import Desk
    from wallet import WalletSettings

NEW = "another pepper, as long as it has to be"


def test_the_pins_of_a_lost_pepper_are_reset_at_once(desk: Desk) -> None:
    """After a yes; each is an act on record, and doing it again does nothing."""
    command = ("pin", "reset-lost", "--reason", "the pepper leaked")
    refused = desk(*command, typed="n\n", SIXPENCE_PIN_PEPPER=NEW)
    assert refused.code == 1
    assert "Take 3 PINs away, which need another pepper than is set?" in refused.err
    assert refused.err.endswith("Nothing was done. It was not confirmed: answer y, or give --yes.\n")
    said = desk(*command, "--json", "--yes", SIXPENCE_PIN_PEPPER=NEW)
    assert (said.code, said.json) == (0, {"reset": 3})
    acts = desk("acts", "--limit", "3", "--json").json
    assert [(act["verb"], act["reason"]) for act in acts] == [("pin reset", "the pepper leaked")] * 3
    assert len({act["subject_id"] for act in acts}) == 3
    assert "nothing was done" in desk(*command, SIXPENCE_PIN_PEPPER=NEW).out
    assert "made with the pepper that is set" in desk("doctor", SIXPENCE_PIN_PEPPER=NEW).out


def test_pins_that_work_are_not_reset(desk: Desk) -> None:
    """By the pepper that is set, or by the previous one."""
    command = ("pin", "reset-lost", "--reason", "a mistake", "--yes")
    for peppers in ({}, {"SIXPENCE_PIN_PEPPER": NEW, "SIXPENCE_PIN_PEPPER_PREVIOUS": PEPPER}):
        said = desk(*command, **peppers)
        assert (said.code, said.out) == (0, "Every PIN was made with a pepper that is set: nothing was done.\n")
    assert not [act for act in desk("acts", "--json").json if act["verb"] == "pin reset"]


def test_a_pin_that_was_chosen_anew_meanwhile_is_not_reset(
    desk: Desk, settings: WalletSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list and the reset somebody else may have helped them: that PIN works, and stays."""
    lost_pins = Wallet.lost_pins

    async def and_then_one_is_chosen(wallet: Wallet) -> tuple[UUID, ...]:
        lost = await lost_pins(wallet)
        await wallet.reset_pin(lost[0], by="somebody else", reason="came in person")
        await wallet.set_pin(lost[0], "739164")
        return lost

    monkeypatch.setattr(Wallet, "lost_pins", and_then_one_is_chosen)
    said = desk("pin", "reset-lost", "--reason", "the pepper leaked", "--yes", "--json", SIXPENCE_PIN_PEPPER=NEW)
    assert (said.code, said.json) == (0, {"reset": 2})
    assert as_owner(settings, "SELECT count(*) FROM wallet.pins WHERE hash IS NOT NULL") == [(1,)]
    reasons = [act["reason"] for act in desk("acts", "--json").json if act["verb"] == "pin reset"]
    assert reasons == ["the pepper leaked"] * 2 + ["came in person"]


def test_without_a_pepper_no_pin_is_taken_for_lost(desk: Desk) -> None:
    """A forgotten setting is no lost pepper."""
    said = desk("pin", "reset-lost", "--reason", "x", "--yes", SIXPENCE_PIN_PEPPER="")
    assert (said.code, said.out) == (2, "")
    assert "SIXPENCE_PIN_PEPPER is missing" in said.err
