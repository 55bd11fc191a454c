"""Commands, names and the menu button."""

from typing import Any

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, MenuButtonWebApp, WebAppInfo
from telegram.error import BadRequest

from sandbox.telegram.views import commands_view
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002


async def test_a_person_sees_the_commands_of_the_nearest_scope(world: World, bot: Bot) -> None:
    """Their own chat's before all private chats', their language's before everybody's."""
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("start", "for all")])
    await bot.set_my_commands([BotCommand("send", "in private")], scope=private)
    await bot.set_my_commands([BotCommand("send", "in English")], scope=private, language_code="en")
    await bot.set_my_commands([BotCommand("send", "for Ana")], scope=BotCommandScopeChat(ANA))
    seen = [commands_view(world, world.people[person])[0]["description"] for person in (ANA, BEN)]
    assert seen == ["for Ana", "in English"]
    await bot.delete_my_commands(scope=private, language_code="en")
    assert commands_view(world, world.people[BEN])[0]["description"] == "in private"
    assert (await bot.get_my_commands())[0].description == "for all"


@pytest.mark.parametrize(
    ("command", "description", "refusal"),
    [
        ("Send", "x", "bot_command_invalid"),
        ("s" * 33, "x", "bot_command_invalid"),
        ("send", "", "bot_command_description_invalid"),
        ("send", "x" * 257, "bot_command_description_invalid"),
    ],
)
async def test_a_bad_command_is_refused(bot: Bot, command: str, description: str, refusal: str) -> None:
    """Names are 1 to 32 of a-z, 0-9 and _, descriptions 1 to 256 characters."""
    with pytest.raises(BadRequest, match=f"(?i)^{refusal}$"):
        await bot.set_my_commands([BotCommand(command, description)])


async def test_names_fall_back_to_those_for_everybody(bot: Bot) -> None:
    """A language without words of its own has the others'."""
    assert (await bot.get_my_name()).name == "Sixpence"
    await bot.set_my_description("Pays", language_code="")
    await bot.set_my_description("Paga", language_code="it")
    assert (await bot.get_my_description(language_code="it")).description == "Paga"
    assert (await bot.get_my_description(language_code="fr")).description == "Pays"
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)


async def test_the_menu_button_is_set_for_one_or_for_all(bot: Bot) -> None:
    """A chat without a button of its own has the common one."""
    app = MenuButtonWebApp("Wallet", WebAppInfo("https://example.com/app"))
    await bot.set_chat_menu_button(ANA, app)
    assert await bot.get_chat_menu_button(ANA) == app
    assert (await bot.get_chat_menu_button(BEN)).type == "commands"
    bad: Any = MenuButtonWebApp("Wallet", WebAppInfo("http://example.com/app"))
    with pytest.raises(BadRequest):
        await bot.set_chat_menu_button(ANA, bad)
