"""Pushing updates to a webhook.

One chat's updates go in sequence, different chats side by side; messages and presses are apart, as with
Telegram. An update is sent again, with growing pauses, until it is answered with a 2xx.
"""

import asyncio
from typing import Final

import httpx

from sandbox.telegram.cast import Json
from sandbox.telegram.world import World

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 8.0
_PATIENCE: Final = 60.0

Lane = tuple[str, int]


class Deliverer:
    """Sends what waits in a world's queue while it has a webhook; `run` goes on until it is cancelled."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: set[Lane] = set()

    async def run(self) -> None:
        """Deliver for ever, from the first webhook on."""
        while not self._world.webhook.url:
            await self._world.updates.arrival()
        async with httpx.AsyncClient(timeout=_PATIENCE) as client, asyncio.TaskGroup() as lanes:
            while True:
                arrival = self._world.updates.arrival()
                for update in self._world.updates.pending() if self._world.webhook.url else []:
                    lane = _lane(update)
                    if lane not in self._busy:
                        self._busy.add(lane)
                        lanes.create_task(self._drain(client, lane))
                await arrival

    async def _drain(self, client: httpx.AsyncClient, lane: Lane) -> None:
        try:
            while self._world.webhook.url and (batch := self._next(lane)):
                for update in batch:
                    await self._push(client, update)
        finally:
            self._busy.discard(lane)

    async def _push(self, client: httpx.AsyncClient, update: Json) -> None:
        """Send one update until it is taken, or until the webhook is gone."""
        pause = _FIRST_PAUSE
        while self._world.webhook.url:
            if await self._world.webhook.send(client, update):
                self._world.updates.record_delivery(update)
                self._world.updates.confirm(update["update_id"])
                self._world.events.touch()
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _next(self, lane: Lane) -> list[Json]:
        """Return the next updates of a lane: two, so that a fault may swap them."""
        updates = self._world.updates
        waiting = [update for update in updates.pending() if _lane(update) == lane]
        return updates.disordered(waiting[:2])


def _lane(update: Json) -> Lane:
    kind = next((name for name in update if name != "update_id"), "")
    payload = update.get(kind) or {}
    chat = payload.get("chat") or payload.get("message", {}).get("chat") or payload.get("from") or {"id": 0}
    return ("query" if kind.endswith("query") else "message", int(chat["id"]))
