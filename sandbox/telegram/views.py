"""What a person's screen shows: messages, chats and the world, in the page's own shapes."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.telegram.cast import Json, Person
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.features import LEVELS

if TYPE_CHECKING:
    from sandbox.telegram.world import World

# The page knows three kinds of button by name; it shows any other by its Bot API field.
_BUTTON_KINDS: Final = {"callback_data": "callback", "url": "url", "copy_text": "copy"}


def message_view(world: "World", viewer: Person, chat: Chat, message: Message) -> Json:
    """Return a message as one person sees it."""
    wire = message.wire
    return {
        "id": message.shown_id,
        "date": wire["date"],
        "out": message.author == viewer.id,
        "from": _sender(wire),
        "text": message.body,
        "entities": message.entities,
        "edited": "edit_date" in wire,
        "service": _service(world, wire),
        "forward": _forward(wire),
        "reply_to": _reply(chat, message),
        "photo": _file_url(viewer, wire["photo"][-1]) if "photo" in wire else None,
        "document": _document(viewer, wire),
        "contact": wire.get("contact"),
        "inline_keyboard": _keyboard(wire),
        "protected": wire.get("has_protected_content", False),
        "via_bot": wire["via_bot"]["username"] if "via_bot" in wire else None,
        "asked_by": _name(wire["guest_bot_caller_user"]) if "guest_bot_caller_user" in wire else None,
        "ephemeral": message.receiver is not None,
        "replaces": message.replaces,
    }


def chat_view(world: "World", viewer: Person, chat: Chat) -> Json:
    """Return a chat with its messages as one person sees it."""
    return {
        "id": chat.id_for(viewer.id),
        "type": "group" if chat.is_group else "person" if chat.is_between else "private",
        "title": world.title(chat, viewer),
        **(group_view(world, viewer, chat) if chat.is_group else {}),
        "started": chat.started,
        "blocked": chat.blocked,
        "reply_keyboard": chat.reply_keyboard,
        "menu_button": chat.menu_button or world.profile.menu_button,
        "commands": commands_view(world, viewer, chat),
        "messages": [message_view(world, viewer, chat, message) for message in chat.seen_by(viewer.id)],
    }


def group_view(world: "World", viewer: Person, chat: Chat) -> Json:
    """Return what only a group has: who is in it, what became of it, and what the viewer may do there."""
    return {
        "members": [person.id for person in world.members(chat)],
        "bot": chat.bot_status if chat.has_bot else None,
        "owner": chat.owner == viewer.id,
        "basic": chat.wire["type"] == "group",
        "upgraded_to": chat.upgraded_to,
    }


def world_view(world: "World", viewer: Person) -> Json:
    """Return who and what there is, for a page that opens."""
    bot = world.bot.user()
    return {
        "bot": {"id": bot["id"], "first_name": bot["first_name"], "username": bot["username"]},
        "people": [
            {
                "id": person.id,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "username": person.username,
                "pin": person.pin,
                "language": person.language_code,
                "theme": person.theme,
                "level": person.level,
            }
            for person in world.people.values()
        ],
        "levels": LEVELS,
        "features": world.features.to_json(),
        "group": {"id": world.group.id, "title": world.group.title},
        "flatmates": {"id": world.flatmates.id, "title": world.flatmates.title},
        "commands": commands_view(world, viewer),
        "ledger": world.ledger,
    }


def commands_view(world: "World", viewer: Person, chat: Chat | None = None) -> list[Json]:
    """Return the commands that a person's menu offers in a chat; None for the one with the bot."""
    if chat is None or chat.is_private:
        return world.profile.commands_for(viewer.id, viewer.language_code)
    if not chat.has_bot:
        return []
    is_owner = chat.owner == viewer.id
    return world.profile.commands_for(viewer.id, viewer.language_code, chat.id, is_owner=is_owner)


def transcript(world: "World", viewer: Person) -> str:
    """Return a person's chats as plain text, one message a line, buttons in brackets."""
    lines: list[str] = []
    for chat in world.chats_of(viewer.id):
        seen = chat.seen_by(viewer.id)
        if seen:
            lines.append(f"== {viewer.full_name}: {world.title(chat, viewer)} ==")
        for message in seen:
            lines.extend(_lines(message_view(world, viewer, chat, message)))
    return "\n".join(lines) + "\n"


def _lines(view: Json) -> list[str]:
    via = f"via @{view['via_bot']}" if view["via_bot"] else ""
    only = "only you see this" if view["ephemeral"] else ""
    marks = [view["forward"] or "", via, only, "edited" if view["edited"] else ""]
    mark = "".join(f" ({text})" for text in marks if text)
    content = view["service"] or view["text"]
    for kind in ("photo", "document", "contact"):
        content = f"[{kind}] {content}" if view[kind] else content
    lines = [f"{view['from']['name']}{mark}: {content}".rstrip()]
    rows = view["inline_keyboard"] or []
    return lines + ["    " + " ".join(f"[{button['text']}]" for button in row) for row in rows]


def _sender(wire: Json) -> Json:
    chat = wire.get("sender_chat")
    if chat:
        return {"id": chat["id"], "name": chat["title"], "username": chat.get("username"), "is_bot": False}
    user = wire["from"]
    return {
        "id": user["id"],
        "name": _name(user),
        "username": user.get("username"),
        "is_bot": user["is_bot"],
    }


def _name(user: Json) -> str:
    return f"{user['first_name']} {user.get('last_name', '')}".strip()


def _service(world: "World", wire: Json) -> str | None:
    by = _name(wire["from"])
    if "new_chat_members" in wire:
        (newcomer,) = wire["new_chat_members"]
        itself = newcomer["id"] == wire["from"]["id"]
        return f"{by} joined the group" if itself else f"{by} added {_name(newcomer)}"
    if "left_chat_member" in wire:
        gone = wire["left_chat_member"]
        return f"{by} left the group" if gone["id"] == wire["from"]["id"] else f"{by} removed {_name(gone)}"
    if "migrate_to_chat_id" in wire or "migrate_from_chat_id" in wire:
        return "The group was upgraded to a supergroup"
    shared = wire.get("users_shared")
    if shared is None:
        return None
    names = [world.people[user["user_id"]].full_name for user in shared["users"]]
    return f"{wire['from']['first_name']} shared {', '.join(names)} with {world.bot.first_name}"


def _forward(wire: Json) -> str | None:
    origin = wire.get("forward_origin")
    if origin is None:
        return None
    if origin["type"] == "user":
        return f"Forwarded from {_name(origin['sender_user'])}"
    if origin["type"] == "hidden_user":
        return f"Forwarded from {origin['sender_user_name']}"
    chat = origin.get("sender_chat") or origin["chat"]
    return f"Forwarded from {chat['title']}"


def _reply(chat: Chat, message: Message) -> Json | None:
    replied = chat.messages.get(message.reply_to or 0)
    if replied is None:
        return None
    return {"id": replied.id, "text": replied.body, "name": _sender(replied.wire)["name"]}


def _file_url(viewer: Person, file: Json) -> str:
    return f"/people/{viewer.id}/files/{file['file_id']}"


def _document(viewer: Person, wire: Json) -> Json | None:
    document = wire.get("document")
    if document is None:
        return None
    return {
        "name": document.get("file_name", "file"),
        "url": _file_url(viewer, document),
        "size": document["file_size"],
    }


def _keyboard(wire: Json) -> list[list[Json]] | None:
    markup = wire.get("reply_markup")
    if markup is None:
        return None
    return [[_button(button) for button in row] for row in markup["inline_keyboard"]]


def _button(button: Json) -> Json:
    field = next(name for name in button if name not in {"text", "style", "icon_custom_emoji_id"})
    value: Any = button[field]
    shown: Json = {"text": button["text"], "kind": _BUTTON_KINDS.get(field, field)}
    if field == "callback_data":
        shown["data"] = value
    elif field == "copy_text":
        shown["data"] = value["text"]
    elif field in {"url", "web_app", "login_url"}:
        shown["url"] = value if isinstance(value, str) else value["url"]
    return shown | ({"style": button["style"]} if "style" in button else {})
