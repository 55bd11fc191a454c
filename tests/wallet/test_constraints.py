"""Constraints: what must never be is impossible in SQL too, for the application's role and the tables' owner."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import PIN, euros, person
from wallet import Part
from wallet.database import connection_url, migration_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from wallet import Wallet, WalletSettings

pytestmark = pytest.mark.anyio

NEW_TRANSFER = """
    INSERT INTO wallet.transfers (id, payment_id, kind, debit_account_id, debit_seq, credit_account_id, credit_seq,
                                  amount, currency, settled_at, seal)
    SELECT gen_random_uuid(), {payment}, '{kind}', {debit}, {debit_seq}, {credit}, {credit_seq},
           {amount}, '{currency}', now(), {seal}
    FROM wallet.transfers LIMIT 1
"""
NEW_ENTRY = """
    INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
    SELECT account_id, {seq}, transfer_id, {amount}, balance_after + {amount}
    FROM wallet.entries ORDER BY seq DESC LIMIT 1
"""


def transfer(
    *,
    kind: str = "fee",
    amount: int | str = 1,
    debit: str = "debit_account_id",
    debit_seq: str = "debit_seq + 1",
    credit: str = "credit_account_id",
    credit_seq: str = "credit_seq + 1",
    currency: str = "EUR",
    payment: str = "payment_id",
    seal: str = "seal",
) -> str:
    return NEW_TRANSFER.format(
        kind=kind,
        amount=amount,
        debit=debit,
        debit_seq=debit_seq,
        credit=credit,
        credit_seq=credit_seq,
        currency=currency,
        payment=payment,
        seal=seal,
    )


ENTRY_WITH_TRANSFER = """
    WITH payer AS (SELECT a.*, a.last_seq + 1 + {skipped} AS seq
                   FROM wallet.accounts a JOIN wallet.transfers t ON t.debit_account_id = a.id
                   WHERE a.kind = 'personal' LIMIT 1),
    moved AS (INSERT INTO wallet.transfers
              SELECT gen_random_uuid(), t.payment_id, 'fee', payer.id, payer.seq, t.credit_account_id, 99, 1, 'EUR',
                     now(), t.seal
              FROM wallet.transfers t, payer WHERE t.debit_account_id = payer.id LIMIT 1 RETURNING id)
    INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
    SELECT payer.id, payer.seq, moved.id, -1, {balance} FROM payer, moved
"""
CONTINUE = "ck_entries_continue_their_account"
BETWEEN_ACCOUNTS = "ck_transfers_are_of_a_payment_and_two_accounts"
IMPOSSIBLE = {
    "an overdraft": ("UPDATE wallet.accounts SET balance = -1 WHERE kind = 'personal'", "ck_accounts_no_overdraft"),
    "negative fee income": (
        "UPDATE wallet.accounts SET balance = -1 WHERE kind = 'fee_income'",
        "ck_accounts_no_overdraft",
    ),
    "a transfer of nothing": (transfer(amount=0), "ck_transfers_amount"),
    "a negative transfer": (transfer(amount=-1), "ck_transfers_amount"),
    "a transfer beyond 2^53 - 1": (transfer(amount=2**53), "ck_transfers_amount"),
    "a transfer to oneself": (transfer(credit="debit_account_id"), "ck_transfers_not_to_oneself"),
    "a transfer in another currency": (transfer(currency="USD"), BETWEEN_ACCOUNTS),
    "a transfer in another currency than the books, on accounts that have moved": (
        """WITH asked AS (INSERT INTO wallet.payments
                          SELECT gen_random_uuid(), 'deposit', 'x', 'USDOL-LARS1', debit_account_id, credit_account_id,
                                 5, 0, 'USD', '', NULL, NULL, 0, 0, now()
                          FROM wallet.payments LIMIT 1 RETURNING *)
        INSERT INTO wallet.transfers (id, payment_id, kind, debit_account_id, debit_seq, credit_account_id, credit_seq,
                                      amount, currency, settled_at, seal)
        SELECT gen_random_uuid(), id, 'amount', debit_account_id, 2, credit_account_id, 2, 5, 'USD', settled_at,
               decode(repeat('ab', 32), 'hex') FROM asked""",
        BETWEEN_ACCOUNTS,
    ),
    "a transfer from nowhere": (transfer(debit="gen_random_uuid()", debit_seq="1"), BETWEEN_ACCOUNTS),
    "a transfer to nowhere": (transfer(credit="gen_random_uuid()", credit_seq="1"), BETWEEN_ACCOUNTS),
    "a transfer for nothing": (transfer(payment="gen_random_uuid()"), BETWEEN_ACCOUNTS),
    "a transfer without a seal": (transfer(seal="''"), "ck_transfers_seal"),
    "an account whose head is no seal": (
        "UPDATE wallet.accounts SET head = 'x' WHERE last_seq > 0",
        "ck_accounts_head",
    ),
    "a transfer of a new kind": (transfer(kind="gift"), "ck_transfers_kind"),
    "a payment's amount moved twice": (transfer(kind="amount"), "uq_transfers_payment_id_kind"),
    "an entry of nothing": (NEW_ENTRY.format(seq="seq + 1", amount=0), "ck_entries_amount"),
    "an entry that leaves a gap": (
        """INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
        SELECT a.id, 2, t.id, 1, 1 FROM wallet.accounts a, wallet.transfers t WHERE a.kind = 'fee_income' LIMIT 1""",
        f"ck_entries_are_of_their_transfer, {CONTINUE}",
    ),
    "an entry before the first": (NEW_ENTRY.format(seq="0", amount=1), "ck_entries_seq"),
    "an entry in place of another": (NEW_ENTRY.format(seq="seq", amount=1), "pk_entries"),
    "two entries of one transfer on one account": (
        NEW_ENTRY.format(seq="seq + 1", amount=1),
        "ck_entries_are_of_their_transfer",
    ),
    "an entry of no transfer": (
        NEW_ENTRY.format(seq="seq + 1", amount=1).replace("transfer_id, 1", "gen_random_uuid(), 1"),
        "ck_entries_are_of_their_transfer",
    ),
    "a gap after the last entry": (ENTRY_WITH_TRANSFER.format(skipped=1, balance="balance - 1"), CONTINUE),
    "a balance that does not follow": (ENTRY_WITH_TRANSFER.format(skipped=0, balance="balance"), CONTINUE),
    "a later entry of an account that is not there": (
        """WITH moved AS (INSERT INTO wallet.transfers
                          SELECT gen_random_uuid(), payment_id, 'fee', gen_random_uuid(), 7, credit_account_id, 99, 1,
                                 'EUR', now(), seal
                          FROM wallet.transfers WHERE kind = 'amount' LIMIT 1 RETURNING id, debit_account_id, debit_seq)
        INSERT INTO wallet.entries (account_id, seq, transfer_id, amount, balance_after)
        SELECT debit_account_id, debit_seq, id, -1, 1 FROM moved""",
        CONTINUE,
    ),
    "a second account in the same currency": (
        """INSERT INTO wallet.accounts (id, party_id, kind, currency, status)
        SELECT gen_random_uuid(), party_id, kind, currency, status FROM wallet.accounts WHERE party_id IS NOT NULL""",
        "uq_accounts_party_id_currency",
    ),
    "a second clearing account": (
        """INSERT INTO wallet.accounts (id, kind, currency, status)
        VALUES (gen_random_uuid(), 'bank_clearing', 'EUR', 'open')""",
        "uq_accounts_system_kind",
    ),
    "a person without a party": (
        """INSERT INTO wallet.accounts (id, kind, currency, status)
        VALUES (gen_random_uuid(), 'personal', 'EUR', 'open')""",
        "ck_accounts_parties_own_party_accounts",
    ),
    "more given back than paid": (
        "UPDATE wallet.payments SET refunded = amount + 1",
        "ck_payments_never_more_refunded_than_paid",
    ),
    "more fee returned than taken": (
        "UPDATE wallet.payments SET fee_refunded = fee + 1",
        "ck_payments_never_more_fee_returned_than_taken",
    ),
    "a hold that ends twice": (
        """INSERT INTO wallet.payments (id, kind, request_hash, reference, debit_account_id, credit_account_id, amount,
                                        fee, currency, note, original_id, settled_at)
        SELECT gen_random_uuid(), ends.kind, '', gen_random_uuid(), credit_account_id, debit_account_id, amount,
               fee, currency, note, id, settled_at
        FROM wallet.payments p, unnest(ARRAY['capture', 'release']) AS ends(kind) WHERE p.kind = 'hold'""",
        "uq_payments_one_end",
    ),
    "a capture of nothing": (
        "UPDATE wallet.payments SET kind = 'capture', quote_id = NULL WHERE kind = 'hold'",
        "ck_payments_a_return_cites_its_original",
    ),
    "money set aside without a quote": (
        "UPDATE wallet.payments SET quote_id = NULL WHERE kind = 'hold'",
        "ck_payments_a_payment_has_a_quote",
    ),
    "a hold in a new state": ("UPDATE wallet.holds SET state = 'lost'", "ck_holds_state"),
    "a hold of nothing": ("UPDATE wallet.holds SET amount = 0", "ck_holds_amount"),
    "a hold for oneself": ("UPDATE wallet.holds SET payee_account_id = payer_account_id", "ck_holds_not_for_oneself"),
    "a request in a new state": ("UPDATE wallet.requests SET state = 'lost'", "ck_requests_state"),
    "a request for nothing": ("UPDATE wallet.requests SET amount = 0", "ck_requests_amount"),
    "a request of oneself": (
        "UPDATE wallet.requests SET payee_account_id = payer_account_id",
        "ck_requests_not_of_oneself",
    ),
    "a request that is over at once": (
        "UPDATE wallet.requests SET expires_at = created_at",
        "ck_requests_open_for_a_while",
    ),
    "a request paid by nothing": ("UPDATE wallet.requests SET state = 'paid'", "ck_requests_paid_by_a_payment"),
    "a request declined and paid": (
        "UPDATE wallet.requests SET payment_id = (SELECT id FROM wallet.payments LIMIT 1)",
        "ck_requests_paid_by_a_payment",
    ),
    "a request paid by what is no payment": (
        "UPDATE wallet.requests SET state = 'paid', payment_id = gen_random_uuid()",
        "fk_requests_payment_id",
    ),
    "two requests paid by one payment": (
        """WITH paid AS (SELECT id FROM wallet.payments LIMIT 1)
        INSERT INTO wallet.requests (id, payee_account_id, payer_account_id, amount, currency, note, state, created_at,
                                     expires_at, payment_id)
        SELECT gen_random_uuid(), payee_account_id, payer_account_id, amount, currency, note, 'paid', created_at,
               expires_at, paid.id
        FROM wallet.requests, paid, generate_series(1, 2)""",
        "uq_requests_payment_id",
    ),
    "a request in another currency": ("UPDATE wallet.requests SET currency = 'USD'", "fk_requests_payer"),
    "a quote that answers no request": (
        "UPDATE wallet.quotes SET request_id = gen_random_uuid()",
        "fk_quotes_request_id",
    ),
    "a quote called paid, which only a payment says": ("UPDATE wallet.quotes SET state = 'paid'", "ck_quotes_state"),
    "a split of a new kind": ("UPDATE wallet.splits SET way = 'dice'", "ck_splits_way"),
    "a split of nothing": ("UPDATE wallet.splits SET total = 0", "ck_splits_total"),
    "a split that is over at once": ("UPDATE wallet.splits SET expires_at = created_at", "ck_splits_open_for_a_while"),
    "a split in another currency": ("UPDATE wallet.splits SET currency = 'USD'", "fk_splits_starter"),
    "a share of nothing": ("UPDATE wallet.shares SET amount = 0", "ck_shares_amount"),
    "a share of who is out": ("UPDATE wallet.shares SET is_in = false", "ck_shares_only_who_is_in_pays"),
    "a share asked for without an amount": ("UPDATE wallet.shares SET amount = NULL", "ck_shares_fixed_at_once"),
    "a share that nothing asks for": (
        "UPDATE wallet.shares SET request_id = gen_random_uuid()",
        "fk_shares_request_id",
    ),
    "two shares asked for at once": (
        "UPDATE wallet.shares SET request_id = (SELECT request_id FROM wallet.shares WHERE request_id IS NOT NULL)",
        "uq_shares_request_id",
    ),
    "a share of no split": ("UPDATE wallet.shares SET split_id = gen_random_uuid()", "fk_shares_split_id"),
    "a netting in a new state": (
        """INSERT INTO wallet.nettings (id, group_key, state, created_at, expires_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'lost', now(), now() + INTERVAL '1 day')""",
        "ck_nettings_state",
    ),
    "a side of no netting": (
        "INSERT INTO wallet.netting_sides (netting_id, account_id) SELECT gen_random_uuid(), id FROM wallet.accounts",
        "fk_netting_sides_netting_id",
    ),
    "a claim of no netting": (
        """INSERT INTO wallet.netting_claims (netting_id, request_id, kind)
        SELECT gen_random_uuid(), id, 'netted' FROM wallet.requests""",
        "fk_netting_claims_netting_id",
    ),
    "a claim of a new kind": (
        """INSERT INTO wallet.netting_claims (netting_id, request_id, kind)
        SELECT gen_random_uuid(), id, 'lost' FROM wallet.requests""",
        "ck_netting_claims_kind",
    ),
    "a fourth PIN on a quote": ("UPDATE wallet.quotes SET pin_attempts = 4", "ck_quotes_pin_attempts"),
    "an eleventh PIN": ("UPDATE wallet.pins SET failures = 11", "ck_pins_failures"),
    "an act without a reason": (
        """INSERT INTO wallet.acts (id, at, actor, verb, subject_id, reason)
        VALUES (gen_random_uuid(), now(), 'op', 'freeze', gen_random_uuid(), '')""",
        "ck_acts_reason",
    ),
}
CHANGES_OF_HISTORY = (
    "UPDATE wallet.entries SET amount = 1",
    "UPDATE wallet.transfers SET amount = 1",
    "UPDATE wallet.acts SET reason = 'none'",
    "DELETE FROM wallet.entries",
    "DELETE FROM wallet.transfers",
    "DELETE FROM wallet.acts",
    "TRUNCATE wallet.entries",
    "TRUNCATE wallet.transfers CASCADE",
    "TRUNCATE wallet.acts",
)
DETOURS = (
    "TRUNCATE wallet.payments CASCADE",
    "TRUNCATE wallet.holds",
    "TRUNCATE wallet.requests CASCADE",
    "TRUNCATE wallet.splits CASCADE",
    "TRUNCATE wallet.shares",
    "TRUNCATE wallet.nettings CASCADE",
    "TRUNCATE wallet.netting_sides",
    "TRUNCATE wallet.netting_claims",
    "TRUNCATE wallet.accounts CASCADE",
    "TRUNCATE wallet.parties CASCADE",
)
UPROOTING = (
    "DELETE FROM wallet.shares",
    "DELETE FROM wallet.splits",
    "DELETE FROM wallet.holds",
    "DELETE FROM wallet.requests",
    "DELETE FROM wallet.payments",
    "DELETE FROM wallet.accounts",
    "DELETE FROM wallet.parties",
)
FORBIDDEN_TO_THE_APPLICATION = (
    "UPDATE wallet.payments SET amount = 1",
    "UPDATE wallet.quotes SET amount = 1",
    "UPDATE wallet.quotes SET payee_account_id = payer_account_id",
    "UPDATE wallet.accounts SET currency = 'USD'",
    "UPDATE wallet.parties SET owner_id = id",
    "UPDATE wallet.holds SET amount = 1",
    "UPDATE wallet.holds SET payee_account_id = payer_account_id",
    "UPDATE wallet.holds SET expires_at = now()",
    "DELETE FROM wallet.holds",
    "UPDATE wallet.requests SET amount = 1",
    "UPDATE wallet.requests SET payee_account_id = payer_account_id",
    "UPDATE wallet.requests SET expires_at = now()",
    "DELETE FROM wallet.requests",
    "UPDATE wallet.quotes SET request_id = NULL",
    "UPDATE wallet.splits SET total = 1",
    "UPDATE wallet.splits SET starter_account_id = NULL",
    "DELETE FROM wallet.splits",
    "DELETE FROM wallet.shares",
    "UPDATE wallet.nettings SET expires_at = now()",
    "DELETE FROM wallet.netting_sides",
    "UPDATE wallet.netting_claims SET kind = 'made'",
    "DELETE FROM wallet.netting_claims",
    "UPDATE wallet.spending SET total = 1",
    "DELETE FROM wallet.spending",
    "DELETE FROM wallet.payments",
    "DELETE FROM wallet.notices",
    "DELETE FROM wallet.pins",
    "DELETE FROM wallet.accounts",
    "ALTER TABLE wallet.entries DISABLE TRIGGER ALL",
    "DROP TABLE wallet.entries",
    "CREATE TABLE wallet.mine (id int)",
)


@pytest.fixture
async def used(wallet: Wallet) -> Wallet:
    """Books with a deposit, a payment, a hold, a request and a split in them."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    for payee, cents in ((ben, 40), (await wallet.invite("@newbie", key=uuid4()), 10)):
        quote = await wallet.quote(ana.id, payee.id, euros(wallet, cents), key=uuid4())
        await wallet.confirm(quote.id, ana.id, PIN)
    await wallet.ask(ben.id, ana.id, euros(wallet, 5), key=uuid4())
    await wallet.start_split(ben.id, uuid4(), euros(wallet, 9), parts=[Part(ana.id)], key=uuid4())
    return wallet


@pytest.fixture
def owner(used: Wallet, settings: WalletSettings) -> Iterator[Connection]:
    """A connection as the owner of the tables, which may do everything that a constraint or trigger does not stop."""
    assert used
    engine = create_engine(migration_url(settings), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def application(used: Wallet, settings: WalletSettings) -> Iterator[Connection]:
    """A connection as bot and wallet have it."""
    assert used
    engine = create_engine(connection_url(settings), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def refused(connection: Connection, statement: str) -> psycopg.Error:
    with pytest.raises(DBAPIError) as refusal:
        connection.execute(text(statement))
    assert isinstance(refusal.value.orig, psycopg.Error)
    return refusal.value.orig


async def test_the_impossible_is_refused_by_name(owner: Connection) -> None:
    """Even for the owner; the constraint's name says what was wrong."""
    for what, (statement, constraint) in IMPOSSIBLE.items():
        error = refused(owner, statement)
        assert error.diag.constraint_name is not None, what
        assert error.diag.constraint_name in constraint, what
        assert error.diag.schema_name == "wallet", what


async def test_history_is_refused_to_the_owner_by_a_trigger(owner: Connection) -> None:
    """Not to be changed, deleted or emptied, directly or by way of the tables it hangs on."""
    for statement in (*CHANGES_OF_HISTORY, *DETOURS, *UPROOTING):
        error = refused(owner, statement)
        assert isinstance(error, psycopg.errors.RestrictViolation), statement
        assert "append-only" in str(error), statement


async def test_the_application_lacks_the_right(application: Connection) -> None:
    """It adds to history and to nothing else that counts; schema and triggers are not its own."""
    for statement in (*CHANGES_OF_HISTORY, *FORBIDDEN_TO_THE_APPLICATION):
        assert isinstance(refused(application, statement), psycopg.errors.InsufficientPrivilege), statement


async def test_the_application_meets_the_same_constraints(application: Connection) -> None:
    """What the owner cannot do, the application cannot do either."""
    for what in ("an overdraft", "a transfer of nothing", "a transfer to oneself", "an entry that leaves a gap"):
        statement, constraint = IMPOSSIBLE[what]
        assert (refused(application, statement).diag.constraint_name or "none") in constraint


async def test_every_constraint_has_a_name_of_ours(owner: Connection) -> None:
    """A name that PostgreSQL made up would say less, and differ between servers."""
    query = text("""
        SELECT conrelid::regclass || '.' || conname FROM pg_constraint
        WHERE connamespace = 'wallet'::regnamespace AND contype <> 'n' AND conname !~ '^(pk|fk|uq|ck)_'
    """)
    assert owner.execute(query).scalars().all() == []
