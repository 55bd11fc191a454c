"""Who belongs to a group, and how: coming, going, being taken out, the bot's rank, becoming a supergroup.

The bot is told of its own standing by my_chat_member, of everybody's coming and going by service messages, and
by chat_member only where it is an administrator (and asked for that kind of update).
"""

import time
from typing import Final

from sandbox.telegram.cast import Json, Person
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.world import World

_RIGHTS: Final = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_send_welcome_messages", "can_pin_messages",
)  # fmt: skip
_UPGRADED: Final = -1_000_000_000_000


def bot_member(world: World, status: str) -> Json:
    """Return the Bot API `ChatMember` of the bot."""
    member: Json = {"user": world.bot.user(), "status": status}
    if status == "administrator":
        return {**member, "can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_RIGHTS, True)}
    return member | ({"until_date": 0} if status == "kicked" else {})


def person_member(chat: Chat, person: Person) -> Json:
    """Return the Bot API `ChatMember` of a person."""
    member: Json = {"user": person.public_user()}
    if person.id not in chat.members:
        return {**member, "status": "left"}
    if person.id == chat.owner:
        return {**member, "status": "creator", "is_anonymous": False}
    return {**member, "status": "member"}


def enter(world: World, chat: Chat, person: Person, by: Person) -> None:
    """Let a person into a group: by themselves, or added by a member."""
    before = person_member(chat, person)
    chat.members.append(person.id)
    world.tell_chats(person.id)
    _tell_change(world, chat, person, by, before)
    _service(world, chat, by, {"new_chat_members": [person.public_user()]})


def leave(world: World, chat: Chat, person: Person, by: Person) -> None:
    """Take a person out of a group: they leave, or somebody removes them."""
    before = person_member(chat, person)
    _service(world, chat, by, {"left_chat_member": person.public_user()})
    chat.members.remove(person.id)
    world.tell_chats(person.id)
    _tell_change(world, chat, person, by, before)


def move_bot(world: World, chat: Chat, status: str, *, by: Json) -> None:
    """Give the bot another standing in a group; `by` is the Bot API `User` who did it."""
    before, chat.bot_status = chat.bot_status, status
    if before == status:
        return
    gone = status in {"left", "kicked"}
    change = {
        "chat": chat.wire,
        "from": by,
        "date": int(time.time()),
        "old_chat_member": bot_member(world, before),
        "new_chat_member": bot_member(world, status),
    }
    world.updates.push("my_chat_member", change)
    if gone or before in {"left", "kicked"}:
        wire = {"left_chat_member": world.bot.user()} if gone else {"new_chat_members": [world.bot.user()]}
        message = chat.add(by, int(by["id"]), wire)
        world.show_message(chat, message)
        world.updates.push("message", chat.show(message))
    world.tell_chats(*chat.members)


def upgrade(world: World, chat: Chat, by: Person) -> Chat:
    """Make a basic group a supergroup, which is another chat with another id and numbers of its own."""
    if chat.wire["type"] != "group" or chat.upgraded_to is not None:
        raise ImpossibleActError("only a basic group becomes a supergroup")
    wire = {"id": _UPGRADED + chat.id, "title": chat.wire["title"], "type": "supergroup"}
    fresh = Chat(wire, list(chat.members), chat.owner, chat.bot_status, started=True)
    world.chats[fresh.id] = fresh
    _service(world, chat, by, {"migrate_to_chat_id": fresh.id})
    chat.upgraded_to = fresh.id
    _service(world, fresh, by, {"migrate_from_chat_id": chat.id})
    world.tell_chats(*chat.members)
    return fresh


def _service(world: World, chat: Chat, by: Person, content: Json) -> None:
    message = chat.add(by.user(), by.id, content)
    world.show_message(chat, message)
    if chat.has_bot:
        world.updates.push("message", chat.show(message))


def _tell_change(world: World, chat: Chat, person: Person, by: Person, before: Json) -> None:
    if chat.bot_status != "administrator":
        return
    change = {"chat": chat.wire, "from": by.user(), "date": int(time.time())}
    after = person_member(chat, person)
    world.updates.push("chat_member", {**change, "old_chat_member": before, "new_chat_member": after})
