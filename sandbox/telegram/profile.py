"""What the bot says about itself: its names, descriptions and commands, each for a language and a scope."""

import json
from typing import Final

from sandbox.telegram.cast import Json

EVERYWHERE: Final[Json] = {"type": "default"}
PRIVATE: Final[Json] = {"type": "all_private_chats"}
GROUPS: Final[Json] = {"type": "all_group_chats"}


class Profile:
    """Settings of the bot; the language "" is for everybody without words of their own."""

    def __init__(self) -> None:
        self.words: dict[str, dict[str, str]] = {"name": {}, "description": {}, "short_description": {}}
        self.commands: dict[str, list[Json]] = {}
        self.menu_button: Json = {"type": "commands"}

    def word(self, kind: str, language: str) -> str:
        """Return a name or description in a language, or the one for everybody."""
        words = self.words[kind]
        return words.get(language, words.get("", ""))

    def set_word(self, kind: str, language: str, text: str) -> None:
        """Set a name or description for a language; empty removes it."""
        if text:
            self.words[kind][language] = text
        else:
            self.words[kind].pop(language, None)

    def get_commands(self, scope: Json, language: str) -> list[Json]:
        """Return the commands set for exactly this scope and language."""
        return self.commands.get(_key(scope, language), [])

    def set_commands(self, scope: Json, language: str, commands: list[Json]) -> None:
        """Set the commands for exactly this scope and language; an empty list removes them."""
        if commands:
            self.commands[_key(scope, language)] = commands
        else:
            self.commands.pop(_key(scope, language), None)

    def commands_for(
        self, person_id: int, language: str, group_id: int | None = None, *, is_owner: bool = False
    ) -> list[Json]:
        """Return the commands that a person sees in the private chat, or in a group: of the nearest scope and language.

        A group's owner sees those for administrators first.
        """
        scopes = [{"type": "chat", "chat_id": person_id}, PRIVATE, EVERYWHERE]
        if group_id is not None:
            scopes = [
                {"type": "chat_member", "chat_id": group_id, "user_id": person_id},
                *([{"type": "chat_administrators", "chat_id": group_id}] if is_owner else []),
                {"type": "chat", "chat_id": group_id},
                *([{"type": "all_chat_administrators"}] if is_owner else []),
                GROUPS,
                EVERYWHERE,
            ]
        for scope in scopes:
            for spoken in (language, ""):
                if found := self.get_commands(scope, spoken):
                    return found
        return []

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        return {"words": self.words, "commands": self.commands, "menu_button": self.menu_button}

    @classmethod
    def from_json(cls, data: Json) -> "Profile":
        """Rebuild from what `to_json` gave."""
        profile = cls()
        profile.words, profile.commands = data["words"], data["commands"]
        profile.menu_button = data["menu_button"]
        return profile


def _key(scope: Json, language: str) -> str:
    return json.dumps([scope, language], sort_keys=True)
