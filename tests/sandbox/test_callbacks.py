"""Presses and their answers."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from sandbox.telegram import people, queries
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA = 5001
TOO_OLD = "^Query is too old and response timeout expired or query id is invalid$"


@pytest.fixture
async def query(world: World, bot: Bot) -> str:
    """A press by Ana that nobody answered yet."""
    people.start(world, ANA)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="y")]])
    sent = await bot.send_message(ANA, "?", reply_markup=keyboard)
    return people.press(world, ANA, ANA, sent.message_id, row=0, column=0)


async def test_a_press_reaches_the_bot_with_its_message(bot: Bot, query: str) -> None:
    """The update has the data, the presser and the message as it is."""
    pressed = (await bot.get_updates())[-1].callback_query
    assert pressed
    assert (pressed.id, pressed.data, pressed.from_user.id) == (query, "y", ANA)
    assert pressed.message
    assert pressed.message.is_accessible


async def test_a_press_is_answered_once(bot: Bot, query: str) -> None:
    """The second answer is refused, and so is an unknown query."""
    await bot.answer_callback_query(query, "done")
    for spent in (query, "12345"):
        with pytest.raises(BadRequest, match=f"(?i){TOO_OLD}"):
            await bot.answer_callback_query(spent, "again")


async def test_a_press_is_not_answered_late(bot: Bot, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a quarter of an hour the query is forgotten."""
    monkeypatch.setattr(queries, "LIFETIME", -1)
    with pytest.raises(BadRequest, match=f"(?i){TOO_OLD}"):
        await bot.answer_callback_query(query)


async def test_an_answer_is_short(bot: Bot, query: str) -> None:
    """200 characters are shown, 201 are refused and leave the query open."""
    with pytest.raises(BadRequest, match=r"(?i)^message_too_long$"):
        await bot.answer_callback_query(query, "x" * 201)
    assert await bot.answer_callback_query(query, "x" * 200)


async def test_an_answer_may_only_open_the_bot_itself(bot: Bot, query: str) -> None:
    """A foreign URL is refused."""
    with pytest.raises(BadRequest, match=r"(?i)^url_invalid$"):
        await bot.answer_callback_query(query, url="https://example.com")
    assert await bot.answer_callback_query(query, url="https://t.me/sixpence_bot?start=x")
