"""The real bot on the sandbox's page: a payment that a group sees, one between two people, a claim by a newcomer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.async_api import expect

from sandbox.people import at_their_phones
from sandbox.person import Person
from sandbox.telegram import newcomers
from sandbox.telegram.cast import FLATMATES, PEOPLE
from sandbox.tour import start_parameter
from tests.house import furnished

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page, ViewportSize

    from sandbox.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = Path(__file__).parent / "screenshots"
FLAT = FLATMATES.id
PINS = {person.id: person.pin for person in PEOPLE}
PATIENT = 15_000
WINDOW: ViewportSize = {"width": 1440, "height": 900}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_people_pay_where_they_are(browser: Browser, tmp_path: Path, theme: str) -> None:
    """Each step is seen on the phones of those who should see it, and pictured."""
    async with furnished(tmp_path) as house, at_their_phones(house) as cast:
        page = await browser.new_page(viewport=WINDOW, color_scheme="dark" if theme == "dark" else "light")
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(house.url)
        await _a_group_pays(page, cast, theme)
        await _two_people_pay(page, cast, theme)
        await _a_guest_pays(page, cast, theme)
        await _a_newcomer_claims(page, house, cast["Ana"], theme)
        assert complaints == []
        await page.close()


async def _a_group_pays(page: Page, cast: dict[str, Person], theme: str) -> None:
    ana, ben = cast["Ana"], cast["Ben"]
    said = await ben.says_in(FLAT, "I got the tickets for all of us")
    await opened(page, ben.id, FLAT)
    await ana.replies_to(said, "/pay 5 cinema", chat=FLAT)
    await opened(page, ana.id, FLAT)
    await ana.presses("Confirm with PIN", chat=FLAT)
    await expect(newest(page, ben)).to_contain_text("· waiting for", timeout=PATIENT)
    await expect(newest(page, ana)).to_contain_text("Balance after", timeout=PATIENT)
    await picture(page, "group", theme)
    phone = page.locator(f'.phone[data-person="{ana.id}"]')
    await phone.get_by_role("button", name="Confirm with PIN").last.click()
    for digit in PINS[ana.id][:3]:
        await phone.locator("li.ephemeral .inline-keyboard").get_by_role("button", name=digit, exact=True).click()
    await expect(newest(page, ana)).to_contain_text("●●●○○○", timeout=PATIENT)
    await expect(page.locator(f'.phone[data-person="{ben.id}"] li.ephemeral')).to_have_count(0)
    await picture(page, "group-keypad", theme)
    for digit in PINS[ana.id][3:]:
        await phone.locator("li.ephemeral .inline-keyboard").get_by_role("button", name=digit, exact=True).click()
    await expect(newest(page, ben)).to_contain_text("✓", timeout=PATIENT)
    await expect(newest(page, ana)).to_contain_text("You sent", timeout=PATIENT)
    await picture(page, "group-paid", theme)


async def _two_people_pay(page: Page, cast: dict[str, Person], theme: str) -> None:
    ana, ben = cast["Ana"], cast["Ben"]
    await ana.picks_inline(ben.id, "3 coffee", "Pay")
    await opened(page, ana.id, ben.id)
    await opened(page, ben.id, ana.id)
    await expect(newest(page, ben)).to_contain_text("would like to pay", timeout=PATIENT)
    await picture(page, "offer", theme)
    await ben.presses("It’s me", chat=ana.id)
    await expect(newest(page, ben)).to_contain_text("· waiting for", timeout=PATIENT)


async def _a_guest_pays(page: Page, cast: dict[str, Person], theme: str) -> None:
    ana, chai = cast["Ana"], cast["Chai"]
    said = await chai.says_in(ana.id, "I got us coffee")
    await opened(page, ana.id, chai.id)
    await opened(page, chai.id, ana.id)
    await ana.calls_guest(chai.id, "4 coffee", reply_to=said["id"])
    await expect(newest(page, chai)).to_contain_text("· waiting for", timeout=PATIENT)
    await picture(page, "guest", theme)
    await ana.presses("Confirm with PIN", chat=chai.id)
    await ana.reads("Send €4.00 to Chai Srisuk", "Balance after")
    await ana.presses("Confirm with PIN")
    await ana.types_pin()
    await expect(newest(page, chai)).to_contain_text("✓", timeout=PATIENT)


async def _a_newcomer_claims(page: Page, house: House, ana: Person, theme: str) -> None:
    await ana.says("send 4 to @nino for the bus")
    await ana.reads("@nino has no wallet yet")
    await ana.presses("Confirm with PIN")
    await ana.types_pin()
    placed = await ana.reads("Set aside for @nino")
    added = newcomers.add(house.world, newcomers.Wanted("Nino", "Weber", "nino"))
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as http:
        nino = Person(http, added.id, "Nino", "618273")
        await nino.start(start_parameter(placed))
        for after in ("Once more", "Ana Moreno has set aside"):
            await nino.types_pin()
            await nino.reads(after)
        await page.set_viewport_size({**WINDOW, "width": 1780})  # five phones, side by side
        await page.reload()
        await opened(page, ana.id, ana.id)
        await expect(newest(page, nino)).to_contain_text("has set aside", timeout=PATIENT)
        await picture(page, "claim", theme)
        await nino.presses("Accept")
        await expect(newest(page, nino)).to_contain_text("You received", timeout=PATIENT)


async def opened(page: Page, person: int, chat: int) -> None:
    """Open a chat on somebody's phone."""
    phone = page.locator(f'.phone[data-person="{person}"]')
    await phone.locator('[data-action="chats"]').click()
    await phone.locator(f'[data-open-chat="{chat}"]').click()


def newest(page: Page, person: Person) -> Locator:
    """The last message of the chat that is open on somebody's phone."""
    return page.locator(f'.phone[data-person="{person.id}"] li.in, .phone[data-person="{person.id}"] li.out').last


async def picture(page: Page, name: str, theme: str) -> None:
    """What the page shows now, without a toast over it."""
    await expect(page.locator(".toast")).to_have_count(0, timeout=PATIENT)
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}-{theme}.png", animations="disabled")
