"""The parameters of a Bot API call, from JSON, a urlencoded form, a multipart form or the query string.

Telegram turns all of them into strings before it looks at them, and so does this module: a number may come
quoted, an object may come as a string of JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request

_INTEGERS: Final = frozenset({"chat_id", "from_chat_id", "message_id", "user_id", "offset", "limit", "timeout"})


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Parameters:
    """The parameters of one call, read the way Telegram reads them."""

    values: Mapping[str, str]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a string; absent is empty."""
        return self.values.get(name, "")

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """Return an integer forced into [low, high]; the default where absent or no number."""
        try:
            return max(low, min(high, int(self.text(name).strip())))
        except ValueError:
            return default

    def boolean(self, name: str) -> bool:
        """Return whether a flag is raised, in any of Telegram's spellings."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """Return a decoded JSON parameter, None where absent; `what` names it in the refusal."""
        text = self.text(name).strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def plain(self) -> Json:
        """Return the parameters for the record of calls: objects decoded, uploads by name only."""
        decoded: Json = {name: _decoded(name, value) for name, value in self.values.items()}
        attached = "".join(self.values.values())
        named = {name: upload.name for name, upload in self.uploads.items() if f"attach://{name}" not in attached}
        return decoded | named


def as_parameters(data: Json) -> Parameters:
    """Return the fields of an object within a call as if they were parameters of their own."""
    return Parameters(_texts(data))


async def read_parameters(request: Request) -> Parameters:
    """Read the parameters of an HTTP request; the body's come before the query string's."""
    values = {name: value for name, value in request.query_params.items() if value}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        return Parameters(values | _strings(await request.body()))
    uploads: dict[str, Upload] = {}
    async with request.form(max_files=20) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content_type = value.content_type or "application/octet-stream"
                uploads[name] = Upload(value.filename or name, content_type, await value.read())
            else:
                values[name] = value
    return Parameters(values, uploads)


def _strings(body: bytes) -> dict[str, str]:
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(data, dict):
        raise bad_request("object expected")
    return _texts(data)


def _texts(data: Json) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in data.items()
        if value is not None
    }


def _decoded(name: str, value: str) -> Any:
    if name in _INTEGERS and value.lstrip("-").isdigit():
        return int(value)
    if name not in {"text", "caption"} and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
