"""A rich day in the sandbox, told by two readings of Telegram."""

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)

from sandbox.telegram import people
from sandbox.telegram.people import Manner
from sandbox.telegram.world import World
from tests.sandbox.oracle import validate_call, validate_update
from tests.sandbox.pictures import PNG

pytestmark = pytest.mark.anyio

ANA, BEN, CHAI, LUNA = 5001, 5002, 5003, 5004
BUTTONS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Confirm", callback_data="v1:confirm:abc")],
        [
            InlineKeyboardButton("Copy", copy_text=CopyTextButton("R-1234")),
            InlineKeyboardButton("Open", url="https://t.me/sixpence_bot?start=x"),
        ],
    ]
)


async def test_every_kind_of_update_passes(world: World, bot: Bot) -> None:
    """All that people can do makes updates that the models know to the last field."""
    group = world.group.id
    people.start(world, ANA, "pay-ben_1")
    people.start(world, BEN)
    message = await bot.send_message(ANA, "Pay?", reply_markup=BUTTONS)
    people.press(world, ANA, ANA, message.message_id, row=0, column=0)
    asked = people.write(world, ANA, ANA, "send 5 to @ben #lunch $EUR https://example.com a@b.com +12345678901")
    people.edit(world, ANA, ANA, asked.id, "send 6 to @ben")
    people.write(world, ANA, ANA, "yes", Manner(reply_to=message.message_id, quote="Pay"))
    people.write(world, ANA, ANA, "pay Chai", Manner(mentions=[{"offset": 4, "length": 4, "user_id": CHAI}]))
    people.write(world, ANA, ANA, "/send 5", Manner(via_bot=True, offline=True))
    people.forward(world, ANA, ANA, ANA, asked.id)
    people.forward(world, BEN, group, BEN, people.write(world, BEN, BEN, "hello").id, hide_name=True)
    people.write(world, LUNA, group, "/send@sixpence_bot 5", Manner(disguise="anonymous_admin"))
    people.write(world, LUNA, group, "/send@sixpence_bot 5", Manner(disguise="channel"))
    spoken = people.write(world, LUNA, group, "/help", Manner(disguise="anonymous_admin"))
    people.forward(world, LUNA, LUNA, group, spoken.id)
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton("Who?", request_users=KeyboardButtonRequestUsers(7, request_name=True, max_quantity=2))]]
    )
    await bot.send_message(ANA, "Whom?", reply_markup=keyboard)
    people.share_users(world, ANA, 7, [BEN, CHAI])
    people.share_contact(world, ANA, ANA, BEN)
    people.block(world, BEN, blocked=True)
    people.start(world, BEN)
    updates = await bot.get_updates()
    kinds = {kind for update in updates for kind in update.to_dict() if kind != "update_id"}
    assert kinds == {"message", "edited_message", "callback_query", "my_chat_member"}


async def test_every_way_of_speaking_passes(world: World, bot: Bot) -> None:
    """Texts, edits, answers, pictures and files are asked and answered as the models expect."""
    people.start(world, ANA)
    sent = await bot.send_message(
        ANA,
        '<b>5.00 €</b> to <a href="tg://user?id=5002">Ben</a>\n<pre><code class="language-py">x</code></pre>',
        parse_mode="HTML",
        reply_markup=BUTTONS,
        protect_content=True,
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(1),
    )
    await sent.edit_text("*5\\.00*", parse_mode="MarkdownV2", reply_markup=BUTTONS)
    await sent.edit_reply_markup(None)
    query = people.press(world, ANA, ANA, (await bot.send_message(ANA, "?", reply_markup=BUTTONS)).id, row=0, column=0)
    await bot.answer_callback_query(query, "Done", show_alert=True)
    photo = await bot.send_photo(ANA, InputFile(PNG, "code.png"), caption="scan *me*", parse_mode="MarkdownV2")
    await photo.edit_caption("scanned")
    await bot.send_photo(ANA, photo.photo[-1].file_id)
    document = await bot.send_document(ANA, InputFile(b"a,b\n", "statement.csv"))
    assert document.document
    assert await (await document.document.get_file()).download_as_bytearray() == b"a,b\n"
    await bot.forward_message(world.group.id, ANA, photo.message_id)
    await bot.copy_message(world.group.id, ANA, photo.message_id)
    await bot.send_message(ANA, "bye", reply_markup=ReplyKeyboardRemove())
    await bot.send_chat_action(ANA, "typing")
    await bot.delete_messages(ANA, [sent.message_id])
    await bot.delete_message(ANA, photo.message_id)
    assert all(call.ok for call in world.calls.after(0))


async def test_every_question_and_setting_passes(world: World, bot: Bot) -> None:
    """Chats, members, commands, names, menu and webhook are asked and answered as the models expect."""
    group = world.group.id
    for chat in (ANA, group):
        await bot.get_chat(chat)
        for user in (bot.id, ANA):
            await bot.get_chat_member(chat, user)
    await bot.get_chat_member(group, LUNA)
    for scope in (None, BotCommandScopeAllPrivateChats(), BotCommandScopeChat(ANA)):
        await bot.set_my_commands([BotCommand("send", "Send money")], scope=scope, language_code="it")
        assert await bot.get_my_commands(scope=scope, language_code="it")
        await bot.delete_my_commands(scope=scope, language_code="it")
    await bot.set_chat_menu_button(ANA, MenuButtonCommands())
    await bot.get_chat_menu_button(ANA)
    await bot.set_my_name("Sixpence")
    await bot.get_my_name()
    await bot.set_my_description("Pays")
    await bot.get_my_description()
    await bot.set_my_short_description("Pays")
    await bot.get_my_short_description()
    await bot.get_webhook_info()
    await bot.delete_webhook()
    assert all(call.ok for call in world.calls.after(0))


def test_the_oracle_refuses_what_telegram_does_not_send() -> None:
    """An unknown field, a number in quotes and a missing field are all noticed."""
    good = {"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": []}}
    validate_update(good)
    for bad in (
        good | {"colour": "red"},
        good | {"update_id": "1"},
        {"update_id": 1, "poll_answer": {"poll_id": "1"}},
    ):
        with pytest.raises(AssertionError):
            validate_update(bad)
    with pytest.raises(AssertionError):
        validate_call("sendChatAction", {"chat_id": 1, "action": "typing", "colour": "red"}, result=True)
