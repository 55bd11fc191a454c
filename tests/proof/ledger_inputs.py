"""What reaches the ledger from outside: amounts as typed or too large, exponents of currencies, clocks that jump."""

from __future__ import annotations

import asyncio
import os
import random
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import uuid4

from bot.amounts import Ambiguous, Amount, Reading, parse_amount
from tests.books import run, settings
from tests.bot.amounts_corpus import CORPUS, EXPONENTS
from tests.bot.test_amounts import STYLES, outcome, written
from tests.conftest import PIN, Clock, person
from tests.faults.harm import BY, WHY
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.wallets import NO_LIMITS, drift, refused, wallets
from wallet import MAX_MINOR, AmountOutOfRange, Currency, Money, Party, QuoteExpired, Wallet
from wallet.admin.words import read_amount
from wallet.money import _EXPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.books import Server

MOST_BALANCE = 2**63 - 1


async def amounts_are_read_one_way(_: Server, effort: Effort) -> list[Finding]:
    """The corpus, and digits and marks in any order."""
    wrong = sum(outcome(typed, code, EXPONENTS[code]) != expected for typed, code, expected in CORPUS)
    chance = random.Random(effort.seed)
    noise, raised = effort.times(2_000, 200_000), 0
    alphabet = "0123456789" * 2 + ".,'٬٫ -+€$eE_x²½٣๑０\u202e\u200b\u00a0"
    for _round in range(noise):
        typed = "".join(chance.choices(alphabet, k=chance.randint(0, 14)))
        try:
            raised += not _in_range(parse_amount(typed))
        except Exception:  # noqa: BLE001 - whatever it is, a person's typing caused it
            raised += 1
    return [
        Finding(
            "L10", "Every amount in the corpus is read, asked about or refused as written there.", len(CORPUS), wrong
        ),
        Finding("L10", "No text makes the reader fail, or comes out of range.", noise, raised),
    ]


def _in_range(reading: Reading) -> bool:
    match reading:
        case Amount(minor):
            return 1 <= minor <= MAX_MINOR
        case Ambiguous(readings):
            return all(0 <= minor <= MAX_MINOR for minor in readings)
        case _:
            return True


async def no_amount_is_too_large(server: Server, effort: Effort) -> list[Finding]:
    """Every verb with amounts at, below and above both ends; and a balance at the end of 64 bits."""
    minors = [0, MAX_MINOR, MAX_MINOR + 1]
    if effort.long:
        minors += [-(2**63), -1, 1, 2, 2**63, MAX_MINOR - 1, 2**63 - 1, 2**64, 10**400]
    tried = wrong = 0
    async with wallets(server, 1) as (wallet,):
        for minor in minors:
            for verb in (_pay_in, _pay_out, _quote, _give_back):
                ana = await _rich(wallet, "Ana")
                accepted = not await refused(verb(wallet, ana, Money(minor, wallet.currency)), AmountOutOfRange)
                tried += 1
                wrong += accepted != (1 <= minor <= MAX_MINOR)
        unclean = await drift(wallet)
    oddities = [1.0, True, "1", None, Decimal(1), float("nan")]
    taken = sum(not _raises_type_error(oddity) for oddity in oddities)
    return [
        Finding("L11", "Amounts from 1 to 2^53 - 1 are accepted, all others refused.", tried, wrong),
        Finding("L11", "The books pass every proof afterwards.", 1, unclean),
        Finding("L11", "An amount is a whole number and nothing else.", len(oddities), taken),
        await _balances_end_in_a_refusal(server),
    ]


async def _balances_end_in_a_refusal(server: Server) -> Finding:
    """Fill an account until 64 bits are full: then it is refused in a word, and what is there stays there."""
    async with wallets(server, 1) as (wallet,):
        ana = await person(wallet, "Ana")
        whole = [Money(MAX_MINOR, wallet.currency)] * (MOST_BALANCE // MAX_MINOR)
        await asyncio.gather(*(_pay_in(wallet, ana, amount) for amount in whole))
        before = await wallet.accounts()
        tried = (MAX_MINOR, MOST_BALANCE % MAX_MINOR + 1)
        wrong = sum(
            [not await refused(_pay_in(wallet, ana, Money(m, wallet.currency)), AmountOutOfRange) for m in tried]
        )
        wrong += await wallet.accounts() != before
        wrong += await drift(wallet)
    figure = f"after {len(whole):,} deposits of the largest amount"
    return Finding("L11", "A balance that would leave 64 bits is refused, not wrapped.", len(tried), wrong, figure)


async def _rich(wallet: Wallet, name: str) -> Party:
    """A person with all that one payment may move, and the means for one more."""
    rich = await person(wallet, name)
    await _pay_in(wallet, rich, Money(MAX_MINOR, wallet.currency))
    return rich


async def _pay_in(wallet: Wallet, to: Party, amount: Money) -> None:
    await wallet.deposit(to.id, amount, key=uuid4(), by=BY, reason=WHY)


async def _pay_out(wallet: Wallet, to: Party, amount: Money) -> None:
    await wallet.withdraw(to.id, amount, key=uuid4(), by=BY, reason=WHY)


async def _quote(wallet: Wallet, payer: Party, amount: Money) -> None:
    ben = await person(wallet, "Ben", pin=None)
    quote = await wallet.quote(payer.id, ben.id, amount, key=uuid4())
    await wallet.confirm(quote.id, payer.id, PIN)


async def _give_back(wallet: Wallet, payer: Party, amount: Money) -> None:
    ben = await person(wallet, "Ben", pin=None)
    quote = await wallet.quote(payer.id, ben.id, Money(MAX_MINOR, wallet.currency), key=uuid4())
    await wallet.confirm(quote.id, payer.id, PIN)
    await wallet.refund(quote.id, amount, key=uuid4(), by=BY, reason=WHY)


def _raises_type_error(minor: object) -> bool:
    try:
        Money(minor, Currency("EUR", 2))  # type: ignore[arg-type]
    except TypeError:
        return True
    return False


async def exponents_are_never_mixed_up(_: Server, effort: Effort) -> list[Finding]:
    """Every currency of ISO 4217: written by the wallet, read back by the bot and by the command line."""
    chance = random.Random(effort.seed)
    currencies = [Currency(code, exponent) for exponent, codes in _EXPONENTS.items() for code in codes.split()]
    tried = wrong = asked = 0
    for currency in currencies:
        wrong += Currency.parse(currency.code) != currency
        for _round in range(effort.times(4, 400)):
            minor = chance.choice([chance.randint(1, 10 ** chance.randint(1, 15)), MAX_MINOR])
            tried += 2
            wrong += read_amount(Money(minor, currency).digits(), currency) != Money(minor, currency)
            typed = written(minor, currency.exponent, *chance.choice(STYLES))
            match parse_amount(typed, code=currency.code, exponent=currency.exponent):
                case Amount(read):
                    wrong += read != minor
                case Ambiguous(readings):  # 1.234 KWD: one dinar and a bit, or a thousand
                    asked += 1
                    wrong += minor not in readings
                case _:
                    wrong += 1
    figure = f"{len(currencies)} currencies; {asked:,} read two ways and were asked about"
    return [Finding("L12", "An amount written in a currency reads back as the same minor units.", tried, wrong, figure)]


JUMPS = [timedelta(seconds=s) for s in (0, 1, 119, 120, 121)] + [
    sign * timedelta(**span) for sign in (1, -1) for span in ({"hours": 1}, {"days": 1}, {"days": 31})
]


async def clocks_may_jump(server: Server, effort: Effort) -> list[Finding]:
    """Between card and PIN the clock jumps, over the ends of summer time too, with machine and server in Berlin."""
    payments, clock = effort.times(20, 2_000), Clock()
    with _in_berlin(), server.database() as url:
        run(server.url, f"ALTER DATABASE {url.database} SET timezone TO 'Europe/Berlin'")
        async with Wallet.open(settings(url, **NO_LIMITS), clock=clock) as wallet:
            wrong, expired = await _pay_while_it_jumps(wallet, clock, random.Random(effort.seed), payments)
            unclean = await drift(wallet)
    figure = f"{payments - expired:,} paid, {expired:,} had expired"
    return [
        Finding("L13", "A card is good for two minutes by one clock, wherever it jumps.", payments, wrong, figure),
        Finding("L13", "The books pass every proof afterwards.", 1, unclean),
    ]


async def _pay_while_it_jumps(wallet: Wallet, clock: Clock, chance: random.Random, payments: int) -> tuple[int, int]:
    """How often something was wrong, and how many had expired."""
    ana, ben = await person(wallet, "Ana", payments), await person(wallet, "Ben", pin=None)
    wrong = expired = 0
    for _ in range(payments):
        if chance.random() < 0.2:  # in the night when summer time begins or ends
            clock.now = chance.choice([datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)])
            clock.advance(minutes=chance.randint(40, 80))
        quote = await wallet.quote(ana.id, ben.id, Money(1, wallet.currency), key=uuid4())
        wrong += quote.expires_at != clock.now + timedelta(minutes=2)
        clock.now += chance.choice(JUMPS)
        late = await refused(wallet.confirm(quote.id, ana.id, PIN), QuoteExpired)
        wrong += late != (clock.now >= quote.expires_at)
        expired += late
    wrong += (await wallet.balance(ben.id)).ledger.minor != payments - expired
    return wrong, expired


@contextmanager
def _in_berlin() -> Iterator[None]:
    """This process's zone."""
    with patch.dict(os.environ, TZ="Europe/Berlin"):
        time.tzset()
        yield
    time.tzset()


PROVERS: tuple[Prover, ...] = (
    amounts_are_read_one_way,
    no_amount_is_too_large,
    exponents_are_never_mixed_up,
    clocks_may_jump,
)
