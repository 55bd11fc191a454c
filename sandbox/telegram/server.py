"""The pretend Telegram as one HTTP server, by itself (`serve`), or within a launcher or a test (`running`).

Paths: the Bot API under `/bot<token>/` and `/file/bot<token>/`, people under `/people/` and `/world`, faults
and records under `/control/`, the page at `/` with `/static/`.

Beyond the plain chat there is, for pages and tests:
- events `{"type": "chat", chat, started, blocked, reply_keyboard}` when any of the three changed, and
  `{"type": "menu_button", menu_button}`; a toast carries the `query_id` it answers, typing its `action`;
- `Chat` carries `commands`, `Message` carries `protected` and `via_bot`; `/world?person=ID` gives the
  commands that this person sees;
- `/text` takes `quote`, `offline` and `mentions` [{offset, length, user_id}]; `/forward` takes `hide_name`;
- a person's chats are the one with the bot (their own id), groups (with members, owner, bot, upgraded_to) and
  those with other people (the other's id); `{"type": "chats"}` says to read them anew, `{"type": "people"}`
  that somebody came; `/people/ID/chats?chat=ID` gives one alone;
- a message that only one sees has `ephemeral` and a negative id; `replaces` says what it hides;
- `/inline` {text} gives a `query_id`, `/people/ID/inline/QUERY` what the bot answered (also the event
  `inline_results`), `/choose` {query_id, result_id} sends it; in groups `/join`, `/leave`, `/add`, `/remove`
  {user_id}, `/rank` {administrator} of the bot, `/upgrade`; `POST /people` adds a person;
- `/control/features` sets the server's `level` and what BotFather switched on;
- `/control/fault` takes `chat_id`; `/control/calls` takes `wait` (seconds) and gives each `result`;
  `/control/deliveries` gives every update handed to the bot;
- a refused act answers `{"error": reason}` with 400, or 404 for what does not exist.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.telegram import bot_api, control, people_api
from sandbox.telegram.delivery import Deliverer
from sandbox.telegram.errors import ApiError, ImpossibleActError
from sandbox.telegram.world import World

_LOG: Final = logging.getLogger(__name__)
_PAGE: Final = Path(__file__).parent.parent / "web"


def application(world: World) -> Starlette:
    """Return the ASGI application that shows a world."""
    static = Mount("/static", StaticFiles(directory=_PAGE, check_dir=False))
    routes = [*bot_api.ROUTES, *people_api.ROUTES, *control.ROUTES, Route("/", _page), static]
    answers = {ImpossibleActError: _impossible, ClientDisconnect: _nobody_listens, Exception: _crashed}
    app = Starlette(routes=routes, exception_handlers=answers)
    app.state.world = world
    return app


@asynccontextmanager
async def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve a world within this event loop and give its URL; port 0 lets the system choose.

    Leaving ends open pages and long polls, and returns when the port is free again.
    """
    world.events.closed = False
    async with listening(application(world), host, port) as url:
        delivering = asyncio.create_task(Deliverer(world).run())
        try:
            yield url
        finally:
            world.close()
            delivering.cancel()
            await asyncio.wait({delivering})


@asynccontextmanager
async def listening(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve any application within this event loop and give its URL; port 0 lets the system choose."""
    with socket.create_server((host, port)) as listener:
        # Connections inherit this; without it small answers wait 40 ms for the other side's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


async def serve(world: World, host: str, port: int) -> None:
    """Serve a world until cancelled."""
    async with running(world, host, port):
        await asyncio.Event().wait()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: whoever runs the event loop decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def _page(_: Request) -> Response:
    return FileResponse(_PAGE / "index.html")


async def _impossible(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, ImpossibleActError) else 400
    return JSONResponse({"error": str(error)}, status_code=status)


async def _nobody_listens(_: Request, __: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _crashed(request: Request, error: Exception) -> Response:
    # The route's name, not its path: a path may hold the bot's token.
    _LOG.error("the sandbox failed in %s", request.scope.get("endpoint"), exc_info=error)
    return JSONResponse(ApiError(500, "Internal Server Error").answer(), status_code=500)
