"""Guessing PINs: in parallel, in somebody else's name, in other scripts, and around a reset."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import unicodedata
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.conftest import PIN, Clock, euros, person
from tests.proof.finding import Effort, Finding
from tests.proof.wallets import refused, wallets
from wallet import MalformedPin, PinCooling, QuoteClosed, QuoteUnknown, Wallet, WalletError, WeakPin

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Sequence

    from tests.books import Server
    from wallet import Party, Quote

BUDGET = 5
NEW = "907358"
BY, WHY = "operator", "lost phone"


async def parallel_guesses(server: Server, effort: Effort) -> list[Finding]:
    """Five hundred wrong PINs from two processes at once; how many of them argon2 ever sees."""
    chance, rounds, at_once = random.Random(effort.seed), effort.times(1, 3), effort.times(100, 500)
    most = tried = wrong = 0
    async with wallets(server, 1) as (wallet,), guessers(2) as processes:
        for _ in range(rounds):
            ana, ben = await person(wallet, "Ana", 10_00), await person(wallet, "Ben")
            quotes = [await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4()) for _ in range(20)]
            guesses = [f"{number:06}" for number in chance.sample(range(int(PIN)), at_once)]
            url = wallet._database._engine.url.render_as_string(hide_password=False)
            orders = {"url": url, "person": str(ana.id), "quotes": [str(quote.id) for quote in quotes]}
            for number, process in enumerate(processes):
                assert await _told(process, orders | {"guesses": guesses[number::2]}) == {"ready": True}
            answers = await asyncio.gather(*(_told(process, "go") for process in processes))
            evaluated = sum(answer["evaluated"] for answer in answers)
            refusals = sum(count for answer in answers for kind, count in answer["answers"].items() if kind in REFUSALS)
            most, tried = max(most, evaluated), tried + len(guesses)
            wrong += max(0, evaluated - BUDGET) + len(guesses) - refusals
            wrong += (await wallet.balance(ben.id)).ledger.minor
            wrong += evaluated == 0  # nothing was looked at: the proof would say nothing
    claim = (
        f"Of {at_once} wrong PINs at once from two processes, at most 5 are looked at; the rest find payments locked"
    )
    return [Finding("P1", claim, tried, wrong, f"looked at, at most: {most} of {at_once}")]


REFUSALS = ("wrong_pin", "pin_locked", "quote_closed")


@asynccontextmanager
async def guessers(number: int) -> AsyncIterator[Sequence[Process]]:
    """So many processes that guess when told to."""
    command = (sys.executable, "-m", "tests.proof.pin_guesser")
    pipe = asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            assert process.stdin is not None, "piped"
            process.stdin.close()
        for process in processes:
            await process.wait()


async def _told(process: Process, what: object) -> dict[str, Any]:
    """Say this to the process, and hear its answer."""
    assert process.stdin is not None, "piped"
    assert process.stdout is not None, "piped"
    process.stdin.write(json.dumps(what).encode() + b"\n")
    answer: dict[str, Any] = json.loads(await process.stdout.readline())
    return answer


async def somebody_elses_attempts(server: Server, effort: Effort) -> list[Finding]:
    """Eve presses on with Ana's quote, with right and wrong PINs of her own and of Ana's; Ana keeps all her tries."""
    times = effort.times(30, 300)
    async with wallets(server, 1) as (wallet,):
        ana, ben = await person(wallet, "Ana", 10_00), await person(wallet, "Ben")
        eve = await person(wallet, "Eve", 10_00, pin=NEW)
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, 100), key=uuid4())
        pins = (PIN, NEW, "730164")
        let_in = 0
        for number in range(times):
            let_in += not await refused(wallet.confirm(quote.id, eve.id, pins[number % 3]), QuoteUnknown)
            let_in += not await refused(wallet.cancel(quote.id, eve.id), QuoteUnknown)
        spent = 5 - (await wallet.pin_state(ana.id)).tries_left
        await wallet.confirm(quote.id, ana.id, PIN)
        moved = (await wallet.balance(eve.id)).ledger != euros(wallet, 10_00)
    claim = "Nobody spends somebody else's attempts, or confirms or cancels their quote"
    return [Finding("P7", claim, 2 * times, let_in + spent + moved, f"{spent} attempts spent")]


async def draining_after_a_reset(server: Server, effort: Effort) -> list[Finding]:
    """A thief talked the operator into a reset and chooses a PIN: at any moment of the next 24 hours nothing leaves."""
    times, chance, clock = effort.times(10, 100), random.Random(effort.seed), Clock()
    left = 0
    async with wallets(server, 1, clock=clock) as (wallet,):
        ben = await person(wallet, "Ben")
        for _ in range(times):
            ana = await person(wallet, "Ana", 10_00)
            before = await wallet.quote(ana.id, ben.id, euros(wallet, 10_00), key=uuid4())
            await wallet.reset_pin(ana.id, by=BY, reason=WHY)
            left += await _drained(wallet, ana, before)
            chosen_after, tried_after = chance.uniform(0, 23 * 3600), chance.uniform(0, 24 * 3600 - 1)
            clock.advance(seconds=chosen_after)
            await wallet.set_pin(ana.id, NEW)
            clock.advance(seconds=tried_after)
            left += not await refused(wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4()), PinCooling)
            left += await _drained(wallet, ana, before)
            clock.now += timedelta(days=2)
        left += (await wallet.balance(ben.id)).ledger.minor
    claim = "After a reset of the PIN nothing leaves for 24 hours, nor ever by a quote from before"
    return [Finding("P11", claim, 3 * times, left)]


async def _drained(wallet: Wallet, ana: Party, before: Quote) -> bool:
    return not await refused(wallet.confirm(before.id, ana.id, NEW), QuoteClosed)


async def strange_digits(server: Server, effort: Effort) -> list[Finding]:
    """Digits of every script, signs, joiners, halves of characters: each is said to be no PIN, and none counts."""
    times, chance = effort.times(300, 30_000), random.Random(effort.seed)
    unforeseen: list[str] = []
    async with wallets(server, 1) as (wallet,):
        ana, ben = await person(wallet, "Ana", 10_00), await person(wallet, "Ben")
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
        for number in range(times):
            pin = _strange(chance)
            door = (
                wallet.check_pin(ana.id, pin),
                wallet.change_pin(ana.id, pin, NEW),
                wallet.change_pin(ana.id, PIN, pin),
                wallet.set_pin(ana.id, pin),
                wallet.confirm(quote.id, ana.id, pin),
            )
            for way in door[: 5 if number % 50 == 0 else 4]:
                unforeseen += await _unforeseen(way)
            door[4].close()
        spent = 5 - (await wallet.pin_state(ana.id)).tries_left
    figure = f"{len(SCRIPTS)} digits of other scripts among them; {spent} attempts counted"
    return [Finding("P12", "What is not six ASCII digits is said to be no PIN", times, len(unforeseen) + spent, figure)]


SCRIPTS = [chr(n) for n in range(128, sys.maxunicode + 1) if unicodedata.category(chr(n)) in ("Nd", "No", "Nl")]
_ODD = ("\x00", "\n", " ", "-", "+", ".", "_", "e", "\u200d", "\u202e", "\ufe0f", "\ud800", "\udfff", "\U0001f511")


def _strange(chance: random.Random) -> str:
    """Something like a PIN that is none, often six characters long."""
    length = chance.choice((6, 6, 6, 6, 5, 7, 0, 60))
    letters = [chance.choice("0123456789") for _ in range(length)]
    for _ in range(chance.randint(1, 6) if length == 6 else 0):
        letters[chance.randrange(6)] = chance.choice(SCRIPTS if chance.random() < 0.7 else _ODD)
    return "".join(letters)


async def _unforeseen(way: Any) -> list[str]:
    try:
        await way
    except MalformedPin:
        return []
    except (WalletError, WeakPin) as refusal:
        return [refusal.code]
    except Exception as error:  # noqa: BLE001 - that is what is being counted
        return [type(error).__name__]
    return ["let in"]
