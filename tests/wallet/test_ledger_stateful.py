"""The ledger against a model of a few lines: whatever happens in whatever order, both agree to the cent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.outbox import tell_all
from wallet import (
    HoldClosed,
    InsufficientFunds,
    NotRefundable,
    NotReversible,
    Party,
    PartyFrozen,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    ReminderTooSoon,
    RequestClosed,
    SelfPayment,
    TooManyRequests,
    Wallet,
    WalletError,
    WalletSettings,
)
from wallet.fees import Tariff
from wallet.requests import MAX_OPEN

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

BY, WHY = "operator", "model"
NAMES = ("ana", "ben", "cafe")
AMOUNTS = st.integers(1, 400)
PEOPLE = st.sampled_from(("ana", "ben"))
RETURNABLE = ("payment", "deposit", "withdrawal")


@dataclass
class Posted:
    """What the model remembers of a posting."""

    kind: str
    debit: str
    credit: str
    amount: int
    fee: int
    refunded: int = 0
    fee_refunded: int = 0


@dataclass
class Quoted:
    """What the model remembers of a quote."""

    payer: str
    payee: str
    amount: int
    expires_at: datetime
    state: str = "open"
    request_id: UUID | None = None


@dataclass
class Asked:
    """What the model remembers of a request."""

    payee: str
    payer: str
    amount: int
    told_at: datetime
    expires_at: datetime
    state: str = "open"
    reminded_at: datetime | None = None

    def refusal(self, now: datetime) -> type[WalletError] | None:
        """Why it cannot be paid, or reminded of, whoever has the money."""
        return RequestClosed if self.state != "open" or self.expires_at <= now else None


@dataclass
class Held:
    """What the model remembers of money set aside."""

    payer: str
    amount: int
    expires_at: datetime
    state: str = "open"
    claimed_by: str = ""


class Model:
    """Balances in a dictionary. `move` is all there is to a ledger."""

    def __init__(self) -> None:
        self.balances = dict.fromkeys((*NAMES, "bank", "fees"), 0)
        self.frozen: set[str] = set()
        self.posted: dict[UUID, Posted] = {}
        self.quotes: dict[UUID, Quoted] = {}
        self.holds: dict[UUID, Held] = {}
        self.requests: dict[UUID, Asked] = {}

    def refusal(self, debit: str, credit: str, amount: int, fee_back: int = 0) -> type[WalletError] | None:
        """Why this cannot be moved."""
        if {debit, credit} & self.frozen:
            return PartyFrozen
        if debit != "bank" and self.balances[debit] + fee_back < amount:
            return InsufficientFunds
        return None

    def move(self, key: UUID, posted: Posted) -> None:
        self.balances[posted.debit] -= posted.amount
        self.balances[posted.credit] += posted.amount
        fee_payer, sign = (posted.debit, -1) if posted.kind in {"refund", "reversal"} else (posted.credit, 1)
        self.balances[fee_payer] -= sign * posted.fee
        self.balances["fees"] += sign * posted.fee
        self.posted[key] = posted

    def end(self, hold: Held, state: str, receiver: str) -> None:
        self.balances[receiver] += hold.amount
        hold.state = state

    def set_aside(self, payer: str) -> int:
        return sum(hold.amount for hold in self.holds.values() if (hold.payer, hold.state) == (payer, "open"))

    def open_requests(self, payee: str, payer: str) -> int:
        """None of the three has a business and asks for themselves as well."""
        wanted = (payee, payer, "open")
        return sum((asked.payee, asked.payer, asked.state) == wanted for asked in self.requests.values())


def share(whole: Posted, part: int) -> int:
    """The fee that goes back with this part, after the parts before: Python's own rounding of an exact fraction."""
    return round(Fraction(whole.fee * (whole.refunded + part), whole.amount)) - whole.fee_refunded


class Ledger(RuleBasedStateMachine):
    """Deposits, payments, returns, holds and requests with their ends, freezes, cancels and time, in any order."""

    wallet: Wallet
    clock: Clock
    runner: asyncio.Runner

    quotes = Bundle("quotes")
    postings = Bundle("postings")
    holds = Bundle("holds")
    requests = Bundle("requests")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def expect(self, work: Coroutine[Any, Any, object], refusal: type[WalletError] | None) -> bool:
        """Whether it was done; it must be done or refused exactly as the model says."""
        if refusal is None:
            self.run(work)
            return True
        with pytest.raises(refusal):
            self.run(work)
        return False

    @initialize()
    def open_books(self) -> None:
        self.model = Model()
        self.parties: dict[str, Party] = {name: self.run(person(self.wallet, name)) for name in ("ana", "ben", "luna")}
        self.parties["cafe"] = self.run(business(self.wallet, self.parties["luna"], "cafe"))
        self.newbie = self.run(self.wallet.invite("@newbie", key=uuid4()))
        self.fees_before = self._fees()
        self.escrow_before = self._balance("escrow")

    @rule(target=postings, name=st.sampled_from(NAMES), amount=AMOUNTS)
    def deposit(self, name: str, amount: int) -> Any:
        key, money = uuid4(), euros(self.wallet, amount)
        work = self.wallet.deposit(self.parties[name].id, money, key=key, by=BY, reason=WHY)
        return self._post(key, Posted("deposit", "bank", name, amount, 0), work)

    @rule(target=postings, name=st.sampled_from(NAMES), amount=AMOUNTS)
    def withdraw(self, name: str, amount: int) -> Any:
        key, money = uuid4(), euros(self.wallet, amount)
        work = self.wallet.withdraw(self.parties[name].id, money, key=key, by=BY, reason=WHY)
        return self._post(key, Posted("withdrawal", name, "bank", amount, 0), work)

    @rule(target=quotes, payer=PEOPLE, payee=st.sampled_from(NAMES), amount=AMOUNTS)
    def quote(self, payer: str, payee: str, amount: int) -> Any:
        if payer == payee:
            return multiple()
        key, ids = uuid4(), (self.parties[payer].id, self.parties[payee].id)
        work = self.wallet.quote(*ids, euros(self.wallet, amount), key=key)
        if not self.expect(work, self.model.refusal(payer, payee, amount)):
            return multiple()
        quote_id = self.run(self.wallet.quote(*ids, euros(self.wallet, amount), key=key)).id
        self.model.quotes[quote_id] = Quoted(payer, payee, amount, self.clock.now + timedelta(seconds=120))
        return quote_id

    @rule(target=postings, quote_id=quotes)
    def confirm(self, quote_id: UUID) -> Any:
        quote = self.model.quotes[quote_id]
        work = self.wallet.confirm(quote_id, self.parties[quote.payer].id, PIN)
        if quote.state == "paid":
            assert self.expect(work, None)
            return multiple()
        refusal: type[WalletError] | None = self.model.refusal(quote.payer, quote.payee, quote.amount)
        if quote.request_id is not None:
            refusal = self.model.requests[quote.request_id].refusal(self.clock.now) or refusal
        if self.clock.now >= quote.expires_at:
            refusal = QuoteExpired
        if quote.state == "cancelled":
            refusal = QuoteClosed
        if not self.expect(work, refusal):
            return multiple()
        quote.state = "paid"
        if quote.request_id is not None:
            self.model.requests[quote.request_id].state = "paid"
        fee = 0
        if quote.payee == "cafe":
            fee = min(quote.amount, round(quote.amount * 25 / 1000) + 2)
        self.model.move(quote_id, Posted("payment", quote.payer, quote.payee, quote.amount, fee))
        return quote_id

    @rule(quote_id=quotes)
    def cancel(self, quote_id: UUID) -> None:
        quote = self.model.quotes[quote_id]
        work = self.wallet.cancel(quote_id, self.parties[quote.payer].id)
        if self.expect(work, QuotePaid if quote.state == "paid" else None):
            quote.state = "cancelled"

    @rule(target=postings, original_id=postings, part=st.none() | AMOUNTS)
    def refund(self, original_id: UUID, part: int | None) -> Any:
        original, key = self.model.posted[original_id], uuid4()
        left = original.amount - original.refunded
        amount = left if part is None else part
        money = None if part is None else euros(self.wallet, part)
        work = self.wallet.refund(original_id, money, key=key, by=BY, reason=WHY)
        return self._give_back(key, "refund", original, amount, work)

    @rule(target=postings, original_id=postings)
    def reverse(self, original_id: UUID) -> Any:
        original, key = self.model.posted[original_id], uuid4()
        work = self.wallet.reverse(original_id, key=key, by=BY, reason=WHY)
        return self._give_back(key, "reversal", original, original.amount, work)

    @rule(target=holds, payer=PEOPLE, amount=AMOUNTS)
    def set_aside(self, payer: str, amount: int) -> Any:
        key, payer_id = uuid4(), self.parties[payer].id
        work = self.wallet.quote(payer_id, self.newbie.id, euros(self.wallet, amount), key=key)
        if not self.expect(work, self.model.refusal(payer, "newbie", amount)):
            return multiple()
        quote = self.run(self.wallet.quote(payer_id, self.newbie.id, euros(self.wallet, amount), key=key))
        assert quote.held_until is not None
        self.run(self.wallet.confirm(quote.id, payer_id, PIN))
        self.model.balances[payer] -= amount
        self.model.holds[quote.id] = Held(payer, amount, quote.held_until)
        return quote.id

    @rule(hold_id=holds, payee=PEOPLE)
    def capture(self, hold_id: UUID, payee: str) -> None:
        hold = self.model.holds[hold_id]
        refusal: type[WalletError] | None = None
        if payee == hold.payer:
            refusal = SelfPayment
        elif (hold.state, hold.claimed_by) != ("captured", payee):
            late = hold.state != "open" or hold.expires_at <= self.clock.now
            refusal = PartyFrozen if {payee, hold.payer} & self.model.frozen else HoldClosed if late else None
        if self.expect(self.wallet.capture(hold_id, self.parties[payee].id), refusal) and hold.state == "open":
            hold.claimed_by = payee
            self.model.end(hold, "captured", payee)

    @rule(hold_id=holds)
    def cancel_hold(self, hold_id: UUID) -> None:
        hold = self.model.holds[hold_id]
        self._release(hold, "cancelled", self.wallet.cancel_hold(hold_id, self.parties[hold.payer].id))

    @rule(hold_id=holds)
    def refuse_hold(self, hold_id: UUID) -> None:
        self._release(self.model.holds[hold_id], "refused", self.wallet.refuse_hold(hold_id, self.parties["luna"].id))

    @rule()
    def expire_holds(self) -> None:
        overdue = [
            hold for hold in self.model.holds.values() if hold.state == "open" and hold.expires_at <= self.clock.now
        ]
        assert self.run(self.wallet.expire_holds()) == len(overdue)
        for hold in overdue:
            self.model.end(hold, "expired", hold.payer)

    @rule(target=requests, payee=st.sampled_from(NAMES), payer=PEOPLE, amount=AMOUNTS)
    def ask(self, payee: str, payer: str, amount: int) -> Any:
        key, ids, money = uuid4(), (self.parties[payee].id, self.parties[payer].id), euros(self.wallet, amount)
        too_many = TooManyRequests if self.model.open_requests(payee, payer) >= MAX_OPEN else None
        refusal = PartyFrozen if payee in self.model.frozen else too_many
        if not self.expect(self.wallet.ask(*ids, money, key=key), SelfPayment if payee == payer else refusal):
            return multiple()
        now = self.clock.now
        self.model.requests[key] = Asked(payee, payer, amount, now, now + timedelta(days=7))
        return key

    @rule(target=quotes, request_id=requests)
    def quote_request(self, request_id: UUID) -> Any:
        asked, key = self.model.requests[request_id], uuid4()
        work = self.wallet.quote_request(request_id, self.parties[asked.payer].id, key=key)
        may_not_pay = self.model.refusal(asked.payer, asked.payee, asked.amount)
        if not self.expect(work, asked.refusal(self.clock.now) or may_not_pay):
            return multiple()
        quote_id = self.run(self.wallet.quote_request(request_id, self.parties[asked.payer].id, key=key)).id
        until = self.clock.now + timedelta(seconds=120)
        self.model.quotes[quote_id] = Quoted(asked.payer, asked.payee, asked.amount, until, request_id=request_id)
        return quote_id

    @rule(request_id=requests)
    def decline(self, request_id: UUID) -> None:
        asked = self.model.requests[request_id]
        self._end(asked, "declined", self.wallet.decline_request(request_id, self.parties[asked.payer].id))

    @rule(request_id=requests)
    def cancel_request(self, request_id: UUID) -> None:
        asked = self.model.requests[request_id]
        asker = self.parties["luna" if asked.payee == "cafe" else asked.payee]
        self._end(asked, "cancelled", self.wallet.cancel_request(request_id, asker.id))

    @rule(request_id=requests)
    def remind(self, request_id: UUID) -> None:
        asked, now = self.model.requests[request_id], self.clock.now
        asker = self.parties["luna" if asked.payee == "cafe" else asked.payee]
        is_repeated = asked.reminded_at == now  # asked for again in the same microsecond, by the clock's word
        too_soon = ReminderTooSoon if now < asked.told_at + timedelta(days=1) and not is_repeated else None
        if self.expect(self.wallet.remind(request_id, asker.id), asked.refusal(now) or too_soon):
            asked.told_at = asked.reminded_at = now

    @rule()
    def expire_requests(self) -> None:
        self.run(self.wallet.expire_requests(10_000))  # those of earlier examples as well
        for asked in self.model.requests.values():
            if asked.state == "open" and asked.expires_at <= self.clock.now:
                asked.state = "expired"

    @rule(name=st.sampled_from(NAMES))
    def freeze(self, name: str) -> None:
        self.run(self.wallet.freeze(self.parties[name].id, by=BY, reason=WHY))
        self.model.frozen.add(name)

    @rule()
    def unfreeze_all(self) -> None:
        for name in NAMES:
            self.run(self.wallet.unfreeze(self.parties[name].id, by=BY, reason=WHY))
        self.model.frozen.clear()

    @rule(seconds=st.sampled_from([1, 119, 120, 3600, 86400, 7 * 86400]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @invariant()
    def balances_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        for name in NAMES:
            balance = self.run(self.wallet.balance(self.parties[name].id))
            assert balance.available.minor == self.model.balances[name], name
            assert balance.set_aside.minor == self.model.set_aside(name), name
            assert balance.ledger == balance.available + balance.set_aside
        waiting = sum(self.model.set_aside(name) for name in NAMES)
        assert self._balance("escrow") - self.escrow_before == waiting
        assert self._fees() - self.fees_before == self.model.balances["fees"]
        assert sum(account.balance.minor for account in self.run(self.wallet.accounts())) == 0

    def teardown(self) -> None:
        for name in NAMES if hasattr(self, "model") else ():
            page = self.run(self.wallet.history(self.parties[name].id, limit=100))
            assert sum(line.amount.minor for line in page.lines) == self.model.balances[name]

    @invariant()
    def requests_agree(self) -> None:
        for request_id, asked in self.model.requests.items() if hasattr(self, "model") else ():
            assert self.run(self.wallet.request(request_id)).state == asked.state

    def _end(self, asked: Asked, state: str, work: Coroutine[Any, Any, object]) -> None:
        """Nothing but another end stands in the way."""
        if self.expect(work, None if asked.state in ("open", state) else RequestClosed):
            asked.state = state

    def _release(self, hold: Held, state: str, work: Coroutine[Any, Any, object]) -> None:
        """Nothing but another end stands in the way."""
        if self.expect(work, None if hold.state in ("open", state) else HoldClosed) and hold.state == "open":
            self.model.end(hold, state, hold.payer)

    def _post(self, key: UUID, posted: Posted, work: Coroutine[Any, Any, object]) -> Any:
        if not self.expect(work, self.model.refusal(posted.debit, posted.credit, posted.amount)):
            return multiple()
        self.model.move(key, posted)
        return key

    def _give_back(self, key: UUID, kind: str, original: Posted, amount: int, work: Coroutine[Any, Any, object]) -> Any:
        """Refund or reversal: the same checks, but for who may and whether a freeze stands in the way."""
        left = original.amount - original.refunded
        fee = share(original, amount)
        refusal = self.model.refusal(original.credit, original.debit, amount, fee_back=fee)
        if kind == "refund":
            if (original.kind != "payment" or not 1 <= amount <= left) and refusal is not PartyFrozen:
                refusal = NotRefundable
        elif original.refunded or original.kind not in RETURNABLE:
            refusal = NotReversible
        elif refusal is PartyFrozen:
            enough = original.credit == "bank" or self.model.balances[original.credit] + fee >= amount
            refusal = None if enough else InsufficientFunds
        if not self.expect(work, refusal):
            return multiple()
        self.model.move(key, Posted(kind, original.credit, original.debit, amount, fee))
        original.refunded, original.fee_refunded = original.refunded + amount, original.fee_refunded + fee
        return key

    def _fees(self) -> int:
        return self._balance("fee_income")

    def _balance(self, kind: str) -> int:
        return next(one.balance.minor for one in self.run(self.wallet.accounts()) if one.kind == kind)


def test_the_ledger_agrees_with_a_model(settings: WalletSettings, clock: Clock) -> None:
    """Balances, fees, totals and refusals, after every step; and in the end everything reconciles."""
    unlimited = {"limit_day": 10**9, "limit_month": 10**9, "limit_payments_a_day": 10**6, "limit_requests_a_day": 10**6}
    rules = settings.model_copy(update={"tariff": Tariff.parse("2.5% + 2"), **unlimited})
    with asyncio.Runner() as runner:
        opening = Wallet.open(rules, clock=clock)
        wallet = runner.run(opening.__aenter__())
        try:
            machine = type("Books", (Ledger,), {"wallet": wallet, "clock": clock, "runner": runner})
            run_state_machine_as_test(machine, settings=EXAMPLES)
            runner.run(wallet.expire_holds(10_000))
            runner.run(wallet.expire_requests(10_000))
            runner.run(tell_all(wallet))
            proofs = runner.run(wallet.reconcile()).proofs
            assert [proof for proof in proofs if not proof.holds] == []
        finally:
            runner.run(opening.__aexit__(None, None, None))


EXAMPLES = settings(
    max_examples=16,
    stateful_step_count=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
