"""What goes along when a message is forwarded or copied."""

from typing import Final

from sandbox.telegram.cast import Json

_CONTENT: Final[tuple[str, ...]] = (
    "text", "entities", "photo", "document", "caption", "caption_entities", "contact",
)  # fmt: skip
_ORIGIN: Final[tuple[str, ...]] = (
    "forward_origin", "forward_from", "forward_from_chat", "forward_sender_name", "forward_date",
)  # fmt: skip


def may_leave(original: Json) -> bool:
    """Return whether a message may be forwarded or copied at all."""
    stays = {"users_shared", "ephemeral_message_id", "new_chat_members", "left_chat_member", "migrate_to_chat_id"}
    return not original.get("has_protected_content") and not stays & original.keys()


def content_of(original: Json) -> Json:
    """Return the content of a message, without its origin and its buttons."""
    return {name: original[name] for name in _CONTENT if name in original}


def origin_of(original: Json, *, hide_name: bool = False) -> Json:
    """Return the fields that say where a forwarded message comes from, the older ones included.

    A message that was forwarded before keeps its first origin; `hide_name` gives a name but no account.
    """
    if "forward_origin" in original:
        return {name: original[name] for name in _ORIGIN if name in original}
    date = original["date"]
    if "sender_chat" in original:
        chat = original["sender_chat"]
        origin: Json = {"type": "chat", "date": date, "sender_chat": chat}
        return {"forward_origin": origin, "forward_from_chat": chat, "forward_date": date}
    user = {name: value for name, value in original["from"].items() if name != "language_code"}
    if hide_name:
        name = f"{user['first_name']} {user.get('last_name', '')}".strip()
        origin = {"type": "hidden_user", "date": date, "sender_user_name": name}
        return {"forward_origin": origin, "forward_sender_name": name, "forward_date": date}
    origin = {"type": "user", "date": date, "sender_user": user}
    return {"forward_origin": origin, "forward_from": user, "forward_date": date}
