"""What people do, and how much of it reaches the bot."""

import pytest
from telegram import Bot, KeyboardButton, KeyboardButtonRequestUsers, Message, ReplyKeyboardMarkup

from sandbox.telegram import people
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.people import Manner
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN, CHAI, LUNA = 5001, 5002, 5003, 5004


async def messages(bot: Bot) -> list[Message]:
    return [update.message for update in await bot.get_updates() if update.message]


async def test_a_deep_link_gives_its_parameter_to_start(world: World, bot: Bot) -> None:
    """The parameter follows the command; one that Telegram would not take is refused."""
    people.start(world, ANA, "x" * 64)
    (message,) = await messages(bot)
    assert message.text == f"/start {'x' * 64}"
    for bad in ("x" * 65, "a b", "a.b"):
        with pytest.raises(ImpossibleActError):
            people.start(world, ANA, bad)


async def test_in_a_group_the_bot_gets_only_what_is_meant_for_it(world: World, bot: Bot) -> None:
    """Commands, mentions of the bot and replies to it; nothing of what people say to each other."""
    group = world.group.id
    spoken = await bot.send_message(group, "I am here")
    reply = Manner(reply_to=spoken.message_id)
    people.write(world, ANA, group, "lunch?")
    people.write(world, BEN, group, "yes @ana", Manner(reply_to=2))
    people.write(world, ANA, group, "/balance")
    people.write(world, ANA, group, "/balance@other_bot")
    people.write(world, ANA, group, "/balance@Sixpence_Bot")
    people.write(world, BEN, group, "what does @sixpence_bot do?")
    people.write(world, BEN, group, "thanks", reply)
    assert [message.text for message in await messages(bot)] == [
        "/balance",
        "/balance@Sixpence_Bot",
        "what does @sixpence_bot do?",
        "thanks",
    ]


async def test_odd_messages_say_what_they_are(world: World, bot: Bot) -> None:
    """Forwards, edits, other bots, schedules, anonymous admins and channels can be told from plain words."""
    group = world.group.id
    said = people.write(world, BEN, BEN, "send 5 to @ana")
    people.forward(world, BEN, BEN, BEN, said.id)
    people.write(world, BEN, BEN, "send 5", Manner(via_bot=True))
    people.write(world, BEN, BEN, "send 5", Manner(offline=True))
    people.write(world, LUNA, group, "/send 5", Manner(disguise="anonymous_admin"))
    people.write(world, LUNA, group, "/send 5", Manner(disguise="channel"))
    people.edit(world, BEN, BEN, said.id, "send 6 to @ana")
    plain, forwarded, via, offline, admin, channel = await messages(bot)
    assert plain.forward_origin is None
    assert forwarded.forward_origin
    assert via.via_bot
    assert offline.is_from_offline
    assert admin.sender_chat
    assert admin.sender_chat.id == group
    assert channel.sender_chat
    assert channel.sender_chat.type == "channel"
    (edited,) = [update.edited_message for update in await bot.get_updates() if update.edited_message]
    assert (edited.message_id, edited.text) == (said.id, "send 6 to @ana")


async def test_people_are_shared_through_the_keyboard(world: World, bot: Bot) -> None:
    """Only through a button that asks for them, with the details it asks for; the keyboard goes if it was for once."""
    people.start(world, ANA)
    request = KeyboardButtonRequestUsers(7, request_name=True, request_username=True, max_quantity=2)
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Pick", request_users=request)]], one_time_keyboard=True)
    await bot.send_message(ANA, "Whom?", reply_markup=keyboard)
    with pytest.raises(ImpossibleActError):
        people.share_users(world, ANA, 8, [BEN])
    with pytest.raises(ImpossibleActError):
        people.share_users(world, ANA, 7, [BEN, CHAI, LUNA])
    people.share_users(world, ANA, 7, [BEN, CHAI])
    shared = (await messages(bot))[-1].users_shared
    assert shared
    assert [(user.user_id, user.first_name, user.username) for user in shared.users] == [
        (BEN, "Ben", "ben"),
        (CHAI, "Chai", None),
    ]
    assert world.chats[ANA].reply_keyboard is None


async def test_the_bot_learns_that_it_was_blocked(world: World, bot: Bot) -> None:
    """my_chat_member tells of both; Start unblocks first."""
    people.start(world, ANA)
    people.block(world, ANA, blocked=True)
    with pytest.raises(ImpossibleActError):
        people.write(world, ANA, ANA, "hello?")
    people.start(world, ANA)
    _, blocked, unblocked, started = await bot.get_updates()
    assert blocked.my_chat_member
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member
    assert unblocked.my_chat_member.new_chat_member.status == "member"
    assert started.message


async def test_protected_messages_stay_where_they_are(world: World, bot: Bot) -> None:
    """protect_content bars forwarding."""
    people.start(world, ANA)
    sent = await bot.send_message(ANA, "secret", protect_content=True)
    with pytest.raises(ImpossibleActError):
        people.forward(world, ANA, world.group.id, ANA, sent.message_id)


async def test_nobody_reaches_into_another_chat(world: World) -> None:
    """A person acts in their own chat and the group, on messages that exist, and edits only their own words."""
    said = people.write(world, BEN, world.group.id, "hello")
    for act in (
        lambda: people.press(world, ANA, BEN, 1, row=0, column=0),
        lambda: people.write(world, LUNA, world.flatmates.id, "hello"),
        lambda: people.edit(world, ANA, world.group.id, said.id, "bye"),
        lambda: people.delete(world, ANA, world.group.id, said.id),
        lambda: people.press(world, ANA, world.group.id, said.id, row=0, column=0),
        lambda: people.forward(world, ANA, ANA, ANA, 99),
        lambda: people.write(world, ANA, ANA, "hello", Manner(disguise="channel")),
    ):
        with pytest.raises(ImpossibleActError):
            act()
