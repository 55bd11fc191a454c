"""Codes of quotes: what was shown is what the PIN confirms, or nothing is."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from tests.books import PEPPER
from tests.conftest import PIN, Clock, euros, person
from tests.wallet.owner import as_owner
from wallet import QuoteClosed, Wallet, WalletSettings
from wallet.quote_codes import Shown, code, fits

pytestmark = pytest.mark.anyio

KEYS = (b"the key", b"the one before")
SHOWN = Shown(
    id=UUID(int=1),
    key=UUID(int=2),
    payer_id=UUID(int=3),
    payer_account_id=UUID(int=4),
    payee_id=UUID(int=5),
    payee_account_id=UUID(int=6),
    amount=500,
    fee=5,
    currency="EUR",
    note="lunch",
    created_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    expires_at=datetime(2026, 11, 21, 12, 2, tzinfo=UTC),
    held_until=datetime(2026, 11, 28, 12, tzinfo=UTC),
    request_id=UUID(int=7),
)


def other(value: Any) -> Any:
    """Something else of the same kind, by as little as possible."""
    match value:
        case UUID():
            return UUID(int=value.int + 100)
        case datetime():
            return value + timedelta(microseconds=1)
        case int():
            return value + 1
        case _:
            return value + " "


@pytest.mark.parametrize("field", Shown._fields)
def test_any_other_field_has_another_code(field: str) -> None:
    """Each of them counts, and so does the least difference."""
    bent = SHOWN._replace(**{field: other(getattr(SHOWN, field))})
    assert fits(KEYS, SHOWN, code(KEYS, SHOWN))
    assert not fits(KEYS, bent, code(KEYS, SHOWN))


def test_a_payment_has_another_code_than_a_hold() -> None:
    """Whether the money waits for somebody is a part of what the PIN confirms."""
    assert not fits(KEYS, SHOWN._replace(held_until=None), code(KEYS, SHOWN))


def test_an_answer_to_a_request_has_another_code_than_a_payment() -> None:
    """Whether it answers a request, and which, is a part of what the PIN confirms."""
    assert not fits(KEYS, SHOWN._replace(request_id=None), code(KEYS, SHOWN))


def test_no_two_fields_run_into_one_another() -> None:
    """€5.00 with a fee of 51 cents is not €50.05 with a fee of 1."""
    assert code(KEYS, SHOWN._replace(amount=500, fee=51)) != code(KEYS, SHOWN._replace(amount=5005, fee=1))


def test_a_moment_has_one_code_in_every_time_zone() -> None:
    """The database may answer in its own."""
    elsewhere = SHOWN._replace(created_at=SHOWN.created_at.astimezone(timezone(timedelta(hours=5))))
    assert code(KEYS, elsewhere) == code(KEYS, SHOWN)


def test_the_key_being_rotated_out_still_fits_and_no_other() -> None:
    """New codes are made with the current key only."""
    assert fits(KEYS, SHOWN, code(KEYS[1:], SHOWN))
    assert not fits(KEYS[:1], SHOWN, code(KEYS[1:], SHOWN))
    assert not fits(KEYS, SHOWN, b"")


async def test_a_quote_bent_in_the_database_is_void(
    wallet: Wallet, settings: WalletSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """The right PIN pays nothing and is not even counted; the card shows it as void, and the operator's log says so."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    as_owner(settings, "UPDATE wallet.quotes SET amount = 501")
    assert (await wallet.find_quote(quote.id, ana.id)).state == "voided"
    with pytest.raises(QuoteClosed) as closed:
        await wallet.confirm(quote.id, ana.id, PIN)
    assert closed.value.state == "voided"
    assert (await wallet.balance(ben.id)).ledger.minor == 0
    (warning, *_) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert str(quote.id) in warning.getMessage()


async def test_a_paid_quote_keeps_its_receipt(wallet: Wallet, settings: WalletSettings) -> None:
    """Also one from before there were codes: what is paid is in the books, and asked again it is said again."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    receipt = await wallet.confirm(quote.id, ana.id, PIN)
    as_owner(settings, "UPDATE wallet.quotes SET code = ''")
    assert (await wallet.find_quote(quote.id, ana.id)).state == "paid"
    assert (await wallet.confirm(quote.id, ana.id, PIN)).reference == receipt.reference


async def test_a_quote_outlives_the_rotation_of_the_pepper(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """A card shown just before is payable just after, as long as the old pepper is known."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    fresh = SecretStr("another pepper, just as long as the first")
    both = settings.model_copy(update={"pin_pepper": fresh, "pin_pepper_previous": SecretStr(PEPPER)})
    async with Wallet.open(both, clock=clock) as rotating:
        await rotating.confirm(quote.id, ana.id, PIN)
    assert (await wallet.balance(ben.id)).ledger.minor == 500
