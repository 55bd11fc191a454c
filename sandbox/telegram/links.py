"""Links as Telegram checks them, in texts and on buttons."""

from typing import Final
from urllib.parse import urlsplit

_SCHEMES: Final = frozenset({"http", "https", "tg", "ton", "tonsite"})


def link_problem(url: str) -> str:
    """Return what Telegram finds wrong with a link, "" if nothing."""
    if not url.strip():
        return "URL host is empty"
    parts = urlsplit(_complete(url))
    if parts.scheme not in _SCHEMES:
        return "Unsupported URL protocol"
    if parts.scheme in {"http", "https"} and "." not in (parts.hostname or ""):
        return "Wrong HTTP URL"
    return ""


def normal_link(url: str) -> str:
    """Return a link as Telegram keeps it in a text: with its protocol and a path."""
    complete = _complete(url)
    parts = urlsplit(complete)
    return complete if parts.path or parts.scheme == "tg" else f"{complete}/"


def _complete(url: str) -> str:
    return url if "://" in url or url.startswith("tg:") else f"http://{url}"
