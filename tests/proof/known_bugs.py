"""Bugs that a wallet must not have, each with the tests that notice it. See `mutants`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Bug:
    """In `file` each text (there exactly once) becomes another; then `tests`, pytest's arguments, ought to fail."""

    area: str
    name: str
    file: str
    changes: tuple[tuple[str, str], ...]
    tests: str


_LOCKS, _RETURNS, _LIMITS = "locks and keys", "fees and returns", "quotes, limits and notices"
_LOCK_TESTS = "tests/wallet/test_locks.py"
_PAYMENT, _RACES = "tests/wallet/test_payment.py", "tests/faults/test_races.py"
_TOLD_LATER = """\
        batch = await self._open(conn, orders)
        import asyncio
        rows = batch.rows
        async def tell():
            async with conn.engine.begin() as later:
                await together(later, [notices.insert(rows.notices, batch.at)])
        asyncio.get_running_loop().call_later(1, lambda: asyncio.ensure_future(tell()))
"""

BUGS = (
    Bug(
        _LOCKS,
        "accounts are not locked",
        "wallet/ledger.py",
        (("AND currency = %(currency)s ORDER BY id FOR NO KEY UPDATE", "AND currency = %(currency)s ORDER BY id"),),
        f"{_LOCK_TESTS}::test_a_freeze_under_way_is_waited_for",
    ),
    Bug(
        _LOCKS,
        "accounts are locked in no order",
        "wallet/ledger.py",
        (("%(currency)s ORDER BY id FOR", "%(currency)s ORDER BY random() FOR"),),
        f"{_LOCK_TESTS}::test_accounts_are_locked_in_the_order_of_their_ids",
    ),
    Bug(
        _LOCKS,
        "a quote is closed without its payer's account",
        "wallet/quotes.py",
        ((" ORDER BY id FOR NO KEY UPDATE", ""),),
        f"{_LOCK_TESTS}::test_a_quote_is_closed_with_its_payers_account_held",
    ),
    Bug(
        _LOCKS,
        "what is read under a lock is as old as the server pleases",
        "wallet/database.py",
        (('    "default_transaction_isolation": r"read\\ committed",', ""),),
        f"{_LOCK_TESTS}::test_a_cancel_is_seen_whatever_the_server_defaults_to",
    ),
    Bug(
        _LOCKS,
        "nobody looks whether a key was used",
        "wallet/settlement.py",
        (("if (earlier := batch.payments.get(order.key)) is not None:", "if (earlier := None) is not None:"),),
        f"{_PAYMENT}::test_confirming_fifty_times_at_once_pays_once",
    ),
    Bug(
        _LOCKS,
        "a key is enough, whatever is asked for with it",
        "wallet/settlement.py",
        (("if earlier.request_hash != order.request_hash:", "if False:"),),
        f"{_PAYMENT}::test_a_key_used_for_another_request_is_a_conflict",
    ),
    Bug(
        _LOCKS,
        "the program allows an overdraft",
        "wallet/ledger.py",
        (("if debit.balance < amount and debit.kind not in models.MAY_BE_NEGATIVE:", "if False:"),),
        f"{_RACES}::test_the_last_money_is_spent_once",
    ),
    Bug(
        _LOCKS,
        "the database allows an overdraft",
        "migrations/versions/20261121_books_the_books.py",
        (("balance >= 0 OR kind IN ('card", "balance >= -1000 OR kind IN ('card"),),
        "tests/wallet/test_constraints.py::test_the_impossible_is_refused_by_name",
    ),
    Bug(
        _LOCKS,
        "an order that is refused takes its batch along",
        "wallet/settlement.py",
        (
            ("            return refusal\n", "            raise Unavailable from refusal\n"),
            ("import KeyConflict, WalletError\n", "import KeyConflict, Unavailable, WalletError\n"),
        ),
        "tests/wallet/test_group_commit.py::test_a_refused_posting_is_refused_alone",
    ),
    Bug(
        _RETURNS,
        "a person pays a fee",
        "wallet/fees.py",
        (('if payee == "person" or rate is None:', "if rate is None:"),),
        "tests/wallet/test_fees.py::test_a_person_never_pays",
    ),
    Bug(
        _RETURNS,
        "fees are rounded up",
        "wallet/fees.py",
        (("(tie > 0 or (tie == 0 and quotient % 2 == 1))", "(rest > 0)"),),
        "tests/wallet/test_fees.py::test_a_business_pays_the_rate_rounded_half_even",
    ),
    Bug(
        _RETURNS,
        "the payer pays the fee",
        "wallet/settlement.py",
        (('order.key, "fee", credit, income, fee', 'order.key, "fee", debit, income, fee'),),
        f"{_PAYMENT}::test_a_business_pays_the_fee_and_the_payer_the_price",
    ),
    Bug(
        _RETURNS,
        "what was given back can be given back again",
        "wallet/settlement_checks.py",
        (("left = state.amount - state.refunded", "left = state.amount"),),
        "tests/wallet/test_returns.py::test_a_refusal_says_how_much_is_left",
    ),
    Bug(
        _RETURNS,
        "more is given back than was paid",
        "wallet/settlement_checks.py",
        (("not 1 <= amount <= left", "not 1 <= amount"),),
        "tests/wallet/test_returns.py::test_a_refusal_says_how_much_is_left",
    ),
    Bug(
        _RETURNS,
        "the first part of a refund returns the whole fee",
        "wallet/settlement_checks.py",
        (("round_half_even(order.fee * (state.refunded + amount), state.amount)", "order.fee"),),
        "tests/wallet/test_returns.py::test_partial_refunds_return_amount_and_fee_exactly",
    ),
    Bug(
        _RETURNS,
        "what was refunded is reversed as well",
        "wallet/settlement_checks.py",
        (("(state.refunded or state.kind not in REVERSIBLE)", "state.kind not in REVERSIBLE"),),
        f"{_RACES}::test_a_refund_and_a_reversal_exclude_each_other",
    ),
    Bug(
        _LIMITS,
        "limits are read before the lock",
        "wallet/settlement.py",
        (
            (
                "        locked, payments, quotes, spent, *asked = await",
                "        payments, quotes, spent, *asked = await",
            ),
            ("                ledger.lock(account_ids, self.currency),\n", ""),
            (
                "  at = self.clock()",
                "  [locked] = await together(conn, [ledger.lock(account_ids, self.currency)]); at = self.clock()",
            ),
        ),
        f"{_LOCK_TESTS}::test_what_is_being_spent_is_waited_for",
    ),
    Bug(
        _LIMITS,
        "a payment that is a day old still counts",
        "wallet/limits.py",
        (("s.at <= %(day)s", "s.at < %(day)s"),),
        f"{_PAYMENT}::test_a_daily_limit_opens_when_the_oldest_payment_is_a_day_old",
    ),
    Bug(
        _LIMITS,
        "a day has room for one payment more",
        "wallet/limits.py",
        ((">= limits.payments_a_day", "> limits.payments_a_day"),),
        "tests/wallet/test_limits.py::test_the_limits_agree_with_a_naive_model",
    ),
    Bug(
        _LIMITS,
        "a quote that expires while its PIN is looked at is paid",
        "wallet/settlement_checks.py",
        (("if expires_at <= batch.at:", "if False:"),),
        f"{_PAYMENT}::test_a_quote_that_expires_while_its_pin_is_looked_at_pays_nothing",
    ),
    Bug(
        _LIMITS,
        "an expired quote takes PINs",
        "wallet/payments.py",
        (("if quote.expires_at <= at:", "if False:"),),
        f"{_PAYMENT}::test_an_expired_quote_pays_nothing",
    ),
    Bug(
        _LIMITS,
        "another payer's quote is accepted",
        "wallet/payments.py",
        (
            (
                "{(row.id, row.payer_id): row for row in rows}",
                "{each: row for row in rows for each in wanted if each[0] == row.id}",
            ),
        ),
        f"{_PAYMENT}::test_a_quote_is_its_payers_alone",
    ),
    Bug(
        _LIMITS,
        "a quote that was altered is paid",
        "wallet/payments.py",
        (("if not quote_codes.fits(keys, quote_codes.Shown.read(row), row.code):", "if False:"),),
        "tests/wallet/test_quote_codes.py::test_a_quote_bent_in_the_database_is_void",
    ),
    Bug(
        _LIMITS,
        "what is paid can be cancelled",
        "wallet/payments.py",
        (("if row.is_paid:\n        raise QuotePaid", "if row.is_paid:\n        return"),),
        f"{_PAYMENT}::test_a_cancelled_quote_pays_nothing_and_a_paid_one_stays_paid",
    ),
    Bug(
        _LIMITS,
        "a freeze is not seen by payments under way",
        "wallet/settlement_checks.py",
        (('if status == "frozen":', "if False:"),),
        f"{_RACES}::test_after_a_freeze_is_done_nothing_moves",
    ),
    Bug(
        _LIMITS,
        "books are opened with other digits than they are kept in",
        "wallet/parties.py",
        (
            (
                "kept = currency.kept(code, digits)",
                "kept = Currency(code, currency.exponent)",
            ),
        ),
        "tests/wallet/test_parties.py::test_books_of_a_unit_of_ones_own_are_opened_with_the_digits_they_are_kept_in",
    ),
    Bug(
        _LIMITS,
        "a second process keeps the same books in another unit",
        "wallet/parties.py",
        (
            (
                "    await _require_unit(conn, currency)  # another",
                "    # another",
            ),
        ),
        "tests/wallet/test_parties.py::test_two_processes_cannot_keep_one_books_in_two_units",
    ),
    Bug(
        _LIMITS,
        "notices are written after the commit",
        "wallet/settlement.py",
        (
            ("    yield notices.insert(rows.notices, batch.at)\n", ""),
            ("        batch = await self._open(conn, orders)\n", _TOLD_LATER),
        ),
        f"{_PAYMENT}::test_a_payment_moves_the_amount_once_and_tells_both",
    ),
)
