"""Bugs that PINs and history must not have, each with the tests that notice it. See `mutants`."""

from __future__ import annotations

from tests.proof.known_bugs import Bug

_PINS, _HISTORY = "PINs", "history"
_PIN_FUNCTIONS = "migrations/versions/20261122_pin_hashes_within.py"
_BOOKS = "migrations/versions/20261121_books_the_books.py"
_ATTEMPTS = "tests/wallet/test_pin_attempts.py"
_PAYMENT, _PIN_TESTS = "tests/wallet/test_payment.py", "tests/wallet/test_pins.py"

BUGS = (
    Bug(
        _PINS,
        "attempts are counted after the PIN was compared",
        _PIN_FUNCTIONS,
        (
            ("SET failures = pin.failures + 1,", "SET failures = pin.failures,"),
            (
                "UPDATE wallet.pins SET unproved = pin.unproved - 1 WHERE",
                "UPDATE wallet.pins SET unproved = pin.unproved - 1, failures = pin.failures + 1 WHERE",
            ),
        ),
        f"{_PIN_TESTS}::test_of_fifty_guesses_at_once_five_are_looked_at",
    ),
    Bug(
        _PINS,
        "the right PIN does not clear the count",
        _PIN_FUNCTIONS,
        (("SET failures = 0, unproved = pin.unproved - 1,", "SET unproved = pin.unproved - 1,"),),
        f"{_PIN_TESTS}::test_the_right_pin_clears_the_count",
    ),
    Bug(
        _PINS,
        "every PIN clears the count",
        _PIN_FUNCTIONS,
        (("SET unproved = pin.unproved - 1 WHERE", "SET unproved = pin.unproved - 1, failures = 0 WHERE"),),
        f"{_PIN_TESTS}::test_after_the_lock_there_is_one_try_a_day_and_the_tenth_is_the_last",
    ),
    Bug(
        _PINS,
        "a lock does not hold",
        _PIN_FUNCTIONS,
        (("AND (pin.locked_until IS NULL OR pin.locked_until <= at)", ""),),
        f"{_PIN_TESTS}::test_after_the_lock_there_is_one_try_a_day_and_the_tenth_is_the_last",
    ),
    Bug(
        _PINS,
        "there are six tries before the lock",
        _PIN_FUNCTIONS,
        (("BETWEEN 5 AND 9", "BETWEEN 6 AND 9"),),
        f"{_PIN_TESTS}::test_of_fifty_guesses_at_once_five_are_looked_at",
    ),
    Bug(
        _PINS,
        "one attempt counted compares any number of PINs",
        _PIN_FUNCTIONS,
        (("OR pin.unproved = 0 THEN", "THEN"),),
        f"{_PIN_TESTS}::test_a_wrong_pin_is_compared_once",
    ),
    Bug(
        _PINS,
        "a PIN is bound to nobody",
        "wallet/pin_hashing.py",
        (("+ party_id.bytes + pin", "+ pin"),),
        "tests/wallet/test_pin_hashing.py::test_a_hash_moved_to_another_person_matches_nothing",
    ),
    Bug(
        _PINS,
        "the pepper is left out",
        "wallet/pin_hashing.py",
        (("hmac.digest(self._peppers[recipe.pepper_id], message", 'hmac.digest(b"", message'),),
        "tests/wallet/test_pin_hashing.py::test_a_hash_is_what_the_page_says_it_is",
    ),
    Bug(
        _PINS,
        "three wrong PINs leave the quote open",
        "wallet/pin_attempts.py",
        (("self.on_quote >= pins.PER_QUOTE", "self.on_quote > pins.PER_QUOTE"),),
        f"{_PAYMENT}::test_three_wrong_pins_void_the_quote",
    ),
    Bug(
        _PINS,
        "an attempt on a quote that takes none stays counted",
        "wallet/pin_attempts.py",
        (("        await _refuse_quote(conn, look.quote_id)\n", "        pass\n"),),
        f"{_ATTEMPTS}::test_a_refused_attempt_is_refused_alone_and_not_counted",
    ),
    Bug(
        _PINS,
        "a PIN's answer goes to another in the batch",
        "wallet/pin_attempts.py",
        (("for number, ((right,),) in zip(order, answers", "for number, ((right,),) in zip(order, reversed(answers)"),),
        f"{_ATTEMPTS}::test_pins_compared_together_have_an_answer_each",
    ),
    Bug(
        _PINS,
        "two processes lock PINs in different orders",
        "wallet/pin_attempts.py",
        (("sorted(range(len(looks)), key=lambda number: looks[number].person_id)", "list(range(len(looks)))"),),
        f"{_ATTEMPTS}::test_batches_of_two_processes_never_wait_in_a_circle",
    ),
    Bug(
        _PINS,
        "money does not rest after a reset",
        "wallet/pins.py",
        (("if until is not None and until > at:", "if False:"),),
        f"{_PIN_TESTS}::test_after_a_reset_nothing_leaves_for_a_day",
    ),
    Bug(
        _HISTORY,
        "an entry does not say what is left",
        "wallet/ledger.py",
        (("SELECT account, seq, transfer, -amount, balance\n", "SELECT account, seq, transfer, -amount, 0\n"),),
        "tests/wallet/test_history.py::test_a_line_says_who_what_and_what_is_left",
    ),
    Bug(
        _PINS,
        "a reset voids everybody's quotes",
        "wallet/quotes.py",
        (
            (
                "WHERE q.payer_account_id IN (SELECT id FROM wallet.accounts WHERE party_id = :payer) AND",
                "WHERE CAST(:payer AS uuid) IS NOT NULL AND",
            ),
        ),
        "tests/wallet/test_pin_tries.py::test_a_reset_voids_ones_own_open_quotes_and_nothing_else",
    ),
    Bug(
        _HISTORY,
        "a refused transfer leaves its number behind",
        "wallet/ledger.py",
        (
            (
                "= balance, last_seq, head\n            raise",
                "= balance, account.last_seq, account.head\n            raise",
            ),
        ),
        "tests/wallet/test_ledger_page.py::test_of_several_transfers_all_are_posted_or_none",
    ),
    Bug(
        _HISTORY,
        "a receipt is genuine whatever its payment says by now",
        "wallet/verification.py",
        ((" OR ({_PAYMENT_AGREES}) IS NOT TRUE", ""),),
        "tests/wallet/test_verification.py::test_what_a_receipt_shows_is_what_was_sealed",
    ),
    Bug(
        _HISTORY,
        "a receipt is genuine though its payment was never shown",
        "wallet/verification.py",
        (("return quote_codes.fits(keys, quote_codes.Shown.read(row), row.code)", "return True"),),
        "tests/wallet/test_verification.py::test_a_payment_written_past_the_wallet_is_not_genuine",
    ),
    Bug(
        _HISTORY,
        "a seal leaves out what came before",
        "wallet/seals.py",
        (("balance, len(head)) + head", "balance, 0)"),),
        "tests/wallet/test_seals_in_sql.py::test_sql_and_python_seal_alike",
    ),
    Bug(
        _HISTORY,
        "the bot's role may change entries",
        _BOOKS,
        (('"wallet.entries": "SELECT, INSERT"', '"wallet.entries": "SELECT, INSERT, UPDATE"'),),
        "tests/wallet/test_constraints.py::test_the_application_lacks_the_right",
    ),
    Bug(
        _HISTORY,
        "the owner may rewrite history",
        _BOOKS,
        (('changes = "UPDATE OR DELETE" if table', 'changes = "DELETE" if table'),),
        "tests/wallet/test_constraints.py::test_history_is_refused_to_the_owner_by_a_trigger",
    ),
)
