"""Answering inline queries with results to pick from, and guest queries with one message.

Results are articles with a text: whatever else Telegram knows is refused here.
"""

from typing import Any, Final

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import read_text
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.common import Run
from sandbox.telegram.parameters import Parameters, as_parameters
from sandbox.telegram.world import World

_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


def answer_inline_query(world: World, parameters: Parameters) -> bool:
    """Give a person results to pick from."""
    given = parameters.json("results", "inline query results")
    if not isinstance(given, list):
        raise bad_request("can't parse inline query results: expected an Array")
    if len(given) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(world, one) for one in given]
    if len({one["id"] for one in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    button = _button(parameters.json("button", "inline query results button"))
    query_id = parameters.text("inline_query_id")
    asked = world.inline.inline_query(query_id)
    if asked is None:
        raise bad_request(_TOO_OLD)
    asked.results, asked.button = results, button
    shown = {"type": "inline_results", "query_id": query_id, "results": results, "button": button}
    world.events.tell(asked.person_id, shown)
    return True


def answer_guest_query(world: World, parameters: Parameters) -> Json:
    """Post the bot's one message into the chat where it was mentioned."""
    result = _result(world, parameters.json("result", "inline query result"))
    asked = world.inline.guest_query(parameters.text("guest_query_id"))
    chat = world.chats.get(asked.chat_id) if asked else None
    if asked is None or chat is None:
        raise bad_request(_TOO_OLD)
    caller = {"guest_bot_caller_user": world.person(asked.person_id).public_user()}
    message = chat.add(world.bot.user(), world.bot.id, {**result["message"], **caller})
    message.inline_id = world.inline.name(chat.id, message.id)
    world.show_message(chat, message)
    return {"inline_message_id": message.inline_id}


def _result(world: World, item: Any) -> Json:
    """Return a checked result: `id`, `title`, `description` and the `message` that it becomes."""
    problem = "can't parse inline query result:"
    if not isinstance(item, dict):
        raise bad_request(f"{problem} expected an Object")
    if item.get("type") != "article":
        raise bad_request(f"{problem} the sandbox knows results of type article only")
    for name in ("id", "title"):
        if not isinstance(item.get(name), str) or not item[name]:
            raise bad_request(f'{problem} Can\'t find field "{name}"')
    if len(item["id"].encode()) > 64:
        raise bad_request("RESULT_ID_INVALID")
    content = item.get("input_message_content")
    if not isinstance(content, dict) or "message_text" not in content:
        raise bad_request("input message content is not specified")
    message = read_text(world, as_parameters({**content, "text": content["message_text"]}))
    markup = read_markup(as_parameters({"reply_markup": item.get("reply_markup")}), private=False)
    if markup.inline:
        message["reply_markup"] = markup.inline
    description = str(item.get("description", ""))
    return {"id": item["id"], "title": item["title"], "description": description, "message": message}


def _button(button: Any) -> Json | None:
    if button is None:
        return None
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline query results button")
    return {"text": button["text"], "start_parameter": str(button.get("start_parameter", ""))}


METHODS: Final[dict[str, Run]] = {
    "answerInlineQuery": answer_inline_query,
    "answerGuestQuery": answer_guest_query,
}
