"""Every verb of the wallet, used once or more, as people come to them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.conftest import PIN, business, euros, person
from wallet import LimitExceeded, Part, WrongPin

if TYPE_CHECKING:
    from tests.conftest import Clock
    from wallet import Party, Wallet

BY = {"by": "operator", "reason": "as it happens"}


async def use(wallet: Wallet, clock: Clock) -> None:
    """All of them but those for everything there is, and those that the others stand on."""
    ana, ben = await person(wallet, "Ana", 500_000), await person(wallet, "Ben", 500_000)
    await _run_the_house(wallet, ana, ben)
    await _pay(wallet, ana, ben)
    await _set_aside(wallet, clock, ana, ben)
    await _request(wallet, clock, ana, ben)
    await _split(wallet, clock, ana, ben)
    await _tell(wallet, ben)
    await _look(wallet, clock, ana)


async def _run_the_house(wallet: Wallet, ana: Party, ben: Party) -> None:
    luna = await business(wallet, ben)
    await wallet.find_businesses(luna.name)
    await wallet.businesses(ben.id)
    for typed in (luna.name, str(luna.id), str(luna.id)[:8]):
        await wallet.find_parties(typed)
    await wallet.began()
    await wallet.rename(ben.id, "Ben B")
    await wallet.party(ana.id)
    await wallet.withdraw(ana.id, euros(wallet, 5), key=uuid4(), **BY)
    await wallet.freeze(ben.id, **BY)
    await wallet.unfreeze(ben.id, **BY)
    await wallet.acts()
    await wallet.pin_state(ana.id)
    await wallet.check_pin(ana.id, PIN)
    await wallet.change_pin(ben.id, PIN, "739164")
    await wallet.change_pin(ben.id, "739164", PIN)
    eve = await person(wallet, "Eve", 5)
    await wallet.reset_pin(eve.id, by=BY["by"], reason=BY["reason"])


async def _pay(wallet: Wallet, ana: Party, ben: Party) -> None:
    (luna,) = await wallet.businesses(ben.id)
    for payee in (ben, luna):
        quote = await wallet.quote(ana.id, payee.id, euros(wallet, 500), key=uuid4())
        with suppress(WrongPin):
            await wallet.confirm(quote.id, ana.id, "111333")
        receipt = await wallet.confirm(quote.id, ana.id, PIN)
        await wallet.confirm(quote.id, ana.id, PIN)
        await wallet.receipt(receipt.payment_id, ana.id)
        await wallet.find_payment(receipt.reference)
        await wallet.verify(f"{receipt.reference} {receipt.seal}", ana.id)
        await wallet.refund(receipt.payment_id, euros(wallet, 100), key=uuid4(), **BY)
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 5), key=uuid4())
    await wallet.find_quote(quote.id, ana.id)
    await wallet.cancel(quote.id, ana.id)
    deposit = await wallet.deposit(ana.id, euros(wallet, 5), key=uuid4(), **BY)
    await wallet.reverse(deposit.payment_id, key=uuid4(), **BY)
    with suppress(LimitExceeded):
        for _ in range(wallet.limits.payments_a_day):
            quote = await wallet.quote(ana.id, ben.id, euros(wallet, 90_000), key=uuid4())
            await wallet.confirm(quote.id, ana.id, PIN)


async def _set_aside(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    key = uuid4()
    nina = await wallet.invite("nina", key=key)
    await wallet.named_by(key)
    clock.advance(days=31)
    held = []
    for _ in range(4):
        quote = await wallet.quote(ana.id, nina.id, euros(wallet, 100), key=uuid4())
        await wallet.confirm(quote.id, ana.id, PIN)
        held.append(quote.id)
    await wallet.hold(held[0])
    await wallet.open_holds()
    await wallet.open_holds_of(ana.id)
    await wallet.open_holds_for(nina.id)
    await wallet.capture(held[0], ben.id)
    await wallet.cancel_hold(held[1], ana.id)
    await wallet.refuse_hold(held[2], ben.id)
    clock.advance(days=4)
    await wallet.holds_to_remind()
    clock.advance(days=30)
    await wallet.expire_holds()
    await wallet.open_person("Nina", key=key)


async def _request(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    asked = await wallet.ask(ben.id, ana.id, euros(wallet, 100), key=uuid4())
    await wallet.request(asked.id)
    await wallet.open_requests_of(ben.id)
    await wallet.open_requests_to(ana.id)
    clock.advance(days=2)
    await wallet.remind(asked.id, ben.id)
    quote = await wallet.quote_request(asked.id, ana.id, key=uuid4())
    await wallet.confirm(quote.id, ana.id, PIN)
    invited = await wallet.invite("chai", key=uuid4())
    asked = await wallet.ask(ben.id, invited.id, euros(wallet, 100), key=uuid4())
    await wallet.claim_request(asked.id, ana.id)
    await wallet.decline_request(asked.id, ana.id)
    asked = await wallet.ask(ben.id, ana.id, euros(wallet, 100), key=uuid4())
    await wallet.cancel_request(asked.id, ben.id)


async def _split(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    group, total = uuid4(), euros(wallet, 900)
    named = await wallet.start_split(ana.id, group, total, parts=[Part(ben.id)], key=uuid4())
    joined = await wallet.start_split(ben.id, group, euros(wallet, 400), key=uuid4())
    await wallet.join_split(joined.id, ana.id)
    await wallet.leave_split(joined.id, ana.id)
    await wallet.join_split(joined.id, ana.id)
    await wallet.ask_split(joined.id, ben.id)
    await wallet.split(joined.id)
    await wallet.open_splits(group)
    asked = next(share.request for share in named.shares if share.request)
    await wallet.split_of(asked.id)
    refused = await wallet.propose_netting(group, ana.id, key=uuid4())
    await wallet.refuse_netting(refused.id, ben.id)
    netting = await wallet.propose_netting(group, ana.id, key=uuid4())
    await wallet.netting(netting.id)
    agreed = await wallet.agree_to_netting(netting.id, ben.id)
    made = next(payment.request for payment in agreed.payments if payment.request)
    await wallet.netting_of(made.id)
    await wallet.move_group(group, uuid4())
    another = await wallet.start_split(ana.id, group, total, parts=[Part(ben.id)], key=uuid4())
    clock.advance(days=2)
    await wallet.remind_split(another.id, ana.id)
    await wallet.close_split(another.id, ana.id)
    await wallet.start_split(ana.id, group, total, parts=[Part(ben.id)], key=uuid4())
    clock.advance(days=30)
    await wallet.expire_requests()


async def _tell(wallet: Wallet, ben: Party) -> None:
    first, second, third = await wallet.due_notices(limit=3)
    await wallet.notice_delivered(first.id)
    await wallet.notice_failed(second.id, retry_in=timedelta(minutes=1))
    await wallet.notice_parked(third.id, third.attempts)
    await wallet.unpark_notices(ben.id)


async def _look(wallet: Wallet, clock: Clock, ana: Party) -> None:
    await wallet.balance(ana.id)
    await wallet.balances(ana.id)
    await wallet.history(ana.id)
    await wallet.statement(ana.id, clock.now - timedelta(days=300), clock.now)
    await wallet.latest_transfers()
