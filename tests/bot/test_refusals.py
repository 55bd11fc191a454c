"""Every refusal of the wallet has its sentence."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

import wallet
from bot.contacts import NotAccepted, NotAsked, NotToBeFound
from bot.refusals import sentence, weakness
from bot.text import Speaker
from wallet import (
    Currency,
    HoldClosed,
    LimitExceeded,
    Money,
    PartyFrozen,
    PinLocked,
    QuoteClosed,
    RequestClosed,
    TooManyRequests,
    WalletError,
    WrongPin,
)
from wallet.weak_pins import WEAKNESSES

FACTS = {
    "Money": Money(1_234, Currency("EUR", 2)),
    "str": "Café <Luna>",
    "int": 3,
    "bool": True,
    "datetime": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    "datetime | None": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    "UUID": UUID(int=1),
    "Side": "payee",
    "HoldEnd": "expired",
    "RequestEnd": "expired",
    "SplitState": "closed",
    "NettingState": "refused",
    "Literal['day', 'open', 'shares']": "day",
    "LimitName": "day",
    "Money | int": Money(200_000, Currency("EUR", 2)),
    "Literal['cancelled', 'voided']": "voided",
}
MONEY_HAS_MOVED = {wallet.QuotePaid}
NOTHING_SAID_OF_MONEY = {wallet.Unavailable, *MONEY_HAS_MOVED}


def refusals() -> list[type[WalletError]]:
    """Every kind of refusal there is."""
    found: list[type[WalletError]] = []
    waiting = [WalletError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.startswith("wallet")]


def example(kind: type[WalletError]) -> WalletError:
    values = {field.name: _value(kind, field.name, str(field.type)) for field in fields(kind)}
    return kind(**values)


def _value(kind: type[WalletError], name: str, annotation: str) -> object:
    if kind is wallet.WeakPin and name == "reason":
        return WEAKNESSES[0]
    return FACTS[annotation.replace('"', "'")]


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence(kind: type[WalletError]) -> None:
    """It says what happened, that no money moved, and what to do; fills in its facts, and ends properly."""
    said = sentence(Speaker(), example(kind))
    assert len(re.split(r"[.:] ", said)) >= (2 if kind in NOTHING_SAID_OF_MONEY else 3)
    if kind not in NOTHING_SAID_OF_MONEY:
        assert "No money moved" in said or "Nothing was" in said
    assert not {"{", "}"} & set(said)
    assert "<Luna>" not in said
    assert said[-1] in ".)"


@pytest.mark.parametrize("limit", ["per_payment", "day", "month"])
def test_each_limit_is_named(limit: Any) -> None:
    """Which limit, how much, and when it opens."""
    refusal = LimitExceeded(limit, Money(100_000, Currency("EUR", 2)), None)
    assert "€1,000.00" in sentence(Speaker(), refusal)


def test_a_limit_on_their_number_counts_payments() -> None:
    """Twenty payments, not twenty euros."""
    assert "20" in sentence(Speaker(), LimitExceeded("payments_a_day", 20, FACTS["datetime"]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (PinLocked(None), "Only the operator"),
        (PinLocked(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)), "22 Nov, 12:00 UTC"),
        (PartyFrozen("payer", "Ana"), "Your account is frozen"),
        (PartyFrozen("payee", "Ben"), "cannot be paid"),
        (QuoteClosed("cancelled"), "cancelled"),
        (QuoteClosed("voided"), "wrong PINs"),
        (HoldClosed("captured"), "accepted already"),
        (HoldClosed("cancelled"), "taken back"),
        (HoldClosed("refused"), "refused"),
        (HoldClosed("expired"), "time is over"),
        (RequestClosed("paid"), "paid already"),
        (RequestClosed("declined"), "declined"),
        (RequestClosed("cancelled"), "taken back"),
        (RequestClosed("expired"), "is over"),
        (RequestClosed("netted"), "settled up"),
        (TooManyRequests("day", 20, datetime(2026, 11, 22, 12, 0, tzinfo=UTC)), "22 Nov, 12:00 UTC"),
        (TooManyRequests("open", 3, None), "open requests to them"),
        (TooManyRequests("shares", 100, datetime(2026, 11, 22, 12, 0, tzinfo=UTC)), "Split again from"),
        (WrongPin(1), "try left"),
        (WrongPin(2, quote_void=True), "this payment is closed"),
    ],
)
def test_facts_choose_the_words(refusal: WalletError, words: str) -> None:
    """The same refusal, other facts, another sentence, as whole as the first."""
    said = sentence(Speaker(), refusal)
    assert words in said
    assert len(re.split(r"[.:] ", said)) >= 3


@pytest.mark.parametrize("reason", WEAKNESSES)
def test_every_weakness_has_its_reason(reason: str) -> None:
    """So that nobody wonders what is wrong with their birthday."""
    assert weakness(Speaker(), reason)


@pytest.mark.parametrize("refusal", [NotAccepted("Ben\u202e <b>"), NotToBeFound("@ben")])
def test_the_bots_own_refusals_have_theirs(refusal: WalletError) -> None:
    """As the wallet's: what happened, that no money moved, what to do; and a name stays text."""
    said = sentence(Speaker(), refusal)
    assert "No money moved" in said
    assert "/send" in said
    assert "<b>" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(("blocked", "way_on"), [(True, "/request"), (False, "/me")])
def test_who_may_not_ask_is_told_what_to_do(blocked: bool, way_on: str) -> None:
    """That nothing was asked, and another way; and a name stays text."""
    said = sentence(Speaker(), NotAsked("Ben\u202e <b>", blocked))
    assert "Nothing was asked" in said
    assert way_on in said
    assert "<b>" not in said
    assert "\u202e" not in said
