"""What the bot sets about itself: commands, menu button, name and descriptions."""

import re
from functools import partial
from typing import Any, Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.common import Run, find_chat
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.profile import EVERYWHERE
from sandbox.telegram.views import commands_view
from sandbox.telegram.world import World

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE: Final = re.compile(r"|[a-z]{2}")
# Scope → the fields it needs beside its type.
_SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_LONGEST: Final = {"name": 64, "description": 512, "short_description": 120}


def set_my_commands(world: World, parameters: Parameters) -> bool:
    """Set the commands of one scope and language."""
    given = parameters.json("commands", "commands")
    if not isinstance(given, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(given) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(command) for command in given]
    world.profile.set_commands(_scope(world, parameters), _language(parameters), commands)
    _tell_commands(world)
    return True


def get_my_commands(world: World, parameters: Parameters) -> list[Json]:
    """Return the commands set for exactly one scope and language."""
    return world.profile.get_commands(_scope(world, parameters), _language(parameters))


def delete_my_commands(world: World, parameters: Parameters) -> bool:
    """Remove the commands of one scope and language."""
    world.profile.set_commands(_scope(world, parameters), _language(parameters), [])
    _tell_commands(world)
    return True


def set_chat_menu_button(world: World, parameters: Parameters) -> bool:
    """Set what stands left of the composer, for one private chat or for all."""
    button = _menu_button(parameters)
    chat = _menu_chat(world, parameters)
    if chat is None:
        world.profile.menu_button = button
        world.events.tell_all({"type": "menu_button", "menu_button": button})
        return True
    chat.menu_button = button
    world.tell_chat(chat, {"type": "menu_button", "menu_button": button})
    return True


def get_chat_menu_button(world: World, parameters: Parameters) -> Json:
    """Return what stands left of the composer."""
    chat = _menu_chat(world, parameters)
    return (chat.menu_button if chat else None) or world.profile.menu_button


def _set_word(kind: str, world: World, parameters: Parameters) -> bool:
    text = parameters.text(kind)
    if utf16.length(text) > _LONGEST[kind]:
        raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
    world.profile.set_word(kind, _language(parameters), text)
    return True


def _get_word(kind: str, world: World, parameters: Parameters) -> Json:
    text = world.profile.word(kind, _language(parameters))
    return {kind: text or (world.bot.first_name if kind == "name" else "")}


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not _COMMAND.fullmatch(name.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= utf16.length(description.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    kept: Json = {"command": name.removeprefix("/"), "description": description.strip()}
    return kept | ({"is_ephemeral": True} if command.get("is_ephemeral") else {})


def _scope(world: World, parameters: Parameters) -> Json:
    scope = parameters.json("scope", "BotCommandScope")
    if scope is None:
        return EVERYWHERE
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    fields = {name: str(scope.get(name, "")) for name in _SCOPES[kind]}
    if "chat_id" in fields:
        find_chat(world, Parameters(fields))
    return {
        "type": kind,
        **{name: int(value) for name, value in fields.items() if value.lstrip("-").isdigit()},
    }


def _language(parameters: Parameters) -> str:
    language = parameters.text("language_code").strip().lower()
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _menu_button(parameters: Parameters) -> Json:
    button = parameters.json("menu_button", "MenuButton") or {"type": "default"}
    kind = button.get("type") if isinstance(button, dict) else None
    if kind in {"default", "commands"}:
        return {"type": "commands"} if kind == "default" else {"type": kind}
    if kind != "web_app":
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if not button.get("text") or not button.get("web_app", {}).get("url", "").startswith("https://"):
        raise bad_request("BUTTON_URL_INVALID")
    return {"type": kind, "text": button["text"], "web_app": {"url": button["web_app"]["url"]}}


def _menu_chat(world: World, parameters: Parameters) -> Chat | None:
    if not parameters.text("chat_id"):
        return None
    chat = find_chat(world, parameters)
    if not chat.is_private:
        raise bad_request("chat_id must be a private chat")
    return chat


def _tell_commands(world: World) -> None:
    for person in world.people.values():
        in_groups = {chat.id: commands_view(world, person, chat) for chat in world.chats.values() if chat.is_group}
        told = {"type": "commands", "commands": commands_view(world, person), "in_groups": in_groups}
        world.events.tell(person.id, told)


def _word_methods() -> dict[str, Run]:
    names: dict[str, str] = {
        "name": "Name",
        "description": "Description",
        "short_description": "ShortDescription",
    }
    verbs = {"set": _set_word, "get": _get_word}
    return {f"{verb}My{name}": partial(run, kind) for kind, name in names.items() for verb, run in verbs.items()}


METHODS: Final[dict[str, Run]] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    **_word_methods(),
}
