"""Editing and deleting: only one's own, only while it is there, only to something else."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest

from sandbox.telegram import people
from sandbox.telegram.world import World
from tests.sandbox.pictures import PNG

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002
BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="y")]])
UNCHANGED = (
    "^Message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message$"
)


async def test_an_unchanged_edit_is_refused(world: World, bot: Bot) -> None:
    """The same text in other marks is the same; another keyboard is a change."""
    people.start(world, ANA)
    sent = await bot.send_message(ANA, "<b>hi</b>", parse_mode="HTML", reply_markup=BUTTON)
    with pytest.raises(BadRequest, match=UNCHANGED):
        await bot.edit_message_text("*hi*", ANA, sent.message_id, parse_mode="MarkdownV2", reply_markup=BUTTON)
    with pytest.raises(BadRequest, match=UNCHANGED):
        await bot.edit_message_reply_markup(ANA, sent.message_id, reply_markup=BUTTON)


async def test_a_keyboard_that_is_not_given_again_goes_away(world: World, bot: Bot) -> None:
    """Editing the text alone removes the buttons."""
    people.start(world, ANA)
    sent = await bot.send_message(ANA, "hi", reply_markup=BUTTON)
    edited = await bot.edit_message_text("ho", ANA, sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None
    assert edited.edit_date is not None


async def test_what_is_gone_or_foreign_cannot_be_edited(world: World, bot: Bot) -> None:
    """Each case has Telegram's own words."""
    theirs = people.start(world, ANA)
    keyboard = await bot.send_message(ANA, "pick", reply_markup=ReplyKeyboardMarkup([["a"]]))
    photo = await bot.send_photo(ANA, PNG)
    for message_id, refusal in (
        (999, "Message to edit not found"),
        (theirs.id, "Message can't be edited"),
        (keyboard.message_id, "Message can't be edited"),
        (photo.message_id, "There is no text in the message to edit"),
    ):
        with pytest.raises(BadRequest, match=rf"^{refusal}$"):
            await bot.edit_message_text("other", ANA, message_id)
    with pytest.raises(BadRequest, match=r"^There is no caption in the message to edit$"):
        await bot.edit_message_caption(ANA, (await bot.send_message(ANA, "x")).message_id, caption="y")
    with pytest.raises(BadRequest, match=r"(?i)^message_too_long$"):
        await bot.edit_message_text("x" * 4097, ANA, photo.message_id)


async def test_a_deleted_message_is_gone(world: World, bot: Bot) -> None:
    """The bot may delete its own and, in a private chat, the person's message too."""
    typed = people.start(world, ANA)
    await bot.delete_message(ANA, typed.id)
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await bot.delete_message(ANA, typed.id)


async def test_an_old_message_stays(world: World, bot: Bot) -> None:
    """Two days after it was sent a message can no longer be deleted."""
    typed = people.start(world, ANA)
    typed.wire["date"] -= 49 * 3600
    with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
        await bot.delete_message(ANA, typed.id)


async def test_a_foreign_message_in_a_group_stays(world: World, bot: Bot) -> None:
    """The bot is a plain member there."""
    typed = people.write(world, ANA, world.group.id, "/help")
    with pytest.raises(BadRequest, match=r"^Message can't be deleted$"):
        await bot.delete_message(world.group.id, typed.id)


async def test_several_messages_are_deleted_at_once(world: World, bot: Bot) -> None:
    """Those that are not there are passed over."""
    people.start(world, ANA)
    sent = [(await bot.send_message(ANA, text)).message_id for text in "abc"]
    assert await bot.delete_messages(ANA, [*sent[:2], 999])
    assert list(world.chats[ANA].messages) == [1, sent[2]]
