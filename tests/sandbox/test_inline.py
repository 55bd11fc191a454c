"""Inline mode and guest mode: the bot in chats that it is not in."""

from typing import Any

import httpx
import pytest
from telegram import Bot, InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent
from telegram import InlineKeyboardButton as Button
from telegram.error import BadRequest, InvalidToken

from sandbox.person import NothingHappenedError, Person
from sandbox.telegram import inline, inline_acts, people
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.features import Features
from sandbox.telegram.newcomers import Wanted, add
from sandbox.telegram.people import Manner
from sandbox.telegram.views import chat_view
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN, CHAI = 5001, 5002, 5003
CARD = InlineQueryResultArticle(
    "pay-5",
    "Send €5.00",
    InputTextMessageContent("<b>Ana pays €5.00</b>", parse_mode="HTML"),
    reply_markup=InlineKeyboardMarkup([[Button("It's me", callback_data="me")]]),
)
BARE = InlineQueryResultArticle("about", "About", InputTextMessageContent("I am Sixpence"))


async def test_a_result_becomes_a_message_via_the_bot(world: World, bot: Bot) -> None:
    """In a chat between two people: the bot is told what was chosen, and edits it by its inline id alone."""
    query_id = inline_acts.ask(world, ANA, BEN, "5 lunch")
    (update,) = await bot.get_updates()
    assert update.inline_query
    assert (update.inline_query.query, update.inline_query.chat_type) == ("5 lunch", "private")
    assert inline_acts.look(world, ANA, query_id)["results"] is None
    await bot.answer_inline_query(query_id, [CARD, BARE], cache_time=0, is_personal=True)
    inline_acts.choose(world, ANA, query_id, "pay-5")
    chosen = (await bot.get_updates())[-1].chosen_inline_result
    assert chosen
    assert (chosen.result_id, chosen.query) == ("pay-5", "5 lunch")
    assert await bot.edit_message_text("Paid", inline_message_id=chosen.inline_message_id) is True
    shown = chat_view(world, world.people[BEN], world.between(ANA, BEN))["messages"]
    assert [(one["text"], one["via_bot"], one["from"]["id"]) for one in shown] == [("Paid", "sixpence_bot", ANA)]


async def test_a_press_on_it_has_no_chat(world: World, bot: Bot) -> None:
    """Only the inline id and who pressed."""
    query_id = inline_acts.ask(world, ANA, BEN, "5")
    await bot.answer_inline_query(query_id, [CARD])
    sent = inline_acts.choose(world, ANA, query_id, "pay-5")
    press = people.press(world, BEN, ANA, sent.id, row=0, column=0)
    pressed = (await bot.get_updates())[-1].callback_query
    assert pressed
    assert (pressed.message, pressed.inline_message_id, pressed.from_user.id) == (None, sent.inline_id, BEN)
    assert await bot.answer_callback_query(press, "Hello")


async def test_feedback_and_inline_mode_are_switched_on_at_botfather(
    world: World, bot: Bot, page: httpx.AsyncClient
) -> None:
    """Without feedback nothing is told of the choice; a card without buttons has no inline id."""
    query_id = inline_acts.ask(world, ANA, BEN, "5")
    await bot.answer_inline_query(query_id, [CARD, BARE])
    inline_acts.choose(world, ANA, query_id, "about")
    chosen = (await bot.get_updates())[-1].chosen_inline_result
    assert chosen
    assert chosen.inline_message_id is None
    switches = {"inline": False, "inline_feedback": False}
    assert (await page.post("/control/features", json=switches)).json()["inline_feedback"] is False
    assert (await page.post("/control/features", json={"level": "8"})).status_code == 400
    inline_acts.choose(world, ANA, query_id, "pay-5")
    assert (await bot.get_updates())[-1].chosen_inline_result == chosen
    assert (await bot.get_me()).supports_inline_queries is False
    with pytest.raises(ImpossibleActError):
        inline_acts.ask(world, ANA, BEN, "5")


async def test_what_is_sent_through_the_bot_in_its_group_reaches_it(world: World, bot: Bot) -> None:
    """As a message with via_bot, which is no command; forwarded, it says both and has no buttons."""
    flat = world.flatmates.id
    query_id = inline_acts.ask(world, ANA, flat, "5")
    await bot.answer_inline_query(query_id, [CARD])
    sent = inline_acts.choose(world, ANA, query_id, "pay-5")
    people.forward(world, CHAI, flat, flat, sent.id)
    direct, forwarded = [update.message for update in await bot.get_updates() if update.message]
    assert direct.via_bot
    assert direct.reply_markup
    assert forwarded.via_bot
    assert forwarded.forward_origin
    assert forwarded.reply_markup is None


async def test_results_are_given_once_and_in_time(world: World, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer, a late one and a double id are refused, and so is what no app would send."""
    query_id = inline_acts.ask(world, ANA, BEN, "5")
    with pytest.raises(BadRequest, match=r"(?i)result_id_duplicate"):
        await bot.answer_inline_query(query_id, [CARD, CARD])
    await bot.answer_inline_query(query_id, [])
    late = inline_acts.ask(world, ANA, BEN, "6")
    monkeypatch.setattr(inline, "PATIENCE", -1)
    for spent in (query_id, late):
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_inline_query(spent, [CARD])
    for act in (
        lambda: inline_acts.ask(world, ANA, BEN, "x" * 257),
        lambda: inline_acts.choose(world, ANA, query_id, "pay-5"),
        lambda: inline_acts.look(world, BEN, query_id),
    ):
        with pytest.raises(ImpossibleActError):
            act()


async def test_a_guest_is_called_and_answers_once(world: World, bot: Bot) -> None:
    """Between two people the chat has the other's id, which is also that of their own chat with the bot."""
    said = people.write(world, BEN, ANA, "You owe me for lunch")
    people.write(world, ANA, BEN, "@sixpence_bot 5 lunch", Manner(reply_to=said.id))
    (update,) = await bot.get_updates()
    asked = update.guest_message
    assert asked
    assert asked.from_user
    assert asked.reply_to_message
    assert asked.reply_to_message.from_user
    assert (asked.chat.id, asked.from_user.id, asked.reply_to_message.from_user.id) == (BEN, ANA, BEN)
    posted = await bot.answer_guest_query(str(asked.guest_query_id), CARD)
    shown = chat_view(world, world.people[BEN], world.between(ANA, BEN))["messages"][-1]
    assert (shown["from"]["name"], shown["asked_by"], shown["text"]) == ("Sixpence", "Ana Moreno", "Ana pays €5.00")
    assert world.chats[BEN].messages == {}
    people.press(world, BEN, ANA, shown["id"], row=0, column=0)
    pressed = (await bot.get_updates())[-1].callback_query
    assert pressed
    assert pressed.inline_message_id == posted.inline_message_id
    assert await bot.edit_message_text("Paid", inline_message_id=posted.inline_message_id) is True
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_guest_query(str(asked.guest_query_id), CARD)


async def test_a_guest_is_called_only_where_all_allow_it(world: World, bot: Bot) -> None:
    """Not by talk, not where it is a member, not by an old app or on an old server, not when switched off."""
    eva = add(world, Wanted("Eva", username="eva", level="9.0"))
    people.write(world, ANA, BEN, "no bots here")
    people.write(world, ANA, world.flatmates.id, "@sixpence_bot 5")
    people.write(world, eva.id, BEN, "@sixpence_bot 5")
    for features in (Features(guests=False), Features(level="9.0")):
        world.features = features
        people.write(world, ANA, BEN, "@sixpence_bot 5")
    assert [update.guest_message for update in await bot.get_updates() if update.guest_message] == []
    with pytest.raises(InvalidToken, match="Not Found"):
        await bot.answer_guest_query("1", CARD)


async def test_chats_between_people_do_not_exist_for_the_bot(world: World, bot: Bot) -> None:
    """Neither by their number nor by what is said in them."""
    people.write(world, ANA, BEN, "/pay 5")
    assert await bot.get_updates() == ()
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(world.between(ANA, BEN).id, "hello")


async def test_a_person_does_all_of_it_by_http(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """The verbs that journeys are written with."""
    flat, cast = world.flatmates.id, world.people
    ana, chai = (Person(page, one.id, one.first_name, one.pin, patience=0.2) for one in (cast[ANA], cast[CHAI]))
    said = await chai.says_in(flat, "I paid")
    await ana.replies_to(said, "/pay 5", chat=flat)
    await ana.mentions(flat, "/pay 🍕 5 to {} please", chai)
    await ana.calls_guest(CHAI, "5 lunch")
    replied, mentioned, called = [update.to_dict() for update in await bot.get_updates()]
    assert replied["message"]["reply_to_message"]["from"]["id"] == CHAI
    assert mentioned["message"]["entities"][1]["user"]["id"] == CHAI
    await bot.answer_guest_query(called["guest_message"]["guest_query_id"], CARD)
    await chai.presses("It's me", chat=ANA)
    await chai.reads("Ana pays", chat=ANA)
    with pytest.raises(NothingHappenedError):
        await ana.asks_inline(CHAI, "5")
    waiting: Any = (await bot.get_updates())[-1].inline_query
    await bot.answer_inline_query(waiting.id, [CARD])
    results = inline_acts.look(world, ANA, waiting.id)["results"]
    assert [one["title"] for one in results] == ["Send €5.00"]
    await ana.does("choose", CHAI, query_id=waiting.id, result_id="pay-5")
    await ana.forwards_to(flat, (await ana.messages(CHAI))[-1], from_chat=CHAI)
    with pytest.raises(NothingHappenedError):
        await chai.reads_ephemeral("PIN", chat=flat)
