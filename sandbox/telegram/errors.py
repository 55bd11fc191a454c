"""Refusals: what the Bot API answers instead of a result, and what the people's side answers."""

from typing import Any


class ApiError(Exception):
    """A Bot API call refused; `code` is both the HTTP status and Telegram's `error_code`."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the body that Telegram would send."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> ApiError:
    """Return a 400 in Telegram's form: the reason follows "Bad Request: "."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """Return a 403 in Telegram's form: the reason follows "Forbidden: "."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """Return a 409 in Telegram's form: the reason follows "Conflict: "."""
    return ApiError(409, f"Conflict: {reason}")


class ImpossibleActError(Exception):
    """A person tried what their Telegram app does not offer; the text says why, `status` is for HTTP."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status
