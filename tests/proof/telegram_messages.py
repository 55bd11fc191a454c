"""Messages that nobody wrote just now, links that were tampered with, contacts that were forged."""

from __future__ import annotations

import string
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from tests.proof import forgery, retweets
from tests.proof.scene import changed, found, sample, scene

if TYPE_CHECKING:
    from tests.books import Server
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene

Json = dict[str, Any]

_ACCOUNTS = """
    SELECT a::text FROM wallet.accounts a WHERE status <> 'invited' OR balance <> 0 OR last_seq <> 0 ORDER BY id
"""
_QUESTIONS = {"/send": "a payee", "send @ben": "an amount", "send 5": "a payee", "/business": "a name"}


async def only_a_fresh_message_counts(server: Server, effort: Effort) -> list[Finding]:
    """T5: every manner with every form of words, while a card, a keypad and a question are open."""
    tried, wrong = 0, list[str]()
    async with scene(server) as here:
        street, ana = here.street, here.street.ana
        await street.open_wallets(ana, street.ben, street.luna)
        await here.says(street.luna, "/business Café Luna")
        await here.taps(street.luna, "Open")
        business = await street.approve("Café Luna")
        await here.push(*retweets.debts(street))
        await here.says(ana, "send 2 to @ben")
        await here.taps(ana, "Confirm with PIN")
        await here.taps(ana, "1", "2")
        for question in sample(effort.seed, tuple(_QUESTIONS), effort.times(1, len(_QUESTIONS))):
            await here.says(ana, question)
            table = [update for _, update in retweets.table(here.street, business.id.hex)]
            forged = sample(effort.seed, table, effort.times(70, 10_000))
            wrong += await here.attacked(*forged)
            tried += len(forged)
    claim = "What is forwarded, edited, sent by a chat, a bot, a schedule or a business connection starts nothing."
    manners = len(retweets.MANNERS)
    return [found("T5", claim, tried, wrong, f"{manners} manners, {len(table) // manners} triggers")]


async def a_link_pays_nothing(server: Server, effort: Effort) -> list[Finding]:
    """T9: a business's link with each character changed, cut short, doubled; and the link itself."""
    async with scene(server) as here:
        street, ana = here.street, here.street.ana
        await street.open_wallets(ana, street.luna)
        await here.says(street.luna, "/business Café Luna")
        await here.taps(street.luna, "Open")
        code = f"pay_{(await street.approve('Café Luna')).id.hex}"
        alphabet = string.ascii_letters + string.digits + "_-"
        flipped = [
            code[:at] + char + code[at + 1 :]
            for at, old in enumerate(code)
            for char in alphabet
            if char.lower() != old.lower()
        ]
        broken = [code[:at] for at in range(4, len(code))] + [code * 2, code + "0", "pay_" * 16, "pay_" + "-" * 32]
        codes = [
            *sample(effort.seed, flipped, effort.times(36, 700)),
            *sample(effort.seed, broken, effort.times(4, 99)),
        ]
        wrong = await here.attacked(
            *({"message": forgery.message(street.world, ana, f"/start {each}")} for each in codes)
        )
        before = await here.state(schema="wallet")
        await here.says(ana, f"/start {code}")
        wrong += changed(before, await here.state(schema="wallet"))
        if not here.reads(ana, "To Café Luna"):
            wrong.append("the link itself leads nowhere")
    claim = (
        "A link with any character changed leads to nobody; the right one asks how much, and pays nothing by itself."
    )
    return [found("T9", claim, len(codes) + 1, wrong)]


async def a_contact_is_only_a_number(server: Server, effort: Effort) -> list[Finding]:
    """T8: contacts with another's id, another's name, no id of ours; asked for or not."""
    async with scene(server) as here:
        street, ana = here.street, here.street.ana
        await street.open_wallets(ana, street.ben, street.luna)
        shares = [
            {"message": forgery.message(street.world, ana, None, users_shared={"request_id": number, "users": users})}
            for number, users in product((1, 2, -1), _contacts(here, Random(effort.seed)))
        ]
        shares = sample(effort.seed, shares, effort.times(12, 10_000))
        wrong = await here.attacked(*shares)
        before, accounts = await here.state(schema="wallet"), await here.rows(_ACCOUNTS)
        for share in shares:
            await here.says(ana, "/send")
            await here.push(share)
            wrong += _mistaken(here, share)
        moved = set(changed(before, await here.state(schema="wallet"))) - {"wallet.parties", "wallet.accounts"}
        if accounts != await here.rows(_ACCOUNTS):
            moved.add("an account of somebody who has a wallet, or money for somebody who has none")
        wrong += [*moved, *here.alarms.heard()]
    claim = (
        "A shared contact is taken by its number alone, only when asked for, and shown as we know that person; one who "
        "has no wallet is invited, and nothing else."
    )
    return [found("T8", claim, 2 * len(shares), wrong)]


def _contacts(here: Scene, chance: Random) -> list[list[Json]]:
    """Contact cards: of people we know and do not know, under their own and under forged names."""
    ids = (here.street.ben.id, here.street.ana.id, here.street.chai.id, here.street.world.bot.id, 0, -1, 2**52, 2**64)
    names = ("Luna Rossi", "<b>Ben</b> Okafor", "Ben\u202eOkafor", "", "x" * 500)
    cards = [[{"user_id": user_id, "first_name": name}] for user_id, name in product(ids, names)]
    pairs = [chance.choice(cards) + chance.choice(cards) for _ in range(5)]
    return [*cards, *pairs, [], [{"user_id": here.street.ben.id}]]


def _mistaken(here: Scene, share: Json) -> list[str]:
    """Whether the answer to a contact names anybody but the person with that number."""
    users = share["message"]["users_shared"]["users"]
    if not users or users[0]["user_id"] != here.street.ben.id:
        return []
    answers = [message.body for message in here.shown(here.street.ana)[:2]]
    honest = any("Ben Okafor" in answer for answer in answers) and not any("Luna" in answer for answer in answers)
    return [] if honest else [f"asked for {users[0]}, shown {answers}"]


PROVERS = (only_a_fresh_message_counts, a_link_pays_nothing, a_contact_is_only_a_number)
