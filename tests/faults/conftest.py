"""What races need: a second process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wallet import Wallet, WalletSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.conftest import Clock


@pytest.fixture
async def other(settings: WalletSettings, clock: Clock) -> AsyncIterator[Wallet]:
    """A second process's wallet on the same database."""
    async with Wallet.open(settings, clock=clock) as wallet:
        yield wallet
