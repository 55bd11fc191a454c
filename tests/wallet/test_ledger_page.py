"""The ledger's page: what posting does in memory, before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from wallet import AmountOutOfRange, InsufficientFunds, Money, seals
from wallet.ledger import MAX_BALANCE, Account, Page, Side, Transfer
from wallet.money import Currency

if TYPE_CHECKING:
    from collections.abc import Sequence

EUR = Currency("EUR", 2)
AT, WHY = b"at", b"why"


class Books:
    """Ana, Ben and the bank, in memory."""

    def __init__(self, ana: int = 100, ben: int = 0, bank: int = 0) -> None:
        self.ana = Account(UUID(int=1), "personal", "open", ana, 7, b"a" * 32)
        self.ben = Account(UUID(int=2), "personal", "open", ben, 0, b"")
        self.bank = Account(UUID(int=3), "bank_clearing", "open", bank, 3, b"b" * 32)
        self.page = Page({account.id: account for account in (self.ana, self.ben, self.bank)}, EUR)
        self.moves = 0

    def move(self, debit: Account, credit: Account, amount: int) -> Transfer:
        self.moves += 1
        return Transfer(UUID(int=100 + self.moves), UUID(int=50), "amount", debit, credit, amount)

    def balances(self) -> Sequence[int]:
        return [account.balance for account in (self.ana, self.ben, self.bank)]


def test_a_transfer_lowers_one_account_raises_the_other_and_numbers_both() -> None:
    """Each side's entry says its number and what is left; the one seal is the head of both, after both heads before."""
    books = Books()
    transfer = books.move(books.ana, books.ben, 30)
    posted = books.page.post([transfer], AT, WHY)
    debit, credit = Side(books.ana.id, 8, 70), Side(books.ben.id, 1, 30)
    assert posted[:3] == (transfer, debit, credit)
    sides = seals.side(*debit, b"a" * 32), seals.side(*credit, b"")
    assert posted.seal == seals.seal(transfer.id, "amount", 30, "EUR", AT, *sides, WHY)
    assert (books.ana.balance, books.ana.last_seq, books.ana.head) == (70, 8, posted.seal)
    assert (books.ben.balance, books.ben.last_seq, books.ben.head) == (30, 1, posted.seal)
    assert books.page.posted == [posted]


def test_what_arrives_may_be_spent_at_once() -> None:
    """Transfers are posted in order, each on what the one before left; the last is what is returned."""
    books = Books(ana=0)
    moves = [books.move(books.bank, books.ana, 50), books.move(books.ana, books.ben, 50)]
    last = books.page.post(moves, AT, WHY)
    assert books.balances() == [0, 50, -50]
    assert [posted.transfer for posted in books.page.posted] == moves
    assert last == books.page.posted[-1]
    assert last.debit == Side(books.ana.id, 9, 0)


def test_an_account_is_spent_to_nothing_and_not_below() -> None:
    """The refusal says what there is and what was asked for."""
    books = Books(ana=100)
    with pytest.raises(InsufficientFunds) as refusal:
        books.page.post([books.move(books.ana, books.ben, 101)], AT, WHY)
    assert (refusal.value.available, refusal.value.needed) == (Money(100, EUR), Money(101, EUR))
    books.page.post([books.move(books.ana, books.ben, 100)], AT, WHY)
    assert books.balances() == [0, 100, 0]


def test_a_balance_reaches_64_bits_and_does_not_leave_them() -> None:
    """On either side of nothing."""
    full = Books(ana=1, ben=MAX_BALANCE - 1)
    full.page.post([full.move(full.bank, full.ben, 1)], AT, WHY)
    assert full.ben.balance == MAX_BALANCE
    with pytest.raises(AmountOutOfRange):
        full.page.post([full.move(full.ana, full.ben, 1)], AT, WHY)
    deep = Books(bank=1 - MAX_BALANCE)
    deep.page.post([deep.move(deep.bank, deep.ben, 1)], AT, WHY)
    assert deep.bank.balance == -MAX_BALANCE
    with pytest.raises(AmountOutOfRange):
        deep.page.post([deep.move(deep.bank, deep.ben, 1)], AT, WHY)


def test_of_several_transfers_all_are_posted_or_none() -> None:
    """If the last is refused, balances, numbers and heads are as they were, however often an account was touched."""
    books, untouched = Books(), Books()
    moves = [(books.ana, books.ben, 60), (books.ben, books.ana, 10), (books.ana, books.bank, 51)]
    with pytest.raises(InsufficientFunds):
        books.page.post([books.move(*move) for move in moves], AT, WHY)
    assert books.page == untouched.page
