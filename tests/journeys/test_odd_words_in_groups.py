"""Odd names, odd spacing and half instructions in a group: each is answered with what is the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FLAT = FLATMATES.id


async def test_a_name_that_reads_as_markup_is_a_name(street: Street) -> None:
    """Somebody called “Ana <3” is answered like everybody else."""
    street.becomes(street.ana, first_name="Ana", last_name="<3 & <b>")
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ben.reads("Ana <3 & <b>: You have no wallet yet", chat=FLAT)
