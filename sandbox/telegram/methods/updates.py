"""Getting updates: the bot itself, long polling and the webhook."""

from typing import Final

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request, conflict
from sandbox.telegram.features import GUESTS
from sandbox.telegram.methods.common import Described, Run
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.webhook import check_secret, check_url
from sandbox.telegram.world import World


def get_me(world: World, _: Parameters) -> Json:
    """Return the bot, with what only it is told about itself."""
    guests = {"supports_guest_queries": world.features.guests} if world.features.has(GUESTS) else {}
    return {
        **world.bot.user(),
        **guests,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": world.features.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(world: World, parameters: Parameters) -> list[Json]:
    """Return what waits, or wait for it; see UpdateQueue."""
    if world.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    _allow(world, parameters)
    offset = parameters.integer("offset", 0, -(2**31), 2**31 - 1)
    limit = parameters.integer("limit", 100, 1, 100)
    return await world.updates.poll(offset, limit, parameters.integer("timeout", 0, 0, 50))


def set_webhook(world: World, parameters: Parameters) -> Described:
    """Send updates to a URL from now on; an empty URL is deleteWebhook."""
    url = parameters.text("url").strip()
    if not url:
        return delete_webhook(world, parameters)
    check_url(url)
    secret = parameters.text("secret_token")
    check_secret(secret)
    _allow(world, parameters)
    if parameters.boolean("drop_pending_updates"):
        world.updates.drop_pending()
    world.updates.interrupt("setWebhook request")
    connections = parameters.integer("max_connections", 40, 1, 100)
    changed = world.webhook.set(url, secret, connections)
    world.updates.wake()
    return Described(True, "Webhook was set" if changed else "Webhook is already set")


def delete_webhook(world: World, parameters: Parameters) -> Described:
    """Go back to getUpdates."""
    if parameters.boolean("drop_pending_updates"):
        world.updates.drop_pending()
    changed = world.webhook.delete()
    return Described(True, "Webhook was deleted" if changed else "Webhook is already deleted")


def get_webhook_info(world: World, _: Parameters) -> Json:
    """Return where updates go and how many wait."""
    info = world.webhook.info(len(world.updates))
    return info | ({"allowed_updates": sorted(world.updates.allowed)} if world.updates.allowed else {})


def _allow(world: World, parameters: Parameters) -> None:
    kinds = parameters.json("allowed_updates", "allowed_updates")
    if kinds is None:
        return
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed_updates: expected an Array of String")
    world.updates.allow(kinds)


METHODS: Final[dict[str, Run]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
