"""The sandbox's page in a real browser: a group, what one member alone sees, inline mode, a newcomer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import expect

from sandbox.telegram import people
from sandbox.telegram.features import Features
from sandbox.telegram.server import running
from sandbox.telegram.world import World

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.timeout(120)]

ANA, BEN, CHAI, LUNA = 5001, 5002, 5003, 5004
FLAT, STREET = -4001, -1000000000101
TOKEN = "7000000001:sandbox"
BUTTON = {"inline_keyboard": [[{"text": "Confirm", "callback_data": "go"}]]}


async def test_a_group_on_the_page(browser: Browser) -> None:
    """A keypad that only Ana sees, a name without a username, a result sent via the bot, and a guest from elsewhere."""
    world = World(TOKEN)
    async with running(world) as url, httpx.AsyncClient(base_url=f"{url}/bot{TOKEN}/", timeout=30) as bot:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        ana, ben = await _opened(page, ANA, FLAT), await _opened(page, BEN, FLAT)

        await _a_keypad_for_ana(world, bot, ana, ben)
        await _a_mention_of_chai(world, ana)
        await _opened(page, ANA, BEN)
        await _a_result_via_the_bot(world, bot, ana, await _opened(page, BEN, ANA))
        await _a_newcomer(world, page)
        await _an_older_telegram(world, page)
        await _a_disguise(world, page)
        assert complaints == []
        await page.close()


async def _a_keypad_for_ana(world: World, bot: httpx.AsyncClient, ana: Locator, ben: Locator) -> None:
    card = await _call(bot, "sendMessage", chat_id=FLAT, text="Ana pays Ben", reply_markup=BUTTON)
    await expect(ben.get_by_text("Ana pays Ben")).to_be_visible()
    query = people.press(world, ANA, FLAT, card["message_id"], row=0, column=0)
    asked = {"receiver_user_id": ANA, "callback_query_id": query}
    await _call(bot, "sendMessage", chat_id=FLAT, text="Your PIN", ephemeral_message_parameters=asked)
    await expect(ana.locator("li.ephemeral")).to_contain_text("Only you see this")
    await expect(ben.get_by_text("Your PIN")).to_have_count(0)


async def _a_mention_of_chai(world: World, ana: Locator) -> None:
    field = ana.locator('[data-field="text"]')
    await field.press_sequentially("/pay @ch")
    await ana.locator(f'[data-mention="{CHAI}"]').click()
    await field.press_sequentially("5 beer")
    await field.press("Enter")
    await expect(ana.locator("li.out").last).to_contain_text("/pay Chai 5 beer")
    entities = list(world.chats[FLAT].messages.values())[-1].entities
    assert [(one["type"], one.get("user", {}).get("id")) for one in entities][1:] == [("text_mention", CHAI)]


async def _a_result_via_the_bot(world: World, bot: httpx.AsyncClient, ana: Locator, ben: Locator) -> None:
    await ana.locator('[data-field="text"]').fill("@sixpence_bot 5 lunch")
    assert await world.until(lambda: bool(world.inline.asked))
    (query_id,) = world.inline.asked
    content = {"message_text": "Ana sends €5.00"}
    result = {"type": "article", "id": "p", "title": "Send €5.00", "input_message_content": content}
    await _call(bot, "answerInlineQuery", inline_query_id=query_id, results=[{**result, "reply_markup": BUTTON}])
    await ana.locator('[data-result="p"]').click()
    await expect(ben.locator("li.in").last).to_contain_text("via @sixpence_bot")
    await expect(ana.locator('[data-field="text"]')).to_have_value("")


async def _a_newcomer(world: World, page: Page) -> None:
    await page.locator('[data-action="add-person"]').click()
    await page.locator('[data-dialog="add-person"] [name="first_name"]').fill("Eva")
    await page.locator('[data-dialog="add-person"] [name="theme"]').select_option("dark")
    await page.locator('[data-dialog="add-person"] [name="level"]').select_option("9.0")
    await page.locator('[data-action="add-person-done"]').click()
    eva = page.locator('.phone[data-person="5005"][data-theme="dark"]')
    await expect(eva).to_be_visible()
    await _opened(page, 5005, FLAT)
    await expect(eva.locator("li.service").last).to_contain_text("Ana Moreno added Eva")
    assert world.people[5005].level == "9.0"


async def _an_older_telegram(world: World, page: Page) -> None:
    await page.locator('[data-action="telegram"]').click()
    dialog = page.locator('[data-dialog="telegram"]')
    await dialog.locator('[name="level"]').select_option("10.0")
    await dialog.locator('[name="inline_feedback"]').uncheck()
    await page.locator('[data-action="telegram-done"]').click()
    await expect(dialog).to_have_count(0)
    assert world.features == Features(level="10.0", inline_feedback=False)


async def _a_disguise(world: World, page: Page) -> None:
    """Luna owns the street's group, and writes as the group."""
    luna = await _opened(page, LUNA, STREET)
    await luna.locator('[data-action="more"]').click()
    await luna.locator('[data-action="as-group"]').click()
    field = luna.locator('[data-field="text"]')
    await expect(field).to_have_attribute("placeholder", "Message as Market Street")
    await field.fill("/pay @ben 5")
    await field.press("Enter")
    await expect(luna.locator("li.out").last).to_contain_text("/pay @ben 5")
    assert list(world.chats[STREET].messages.values())[-1].wire["sender_chat"]["id"] == STREET
    await luna.locator('[data-action="more"]').click()
    await luna.locator('[data-action="as-oneself"]').click()
    await expect(field).to_have_attribute("placeholder", "Message")


async def _opened(page: Page, person: int, chat: int) -> Locator:
    """A person's phone, with this chat open."""
    phone = page.locator(f'.phone[data-person="{person}"]')
    await phone.locator('[data-action="chats"]').click()
    await phone.locator(f'[data-open-chat="{chat}"]').click()
    return phone


async def _call(bot: httpx.AsyncClient, method: str, **parameters: Any) -> Any:
    answer = (await bot.post(method, json=parameters)).json()
    assert answer["ok"], answer
    return answer["result"]
