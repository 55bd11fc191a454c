"""A "pay me" code in a real browser: shown as a picture on one phone, scanned by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.test_payment_page import ANA, BEN, PATIENT, SIZES, _newest, _phone, _picture
from tests.house import furnished

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_ben_scans_anas_code(browser: Browser, tmp_path: Path, size: str, theme: str) -> None:
    """He points his camera at it, presses Start, and has the card before him; the list of contacts shows both sides."""
    width, height = SIZES[size]
    async with furnished(tmp_path) as house:
        page = await browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
        )
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(house.url)
        ana, ben = _phone(page, ANA), _phone(page, BEN)
        await ana.locator('[data-field="text"]').fill("/me 5 coffee")
        await ana.locator('[data-action="send"]').click()
        await expect(_newest(ana)).to_contain_text("scan the code", timeout=PATIENT)
        picture = _newest(ana).locator(".photo img")
        await expect(picture).to_be_visible()
        await _picture(page, "pay-me", size, theme)
        await _newest(ana).locator(".text").click(button="right")
        await ana.locator('[data-action="scan"]').click()
        await ana.locator(f'[data-contact="{BEN}"]').click()
        if size == "phone":
            await page.locator(f'[data-tab="{BEN}"]').click()
        await ben.locator('[data-action="start"]').click(timeout=PATIENT)
        await expect(_newest(ben)).to_contain_text("coffee", timeout=PATIENT)
        await expect(_newest(ben).get_by_role("button", name="Confirm with PIN")).to_be_visible()
        await _picture(page, "pay-me-card", size, theme)
        await page.close()
        assert complaints == []
