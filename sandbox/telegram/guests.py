"""Guest mode: a person mentions the bot where it is not, and it may answer there with one message."""

from sandbox.telegram import features
from sandbox.telegram.cast import Json, Person
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.inline import Asked
from sandbox.telegram.privacy import mentions
from sandbox.telegram.world import World


def summon(world: World, person: Person, chat: Chat, message: Message) -> None:
    """Tell the bot that it was mentioned as a guest, if it was; server, app and BotFather must all allow it."""
    able = world.features.guests and world.features.has(features.GUESTS)
    if chat.has_bot or not able or not features.reaches(person.level, features.GUESTS):
        return
    if not any(mentions(world.bot, message.body, entity) for entity in message.entities):
        return
    query_id = world.inline.ask(Asked(person.id, chat.id, message.body, message.id))
    world.updates.push("guest_message", {**_as_guest(world, person, chat, message), "guest_query_id": query_id})


def _as_guest(world: World, person: Person, chat: Chat, message: Message) -> Json:
    """Return the message as a guest sees it; a chat between two people has the id of the other one."""
    shown = chat.show(message)
    if not chat.is_between:
        return shown
    seen = world.people[chat.id_for(person.id)].chat()
    if "reply_to_message" in shown:
        shown["reply_to_message"] = {**shown["reply_to_message"], "chat": seen}
    return {**shown, "chat": seen}
