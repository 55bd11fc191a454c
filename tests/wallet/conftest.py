"""The books that an operator's commands are tried on."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from tests.conftest import PIN, business, euros, person
from tests.wallet.desk import Desk
from wallet import Wallet, WalletSettings


@pytest.fixture
def desk(settings: WalletSettings) -> Desk:
    """Books in which Ana has paid Ben 5.00 and the café 10.00; every notice was delivered."""

    async def keep() -> None:
        async with Wallet.open(settings) as wallet:
            ana, ben, luna = (
                await person(wallet, "Ana", 10_000),
                await person(wallet, "Ben"),
                await person(wallet, "Luna"),
            )
            cafe = await business(wallet, luna)
            for payee, cents, note in ((ben, 500, "=1+1"), (cafe, 1000, "cake")):
                quote = await wallet.quote(ana.id, payee.id, euros(wallet, cents), note=note, key=uuid4())
                receipt = await wallet.confirm(quote.id, ana.id, PIN)
                assert receipt.notice_id is not None
                await wallet.notice_delivered(receipt.notice_id)
            while notices := await wallet.due_notices():
                for notice in notices:
                    await wallet.notice_delivered(notice.id)

    asyncio.run(keep())
    assert settings.database_url is not None
    return Desk(settings.database_url.get_secret_value())
