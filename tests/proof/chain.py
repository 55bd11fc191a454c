"""The chain of seals: books that were rewritten, however well, no longer agree with the receipts that people hold."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.books import settings
from tests.conftest import PIN, Clock, business, euros, person
from tests.proof.finding import Effort, Finding, Prover
from tests.wallet.forger import past_every_trigger, raise_amount, reseal
from wallet import PaymentUnknown, Receipt, Wallet

if TYPE_CHECKING:
    from tests.books import Server
    from wallet import WalletSettings

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


async def receipts_against_rewritten_books(server: Server, effort: Effort) -> list[Finding]:
    """A town pays for a while; then one payment is rewritten, and every receipt is held against the books."""
    chance = Random(effort.seed)
    with server.database() as url:
        own = settings(url, limit_payments_a_day=10**6, limit_day=10**9, limit_month=10**9)
        async with Wallet.open(own, clock=Clock()) as wallet:
            receipts = await _live(wallet, chance, effort.times(20, 400))
            genuine = [await _agrees(wallet, receipt) for receipt in receipts]
            mistyped = [await _agrees(wallet, receipt, _mistyped(receipt, chance)) for receipt in receipts]
            target = receipts[len(receipts) // 3]
            unsealed = await _rewritten(wallet, own, target, sealed=False)
            sealed = await _rewritten(wallet, own, target, sealed=True)
            later = receipts[receipts.index(target) :]
            caught = [not await _agrees(wallet, receipt) for receipt in later if _touches(receipt, target)]
    return [
        Finding("L15", "Every receipt of untouched books is genuine.", len(genuine), genuine.count(False)),
        Finding("L15", "No receipt with a letter of its seal changed is.", len(mistyped), mistyped.count(True)),
        Finding("L15", "A payment rewritten everywhere but in its seals fails the chain.", 1, int(not unsealed)),
        Finding(
            "L15",
            "One rewritten everywhere, every seal made anew: its sides' receipts from then on are not genuine.",
            len(caught),
            caught.count(False),
            "the books alone look clean" if not sealed else "the books alone already differ",
        ),
    ]


async def _live(wallet: Wallet, chance: Random, payments: int) -> list[Receipt]:
    people = [await person(wallet, f"Person {number}", 100_000) for number in range(5)]
    shops = [await business(wallet, people[0], f"Shop {number}") for number in range(2)]
    receipts = []
    for _ in range(payments):
        payer, payee = chance.choice(people[1:]), chance.choice([*people, *shops])
        if payer is payee:
            payee = shops[0]
        amount = euros(wallet, chance.randint(1, 200))
        quote = await wallet.quote(payer.id, payee.id, amount, note="as agreed", key=uuid4())
        receipts.append(await wallet.confirm(quote.id, payer.id, PIN))
        if chance.random() < 0.1:
            back = wallet.refund(quote.id, key=uuid4(), by="op", reason="returned")
            receipts.append(await back)
    return receipts


async def _agrees(wallet: Wallet, receipt: Receipt, seal: str | None = None) -> bool:
    try:
        return (await wallet.verify(f"{receipt.reference} {seal or receipt.seal}")).genuine
    except PaymentUnknown:
        return False


def _mistyped(receipt: Receipt, chance: Random) -> str:
    at = chance.choice([at for at, letter in enumerate(receipt.seal) if letter != "-"])
    other = chance.choice([letter for letter in LETTERS if letter != receipt.seal[at]])
    return receipt.seal[:at] + other + receipt.seal[at + 1 :]


async def _rewritten(wallet: Wallet, own: WalletSettings, target: Receipt, *, sealed: bool) -> bool:
    """Forge, as the owner; whether the books' own proof of the chain notices."""
    with past_every_trigger(own) as conn:
        if sealed:
            reseal(conn)
        else:
            raise_amount(conn, target.payment_id)
    failed = [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds]
    return "chain" in failed


def _touches(receipt: Receipt, target: Receipt) -> bool:
    """Whether this receipt is about an account of the rewritten payment, so that its seal follows from that one."""
    parties = {side.id for side in (target.payer, target.payee) if side}
    return bool(parties & {side.id for side in (receipt.payer, receipt.payee) if side})


PROVERS: tuple[Prover, ...] = (receipts_against_rewritten_books,)
