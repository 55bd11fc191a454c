"""A process that guesses PINs as fast as it can: run with `-m` by the proof of parallel guesses.

It reads one JSON object a line: {"url", "person", "quotes", "guesses"}, opens a wallet of its own, says "ready", and on
the next line guesses all at once. It answers how often argon2 was really called, and how the guesses were refused.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from itertools import cycle
from typing import Any
from unittest.mock import patch
from uuid import UUID

from argon2.low_level import hash_secret
from sqlalchemy import make_url

from tests import books
from tests.conftest import Clock
from wallet import Wallet, WalletError

Orders = dict[str, Any]


async def guess(orders: Orders) -> Orders:
    """All guesses at once, half of them outside a payment. Nothing in this process makes them queue for a person."""
    evaluated = 0

    def counted(*args: Any, **options: Any) -> bytes:
        nonlocal evaluated
        evaluated += 1
        return hash_secret(*args, **options)

    person, quotes = UUID(orders["person"]), cycle([UUID(quote) for quote in orders["quotes"]])
    async with Wallet.open(books.settings(make_url(orders["url"])), clock=Clock()) as wallet:
        wallet._hasher._room = len(orders["guesses"])
        say({"ready": True})
        sys.stdin.readline()
        alone = patch.object(wallet, "_payer", lambda _: asyncio.Lock())
        with patch("wallet.pin_hashing.hash_secret", counted), alone:
            answers = await asyncio.gather(
                *(
                    wallet.confirm(next(quotes), person, pin) if number % 2 else wallet.check_pin(person, pin)
                    for number, pin in enumerate(orders["guesses"])
                ),
                return_exceptions=True,
            )
    kinds = Counter(answer.code if isinstance(answer, WalletError) else repr(answer) for answer in answers)
    return {"evaluated": evaluated, "answers": kinds}


def say(answer: Orders) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())  # that guesses wait for one another's locks is no news
    for line in sys.stdin:
        say(asyncio.run(guess(json.loads(line))))
