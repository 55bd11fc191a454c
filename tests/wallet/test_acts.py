"""Administrative acts: what may be kept of who acted, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import euros, person
from wallet import BadReason

if TYPE_CHECKING:
    from wallet import Wallet

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"


@pytest.mark.parametrize(
    "words",
    ["", " ", "x" * 141, "two\nlines", "two\u2028lines", "\x1b[31mred", "\u202eback", "nul \0", "half \ud800"],
    ids=ascii,
)
async def test_no_act_is_done_for_an_unfit_reason(wallet: Wallet, words: str) -> None:
    """Whichever verb, whoever calls it, before it looks at anything: even who is unknown is not asked."""
    ana = await person(wallet, "Ana", 100)
    before, nobody = await wallet.acts(), uuid4()
    for by, reason in ((words, WHY), (BY, words)):
        for attempt in (
            wallet.deposit(ana.id, euros(wallet, 1), key=uuid4(), by=by, reason=reason),
            wallet.withdraw(ana.id, euros(wallet, 1), key=uuid4(), by=by, reason=reason),
            wallet.refund(nobody, key=uuid4(), by=by, reason=reason),
            wallet.reverse(nobody, key=uuid4(), by=by, reason=reason),
            wallet.freeze(ana.id, by=by, reason=reason),
            wallet.unfreeze(nobody, by=by, reason=reason),
            wallet.approve_business(nobody, by=by, reason=reason),
            wallet.reset_pin(ana.id, by=by, reason=reason),
        ):
            with pytest.raises(BadReason) as refused:
                await attempt
            assert refused.value.limit == 140
    assert await wallet.acts() == before
    assert (await wallet.party(ana.id)).status == "open"
    assert (await wallet.balance(ana.id)).ledger.minor == 100
