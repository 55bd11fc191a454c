"""Looking things up: chats, members, files."""

from typing import Final

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.membership import bot_member, move_bot, person_member
from sandbox.telegram.methods.common import Run, find_chat
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

_GIFTS: Final = {
    "unlimited_gifts": True,
    "limited_gifts": True,
    "unique_gifts": True,
    "premium_subscription": True,
    "gifts_from_channels": True,
}
_PERMISSIONS: Final = dict.fromkeys(
    (
        "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
        "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
        "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages",
    ),
    True,
)  # fmt: skip


def get_chat(world: World, parameters: Parameters) -> Json:
    """Return a chat in full."""
    chat = find_chat(world, parameters)
    full = {**chat.wire, "accent_color_id": abs(chat.id) % 7, "max_reaction_count": 11}
    full["accepted_gift_types"] = _GIFTS
    if chat.is_private:
        username = world.people[chat.id].username
        return full | ({"active_usernames": [username]} if username else {})
    return full | {"permissions": _PERMISSIONS, "join_to_send_messages": True}


def get_chat_member(world: World, parameters: Parameters) -> Json:
    """Return how somebody belongs to a chat."""
    chat = find_chat(world, parameters)
    user_id = parameters.integer("user_id", 0, 0, 2**53)
    if not user_id:
        raise bad_request("invalid user_id specified")
    if user_id == world.bot.id:
        return bot_member(world, chat.bot_status)
    person = world.people.get(user_id)
    if person is None:
        raise bad_request("user not found")
    if chat.is_private and user_id != chat.id:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return person_member(chat, person)


def get_chat_administrators(world: World, parameters: Parameters) -> list[Json]:
    """Return who runs a group."""
    chat = find_chat(world, parameters)
    if not chat.is_group:
        raise bad_request("there are no administrators in the private chat")
    owner = world.people.get(chat.owner or 0)
    return [person_member(chat, owner)] if owner and owner.id in chat.members else []


def get_chat_member_count(world: World, parameters: Parameters) -> int:
    """Return how many belong to a chat, the bot included."""
    return len(find_chat(world, parameters).members) + 1


def leave_chat(world: World, parameters: Parameters) -> bool:
    """Let the bot leave a group."""
    chat = find_chat(world, parameters)
    if not chat.is_group:
        raise bad_request("chat member status can't be changed in private chats")
    move_bot(world, chat, "left", by=world.bot.user())
    return True


def get_file(world: World, parameters: Parameters) -> Json:
    """Return where a file can be downloaded."""
    file = world.files.get(parameters.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    return {**file.reference(), "file_path": file.path}


METHODS: Final[dict[str, Run]] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
}
