"""Who and where: the bot, the people and the group of a world, as frozen values in Bot API shapes."""

from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.telegram.features import NEWEST

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A Telegram user; `pin` is only a hint for whoever plays them in the browser.

    `theme` is what their screen looks like ("light", "dark", "" for the page's own); `level` is the newest
    Bot API whose features their app knows.
    """

    id: int
    first_name: str
    last_name: str
    username: str | None
    language_code: str
    pin: str = field(default="", repr=False)
    theme: str = ""
    level: str = NEWEST

    @property
    def full_name(self) -> str:
        """The name as chats show it."""
        return f"{self.first_name} {self.last_name}".strip()

    def user(self) -> Json:
        """Return the Bot API `User`, with the language that only the sender of an update carries."""
        return {**self._identity(), "is_bot": False, "language_code": self.language_code}

    def public_user(self) -> Json:
        """Return the Bot API `User` as it appears where the person is spoken of."""
        return {**self._identity(), "is_bot": False}

    def chat(self) -> Json:
        """Return the Bot API `Chat` of the private chat between this person and the bot."""
        return {**self._identity(), "type": "private"}

    def _identity(self) -> Json:
        identity: Json = {"id": self.id, "first_name": self.first_name}
        if self.last_name:
            identity["last_name"] = self.last_name
        if self.username:
            identity["username"] = self.username
        return identity


@dataclass(frozen=True)
class BotAccount:
    """The bot as Telegram knows it; the token is its only secret."""

    id: int
    first_name: str
    username: str
    token: str = field(repr=False)

    def user(self) -> Json:
        """Return the Bot API `User`."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}


@dataclass(frozen=True)
class Group:
    """A group of which the bot is a member; `owner` made it. No `members` means everybody."""

    id: int
    title: str
    owner: int
    members: tuple[int, ...] = ()
    kind: str = "supergroup"

    def chat(self) -> Json:
        """Return the Bot API `Chat`."""
        return {"id": self.id, "title": self.title, "type": self.kind}


PEOPLE: Final = (
    Person(5001, "Ana", "Moreno", "ana", "en", "482915"),
    Person(5002, "Ben", "Okafor", "ben", "en", "730164"),
    Person(5003, "Chai", "Srisuk", None, "en", "916352"),
    Person(5004, "Luna", "Rossi", "luna", "en", "205847"),
)
MARKET_STREET: Final = Group(-1000000000101, "Market Street", owner=5004)
# A basic group, as groups are when people make them: it may become a supergroup, with another id.
FLATMATES: Final = Group(-4001, "Flatmates", owner=5001, members=(5001, 5002, 5003), kind="group")

# The identities behind which Telegram hides anonymous administrators and channels, with their real ids.
ANONYMOUS_ADMIN: Final[Json] = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: Final[Json] = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
CHANNEL: Final[Json] = {"id": -1000000000202, "title": "Market Street News", "type": "channel"}
OTHER_BOT: Final[Json] = {
    "id": 7000000002,
    "is_bot": True,
    "first_name": "Other Bot",
    "username": "other_bot",
}


def sixpence(token: str) -> BotAccount:
    """Return the bot that the sandbox is for."""
    return BotAccount(7000000001, "Sixpence", "sixpence_bot", token)
