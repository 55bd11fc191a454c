"""Run the pretend Telegram alone: `python -m sandbox.telegram --port 8088 --token 7000000001:sandbox`."""

import argparse
import asyncio
import contextlib

from sandbox.telegram.server import serve
from sandbox.telegram.world import World


def main() -> None:
    """Serve a fresh world until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--token", required=True, help="the bot's token, such as 7000000001:sandbox")
    arguments = parser.parse_args()
    print(f"Telegram is pretended at http://{arguments.host}:{arguments.port}")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(World(arguments.token), arguments.host, arguments.port))


main()
