"""HTTP to Telegram on aiohttp, where a call costs an eighth of what our library's own client takes.

Promises, as that client's: an answer is passed on whatever its status; TimedOut when none came in time; NetworkError
when anything else kept it from coming. Neither says that the call had no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.request import getproxies

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, FormData, TCPConnector
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput
    from telegram.request import RequestData

_CONNECT: Final = 5.0  # seconds until there is a connection
_WAIT: Final = 10.0  # seconds until one of `_CONNECTIONS` is free
_CONNECTIONS: Final = 256


class Connection(BaseRequest):
    """What our library sends its requests by; `read_timeout` in seconds."""

    def __init__(self, *, read_timeout: float = 5.0) -> None:
        self._read_timeout = read_timeout
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """So many seconds of silence mean that the answer was lost."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open it, within the event loop that is to use it."""
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=_CONNECTIONS),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=DummyCookieJar(),
                trust_env=_has_proxy(),
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the interface's
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Return the status and body of the answer. TimedOut, NetworkError."""
        assert self._session is not None, "not initialized"
        silence = read_timeout if isinstance(read_timeout, float | int) else self._read_timeout
        timeout = ClientTimeout(connect=_WAIT + _CONNECT, sock_connect=_CONNECT, sock_read=silence)
        form = _form(request_data) if request_data else None
        try:
            async with self._session.request(method, url, data=form, timeout=timeout, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except ClientError as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from None


def _has_proxy() -> bool:
    """Whether the operator names a proxy: asked once, because with each call it would take two threads."""
    return not {"http", "https"}.isdisjoint(getproxies())


def _form(data: RequestData) -> FormData | dict[str, str]:
    """The parameters as they are sent; pictures go along as parts of the form."""
    if not data.contains_files:
        return data.json_parameters
    form = FormData(data.json_parameters)
    for field, (name, content, media_type) in (data.multipart_data or {}).items():
        form.add_field(field, content, filename=name, content_type=media_type)
    return form
