"""A receipt against today's books: genuine as long as nothing that it vouches for was changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tests.books import PEPPER
from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.forger import past_every_trigger, raise_amount, reseal
from tests.wallet.outbox import tell_all
from wallet import MalformedReceiptCode, Party, PaymentUnknown, Receipt, Wallet, WalletSettings
from wallet.payments import StoredQuote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

pytestmark = pytest.mark.anyio


@pytest.fixture
async def people(wallet: Wallet) -> list[Party]:
    """Ana with money, Ben, Luna, and her café."""
    luna = await person(wallet, "Luna", 500)
    return [await person(wallet, "Ana", 5000), await person(wallet, "Ben"), luna, await business(wallet, luna)]


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int = 100) -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), note="tea, as ever", key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


def code(receipt: Receipt) -> str:
    return f"{receipt.reference} {receipt.seal}"


async def test_both_sides_and_the_operator_find_it_genuine(wallet: Wallet, people: Sequence[Party]) -> None:
    """A payment with a fee: payer, business, its owner and the operator hold the same seal and get the same answer."""
    ana, ben, luna, cafe = people
    receipt = await pay(wallet, ana, cafe, 1000)
    for viewer in (ana.id, cafe.id, luna.id, None):
        found = await wallet.verify(code(receipt), viewer)
        assert found.genuine
        assert found.checked >= 2
    assert (await wallet.receipt(receipt.payment_id, cafe.id)).seal == receipt.seal
    with pytest.raises(PaymentUnknown):
        await wallet.verify(code(receipt), ben.id)


async def test_a_code_is_read_as_people_give_it(wallet: Wallet, people: Sequence[Party]) -> None:
    """The whole receipt, lower case, an O for a zero, the seal first; anything less is not a code."""
    receipt = await pay(wallet, people[0], people[1])
    whole = f"You sent EUR 1.00 to Ben\nReference {receipt.reference}, 21 Nov\nSeal {receipt.seal}"
    for given in (whole, whole.lower(), whole.replace("0", "o"), f"{receipt.seal} {receipt.reference}"):
        assert (await wallet.verify(given, people[0].id)).genuine, given
    for less in ("", receipt.reference, receipt.seal, f"{code(receipt)} {receipt.reference}", receipt.seal[:-1]):
        with pytest.raises(MalformedReceiptCode):
            await wallet.verify(less, people[0].id)


async def test_a_note_that_reads_like_a_code_is_none(wallet: Wallet, people: Sequence[Party]) -> None:
    """A receipt ends with its codes: what it says before may look like others, be it by chance or to mislead."""
    other = await pay(wallet, people[0], people[1])
    for note in ("Pizza-Party", code(other)):
        receipt = await pay(wallet, people[0], people[1])
        whole = f"You sent EUR 1.00 to Ben\n{note}\nReference {receipt.reference}, 21 Nov\nSeal {receipt.seal}"
        found = await wallet.verify(whole, people[0].id)
        assert (found.genuine, found.receipt.payment_id) == (True, receipt.payment_id), note


async def test_a_wrong_letter_is_no_match(wallet: Wallet, people: Sequence[Party]) -> None:
    """Each letter of the seal counts."""
    receipt = await pay(wallet, people[0], people[1])
    for at, letter in enumerate(receipt.seal):
        if letter != "-":
            other = receipt.seal[:at] + ("7" if letter != "7" else "8") + receipt.seal[at + 1 :]
            found = await wallet.verify(f"{receipt.reference} {other}", people[0].id)
            assert not found.matches
            assert not found.genuine


async def test_deposits_and_refunds_have_seals_too(wallet: Wallet, people: Sequence[Party]) -> None:
    """Whatever moves money has a receipt that can be held against the books."""
    ana, _, _, cafe = people
    paid = await pay(wallet, ana, cafe, 1000)
    refund = await wallet.refund(paid.payment_id, key=uuid4(), by="op", reason="cold")
    deposit = await wallet.deposit(ana.id, euros(wallet, 5), key=uuid4(), by="op", reason="cash")
    for receipt in (paid, refund, deposit):
        assert (await wallet.verify(code(receipt), ana.id)).genuine


async def test_a_rewrite_that_leaves_the_seals_is_seen(
    wallet: Wallet, settings: WalletSettings, people: Sequence[Party]
) -> None:
    """The amount, entries and balances rewritten alike: the seal of that payment no longer fits, nor do those after."""
    ana, ben, *_ = people
    first, second = await pay(wallet, ana, ben), await pay(wallet, ana, ben)
    with past_every_trigger(settings) as conn:
        raise_amount(conn, first.payment_id)
    for receipt in (first, second):
        found = await wallet.verify(code(receipt), ana.id)
        assert found.matches
        assert found.broken
    drifted = [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds]
    assert drifted == ["chain"]


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 900",
        "amount = fee + 1",
        "fee = fee + 1",
        "fee = 0",
        "settled_at = settled_at - interval '30 days'",
        "credit_account_id = (SELECT id FROM wallet.accounts WHERE kind = 'fee_income')",
        "debit_account_id = (SELECT id FROM wallet.accounts WHERE kind = 'suspense')",
    ],
)
async def test_what_a_receipt_shows_is_what_was_sealed(
    wallet: Wallet, settings: WalletSettings, people: Sequence[Party], change: str
) -> None:
    """A receipt is read from the payment, and the seals cover its transfers: both must say the same, the fee too."""
    ana, ben, _, cafe = people
    before, paid = await pay(wallet, ana, ben), await pay(wallet, ana, cafe, 1000)
    with past_every_trigger(settings) as conn:
        conn.execute(text(f"UPDATE wallet.payments SET {change} WHERE id = :id"), {"id": paid.payment_id})  # noqa: S608 - the changes above
    found = await wallet.verify(code(paid))
    assert found.matches
    assert found.broken
    assert (await wallet.verify(code(before))).genuine
    assert "payments move money" in [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds]


async def test_a_rewrite_with_every_seal_made_anew_is_seen_by_whoever_has_a_receipt(
    wallet: Wallet, settings: WalletSettings, people: Sequence[Party]
) -> None:
    """All proofs hold on the forged books; the receipt of that payment and of every one after it does not match."""
    ana, ben, luna, cafe = people
    before = await pay(wallet, luna, ben)
    forged, after = await pay(wallet, ana, ben), await pay(wallet, ana, cafe)
    elsewhere = await pay(wallet, luna, ana)
    with past_every_trigger(settings) as conn:
        raise_amount(conn, forged.payment_id)
        assert reseal(conn) > 5
    assert (await wallet.reconcile()).clean
    for receipt in (forged, after, elsewhere):
        found = await wallet.verify(code(receipt))
        assert not found.matches
        assert not found.broken
    assert (await wallet.verify(code(before))).genuine


async def test_a_payment_taken_out_of_the_books_is_unknown(
    wallet: Wallet, settings: WalletSettings, people: Sequence[Party]
) -> None:
    """Its receipt is all there is left of it."""
    receipt = await pay(wallet, people[0], people[1])
    with past_every_trigger(settings) as conn:
        conn.execute(text("DELETE FROM wallet.payments WHERE id = :id"), {"id": receipt.payment_id})
    with pytest.raises(PaymentUnknown):
        await wallet.verify(code(receipt), people[0].id)


async def test_a_payment_written_past_the_wallet_is_not_genuine(
    wallet: Wallet, clock: Clock, people: Sequence[Party]
) -> None:
    """Whoever has the bot's database login, and not the pepper, can do all but make the code of its quote."""
    ana, ben, *_ = people
    quote_id = uuid4()
    forged = {"id": quote_id, "payer": ana.id, "payee": ben.id, "at": clock(), "until": clock() + timedelta(minutes=2)}

    async def write(conn: AsyncConnection) -> None:
        await conn.execute(text(FORGED_QUOTE), forged)

    await wallet._database.transaction(write)
    (stored,) = await wallet._look_up([(quote_id, ana.id)])
    assert isinstance(stored, StoredQuote)
    (receipt,) = await wallet._settle([stored.order()])
    assert isinstance(receipt, Receipt)
    await tell_all(wallet, clock)
    assert (await wallet.reconcile()).clean
    found = await wallet.verify(code(receipt), ana.id)
    assert (found.matches, found.broken, found.as_shown, found.genuine) == (True, 0, False, False)


async def test_a_code_is_for_what_was_paid(wallet: Wallet, settings: WalletSettings, people: Sequence[Party]) -> None:
    """A quote that was shown vouches for its own payment alone."""
    receipt = await pay(wallet, people[0], people[1])
    assert (await wallet.verify(code(receipt))).as_shown
    with past_every_trigger(settings) as conn:
        raise_amount(conn, receipt.payment_id)
        conn.execute(text("UPDATE wallet.quotes SET amount = amount - 1"))
        reseal(conn)
    found = await wallet.verify(code(await wallet.receipt(receipt.payment_id, people[0].id)))
    assert (found.matches, found.broken, found.as_shown) == (True, 0, False)


async def test_a_code_outlives_one_rotation_of_the_pepper(
    wallet: Wallet, settings: WalletSettings, people: Sequence[Party]
) -> None:
    """As long as its pepper is set as the previous one; with none set there is nothing to tell by, and that is said."""
    receipt = await pay(wallet, people[0], people[1])
    fresh, before = SecretStr("another pepper, just as long as the first"), SecretStr(PEPPER)
    for peppers, as_shown in ((fresh, before), True), ((fresh, None), False), ((None, None), None):
        changed = dict(zip(("pin_pepper", "pin_pepper_previous"), peppers, strict=True))
        async with Wallet.open(settings.model_copy(update=changed)) as other:
            found = await other.verify(code(receipt))
            assert (found.as_shown, found.genuine) == (as_shown, as_shown is not False)


async def test_money_set_aside_was_shown_and_a_deposit_is_not(wallet: Wallet, people: Sequence[Party]) -> None:
    """A hold is of a quote as a payment is; what an operator does has none."""
    ana, nina = people[0], await wallet.invite("@nina", key=uuid4())
    assert (await wallet.verify(code(await pay(wallet, ana, nina)))).as_shown
    deposit = await wallet.deposit(ana.id, euros(wallet, 5), key=uuid4(), by="op", reason="cash")
    assert (await wallet.verify(code(deposit))).as_shown is None


FORGED_QUOTE = """
    INSERT INTO wallet.quotes (id, key, payer_account_id, payee_account_id, amount, fee, currency, note, state,
                               created_at, expires_at)
    SELECT :id, gen_random_uuid(), payer.id, payee.id, 900, 0, 'EUR', '', 'open', :at, :until
    FROM wallet.accounts payer, wallet.accounts payee WHERE payer.party_id = :payer AND payee.party_id = :payee
"""
