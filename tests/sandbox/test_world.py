"""A world goes on after a restart, and never grows without end."""

import json

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.telegram import chats, files, people, updates
from sandbox.telegram.files import Files
from sandbox.telegram.server import running
from sandbox.telegram.views import chat_view, transcript
from sandbox.telegram.world import World
from tests.sandbox.pictures import PNG

ANA, BEN = 5001, 5002


@pytest.mark.anyio
async def test_a_world_goes_on_where_it_was(world: World, bot: Bot) -> None:
    """Chats, files, settings, waiting updates and unanswered presses survive; the token is not written down."""
    people.start(world, ANA)
    people.block(world, BEN, blocked=True)
    await bot.set_my_commands([BotCommand("send", "Send")])
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="y")]])
    sent = await bot.send_photo(ANA, PNG, caption="scan", reply_markup=keyboard)
    await bot.send_message(ANA, "reply", reply_to_message_id=sent.message_id)
    query = people.press(world, ANA, ANA, sent.message_id, row=0, column=0)
    written = json.dumps(world.to_json())
    assert world.bot.token not in written
    again = World.from_json(json.loads(written), world.bot.token)
    person = world.people[ANA]
    assert transcript(again, person) == transcript(world, person)
    assert chat_view(again, person, again.chats[ANA]) == chat_view(world, person, world.chats[ANA])
    assert again.chats[BEN].blocked
    assert again.updates.pending() == world.updates.pending()
    assert again.to_json() == world.to_json()
    async with running(again) as url, Bot(again.bot.token, base_url=f"{url}/bot") as client:
        assert await client.answer_callback_query(query)
        assert (await client.send_message(ANA, "next")).message_id == sent.message_id + 2


def test_a_world_from_before_there_were_members_goes_on(world: World) -> None:
    """What an older sandbox wrote down has no members, no features and no inline mode; nothing is lost."""
    people.write(world, ANA, world.group.id, "hello")
    old = json.loads(json.dumps(world.to_json()))
    for name in ("inline", "features", "newcomers"):
        del old[name]
    new = ("members", "owner", "bot_status", "upgraded_to", "next_ephemeral_id")
    old["chats"] = [{name: chat[name] for name in chat if name not in new} for chat in old["chats"]]
    again = World.from_json(old, world.bot.token)
    assert again.to_json() == world.to_json()


def test_a_chat_forgets_its_oldest_messages(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """No more than the newest are kept; ids go on."""
    monkeypatch.setattr(chats, "KEPT", 3)
    for number in range(5):
        people.write(world, ANA, ANA, f"message {number}")
    assert list(world.chats[ANA].messages) == [3, 4, 5]


def test_a_queue_forgets_its_oldest_updates(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """A bot that never asks does not fill the memory."""
    monkeypatch.setattr(updates, "KEPT", 3)
    for number in range(5):
        people.write(world, ANA, ANA, f"message {number}")
    assert [update["message"]["text"] for update in world.updates.pending()] == [
        "message 2",
        "message 3",
        "message 4",
    ]


def test_files_have_room_for_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest file goes when there is no more room."""
    monkeypatch.setattr(files, "ROOM", 10)
    kept = Files()
    first = kept.keep("documents", "a.txt", "text/plain", b"12345678")
    second = kept.keep("documents", "b.txt", "text/plain", b"12345678")
    assert kept.get(first.file_id) is None
    assert kept.at(second.path) == second
