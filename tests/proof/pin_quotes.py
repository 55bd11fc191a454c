"""A quote bent between the card and the PIN, by somebody with all the owner's rights on the database."""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import uuid4

from tests.conftest import PIN, Clock, business, euros, person
from tests.proof.finding import Effort, Finding
from tests.proof.wallets import refused, wallets
from tests.wallet.owner import as_owner
from wallet import Party, Quote, QuoteClosed, QuoteExpired, QuoteUnknown, Receipt, Wallet, quote_codes

if TYPE_CHECKING:
    from uuid import UUID

    from tests.books import Server
    from wallet.orders import Order
    from wallet.payments import StoredQuote

WRONG = "730164"
CHANGE = "UPDATE wallet.quotes SET {} WHERE id = :quote"
EVES_ACCOUNT = "(SELECT id FROM wallet.accounts WHERE party_id = :eve)"
BENDINGS = (
    f"payee_account_id = {EVES_ACCOUNT}",
    f"payer_account_id = {EVES_ACCOUNT}",
    "amount = amount + 1",
    "amount = amount - 1",
    "amount = amount * 10",
    "fee = fee + 1",
    "fee = 0",
    "currency = 'USD'",
    "note = note || '!'",
    "note = ''",
    "key = gen_random_uuid()",
    "created_at = created_at - INTERVAL '1 hour'",
    "expires_at = expires_at + INTERVAL '1 microsecond'",
    "code = ''",
    "code = decode(repeat('ab', 32), 'hex')",
    "code = (SELECT code FROM wallet.quotes WHERE id = :other)",
    "(payee_account_id, amount, code) = (SELECT payee_account_id, amount, code FROM wallet.quotes WHERE id = :other)",
)
"""One field each, or the code."""

REFUSALS = (QuoteClosed, QuoteUnknown, QuoteExpired)


@dataclass(frozen=True)
class Scene:
    """Ana is about to pay the café; Eve has the database."""

    wallet: Wallet
    clock: Clock
    ana: Party
    cafe: Party
    eve: Party

    async def card(self) -> Quote:
        """What Ana sees: €5.00 to the café, for lunch."""
        return await self.wallet.quote(self.ana.id, self.cafe.id, euros(self.wallet, 5_00), note="lunch", key=uuid4())

    def do(self, statement: str, **facts: object) -> None:
        as_owner(self.wallet._settings, statement, **facts)

    async def pays(self, quote: Quote) -> bool:
        """Whether Ana's PIN, or a wrong one, still does anything with this quote."""
        confirming = (self.wallet.confirm(quote.id, self.ana.id, pin) for pin in (PIN, WRONG))
        refusals = [await refused(one, *REFUSALS) for one in confirming]
        payments = as_owner(self.wallet._settings, "SELECT count(*) FROM wallet.payments WHERE kind = 'payment'")
        return not all(refusals) or payments[0][0] > 0


async def _set(wallet: Wallet, clock: Clock) -> Scene:
    """Without the constraints that would stop Eve early; an owner can drop them."""
    ana, eve, luna = await person(wallet, "Ana", 1_000_00), await person(wallet, "Eve"), await person(wallet, "Luna")
    scene = Scene(wallet, clock, ana, await business(wallet, luna), eve)
    for table, constraint in (
        ("quotes", "fk_quotes_payer"),
        ("quotes", "fk_quotes_payee"),
        ("quotes", "ck_quotes_not_to_oneself"),
        ("quotes", "ck_quotes_state"),
        ("accounts", "uq_accounts_party_id_currency"),
    ):
        scene.do(f"ALTER TABLE wallet.{table} DROP CONSTRAINT {constraint}")
    return scene


async def bent_quotes(server: Server, effort: Effort) -> list[Finding]:
    """Each field on its own, then several at once, and cleverer ways, each time with Ana's right PIN."""
    chance, many, clock = random.Random(effort.seed), effort.times(3, 150), Clock()
    async with wallets(server, 1, clock=clock) as (wallet,):
        scene = await _set(wallet, clock)
        ways = [*BENDINGS, *(_several(chance) for _ in range(many))]
        paid = [way for way in ways if await _bent(scene, way)]
        paid += [way.__name__ for way in CLEVERER if await way(scene)]
        control = (await wallet.confirm((await scene.card()).id, scene.ana.id, PIN)).amount.minor == 5_00
        meanwhile = await _bent_meanwhile(scene)
    tried = len(ways) + len(CLEVERER) + 1
    figure = (
        f"paid: {paid[0]}" if paid else f"{len(BENDINGS)} ways alone, {many} of three at once; left alone, it is paid"
    )
    claim = "A quote altered in any field after it was shown is refused, and without a payment no wrong PIN passes"
    return [Finding("P4", claim, tried, len(paid) + meanwhile + (not control), figure)]


async def _bent(scene: Scene, way: str) -> bool:
    quote = await scene.card()
    other = await scene.wallet.quote(scene.ana.id, scene.eve.id, euros(scene.wallet, 7_00), key=uuid4())
    scene.do(CHANGE.format(way), quote=quote.id, eve=scene.eve.id, other=other.id)
    return await scene.pays(quote)


def _several(chance: random.Random) -> str:
    """Three fields at once; of two bendings of one field the latter."""
    chosen = chance.sample([way for way in BENDINGS if not way.startswith("(") and "state" not in way], 3)
    return ", ".join({way.partition(" =")[0]: way for way in chosen}.values())


async def _revived(scene: Scene) -> bool:
    """An old card is payable again, it says."""
    quote = await scene.card()
    scene.clock.advance(minutes=3)
    scene.do(CHANGE.format("expires_at = expires_at + INTERVAL '1 day'"), quote=quote.id)
    return await scene.pays(quote)


async def _forged(scene: Scene) -> bool:
    """Another quote under the same id, with a code as the wallet makes it, but for the pepper."""
    quote = await scene.card()
    scene.do(CHANGE.format(f"payee_account_id = {EVES_ACCOUNT}, fee = 0"), quote=quote.id, eve=scene.eve.id)
    row = as_owner(scene.wallet._settings, "SELECT * FROM wallet.quotes WHERE id = :quote", quote=quote.id)[0]
    facts = {name: row._mapping[name] for name in quote_codes.Shown._fields if name in row._mapping}
    shown = quote_codes.Shown(**facts, payer_id=scene.ana.id, payee_id=scene.eve.id)
    for pepper in (b"", b"pepper"):
        key = hmac.digest(pepper, quote_codes.PURPOSE, "sha256")
        scene.do(CHANGE.format("code = :code"), quote=quote.id, code=quote_codes.code([key], shown))
        if await scene.pays(quote):
            return True
    return False


async def _disowned(scene: Scene) -> bool:
    """The café's account becomes Eve's, and hers the café's: the quote itself is as it was."""
    quote = await scene.card()
    swap = "UPDATE wallet.accounts SET party_id = CASE party_id WHEN :eve THEN :cafe ELSE :eve END"
    swap += " WHERE party_id IN (:eve, :cafe)"
    scene.do(swap, eve=scene.eve.id, cafe=scene.cafe.id)
    paid = await scene.pays(quote)
    scene.do(swap, eve=scene.eve.id, cafe=scene.cafe.id)
    return paid


async def _said_to_be_paid(scene: Scene) -> bool:
    """Between two looks of the wallet's the quote is said to be paid, and there is no payment."""
    quote, look = await scene.card(), scene.wallet._stored_quote

    async def looked(quote_id: UUID, payer_id: UUID) -> StoredQuote:
        stored = await look(quote_id, payer_id)
        scene.do(CHANGE.format("state = 'paid'"), quote=quote.id)
        return stored

    with patch.object(scene.wallet, "_stored_quote", looked):
        return await scene.pays(quote)


async def _bent_meanwhile(scene: Scene) -> bool:
    """Bent after the PIN was found right, before the money moves: what was shown is what is paid."""
    quote, submit = await scene.card(), scene.wallet._postings.submit

    async def bent_first(order: Order) -> Receipt:
        way = f"payee_account_id = {EVES_ACCOUNT}, amount = 70000, fee = 0"
        scene.do(CHANGE.format(way), quote=quote.id, eve=scene.eve.id)
        return await submit(order)

    with patch.object(scene.wallet._postings, "submit", bent_first):
        receipt = await scene.wallet.confirm(quote.id, scene.ana.id, PIN)
    shown = (scene.cafe.id, quote.amount, quote.fee)
    return receipt.payee is None or (receipt.payee.id, receipt.amount, receipt.fee) != shown


CLEVERER = (_revived, _forged, _disowned, _said_to_be_paid)
