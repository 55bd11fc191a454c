"""Answering presses: a toast, an alert or nothing at all, once for each press."""

from typing import Final

from sandbox.telegram import utf16
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.common import Run
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World


def answer_callback_query(world: World, parameters: Parameters) -> bool:
    """Show the answer to whoever pressed."""
    text, url = parameters.text("text"), parameters.text("url")
    if utf16.length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.startswith(
        (f"https://t.me/{world.bot.username}?", f"tg://resolve?domain={world.bot.username}&")
    ):
        raise bad_request("URL_INVALID")
    query = world.queries.answer(parameters.text("callback_query_id"))
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    toast = {
        "type": "toast",
        "query_id": parameters.text("callback_query_id"),
        "text": text,
        "alert": parameters.boolean("show_alert"),
        "url": url or None,
    }
    world.events.tell(query.person_id, toast)
    return True


METHODS: Final[dict[str, Run]] = {"answerCallbackQuery": answer_callback_query}
