"""People who are added to a running world, with a language, a theme and an app of some age."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.telegram import membership
from sandbox.telegram.cast import Person
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.features import LEVELS, NEWEST
from sandbox.telegram.world import World

MOST: Final = 12
_USERNAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,31}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_THEMES: Final = ("", "light", "dark")


@dataclass(frozen=True)
class Wanted:
    """What is known of somebody before they are here; `groups` are those they shall be in."""

    first_name: str
    last_name: str = ""
    username: str | None = None
    language: str = "en"
    theme: str = ""
    level: str | None = None
    groups: Sequence[int] = ()


def add(world: World, wanted: Wanted) -> Person:
    """Add a person, whom the owners of their groups let in; raises ImpossibleActError for what no app would take."""
    _check(world, wanted)
    groups = [_group(world, chat_id) for chat_id in wanted.groups]
    person = Person(
        id=max(world.people) + 1,
        first_name=wanted.first_name.strip(),
        last_name=wanted.last_name.strip(),
        username=wanted.username or None,
        language_code=wanted.language,
        theme=wanted.theme,
        level=wanted.level or NEWEST,
    )
    world.people[person.id] = person
    world.events.admit(person.id)
    world.chats[person.id] = Chat(person.chat(), [person.id])
    for chat in groups:
        membership.enter(world, chat, person, world.people[chat.owner or person.id])
    world.events.tell_all({"type": "people"})
    return person


def _check(world: World, wanted: Wanted) -> None:
    if len(world.people) >= MOST:
        raise ImpossibleActError(f"there is room for {MOST} people")
    if not 1 <= len(wanted.first_name.strip()) <= 64 or len(wanted.last_name) > 64:
        raise ImpossibleActError("a first name has 1 to 64 characters, a last name at most 64")
    if wanted.username and not _USERNAME.fullmatch(wanted.username):
        raise ImpossibleActError("a username has 3 to 32 letters, digits and _, and begins with a letter")
    taken = {(person.username or "").lower() for person in world.people.values()} | {world.bot.username}
    if wanted.username and wanted.username.lower() in taken:
        raise ImpossibleActError(f"@{wanted.username} is taken")
    if not _LANGUAGE.fullmatch(wanted.language):
        raise ImpossibleActError("a language is a code such as en or pt-BR")
    if wanted.theme not in _THEMES or (wanted.level or NEWEST) not in LEVELS:
        raise ImpossibleActError(f"a theme is light or dark, a level one of {', '.join(LEVELS)}")


def _group(world: World, chat_id: int) -> Chat:
    chat = world.chats.get(chat_id)
    if chat is not None and chat.upgraded_to is not None:
        return world.chats[chat.upgraded_to]
    if chat is None or not chat.is_group:
        raise ImpossibleActError(f"there is no group {chat_id}", 404)
    return chat
