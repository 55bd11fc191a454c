"""A whole house for tests: real processes, real HTTP, in a folder of its own."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from sandbox import people
from sandbox.house import open_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox.house import House


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[House]:
    """A house whose people have their wallets and their opening balance; the environment stays as it was."""
    with patch.dict(os.environ):
        async with open_house(folder, 0) as house:
            await people.settle_in(house)
            yield house
