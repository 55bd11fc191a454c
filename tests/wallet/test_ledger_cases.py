"""Ledger cases as tables. A row is one thing that happens, or that is refused; `holds` rows check balances in between.

("deposit", "ana", 100)                         money reaches Ana's account
("pay", "ana", "ben", 40)                       Ana pays Ben 40
("pay", "ben", "ana", 41, InsufficientFunds)    Ben tries to, and is refused with that
("refund", 1, 15)                               15 of the first payment goes back; without an amount, all that is left
("reverse", 2)                                  the second posting (deposit, payment, withdrawal or refund) is undone
("holds", "ana", 60)                            Ana has 60

Postings are numbered from 1, refused ones included. `cafe` is a business that pays 1 %; `fees` is the fee income,
`bank` the bank's clearing account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import PIN, business, euros, person
from wallet import (
    AmountOutOfRange,
    InsufficientFunds,
    LimitExceeded,
    NotAPayer,
    NotRefundable,
    NotReversible,
    Party,
    PartyFrozen,
    PaymentUnknown,
    SelfPayment,
    Wallet,
    WalletError,
    WalletSettings,
)
from wallet.fees import Tariff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

Row = tuple[Any, ...]
BY, WHY = "operator", "case"
SYSTEM = {"fees": "fee_income", "bank": "bank_clearing"}

CASES: dict[str, list[Row]] = {
    "money moves and nothing is lost": [
        ("deposit", "ana", 100),
        ("pay", "ana", "ben", 40),
        ("pay", "ben", "ana", 41, InsufficientFunds),
        ("pay", "ben", "ana", 40),
        ("holds", "ana", 100),
        ("holds", "ben", 0),
        ("holds", "bank", -100),
    ],
    "an account is spent to the last cent and no further": [
        ("deposit", "ana", 3),
        ("pay", "ana", "ben", 3),
        ("pay", "ana", "ben", 1, InsufficientFunds),
        ("withdraw", "ben", 4, InsufficientFunds),
        ("withdraw", "ben", 3),
        ("holds", "ben", 0),
        ("holds", "bank", 0),
    ],
    "nothing and less than nothing are no amounts": [
        ("deposit", "ana", 0, AmountOutOfRange),
        ("deposit", "ana", -5, AmountOutOfRange),
        ("deposit", "ana", 2**53, AmountOutOfRange),
        ("deposit", "ana", 2**53 - 1),
        ("pay", "ana", "ben", 0, AmountOutOfRange),
        ("pay", "ana", "ben", -1, AmountOutOfRange),
        ("withdraw", "ana", 0, AmountOutOfRange),
        ("holds", "ana", 2**53 - 1),
    ],
    "nobody pays themselves, and a business pays nobody": [
        ("deposit", "ana", 100),
        ("deposit", "luna", 100),
        ("deposit", "cafe", 100),
        ("pay", "ana", "ana", 1, SelfPayment),
        ("pay", "luna", "cafe", 1, SelfPayment),
        ("pay", "cafe", "ana", 1, NotAPayer),
        ("pay", "cafe", "luna", 1, NotAPayer),
    ],
    "a business pays the fee": [
        ("deposit", "ana", 5000),
        ("pay", "ana", "cafe", 1000),
        ("holds", "ana", 4000),
        ("holds", "cafe", 990),
        ("holds", "fees", 10),
        ("pay", "ana", "cafe", 49),
        ("holds", "cafe", 1039),
        ("pay", "ana", "cafe", 50),
        ("holds", "cafe", 1089),
        ("pay", "ana", "cafe", 150),
        ("holds", "cafe", 1237),
        ("holds", "fees", 12),
    ],
    "a refund brings the fee back": [
        ("deposit", "ana", 1000),
        ("pay", "ana", "cafe", 1000),
        ("refund", 2),
        ("holds", "ana", 1000),
        ("holds", "cafe", 0),
        ("holds", "fees", 0),
        ("refund", 2, NotRefundable),
        ("refund", 2, 1, NotRefundable),
    ],
    "partial refunds add up exactly": [
        ("deposit", "ana", 1000),
        ("pay", "ana", "cafe", 1000),
        ("refund", 2, 333),
        ("holds", "fees", 7),
        ("refund", 2, 333),
        ("holds", "fees", 3),
        ("refund", 2, 335, NotRefundable),
        ("refund", 2, 334),
        ("holds", "fees", 0),
        ("holds", "cafe", 0),
        ("holds", "ana", 1000),
    ],
    "the fee comes back cent by cent, ties to even": [
        ("deposit", "ana", 150),
        ("pay", "ana", "cafe", 150),
        ("holds", "fees", 2),
        ("refund", 2, 37),
        ("holds", "fees", 2),
        ("refund", 2, 1),
        ("holds", "fees", 1),
        ("refund", 2, 112),
        ("holds", "fees", 0),
        ("holds", "cafe", 0),
    ],
    "a refund needs the money": [
        ("deposit", "ana", 100),
        ("pay", "ana", "ben", 100),
        ("withdraw", "ben", 60),
        ("refund", 2, InsufficientFunds),
        ("refund", 2, 41, InsufficientFunds),
        ("refund", 2, 40),
        ("holds", "ben", 0),
        ("holds", "ana", 40),
    ],
    "only payments are refunded": [
        ("deposit", "ana", 100),
        ("refund", 1, NotRefundable),
        ("withdraw", "ana", 50),
        ("refund", 3, NotRefundable),
        ("pay", "ana", "ben", 50),
        ("refund", 5, 20),
        ("refund", 6, NotRefundable),
        ("refund", 5, 0, AmountOutOfRange),
        ("refund", 99, PaymentUnknown),
    ],
    "a reversal undoes everything, once": [
        ("deposit", "ana", 1000),
        ("pay", "ana", "cafe", 500),
        ("reverse", 2),
        ("reverse", 2, NotReversible),
        ("refund", 2, NotRefundable),
        ("holds", "ana", 1000),
        ("holds", "cafe", 0),
        ("holds", "fees", 0),
        ("withdraw", "ana", 400),
        ("reverse", 6),
        ("holds", "ana", 1000),
        ("reverse", 1),
        ("holds", "ana", 0),
        ("holds", "bank", 0),
    ],
    "what was given back is not reversed, and a return is not returned": [
        ("deposit", "ana", 100),
        ("pay", "ana", "ben", 100),
        ("refund", 2, 1),
        ("reverse", 2, NotReversible),
        ("reverse", 3, NotReversible),
        ("reverse", 1, InsufficientFunds),
        ("reverse", 99, PaymentUnknown),
    ],
    "nothing leaves or reaches a frozen account, but for our own corrections": [
        ("deposit", "ana", 100),
        ("pay", "ana", "ben", 50),
        ("freeze", "ben"),
        ("pay", "ana", "ben", 1, PartyFrozen),
        ("pay", "ben", "ana", 1, PartyFrozen),
        ("deposit", "ben", 1, PartyFrozen),
        ("withdraw", "ben", 1, PartyFrozen),
        ("refund", 2, PartyFrozen),
        ("reverse", 2),
        ("holds", "ana", 100),
        ("unfreeze", "ben"),
        ("pay", "ana", "ben", 1),
    ],
    "limits are a person's, and deposits have none": [
        ("deposit", "ana", 10_000_000),
        ("pay", "ana", "ben", 100_001, LimitExceeded),
        ("pay", "ana", "ben", 100_000),
        ("withdraw", "ana", 9_900_000),
        ("holds", "ana", 0),
    ],
}


@dataclass
class Books:
    """Reads the rows aloud to the wallet."""

    wallet: Wallet
    parties: dict[str, Party]
    postings: list[UUID] = field(default_factory=list)

    async def play(self, row: Row) -> None:
        verb, *words = row
        refusal = words.pop() if isinstance(words[-1], type) and issubclass(words[-1], WalletError) else None
        if refusal is None:
            await self._do(verb, *words)
            return
        before = await self._balances()
        with pytest.raises(refusal):
            await self._do(verb, *words)
        assert await self._balances() == before, "a refusal moves nothing"

    async def _do(self, verb: str, *words: Any) -> None:
        if verb in {"deposit", "withdraw", "pay", "refund", "reverse"}:
            self.postings.append(uuid4())
        await getattr(self, f"_{verb}")(*words)

    async def _deposit(self, name: str, cents: int) -> None:
        await self.wallet.deposit(
            self.parties[name].id, euros(self.wallet, cents), key=self.postings[-1], by=BY, reason=WHY
        )

    async def _withdraw(self, name: str, cents: int) -> None:
        await self.wallet.withdraw(
            self.parties[name].id, euros(self.wallet, cents), key=self.postings[-1], by=BY, reason=WHY
        )

    async def _pay(self, payer: str, payee: str, cents: int) -> None:
        ids = self.parties[payer].id, self.parties[payee].id
        quote = await self.wallet.quote(*ids, euros(self.wallet, cents), key=uuid4())
        self.postings[-1] = quote.id
        receipt = await self.wallet.confirm(quote.id, ids[0], PIN)
        assert (receipt.amount, receipt.fee) == (quote.amount, quote.fee)

    async def _refund(self, number: int, cents: int | None = None) -> None:
        amount = None if cents is None else euros(self.wallet, cents)
        await self.wallet.refund(self._posting(number), amount, key=self.postings[-1], by=BY, reason=WHY)

    async def _reverse(self, number: int) -> None:
        await self.wallet.reverse(self._posting(number), key=self.postings[-1], by=BY, reason=WHY)

    async def _freeze(self, name: str) -> None:
        await self.wallet.freeze(self.parties[name].id, by=BY, reason=WHY)

    async def _unfreeze(self, name: str) -> None:
        await self.wallet.unfreeze(self.parties[name].id, by=BY, reason=WHY)

    async def _holds(self, name: str, cents: int) -> None:
        assert (await self._balances())[SYSTEM.get(name, name)] == cents

    def _posting(self, number: int) -> UUID:
        return self.postings[number - 1] if number < len(self.postings) else uuid4()

    async def _balances(self) -> dict[str, int]:
        balances = {account.name: account.balance.minor for account in await self.wallet.accounts()}
        assert sum(balances.values()) == 0, "money neither appears nor vanishes"
        return balances


@pytest.fixture
async def books(settings: WalletSettings) -> AsyncIterator[Books]:
    """A person's and a business's world at 1 %."""
    async with Wallet.open(settings.model_copy(update={"tariff": Tariff.parse("1%")})) as wallet:
        ana, ben, luna = [await person(wallet, name) for name in ("ana", "ben", "luna")]
        cafe = await business(wallet, luna, "cafe")
        yield Books(wallet, {"ana": ana, "ben": ben, "luna": luna, "cafe": cafe})


@pytest.mark.parametrize("case", CASES)
async def test_the_books_after(books: Books, case: str) -> None:
    """Each row does what it says, and in the end the books reconcile."""
    for row in CASES[case]:
        await books.play(row)
    assert (await books.wallet.reconcile()).clean
