"""Telegram's own words for what it does not do."""

import json
from typing import Any

import httpx
import pytest

from sandbox.telegram import people
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002
BUTTON_PROBLEM = "can't parse inline keyboard button: "
ENTITY_PROBLEM = "can't parse MessageEntity: "


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


def entity(**fields: Any) -> list[dict[str, Any]]:
    return [{"type": "bold", "offset": 0, "length": 1, **fields}]


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 404}, "chat not found"),
        ({"chat_id": "@nobody"}, "chat not found"),
        ({"parse_mode": "Word"}, "unsupported parse_mode"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"reply_parameters": {"quote": "x"}}, 'can\'t find field "message_id"'),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": {"inline_keyboard": "no"}}, 'field "inline_keyboard" must be of type Array'),
        ({"reply_markup": {"keyboard": "no"}}, 'field "keyboard" must be of type Array'),
        ({"reply_markup": {"force_reply": "yes"}}, 'field "force_reply" must be of type Boolean'),
        ({"reply_markup": keyboard(text="x", callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"reply_markup": keyboard(text="x", callback_data="")},
            f"{BUTTON_PROBLEM}Text buttons are unallowed in the inline keyboard",
        ),
        ({"reply_markup": keyboard(text="é" * 5000, callback_data="x")}, "REPLY_MARKUP_TOO_LONG"),
        ({"reply_markup": keyboard(callback_data="x")}, f'{BUTTON_PROBLEM}Can\'t find field "text"'),
        (
            {"reply_markup": keyboard(text="x", url="not-a-url")},
            "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"reply_markup": keyboard(text="x", url="ftp://example.com")},
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        (
            {"reply_markup": keyboard(text="x", web_app={"url": "http://example.com"})},
            "inline keyboard button Web App URL 'http://example.com' is invalid: Only HTTPS links are allowed",
        ),
        ({"reply_markup": keyboard(text="x", copy_text={"text": "x" * 257})}, "BUTTON_COPY_TEXT_INVALID"),
        ({"reply_markup": keyboard(text="x", pay=True)}, "BUTTON_TYPE_INVALID"),
        (
            {"reply_markup": {"keyboard": [[{"text": "x", "request_users": {"request_id": 1, "max_quantity": 11}}]]}},
            "BUTTON_QUANTITY_MAX_INVALID",
        ),
        ({"entities": entity(offset=100)}, "entity begins after the end of the text at UTF-16 offset 100"),
        (
            {"entities": entity(length=100)},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100",
        ),
        ({"entities": entity(offset=-1)}, "receive an entity with incorrect offset -1"),
        ({"entities": entity(type="loud")}, f"{ENTITY_PROBLEM}Unsupported type specified"),
        ({"entities": entity(type="text_link")}, f'{ENTITY_PROBLEM}Can\'t find field "url"'),
        ({"entities": entity(type="text_link", url="")}, "entity URL '' is invalid: URL host is empty"),
        ({"entities": entity(type="text_mention", user={"id": 1})}, "user not found"),
        (
            {"text": "😀", "entities": entity(length=1)},
            "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at UTF-16 offset 1",
        ),
        (
            {"text": "a.b", "parse_mode": "MarkdownV2"},
            "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
        ),
        (
            {"text": "<b>x", "parse_mode": "html"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
    ],
)
async def test_send_message_refuses(world: World, raw: httpx.AsyncClient, params: Any, refusal: str) -> None:
    """Each mistake has its own sentence, and nothing is sent."""
    people.start(world, ANA)
    response = await raw.post("sendMessage", json={"chat_id": ANA, "text": "hello", **params})
    assert response.status_code == 400
    assert response.json() == {"ok": False, "error_code": 400, "description": f"Bad Request: {refusal}"}
    assert len(world.chats[ANA].messages) == 1


async def test_nobody_is_written_to_first(raw: httpx.AsyncClient) -> None:
    """A person who never pressed Start cannot be reached."""
    answer = (await raw.post("sendMessage", json={"chat_id": BEN, "text": "hello"})).json()
    assert answer["error_code"] == 403
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_nobody_is_written_to_who_blocked_the_bot(world: World, raw: httpx.AsyncClient) -> None:
    """Sending, editing and typing are forbidden until the person unblocks the bot."""
    people.start(world, ANA)
    sent = (await raw.post("sendMessage", json={"chat_id": ANA, "text": "hello"})).json()["result"]
    people.block(world, ANA, blocked=True)
    change = {"chat_id": ANA, "message_id": sent["message_id"], "text": "other", "action": "typing"}
    for method in ("sendMessage", "editMessageText", "sendChatAction"):
        answer = (await raw.post(method, json=change)).json()
        assert answer["description"] == "Forbidden: bot was blocked by the user", method


async def test_unknown_methods_and_tokens_are_refused(telegram: str, raw: httpx.AsyncClient) -> None:
    """404 for a method that does not exist, 401 for a token that is not the bot's."""
    assert (await raw.post("sendMoney")).json() == {"ok": False, "error_code": 404, "description": "Not Found"}
    async with httpx.AsyncClient(base_url=telegram) as client:
        answer = await client.post("/bot7000000001:other/getMe")
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize("way", ["json", "data", "files", "query"])
async def test_parameters_come_in_any_form(world: World, raw: httpx.AsyncClient, way: str) -> None:
    """JSON, a urlencoded form, a multipart form and the query string mean the same; case does not matter."""
    people.start(world, ANA)
    fields = {"chat_id": str(ANA), "text": "5", "reply_markup": json.dumps(keyboard(text="x", callback_data="y"))}
    match way:
        case "json":
            response = await raw.post("sendMessage", json=fields)
        case "data":
            response = await raw.post("sendmessage", data=fields)
        case "files":
            response = await raw.post("sendMessage", files={name: (None, value) for name, value in fields.items()})
        case _:
            response = await raw.get("SENDMESSAGE", params=fields)
    result = response.json()["result"]
    assert (result["text"], result["reply_markup"]) == ("5", keyboard(text="x", callback_data="y"))


async def test_a_broken_body_is_refused(raw: httpx.AsyncClient) -> None:
    """A body that says JSON and is none is a bad request, not a crash."""
    response = await raw.post("sendMessage", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 400
