"""The sandbox's page in a real browser, with the real bot behind it: what a newcomer does first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sandbox import drawer
from tests.house import furnished

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page, ViewportSize

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = Path(__file__).parent / "screenshots"
ANA, BEN = 5001, 5002
ANAS_PIN = "482915"
PATIENT = 15_000
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SIDEWAYS: ViewportSize = {"width": 844, "height": 390}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_ana_pays_ben_in_the_browser(browser: Browser, tmp_path: Path, size: str, theme: str) -> None:
    """She writes, confirms with her PIN on the pad, Ben is told, and the drawer shows that the books balance."""
    width, height = SIZES[size]
    async with furnished(tmp_path) as house:
        page = await browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
        )
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.goto(house.url)

        ana = _phone(page, ANA)
        await ana.locator('[data-field="text"]').fill("send 5 to @ben for lunch")
        await ana.locator('[data-action="send"]').click()
        confirm = ana.get_by_role("button", name="Confirm with PIN")
        await expect(confirm).to_be_visible(timeout=PATIENT)
        await _picture(page, "card", size, theme)
        await confirm.click()
        for digit in ANAS_PIN[:3]:
            await _key(ana, digit).click()
        await expect(_newest(ana)).to_contain_text("●●●○○○", timeout=PATIENT)
        await _picture(page, "keypad", size, theme)
        for digit in ANAS_PIN[3:]:
            await _key(ana, digit).click()
        await expect(_newest(ana)).to_contain_text("€45.00", timeout=PATIENT)

        if size == "phone":
            await page.locator(f'[data-tab="{BEN}"]').click()
        await expect(_newest(_phone(page, BEN))).to_contain_text("€55.00", timeout=PATIENT)
        house.world.publish_ledger(await drawer.books(house.wallet))
        await _picture(page, "paid", size, theme)
        await page.get_by_role("button", name="Ledger").click()
        await expect(page.locator('#ledger [data-balanced="true"]')).to_be_visible()
        await expect(page.locator('#ledger [data-balance="Ben Okafor"]')).to_contain_text("55.00 EUR")
        await _picture(page, "ledger", size, theme)
        await page.close()
        assert complaints == []


async def test_a_phone_held_sideways_shows_the_whole_keypad(browser: Browser, tmp_path: Path) -> None:
    """The page is scrolled rather than squeezed: every key is there at once, and nothing lies on one."""
    async with furnished(tmp_path) as house:
        page = await browser.new_page(viewport=SIDEWAYS)
        await page.goto(house.url)
        ana = _phone(page, ANA)
        await ana.locator('[data-field="text"]').fill("send 5 to @ben for lunch")
        await ana.locator('[data-action="send"]').click()
        await ana.get_by_role("button", name="Confirm with PIN").click(timeout=PATIENT)
        await expect(_newest(ana)).to_contain_text("○○○○○○", timeout=PATIENT)
        keys = [await _key(ana, digit).bounding_box() for digit in "10"]
        shown = await ana.locator(".conversation").bounding_box()
        await _picture(page, "keypad", "sideways", "light")
        assert shown
        for key in keys:
            assert key
            assert shown["y"] <= key["y"]
            assert key["y"] + key["height"] <= shown["y"] + shown["height"]
        await page.close()


def _key(phone: Locator, digit: str) -> Locator:
    return phone.locator(".inline-keyboard").get_by_role("button", name=digit, exact=True)


def _phone(page: Page, person: int) -> Locator:
    return page.locator(f'.phone[data-person="{person}"]')


def _newest(phone: Locator) -> Locator:
    return phone.locator("li.in").last


async def _picture(page: Page, name: str, size: str, theme: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png", animations="disabled")
