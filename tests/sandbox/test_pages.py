"""The people's side over HTTP, as the page uses it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

from sandbox.telegram.world import World
from tests.sandbox.pictures import PNG

pytestmark = pytest.mark.anyio

ANA, BEN, LUNA = 5001, 5002, 5004
BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])


async def act(page: httpx.AsyncClient, verb: str, body: dict[str, Any], chat: int = ANA) -> Any:
    response = await page.post(f"/people/{ANA}/chats/{chat}/{verb}", json=body)
    assert response.is_success, response.text
    return response.json()


async def events(page: httpx.AsyncClient, person: int) -> AsyncIterator[dict[str, Any]]:
    """The events on a person's screen; the first is the opening of the stream itself."""
    async with page.stream("GET", f"/events?person={person}") as stream:
        async for line in stream.aiter_lines():
            if line.startswith(":"):
                yield {}
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def test_the_page_shows_who_and_what_there_is(page: httpx.AsyncClient, bot: Bot) -> None:
    """People with their hints, the group, the bot, its commands; never the token."""
    await bot.set_my_commands([BotCommand("send", "Send money")])
    response = await page.get("/world", params={"person": ANA})
    shown = response.json()
    assert [person["first_name"] for person in shown["people"]] == ["Ana", "Ben", "Chai", "Luna"]
    assert shown["commands"] == [{"command": "send", "description": "Send money"}]
    assert "sandbox" not in response.text


async def test_a_conversation_is_seen_as_it_happens(page: httpx.AsyncClient, bot: Bot) -> None:
    """Messages, typing, edits, toasts and deletions arrive in order."""
    stream = events(page, ANA)
    assert await anext(stream) == {}
    await act(page, "start", {})
    assert [(await anext(stream))["type"] for _ in range(2)] == ["chat", "message"]
    await bot.send_chat_action(ANA, "typing")
    sent = await bot.send_message(ANA, "<b>Pay?</b>", parse_mode="HTML", reply_markup=BUTTON)
    query = (await act(page, "press", {"message_id": sent.message_id, "row": 0, "column": 0}))["query_id"]
    await bot.answer_callback_query(query, "Paid", show_alert=True)
    await bot.edit_message_text("Paid", ANA, sent.message_id)
    await bot.delete_message(ANA, sent.message_id)
    typing, message, toast, edited, deleted = [await anext(stream) for _ in range(5)]
    assert typing == {"person": ANA, "type": "typing", "action": "typing", "chat": ANA}
    assert message["message"]["inline_keyboard"] == [[{"text": "Go", "kind": "callback", "data": "go"}]]
    assert message["message"]["out"] is False
    assert (toast["text"], toast["alert"], toast["query_id"]) == ("Paid", True, query)
    assert (edited["type"], edited["message"]["text"], edited["message"]["edited"]) == ("edited", "Paid", True)
    assert deleted == {"person": ANA, "type": "deleted", "chat": ANA, "message_id": sent.message_id}
    await stream.aclose()  # type: ignore[attr-defined]


async def test_chats_are_shown_from_each_side(page: httpx.AsyncClient, bot: Bot, world: World) -> None:
    """What Ana wrote in the group is her own on her screen and another's on Ben's."""
    await act(page, "text", {"text": "hello"}, world.group.id)
    await act(page, "start", {})
    await bot.send_message(ANA, "pick", reply_markup=ReplyKeyboardMarkup([["5", "10"]], resize_keyboard=True))
    mine = (await page.get(f"/people/{ANA}/chats")).json()
    theirs = (await page.get(f"/people/{BEN}/chats")).json()
    assert [chat["type"] for chat in mine] == ["private", "group", "group", "person", "person", "person"]
    assert [chat["title"] for chat in mine][:4] == ["Sixpence", "Flatmates", "Market Street", "Ben Okafor"]
    assert (mine[0]["started"], theirs[0]["started"]) == (True, False)
    assert mine[0]["reply_keyboard"] == {"keyboard": [[{"text": "5"}, {"text": "10"}]], "resize_keyboard": True}
    assert (mine[2]["messages"][0]["out"], theirs[2]["messages"][0]["out"]) == (True, False)


async def test_files_can_be_opened(page: httpx.AsyncClient, bot: Bot) -> None:
    """Photos and documents have addresses without the token."""
    await act(page, "start", {})
    await bot.send_photo(ANA, PNG, caption="scan")
    await bot.send_document(ANA, b"a,b\n", filename="statement.csv")
    _, photo, document = (await page.get(f"/people/{ANA}/chats")).json()[0]["messages"]
    assert (await page.get(photo["photo"])).content == PNG
    assert (document["document"]["name"], document["document"]["size"]) == ("statement.csv", 4)
    assert (await page.get(document["document"]["url"])).text == "a,b\n"


async def test_a_transcript_reads_like_the_chat(page: httpx.AsyncClient, bot: Bot) -> None:
    """One message a line, buttons in brackets."""
    await act(page, "start", {})
    await bot.send_message(ANA, "Pay?", reply_markup=BUTTON)
    text = (await page.get("/control/transcript", params={"person": ANA})).text
    assert text == "== Ana Moreno: Sixpence ==\nAna Moreno: /start\nSixpence: Pay?\n    [Go]\n"


async def test_the_ledger_is_kept_and_shown_to_everybody(page: httpx.AsyncClient, world: World) -> None:
    """What the launcher publishes is on open pages at once and on new ones at their opening."""
    stream = events(page, BEN)
    assert await anext(stream) == {}
    ledger = {"balances": [], "entries": [], "balanced": True, "proofs": 9, "detail": ""}
    world.publish_ledger(ledger)
    assert await anext(stream) == {"person": BEN, "type": "ledger", "ledger": ledger}
    assert (await page.get("/world")).json()["ledger"] == ledger
    await stream.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/people/1/chats/{ANA}/text", {"text": "x"}, 404),
        (f"/people/{LUNA}/chats/-4001/text", {"text": "x"}, 404),
        (f"/people/{ANA}/chats/{BEN}/press", {"message_id": 1, "row": 0, "column": 0}, 404),
        (f"/people/{BEN}/chats/-4001/remove", {"user_id": ANA}, 400),
        (f"/people/{ANA}/inline/12", None, 404),
        (f"/people/{ANA}/chats/{ANA}/text", {"text": 5}, 400),
        (f"/people/{ANA}/chats/{ANA}/text", {}, 400),
        (f"/people/{ANA}/chats/{ANA}/press", {"message_id": 9, "row": 0, "column": 0}, 404),
        (f"/people/{ANA}/chats/{ANA}/users", {"request_id": 9, "user_ids": [BEN]}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused(page: httpx.AsyncClient, path: str, body: Any, status: int) -> None:
    """With a reason, and 404 for what is not there."""
    response = await (page.get(path) if body is None else page.post(path, json=body))
    assert (response.status_code, bool(response.json()["error"])) == (status, True)
