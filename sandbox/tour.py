"""The tour: a scripted story, played over HTTP with the real bot, and proved at its end. No browser.

Ana sends Ben money; Ben mistypes his PIN and then pays the café; a forwarded command pays nothing; a double tap pays
once; in a group Ana answers Chai's message with a payment, and the group sees one card and no balance; money set aside
waits for a newcomer, who claims it by link, comes back when it is taken back, and by itself where nobody claims it in
time; three share a pizza, each with their own PIN; the books are reconciled. Printed: who said what, what everybody
has, and each proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from rich.markup import escape
from rich.table import Table

from sandbox.people import CAFE, OPENING_BALANCE, at_their_phones, settle_in
from sandbox.person import Person, plain
from sandbox.telegram import newcomers
from sandbox.telegram.cast import FLATMATES, PEOPLE
from sandbox.telegram.views import message_view
from wallet import Money, Wallet

if TYPE_CHECKING:
    from rich.console import Console

    import sandbox.telegram.cast
    from sandbox.house import House
    from wallet import Reconciliation

LUNCH, COFFEE, CAFE_FEE, CAKE, SOUP, BUS, TRAIN, PIZZA = 5_00, 3_50, 3, 2_00, 1_00, 4_00, 2_00, 3_00
"""In cents. The café's fee is 0.99 % of €3.50 = 3.465 cents, rounded half-even to 3. The pizza: for each of three."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the story shows."""

    text: str
    holds: bool


async def play(house: House, console: Console) -> bool:
    """Play the whole story. True only if every claim and every proof holds."""
    console.print("[dim]Ana, Ben, Chai and Luna open their wallets and choose their PINs …[/]")
    await settle_in(house)
    async with at_their_phones(house) as cast:
        claims = [
            *await _ana_sends_ben_lunch_money(cast),
            *await _ben_mistypes_and_pays_the_cafe(cast),
            *await _a_forward_pays_nothing(cast, house),
            *await _a_double_tap_pays_once(cast, house),
            *await _a_group_sees_who_paid_whom(cast),
            *await _a_newcomer_claims_what_was_set_aside(cast, house),
            *await _what_is_taken_back_is_there_again(cast, house),
            *await _what_nobody_claims_comes_back(cast, house),
            *await _three_share_a_pizza(cast),
        ]
    balances = await _balances(house)
    claims.append(Claim("everybody has what they should have", balances == _expected()))
    proofs = await house.wallet.reconcile()
    _print(house, console, balances, claims, proofs)
    return all(claim.holds for claim in claims) and proofs.clean


async def _ana_sends_ben_lunch_money(cast: dict[str, Person]) -> list[Claim]:
    ana, ben = cast["Ana"], cast["Ben"]
    await ana.says("send 5 to @ben for lunch")
    card = await ana.reads("Ben", "5.00", "lunch")
    await ana.presses("Confirm with PIN")
    await ana.types_pin()
    receipt = await ana.reads("✓", "5.00", "45.00")
    await ben.reads("Ana", "5.00", "lunch", "55.00")
    return [Claim("the receipt stands in the card that Ana confirmed", receipt["id"] == card["id"])]


async def _ben_mistypes_and_pays_the_cafe(cast: dict[str, Person]) -> list[Claim]:
    ben, luna = cast["Ben"], cast["Luna"]
    await ben.says(f"pay 3.50 to {CAFE}")
    await ben.reads(CAFE, "3.50")
    await ben.presses("Confirm with PIN")
    await ben.types_pin("730165")
    refusal = await ben.reads("Wrong PIN")
    await ben.presses("Confirm with PIN")
    await ben.types_pin()
    await ben.reads("✓", "3.50", "51.50")
    told = await luna.reads("3.50", "0.03", "3.47")
    return [
        Claim("a wrong PIN is refused, and says how many tries are left", "4" in plain(refusal["text"])),
        Claim("the café sees gross, fee and net", told is not None),
    ]


async def _a_forward_pays_nothing(cast: dict[str, Person], house: House) -> list[Claim]:
    ana = cast["Ana"]
    before = len(await house.wallet.latest_transfers(100))
    await ana.forwards(await _said(ana, "send 5"))
    await ana.reads("forward")
    return [Claim("a forwarded command pays nothing", len(await house.wallet.latest_transfers(100)) == before)]


async def _a_double_tap_pays_once(cast: dict[str, Person], house: House) -> list[Claim]:
    ana = cast["Ana"]
    before = len(await house.wallet.latest_transfers(100))
    await ana.says("2 eur to @ben for cake")
    await ana.reads("cake", "2.00")
    await ana.presses("Confirm with PIN")
    await ana.types_pin(last_digit_times=2)
    await ana.reads("✓", "2.00", "43.00")
    return [Claim("a double tap pays once", len(await house.wallet.latest_transfers(100)) == before + 1)]


async def _a_group_sees_who_paid_whom(cast: dict[str, Person]) -> list[Claim]:
    ana, ben, chai = cast["Ana"], cast["Ben"], cast["Chai"]
    said = await chai.says_in(FLATMATES.id, "I got the soup")
    await ana.replies_to(said, "/pay 1 soup", chat=FLATMATES.id)
    card = await ben.reads("Ana Moreno pays Chai Srisuk", "1.00", "waiting for", chat=FLATMATES.id)
    await ana.presses("Confirm with PIN", chat=FLATMATES.id)
    await ana.reads_ephemeral("soup", "Balance after", "42.00", chat=FLATMATES.id)
    await ana.presses("Confirm with PIN", chat=FLATMATES.id)
    await ana.types_pin(chat=FLATMATES.id)
    await ana.reads_ephemeral("You sent", chat=FLATMATES.id)
    await chai.reads("You received", "1.00")
    paid = await ben.reads("✓ Ana Moreno paid Chai Srisuk", chat=FLATMATES.id)
    shown = [plain(message["text"]) for message in await ben.messages(FLATMATES.id)]
    return [
        Claim("a group sees one card of a payment, which says how it ended", paid["id"] == card["id"]),
        Claim("the payer's keypad and balance are seen by the payer alone", not _leaks(shown)),
    ]


async def _a_newcomer_claims_what_was_set_aside(cast: dict[str, Person], house: House) -> list[Claim]:
    ana = cast["Ana"]
    await ana.says("send 4 to @nino for the bus")
    await ana.reads("@nino has no wallet yet", "4.00")
    await ana.presses("Confirm with PIN")
    await ana.types_pin()
    placed = await ana.reads("Set aside for @nino", "38.00")
    added = newcomers.add(house.world, newcomers.Wanted("Nino", "Weber", "nino"))
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as http:
        nino = Person(http, added.id, "Nino", "618273")
        await nino.start(start_parameter(placed))
        await nino.types_pin()
        await nino.reads("Once more")
        await nino.types_pin()
        await nino.reads("Ana Moreno has set aside", "4.00", "the bus")
        waiting = (await _balances(house))["escrow"] == BUS
        await nino.presses("Accept")
        await nino.reads("You received", "4.00")
    card = await ana.sees(lambda message: "Claimed by" in plain(message["text"]), "the card of what was claimed")
    return [
        Claim("the link opens a wallet and moves nothing: the money waits in escrow", waiting),
        Claim("accepted, it is the newcomer's, and Ana's own card says so", card["id"] == placed["id"]),
    ]


async def _what_is_taken_back_is_there_again(cast: dict[str, Person], house: House) -> list[Claim]:
    ana = cast["Ana"]
    before = await _balances(house)
    await ana.says("send 3 to @somebody_else")
    await ana.reads("@somebody_else has no wallet yet")
    await ana.presses("Confirm with PIN")
    await ana.types_pin()
    await ana.reads("Set aside for @somebody_else", "35.00")
    await ana.presses("Take it back")
    await ana.reads("Taken back", "3.00")
    return [Claim("what was set aside and taken back is there again, to the cent", await _balances(house) == before)]


async def _what_nobody_claims_comes_back(cast: dict[str, Person], house: House) -> list[Claim]:
    """Set aside eight days ago, by a wallet whose clock stood there; the bot finds it, and gives it back."""
    chai = next(one for one in PEOPLE if one.first_name == "Chai")
    before = await _balances(house)
    async with Wallet.open(house.settings, clock=lambda: datetime.now(UTC) - timedelta(days=8)) as wallet:
        payer = next(one.party for one in await wallet.parties() if one.party.name == chai.full_name)
        payee = await wallet.invite("@mira", key=uuid4())
        amount = Money(TRAIN, wallet.currency)
        quote = await wallet.quote(payer.id, payee.id, amount, note="the train", key=uuid4())
        await wallet.confirm(quote.id, payer.id, chai.pin)
    await cast["Chai"].reads("2.00 came back to you", "did not claim it in time")
    return [Claim("what nobody claims in time comes back by itself", await _balances(house) == before)]


async def _three_share_a_pizza(cast: dict[str, Person]) -> list[Claim]:
    ana, flat = cast["Ana"], FLATMATES.id
    await ana.says_in(flat, "/split 9 pizza")
    for one in (cast["Ben"], cast["Chai"]):
        await one.presses("I’m in", chat=flat)
        await one.reads(f"• {one.name}", chat=flat)
    board = await ana.reads("Ana Moreno splits", "• Ben Okafor · €3.00", "• Chai Srisuk · €3.00", chat=flat)
    await ana.presses("Ask everybody now", chat=flat)
    for one in (cast["Ben"], cast["Chai"]):
        await one.presses("Pay my share", chat=flat)
        await one.reads_ephemeral("pizza", "Balance after", chat=flat)
        await one.presses("Confirm with PIN", chat=flat)
        await one.types_pin(chat=flat)
        await one.reads_ephemeral("✓", "3.00", chat=flat)
    paid = await ana.reads("✓ Ben Okafor", "✓ Chai Srisuk", "All is paid", chat=flat)
    return [Claim("a split is one card, and each pays their own share of it", paid["id"] == board["id"])]


def _leaks(shown: list[str]) -> bool:
    return any("42.00" in text or "PIN ●" in text or "PIN ○" in text for text in shown)


def start_parameter(message: dict[str, Any]) -> str:
    """Return the start parameter of the link that the button “Send the link on” carries."""
    buttons = (button for row in message["inline_keyboard"] for button in row)
    shared = next(button["url"] for button in buttons if plain(button["text"]) == "Send the link on")
    (link,) = parse_qs(urlsplit(shared).query)["url"]
    return str(parse_qs(urlsplit(link).query)["start"][0])


async def _said(person: Person, text: str) -> dict[str, object]:
    return next(message for message in await person.messages() if message["out"] and text in message["text"])


async def _balances(house: House) -> dict[str, int]:
    return {account.name: account.balance.minor for account in await house.wallet.accounts() if account.entries}


def _expected() -> dict[str, int]:
    deposited = 3 * OPENING_BALANCE
    return {
        "Ana Moreno": OPENING_BALANCE - LUNCH - CAKE - SOUP - BUS + 2 * PIZZA,
        "Ben Okafor": OPENING_BALANCE + LUNCH + CAKE - COFFEE - PIZZA,
        "Chai Srisuk": OPENING_BALANCE + SOUP - PIZZA,
        CAFE: COFFEE - CAFE_FEE,
        "Nino Weber": BUS,
        "escrow": 0,
        "fee_income": CAFE_FEE,
        "bank_clearing": -deposited,
    }


def _print(
    house: House, console: Console, balances: dict[str, int], claims: list[Claim], proofs: Reconciliation
) -> None:
    for one in house.world.people.values():
        console.rule(f"[bold]{one.full_name}[/]", align="left")
        console.print(_chat(house, one))
    console.rule("[bold]Balances[/]", align="left")
    table = Table(box=None, show_header=False)
    for name, minor in balances.items():
        table.add_row(name, str(Money(minor, house.wallet.currency)))
    console.print(table)
    console.rule("[bold]What the story shows[/]", align="left")
    for claim in claims:
        console.print(f"{_mark(claim.holds)} {escape(claim.text)}", highlight=False)
    console.rule("[bold]What the books prove[/]", align="left")
    for proof in proofs.proofs:
        console.print(f"{_mark(proof.holds)} {escape(proof.claim)} [dim]({proof.checked} checked)[/]", highlight=False)


def _chat(house: House, viewer: sandbox.telegram.cast.Person) -> Table:
    """Who said what in a person's chat with the bot, as it stands at the end."""
    chat = house.world.chats[viewer.id]
    table = Table.grid(padding=(0, 2, 1, 0))
    for message in chat.messages.values():
        view = message_view(house.world, viewer, chat, message)
        said = plain(f"{view['forward']}:\n{view['text']}" if view["forward"] else view["text"])
        speaker = "[bold cyan]Sixpence[/]" if not view["out"] else f"[bold]{viewer.first_name}[/]"
        table.add_row(speaker, escape(said))
    return table


def _mark(holds: bool) -> str:
    return "[green]✓[/]" if holds else "[red]✗[/]"
