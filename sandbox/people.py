"""The people of the sandbox, and how they get their wallets: by chatting with the bot, like everybody else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

import httpx

from sandbox.person import PATIENCE, Person
from sandbox.telegram.cast import PEOPLE
from wallet import Money

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.house import House
    from wallet import Wallet

OPENING_BALANCE: Final = 50_00
CAFE: Final = "Café Luna"
_OPENING: Final = "sixpence:sandbox:opening:"


@asynccontextmanager
async def at_their_phones(house: House, patience: float = PATIENCE) -> AsyncIterator[dict[str, Person]]:
    """Everybody, by first name."""
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as http:
        yield {one.first_name: Person(http, one.id, one.first_name, one.pin, patience=patience) for one in PEOPLE}


async def settle_in(house: House) -> None:
    """Open everybody's wallet and the café, and give Ana, Ben and Chai €50.00 each. Safe to repeat."""
    async with at_their_phones(house) as cast:
        await asyncio.gather(*(_open_wallet(person) for person in cast.values()))
        await _open_cafe(cast["Luna"])
        await _top_up(cast, house.wallet)


async def _open_cafe(luna: Person) -> None:
    if not any(f"{CAFE} is" in message["text"] for message in await luna.messages()):
        await luna.says(f"/business {CAFE}")
        await luna.presses("Open")
        await luna.reads(f"{CAFE} is")


async def _top_up(cast: dict[str, Person], wallet: Wallet) -> None:
    parties = [summary.party for summary in await wallet.parties()]
    for name in ("Ana", "Ben", "Chai"):
        # The oldest: whoever was added to the page later may be called the same.
        party = next(party for party in parties if party.kind == "person" and party.name.startswith(name))
        amount = Money(OPENING_BALANCE, wallet.currency)
        key = uuid5(NAMESPACE_URL, _OPENING + name)
        await wallet.deposit(party.id, amount, key=key, by="sandbox", reason="opening balance")
        if not any("paid in" in message["text"] for message in await cast[name].messages()):
            await cast[name].reads("paid in")


async def _open_wallet(person: Person) -> None:
    """Press Start, choose a PIN, repeat it."""
    if any("PIN is set" in message["text"] for message in await person.messages()):
        return
    await person.start()
    await person.reads("choose a PIN")
    await person.types_pin()
    await person.reads("Once more")
    await person.types_pin()
    await person.reads("PIN is set")
