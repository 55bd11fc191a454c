"""Entities that a bot gives: checked, and moved when Telegram cleans the text under them."""

from typing import Any, Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.links import link_problem, normal_link
from sandbox.telegram.world import World

# What a bot may give, with the field that each kind cannot be without.
_GIVEN: Final = {
    "bold": "",
    "italic": "",
    "underline": "",
    "strikethrough": "",
    "spoiler": "",
    "blockquote": "",
    "expandable_blockquote": "",
    "code": "",
    "pre": "",
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
}
# What Telegram finds by itself, whether it is given or not.
_FOUND: Final = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card", "date_time"}
)
_LINKS_TO_PEOPLE: Final = "tg://user?id="


def check_given(world: World, text: str, item: Any) -> Json | None:
    """Return one of the `entities` of a call, None where it changes nothing; raises ApiError 400."""
    problem = "can't parse MessageEntity:"
    if not isinstance(item, dict):
        raise bad_request(f"{problem} expected an Object")
    for name in ("offset", "length", "type"):
        if name not in item:
            raise bad_request(f'{problem} Can\'t find field "{name}"')
    kind = item["type"]
    if kind not in _GIVEN and kind not in _FOUND:
        raise bad_request(f"{problem} Unsupported type specified")
    needed = _GIVEN.get(kind, "")
    if needed and needed not in item:
        raise bad_request(f'{problem} Can\'t find field "{needed}"')
    offset, length = item["offset"], item["length"]
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request(f"{problem} offset and length must be of type Number")
    _check_place(text, offset, length)
    if kind == "text_link" and (wrong := link_problem(item["url"])):
        raise bad_request(f"entity URL '{item['url']}' is invalid: {wrong}")
    if kind == "text_mention" and _user(world, item["user"].get("id")) is None:
        raise bad_request("user not found")
    return settle(world, item) if kind in _GIVEN and length else None


def settle(world: World, entity: Json) -> Json | None:
    """Return an entity as messages carry it; None for a link that leads nowhere.

    None for custom emoji too: only bots with a name bought on Fragment may send them.
    """
    kind, url = entity["type"], entity.get("url", "")
    place: Json = {"type": kind, "offset": entity["offset"], "length": entity["length"]}
    if kind == "custom_emoji":
        return None
    if url.startswith(_LINKS_TO_PEOPLE) or kind == "text_mention":
        user = _user(world, url.removeprefix(_LINKS_TO_PEOPLE) or entity.get("user", {}).get("id"))
        return {**place, "type": "text_mention", "user": user} if user else None
    if kind == "text_link":
        return None if link_problem(url) else {**place, "url": normal_link(url)}
    if kind == "pre" and entity.get("language"):
        return {**place, "language": entity["language"]}
    return place


def clean(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Drop control characters, marks of writing direction and outer space, as Telegram does."""
    cleaned = [_cleaned(character) for character in text]
    first = next((i for i, kept in enumerate(cleaned) if kept.strip()), len(cleaned))
    last = next((i for i in range(len(cleaned), 0, -1) if cleaned[i - 1].strip()), 0)
    moved = {0: 0}
    before = after = 0
    for index, character in enumerate(text):
        before += utf16.length(character)
        after += utf16.length(cleaned[index]) if first <= index < last else 0
        moved[before] = after
    shifted = [_move(entity, moved) for entity in entities]
    return "".join(cleaned[first:last]), [entity for entity in shifted if entity["length"] > 0]


def _move(entity: Json, moved: dict[int, int]) -> Json:
    begin, end = moved[entity["offset"]], moved[entity["offset"] + entity["length"]]
    return {**entity, "offset": begin, "length": end - begin}


def _cleaned(character: str) -> str:
    # U+2028 to U+202E and these three combining lines are what Telegram takes out of every text.
    if character == "\r" or "\u2028" <= character <= "\u202e" or character in "\u0333\u033f\u030a":
        return ""
    return " " if character < " " and character != "\n" else character


def _check_place(text: str, offset: int, length: int) -> None:
    end, size = offset + length, utf16.length(text)
    if offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if offset > size:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
    beginning = f"entity beginning at UTF-16 offset {offset} ends"
    if end > size:
        raise bad_request(f"{beginning} after the end of the text at UTF-16 offset {end}")
    if _splits_character(text, offset):
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}")
    if _splits_character(text, end):
        raise bad_request(f"{beginning} in a middle of a UTF-16 symbol at UTF-16 offset {end}")


def _splits_character(text: str, place: int) -> bool:
    return utf16.length(utf16.piece(text, 0, place)) != place


def _user(world: World, user_id: Any) -> Json | None:
    if not str(user_id).isdigit():
        return None
    if int(user_id) == world.bot.id:
        return world.bot.user()
    person = world.people.get(int(user_id))
    return person.public_user() if person else None
