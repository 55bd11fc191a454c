"""Messages in a group that one member sees."""

from typing import Any

import httpx
import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.telegram import people, queries
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.features import Features
from sandbox.telegram.newcomers import Wanted, add
from sandbox.telegram.views import chat_view
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002
FLAT = -4001
BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("Confirm", callback_data="go")]])
KEYBOARD = {"inline_keyboard": [[{"text": "1", "callback_data": "k1"}]]}
PLACE = {"chat_id": FLAT, "receiver_user_id": ANA, "ephemeral_message_id": 1}


@pytest.fixture
async def query(world: World, bot: Bot) -> str:
    """A press by Ana on a card in the group."""
    card = await bot.send_message(FLAT, "Ana pays Ben", reply_markup=BUTTON)
    return people.press(world, ANA, FLAT, card.message_id, row=0, column=0)


async def send(raw: httpx.AsyncClient, receiver: int = ANA, **parameters: Any) -> Any:
    """What the bot is answered when it sends the keypad."""
    asked = {"receiver_user_id": receiver, **parameters}
    call = {"chat_id": FLAT, "text": "PIN?", "reply_markup": KEYBOARD, "ephemeral_message_parameters": asked}
    return (await raw.post("sendMessage", json=call)).json()


def screen(world: World, person: int) -> list[str]:
    return [message["text"] for message in chat_view(world, world.people[person], world.chats[FLAT])["messages"]]


async def test_only_the_receiver_sees_it(world: World, raw: httpx.AsyncClient, query: str) -> None:
    """It has no message id but one of its own kind; the others' screens show nothing."""
    sent = (await send(raw, callback_query_id=query))["result"]
    assert (sent["message_id"], sent["receiver_user"]["id"], sent["ephemeral_message_id"]) == (0, ANA, 1)
    assert (screen(world, ANA), screen(world, BEN)) == (["Ana pays Ben", "PIN?"], ["Ana pays Ben"])
    with pytest.raises(ImpossibleActError):
        people.press(world, BEN, FLAT, -1, row=0, column=0)


async def test_its_buttons_are_pressed_and_it_is_edited_and_deleted(
    world: World, bot: Bot, raw: httpx.AsyncClient, query: str
) -> None:
    """By its own methods, which answer True; a wrong receiver finds nothing."""
    await send(raw, callback_query_id=query)
    people.press(world, ANA, FLAT, -1, row=0, column=0)
    pressed = (await bot.get_updates())[-1].to_dict()["callback_query"]
    assert (pressed["data"], pressed["message"]["ephemeral_message_id"]) == ("k1", 1)
    edit = {**PLACE, "text": "●", "reply_markup": KEYBOARD}
    assert (await raw.post("editEphemeralMessageText", json=edit)).json()["result"] is True
    assert (await raw.post("editEphemeralMessageReplyMarkup", json=PLACE)).json()["result"] is True
    assert screen(world, ANA) == ["Ana pays Ben", "●"]
    assert not (await raw.post("deleteEphemeralMessage", json={**PLACE, "receiver_user_id": BEN})).json()["ok"]
    assert (await raw.post("deleteEphemeralMessage", json=PLACE)).json()["result"] is True
    assert screen(world, ANA) == ["Ana pays Ben"]


async def test_it_may_stand_in_the_place_of_the_card(world: World, raw: httpx.AsyncClient, query: str) -> None:
    """For the receiver alone; the card is back when it is gone."""
    await send(raw, callback_query_id=query, replace_callback_query_message=True)
    assert (screen(world, ANA), screen(world, BEN)) == (["PIN?"], ["Ana pays Ben"])
    await raw.post("deleteEphemeralMessage", json=PLACE)
    assert screen(world, ANA) == ["Ana pays Ben"]


async def test_the_card_in_whose_place_it_stands_changes_unseen(
    world: World, bot: Bot, raw: httpx.AsyncClient, query: str
) -> None:
    """Ana's screen is not told of it, Ben's is; once the message is gone, hers reads the chat anew."""
    await send(raw, callback_query_id=query, replace_callback_query_message=True)
    with world.events.subscription([ANA, BEN]) as events:
        await bot.edit_message_text("Ana paid Ben", FLAT, 1)
        await raw.post("deleteEphemeralMessage", json=PLACE)
        told = [await anext(events) for _ in range(3)]
    assert [(each["person"], each["type"]) for each in told] == [(BEN, "edited"), (ANA, "deleted"), (ANA, "chats")]
    assert screen(world, ANA) == ["Ana paid Ben"]


async def test_the_press_must_be_the_receivers_and_recent(
    raw: httpx.AsyncClient, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's press, none at all, or one of 15 seconds ago: refused. An answered press still counts."""
    await raw.post("answerCallbackQuery", json={"callback_query_id": query})
    assert (await send(raw, callback_query_id=query))["ok"]
    assert not (await send(raw))["ok"]
    assert not (await send(raw, BEN, callback_query_id=query))["ok"]
    monkeypatch.setattr(queries, "EPHEMERAL_SECONDS", -1)
    refused = await send(raw, callback_query_id=query)
    assert refused["description"].startswith("Bad Request: query is too old")


async def test_an_administrator_needs_no_press(world: World, raw: httpx.AsyncClient) -> None:
    """A bot that runs the group may whisper at any time."""
    world.chats[FLAT].bot_status = "administrator"
    assert (await send(raw))["ok"]


@pytest.mark.parametrize(("level", "grouped", "named"), [("10.3", 1, 1), ("10.2", 0, 1), ("10.0", 0, 0)])
async def test_an_older_server_tells_everybody(
    world: World, raw: httpx.AsyncClient, query: str, level: str, grouped: int, named: int
) -> None:
    """Parameters that it does not know are ignored, so the answer must be looked at; its methods do not exist."""
    world.features = Features(level=level)
    first = (await send(raw, callback_query_id=query))["result"]
    names = {"receiver_user_id": ANA, "callback_query_id": query}
    second = (await raw.post("sendMessage", json={"chat_id": FLAT, "text": "PIN?", **names})).json()["result"]
    assert ["ephemeral_message_id" in sent for sent in (first, second)] == [bool(grouped), bool(named)]
    assert screen(world, BEN).count("PIN?") == 2 - grouped - named
    gone = await raw.post("deleteEphemeralMessage", json={**PLACE, "ephemeral_message_id": 99})
    assert gone.status_code == (400 if named else 404)


async def test_an_older_app_gets_none(world: World, bot: Bot, raw: httpx.AsyncClient) -> None:
    """The bot is refused, and has to find another way."""
    eva = add(world, Wanted("Eva", level="10.0", groups=[FLAT]))
    card = await bot.send_message(FLAT, "Eva pays Ben", reply_markup=BUTTON)
    query = people.press(world, eva.id, FLAT, card.message_id, row=0, column=0)
    assert not (await send(raw, eva.id, callback_query_id=query))["ok"]


async def test_a_quiet_command_reaches_only_the_bot(world: World, bot: Bot, raw: httpx.AsyncClient) -> None:
    """A command that was set as ephemeral is seen by nobody else, and may be answered in the same way."""
    quiet = BotCommand("balance", "Your balance", api_kwargs={"is_ephemeral": True})
    await bot.set_my_commands([quiet], scope=BotCommandScopeAllGroupChats())
    people.write(world, ANA, FLAT, "/balance@sixpence_bot")
    people.write(world, ANA, FLAT, "/help")
    command, spoken = [update.to_dict()["message"] for update in await bot.get_updates()]
    assert (command["ephemeral_message_id"], command["receiver_user"]["id"]) == (1, bot.id)
    assert "ephemeral_message_id" not in spoken
    call = {"chat_id": FLAT, "text": "€45", "reply_parameters": {"ephemeral_message_id": 1}, "receiver_user_id": ANA}
    assert (await raw.post("sendMessage", json=call)).json()["result"]["ephemeral_message_id"] == 2
    assert screen(world, BEN) == ["/help"]
    assert sorted(screen(world, ANA)) == ["/balance@sixpence_bot", "/help", "€45"]


async def test_it_cannot_be_forwarded_nor_forgotten(world: World, raw: httpx.AsyncClient, query: str) -> None:
    """It stays in its chat, also over a restart."""
    await send(raw, callback_query_id=query)
    with pytest.raises(ImpossibleActError):
        people.forward(world, ANA, ANA, FLAT, -1)
    again = World.from_json(world.to_json(), world.bot.token)
    assert screen(again, ANA) == screen(world, ANA)
    assert again.to_json() == world.to_json()
