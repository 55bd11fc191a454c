"""What people do in groups, and what the bot is told of it."""

import httpx
import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, Message, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from sandbox.telegram import people
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.people import Manner
from sandbox.telegram.views import commands_view
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN, CHAI, LUNA = 5001, 5002, 5003, 5004
EVERYTHING = ["message", "edited_message", "my_chat_member", "chat_member"]


async def act(page: httpx.AsyncClient, person: int, chat: int, verb: str, **facts: object) -> None:
    response = await page.post(f"/people/{person}/chats/{chat}/{verb}", json=facts)
    assert response.is_success, response.text


async def news(bot: Bot) -> list[Update]:
    """What came since the last look."""
    updates = await bot.get_updates(allowed_updates=EVERYTHING)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return list(updates)


async def told(bot: Bot) -> list[Message]:
    return [update.message for update in await news(bot) if update.message]


async def test_flatmates_are_three_and_the_bot(world: World, bot: Bot) -> None:
    """A basic group of Ana's, into which Luna cannot write."""
    flat = world.flatmates.id
    chat = await bot.get_chat(flat)
    assert (chat.type, chat.title) == ("group", "Flatmates")
    assert await bot.get_chat_member_count(flat) == 4
    assert [(await bot.get_chat_member(flat, who)).status for who in (ANA, CHAI, LUNA)] == ["creator", "member", "left"]
    assert [member.user.id for member in await bot.get_chat_administrators(flat)] == [ANA]
    with pytest.raises(ImpossibleActError):
        people.write(world, LUNA, flat, "hello")


async def test_a_reply_brings_what_it_answers(world: World, bot: Bot) -> None:
    """The original comes with its writer, so that a payee can be told; its own words did not reach the bot."""
    said = people.write(world, CHAI, world.flatmates.id, "I paid for lunch")
    people.write(world, ANA, world.flatmates.id, "/pay 5 lunch", Manner(reply_to=said.id))
    (message,) = await told(bot)
    assert message.reply_to_message
    assert message.reply_to_message.from_user
    assert (message.reply_to_message.from_user.id, message.reply_to_message.text) == (CHAI, "I paid for lunch")


async def test_a_text_mention_counts_in_utf16(world: World, bot: Bot) -> None:
    """An emoji before the name takes two units; the user comes along."""
    mention = {"offset": 8, "length": 4, "user_id": CHAI}
    people.write(world, ANA, world.flatmates.id, "/pay 🍕 Chai 5", Manner(mentions=[mention]))
    (message,) = await told(bot)
    entity = message.entities[1]
    assert (entity.type, message.parse_entity(entity)) == ("text_mention", "Chai")
    assert entity.user
    assert (entity.user.id, entity.user.username) == (CHAI, None)


async def test_an_edit_of_a_command_is_told_as_an_edit(world: World, bot: Bot) -> None:
    """Of plain talk nothing is told, edited or not."""
    flat = world.flatmates.id
    asked = people.write(world, ANA, flat, "/pay @ben 5")
    plain = people.write(world, ANA, flat, "lunch")
    people.edit(world, ANA, flat, asked.id, "/pay @ben 50")
    people.edit(world, ANA, flat, plain.id, "dinner")
    (edited,) = [update.edited_message for update in await news(bot) if update.edited_message]
    assert edited.text == "/pay @ben 50"


async def test_what_is_forwarded_says_where_it_comes_from(world: World, bot: Bot) -> None:
    """From a chat between two people into a group, and on from there: the first writer stays."""
    flat = world.flatmates.id
    said = people.write(world, BEN, ANA, "/pay 5 @ben")
    first = people.forward(world, ANA, flat, BEN, said.id)
    people.forward(world, CHAI, world.group.id, flat, first.id)
    origins = [message.forward_origin for message in await told(bot)]
    assert [origin.to_dict()["sender_user"]["id"] for origin in origins if origin] == [BEN, BEN]


async def test_an_anonymous_admin_is_the_group_itself(world: World, bot: Bot) -> None:
    """In a supergroup only: a basic group has no anonymity."""
    people.write(world, LUNA, world.group.id, "/pay 5", Manner(disguise="anonymous_admin"))
    (message,) = await told(bot)
    assert message.from_user
    assert message.sender_chat
    assert (message.from_user.id, message.sender_chat.id) == (1087968824, world.group.id)
    with pytest.raises(ImpossibleActError):
        people.write(world, ANA, world.flatmates.id, "/pay 5", Manner(disguise="anonymous_admin"))


async def test_the_bot_deletes_its_own_and_as_admin_what_others_wrote(
    world: World, bot: Bot, page: httpx.AsyncClient
) -> None:
    """A member's message stays until the bot is an administrator, who also hears all talk."""
    flat = world.flatmates.id
    own = await bot.send_message(flat, "hello")
    theirs = people.write(world, BEN, flat, "my PIN is 1")
    assert await own.delete()
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(flat, theirs.id)
    await act(page, ANA, flat, "rank", administrator=True)
    assert await bot.delete_message(flat, theirs.id)
    people.write(world, BEN, flat, "what now?")
    assert [message.text for message in await told(bot)] == ["what now?"]


async def test_people_delete_their_own_and_the_owner_anybodys(world: World, bot: Bot) -> None:
    """Also the bot's card, which it then cannot edit any more."""
    flat = world.flatmates.id
    card = await bot.send_message(flat, "Ana pays Ben")
    with pytest.raises(ImpossibleActError):
        people.delete(world, BEN, flat, card.message_id)
    people.delete(world, ANA, flat, card.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await card.edit_text("paid")


async def test_coming_and_going_is_told(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """By service messages always, by chat_member where the bot is an administrator."""
    flat = world.flatmates.id
    assert await news(bot) == []
    await act(page, BEN, flat, "add", user_id=LUNA)
    await act(page, CHAI, flat, "leave")
    added, left = await told(bot)
    assert [user.id for user in added.new_chat_members or ()] == [LUNA]
    assert left.left_chat_member
    assert left.left_chat_member.id == CHAI
    await act(page, ANA, flat, "rank", administrator=True)
    await act(page, CHAI, flat, "join")
    await act(page, ANA, flat, "remove", user_id=LUNA)
    changes = [update.chat_member for update in await news(bot) if update.chat_member]
    seen = [(one.new_chat_member.user.id, one.new_chat_member.status) for one in changes]
    assert seen == [(CHAI, "member"), (LUNA, "left")]
    with pytest.raises(ImpossibleActError):
        people.write(world, LUNA, flat, "hello?")


async def test_a_removed_bot_hears_and_says_nothing_more(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """It is told of its removal, each later send is refused with 403, until it is added again."""
    flat = world.flatmates.id
    await act(page, ANA, flat, "remove", user_id=bot.id)
    changes = [update.my_chat_member for update in await news(bot) if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked"]
    people.write(world, ANA, flat, "/pay 5 @ben")
    assert await news(bot) == []
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(flat, "hello?")
    await act(page, BEN, flat, "add", user_id=bot.id)
    assert await bot.send_message(flat, "hello again")
    assert await bot.leave_chat(flat)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(flat, "hello?")


async def test_a_group_becomes_a_supergroup_with_another_id(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """Both chats say so, sends to the old id say where to go, and people write in the new one."""
    flat = world.flatmates.id
    card = await bot.send_message(flat, "Ana pays Ben")
    await act(page, ANA, flat, "upgrade")
    old, new = await told(bot)
    fresh = old.migrate_to_chat_id
    assert fresh
    assert (new.chat.id, new.migrate_from_chat_id, new.message_id) == (fresh, flat, 1)
    for call in (bot.send_message(flat, "?"), bot.edit_message_text("paid", flat, card.message_id)):
        with pytest.raises(ChatMigrated) as refusal:
            await call
        assert refusal.value.new_chat_id == fresh
    with pytest.raises(ImpossibleActError):
        people.write(world, ANA, flat, "hello")
    people.write(world, ANA, fresh, "/help")
    assert [message.chat.type for message in await told(bot)] == ["supergroup"]
    again = World.from_json(world.to_json(), world.bot.token)
    assert again.to_json() == world.to_json()
    world.reset()
    assert await bot.send_message(flat, "as before")


async def test_a_group_has_commands_of_its_own(world: World, bot: Bot) -> None:
    """What is set for all groups is offered there and not in private."""
    await bot.set_my_commands([BotCommand("send", "Send money")])
    await bot.set_my_commands([BotCommand("pay", "Pay somebody here")], scope=BotCommandScopeAllGroupChats())
    ana = world.people[ANA]
    offered = [commands_view(world, ana, world.chats[chat])[0]["command"] for chat in (ANA, world.flatmates.id)]
    assert offered == ["send", "pay"]


async def test_a_newcomer_has_a_language_a_theme_and_an_app_of_some_age(
    world: World, bot: Bot, page: httpx.AsyncClient
) -> None:
    """They are on the page and in their groups; the bot sees their language. A restart keeps them."""
    eva = {"first_name": "Eva", "username": "eva", "language": "it", "theme": "dark", "level": "9.0", "groups": [-4001]}
    added = (await page.post("/people", json=eva)).json()["id"]
    people.write(world, added, world.flatmates.id, "/help")
    joined, spoken = await told(bot)
    assert [user.username for user in joined.new_chat_members or ()] == ["eva"]
    assert spoken.from_user
    assert spoken.from_user.language_code == "it"
    shown = (await page.get("/world")).json()["people"][-1]
    assert (shown["theme"], shown["level"], shown["language"]) == ("dark", "9.0", "it")
    assert World.from_json(world.to_json(), world.bot.token).people[added] == world.people[added]
    for bad in ({"username": "ana"}, {"language": "?"}, {"theme": "pink"}, {"level": "1"}, {"first_name": " "}):
        assert (await page.post("/people", json={**eva, "username": None, **bad})).status_code == 400
