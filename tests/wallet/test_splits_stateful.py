"""Splits against a model of a few lines: who owes whom is the same in both, whatever happens in whatever order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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

from tests.conftest import PIN, Clock, euros, person
from tests.wallet.outbox import tell_all
from wallet import (
    NettingClosed,
    NothingToNet,
    Part,
    Party,
    RequestClosed,
    Split,
    SplitClosed,
    SplitEmpty,
    SplitTooSmall,
    Wallet,
    WalletError,
    WalletSettings,
)
from wallet.netting import Debt, settle_up

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

NAMES = ("ana", "ben", "chai")
PEOPLE = st.sampled_from(NAMES)
PAIRS = st.permutations(NAMES).map(lambda names: (names[0], names[1]))
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@dataclass
class Gathered:
    """What the model remembers of a split."""

    starter: str
    total: int
    members: list[str]
    until: datetime
    asked: bool = False
    closed: bool = False
    claims: list[UUID] = field(default_factory=list)


@dataclass
class Claim:
    """What the model remembers of a share that is asked for, or of a netting's payment."""

    payer: str
    payee: str
    amount: int
    until: datetime
    state: str = "open"

    def is_open(self, now: datetime) -> bool:
        return self.state == "open" and now < self.until


@dataclass
class Proposed:
    """What the model remembers of a netting."""

    claims: list[UUID]
    until: datetime
    state: str = "proposed"

    def is_open(self, now: datetime) -> bool:
        return self.state == "proposed" and now < self.until


class Flat(RuleBasedStateMachine):
    """People join, leave, are asked, pay, decline, forgive and settle up, while time goes by."""

    wallet: Wallet
    clock: Clock
    runner: asyncio.Runner

    splits = Bundle("splits")
    claims = Bundle("claims")
    nettings = Bundle("nettings")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def expect(self, work: Coroutine[Any, Any, T], refusal: type[WalletError] | None) -> T | None:
        """What came of it; None where it was refused exactly as the model says."""
        if refusal is None:
            return self.run(work)
        with pytest.raises(refusal):
            self.run(work)
        return None

    @initialize()
    def move_in(self) -> None:
        self.group = uuid4()
        self.parties: dict[str, Party] = {name: self.run(person(self.wallet, name, 10_000)) for name in NAMES}
        self.names = {party.id: name for name, party in self.parties.items()}
        self.balances = dict.fromkeys(NAMES, 10_000)
        self.split: dict[UUID, Gathered] = {}
        self.claim: dict[UUID, Claim] = {}
        self.netting: dict[UUID, Proposed] = {}

    @rule(target=splits, starter=PEOPLE, total=st.integers(1, 400), others=st.lists(PEOPLE, max_size=3))
    def start(self, starter: str, total: int, others: list[str]) -> UUID:
        key, money = uuid4(), euros(self.wallet, total)
        self.run(self.wallet.start_split(self.parties[starter].id, self.group, money, key=key))
        self.split[key] = Gathered(starter, total, [starter], self.clock.now + WEEK)
        for other in others:
            self.join(key, other)
        return key

    @rule(target=claims, debts=st.lists(st.tuples(PAIRS, st.integers(1, 400)), min_size=1, max_size=3))
    def owe(self, debts: list[tuple[tuple[str, str], int]]) -> Any:
        """Splits of which one other person carries all, and is asked at once."""
        made: list[UUID] = []
        for (starter, payer), amount in debts:
            key, money = uuid4(), euros(self.wallet, amount)
            ids, parts = self.parties[starter].id, [Part(self.parties[payer].id, amount=money)]
            work = self.wallet.start_split(ids, self.group, money, way="amounts", parts=parts, key=key)
            made += self._remember(self.run(work))
        return multiple(*made)

    @rule(split_id=splits, who=PEOPLE)
    def comes_in(self, split_id: UUID, who: str) -> None:
        self.join(split_id, who)

    def join(self, split_id: UUID, who: str) -> None:
        split = self.split[split_id]
        refusal: type[WalletError] | None = self._closed(split)
        if refusal is None and who not in split.members and split.total <= len(split.members):
            refusal = SplitTooSmall
        if self.expect(self.wallet.join_split(split_id, self.parties[who].id), refusal) and who not in split.members:
            split.members.append(who)

    @rule(split_id=splits, who=PEOPLE)
    def leave(self, split_id: UUID, who: str) -> None:
        split = self.split[split_id]
        left = self.expect(self.wallet.leave_split(split_id, self.parties[who].id), self._closed(split))
        if left and who in split.members:
            split.members.remove(who)

    @rule(target=claims, split_id=splits)
    def ask(self, split_id: UUID) -> Any:
        split = self.split[split_id]
        people = sorted(split.members, key=lambda name: name != split.starter)
        refusal: type[WalletError] | None = None if split.asked else self._closed(split)
        if refusal is None and people in ([], [split.starter]):
            refusal = SplitEmpty
        asked = self.expect(self.wallet.ask_split(split_id, self.parties[split.starter].id), refusal)
        if asked is None or split.asked:
            return multiple()
        split.asked = True
        each, odd = divmod(split.total, len(people))
        parts = [(name, each + (place < odd)) for place, name in enumerate(people)]
        assert [(self.names[share.party.id], share.amount.minor) for share in asked.shares] == parts
        split.claims = self._remember(asked)
        return multiple(*split.claims)

    @rule(claim_id=claims)
    def pay(self, claim_id: UUID) -> None:
        claim = self.claim[claim_id]
        payer_id = self.parties[claim.payer].id
        refusal = None if claim.is_open(self.clock.now) else RequestClosed
        quote = self.expect(self.wallet.quote_request(claim_id, payer_id, key=uuid4()), refusal)
        if quote is not None:
            self.run(self.wallet.confirm(quote.id, payer_id, PIN))
            claim.state = "paid"
            self.balances[claim.payer] -= claim.amount
            self.balances[claim.payee] += claim.amount

    @rule(claim_id=claims)
    def decline(self, claim_id: UUID) -> None:
        claim = self.claim[claim_id]
        refusal = None if claim.state in ("open", "declined") else RequestClosed
        if self.expect(self.wallet.decline_request(claim_id, self.parties[claim.payer].id), refusal):
            claim.state = "declined"

    @rule(split_id=splits)
    def close(self, split_id: UUID) -> None:
        split = self.split[split_id]
        self.run(self.wallet.close_split(split_id, self.parties[split.starter].id))
        split.closed = True
        for claim in map(self.claim.__getitem__, split.claims):
            if claim.state == "open":
                claim.state = "cancelled"

    @rule(target=claims, who=PEOPLE)
    def settle_up(self, who: str) -> Any:
        """Propose, and all agree at once."""
        netting_id = self.propose(who)
        return self.agree(netting_id) if isinstance(netting_id, UUID) else multiple()

    @rule(target=nettings, who=PEOPLE)
    def proposes(self, who: str) -> Any:
        return self.propose(who)

    @rule(target=claims, netting_id=nettings)
    def all_agree(self, netting_id: UUID) -> Any:
        return self.agree(netting_id)

    def propose(self, who: str) -> Any:
        now, key = self.clock.now, uuid4()
        open_now = [claim_id for claim_id, claim in self.claim.items() if claim.is_open(now)]
        refusal = NothingToNet if len(settle_up(self._debts(open_now))) >= len(open_now) else None
        found = self.expect(self.wallet.propose_netting(self.group, self.parties[who].id, key=key), refusal)
        if found is None:
            return multiple()
        standing = [(old_id, old) for old_id, old in self.netting.items() if old.is_open(now)]
        for old_id, old in standing:
            if old.claims == open_now:
                assert found.id == old_id
                return old_id
            old.state = "replaced"
        assert found.id == key
        self.netting[key] = Proposed(open_now, now + DAY)
        return key

    def agree(self, netting_id: UUID) -> Any:
        """The sides agree one after another; with the last, and not before, the claims are replaced."""
        netting, now = self.netting[netting_id], self.clock.now
        late = netting.state != "agreed" and not netting.is_open(now)
        made: list[UUID] = []
        for side in self.run(self.wallet.netting(netting_id)).sides:
            found = self.expect(
                self.wallet.agree_to_netting(netting_id, side.party.id), NettingClosed if late else None
            )
            if found is None or found.state == netting.state:
                continue
            stands = all(self.claim[claim_id].is_open(now) for claim_id in netting.claims)
            assert found.state == ("agreed" if stands else "overtaken")
            netting.state, late = found.state, not stands
            if stands:
                for claim_id in netting.claims:
                    self.claim[claim_id].state = "netted"
                made += self._remember(found)
        return multiple(*made)

    @rule(hours=st.sampled_from([1, 2, 24, 7 * 24]))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @invariant()
    def who_owes_whom_agrees(self) -> None:
        for name, party in getattr(self, "parties", {}).items():
            owes = {asked.id: asked.amount.minor for asked in self.run(self.wallet.open_requests_to(party.id))}
            assert owes == {
                claim_id: claim.amount
                for claim_id, claim in self.claim.items()
                if (claim.payer, claim.state) == (name, "open")
            }
            assert self.run(self.wallet.balance(party.id)).available.minor == self.balances[name]

    def _closed(self, split: Gathered) -> type[WalletError] | None:
        return SplitClosed if split.closed or split.asked or split.until <= self.clock.now else None

    def _debts(self, claim_ids: list[UUID]) -> list[Debt]:
        claims = map(self.claim.__getitem__, claim_ids)
        return [Debt(self.parties[one.payer].id, self.parties[one.payee].id, one.amount) for one in claims]

    def _remember(self, asking: Any) -> list[UUID]:
        """The requests of a split's shares, or of a netting's payments."""
        parts = asking.shares if isinstance(asking, Split) else asking.payments
        requests = [part.request for part in parts if part.request is not None]
        for one in requests:
            sides = self.names[one.payer.id], self.names[one.payee.id]
            self.claim[one.id] = Claim(*sides, one.amount.minor, self.clock.now + WEEK)
        return [one.id for one in requests]


def test_splits_agree_with_a_model(settings: WalletSettings, clock: Clock) -> None:
    """Shares, claims, balances and refusals, after every step; and in the end everything reconciles."""
    unlimited = {"limit_day": 10**9, "limit_month": 10**9, "limit_payments_a_day": 10**6, "limit_requests_a_day": 10**6}
    rules = settings.model_copy(update=unlimited)
    with asyncio.Runner() as runner:
        opening = Wallet.open(rules, clock=clock)
        wallet = runner.run(opening.__aenter__())
        try:
            machine = type("Home", (Flat,), {"wallet": wallet, "clock": clock, "runner": runner})
            run_state_machine_as_test(machine, settings=EXAMPLES)
            runner.run(wallet.expire_requests(10_000))
            runner.run(tell_all(wallet))
            proofs = runner.run(wallet.reconcile()).proofs
            assert [proof for proof in proofs if not proof.holds] == []
        finally:
            runner.run(opening.__aexit__(None, None, None))


EXAMPLES = settings(
    max_examples=16,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
