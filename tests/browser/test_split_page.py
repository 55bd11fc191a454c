"""The real bot on the sandbox's page: a split in progress, as everybody in the group sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sandbox.people import at_their_phones
from sandbox.telegram.cast import FLATMATES
from tests.browser.test_paying_together_page import PATIENT, WINDOW, newest, opened, picture
from tests.house import furnished

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.timeout(180)]

FLAT = FLATMATES.id


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_group_splits_a_dinner(browser: Browser, tmp_path: Path, theme: str) -> None:
    """All see who has paid; Ben's receipt, and what Chai is asked, are for their own eyes only."""
    async with furnished(tmp_path) as house, at_their_phones(house) as cast:
        ana, ben, chai = cast["Ana"], cast["Ben"], cast["Chai"]
        page = await browser.new_page(viewport=WINDOW, color_scheme="dark" if theme == "dark" else "light")
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(house.url)
        for person in (ana, ben):
            await opened(page, person.id, FLAT)
        await ana.says_in(FLAT, "/split 40 dinner at Luna’s")
        for person in (ben, chai):
            await person.presses("I’m in", chat=FLAT)
            await person.reads(f"• {person.name}", chat=FLAT)
        await expect(newest(page, ben)).to_contain_text("with the odd cent", timeout=PATIENT)
        await ana.presses("Ask everybody now", chat=FLAT)
        await ben.presses("Pay my share", chat=FLAT)
        await ben.reads_ephemeral("Balance after", chat=FLAT)
        await ben.presses("Confirm with PIN", chat=FLAT)
        await ben.types_pin(chat=FLAT)
        await chai.reads("Ana Moreno asks you to pay")
        await expect(newest(page, ana)).to_contain_text("· paid", timeout=PATIENT)
        await expect(newest(page, chai)).to_contain_text("asks you to pay", timeout=PATIENT)
        await picture(page, "split", theme)
        assert complaints == []
        await page.close()
