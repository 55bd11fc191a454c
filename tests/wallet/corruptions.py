"""Falsified books: a table of what somebody with all rights might do, and the proofs that must find it."""

from __future__ import annotations

from dataclasses import dataclass

_ACCOUNT = "(SELECT a.id FROM wallet.accounts a LEFT JOIN wallet.parties p ON p.id = a.party_id WHERE {})"
_PAYMENT = "(SELECT id FROM wallet.payments WHERE {})"

NAMES = {
    "ana": _ACCOUNT.format("p.name = 'Ana'"),
    "ben": _ACCOUNT.format("p.name = 'Ben'"),
    "cafe": _ACCOUNT.format("p.name = 'Café Luna'"),
    "income": _ACCOUNT.format("a.kind = 'fee_income'"),
    "bank": _ACCOUNT.format("a.kind = 'bank_clearing'"),
    "lunch": _PAYMENT.format("note = 'lunch'"),
    "last": _PAYMENT.format("note = 'not told yet'"),
    "lunch_transfer": "(SELECT t.id FROM wallet.transfers t JOIN wallet.payments p ON p.id = t.payment_id "
    "WHERE p.note = 'lunch')",
    "small": _PAYMENT.format("kind = 'payment' AND amount = 1000"),
    "odd": _PAYMENT.format("kind = 'payment' AND amount = 3333"),
    "wrong": _PAYMENT.format("kind = 'payment' AND amount = 5050"),
    "undone": _PAYMENT.format("kind = 'reversal' AND amount = 5050"),
    "lunch_back": _PAYMENT.format("kind = 'refund' AND amount = 200"),
    "small_back": _PAYMENT.format("kind = 'refund' AND amount = 500"),
    "deposit": _PAYMENT.format("kind = 'deposit' AND amount = 150000"),
    "claimed": _PAYMENT.format("kind = 'hold' AND note = 'claimed'"),
    "claim": _PAYMENT.format("kind = 'capture'"),
    "expired": _PAYMENT.format("kind = 'hold' AND note = 'expired'"),
    "taken_back": _PAYMENT.format("kind = 'release' AND note = 'taken back'"),
    "waits": _PAYMENT.format("kind = 'hold' AND note = 'waits'"),
    "dora": _ACCOUNT.format("p.name = 'Dora'"),
    "eve": _ACCOUNT.format("p.name = 'Eve'"),
    "rent": "(SELECT id FROM wallet.requests WHERE note = 'rent')",
    "made": "(SELECT request_id FROM wallet.netting_claims WHERE kind = 'made')",
    "hal": _ACCOUNT.format("p.name = 'Hal'"),
    "ivy": _ACCOUNT.format("p.name = 'Ivy'"),
    "answered": _PAYMENT.format("note = 'answered'"),
    "escrow": _ACCOUNT.format("a.kind = 'escrow'"),
    "paid_out": _PAYMENT.format("kind = 'withdrawal' AND amount = 250"),
}
"""The accounts and payments of the honest books, as `test_reconcile` keeps them."""


@dataclass(frozen=True)
class Corruption:
    """What is done to the books, and the proofs that fail of it, no others, each with the cents at stake."""

    what: str
    statement: str
    fails: dict[str, int]


CORRUPTIONS = (
    Corruption(
        "a balance is raised",
        "UPDATE wallet.accounts SET balance = balance + 700 WHERE id = {ben}",
        {"trial balance": 700, "balances": 700},
    ),
    Corruption(
        "money moves between two balances",
        "UPDATE wallet.accounts SET balance = balance + CASE id WHEN {ben} THEN 700 ELSE -700 END "
        "WHERE id IN ({ana}, {ben})",
        {"balances": 1400},
    ),
    Corruption(
        "a balance is below zero",
        "UPDATE wallet.accounts SET balance = -1 WHERE id = {cafe}",
        {"trial balance": 496, "balances": 496, "no overdraft": 1},
    ),
    Corruption(
        "the last entry's number is off",
        "UPDATE wallet.accounts SET last_seq = last_seq + 1 WHERE id = {ana}",
        {"last entries": 0, "chain": 148321},
    ),
    Corruption(
        "an entry is deleted",
        "DELETE FROM wallet.entries WHERE account_id = {ben} AND seq = 2",
        {"transfers balance": 500, "balances": 500, "running balances": 500, "double entry": 500, "chain": 620},
    ),
    Corruption(
        "the newest entry is deleted",
        "DELETE FROM wallet.entries e USING wallet.accounts a "
        "WHERE a.id = {ben} AND e.account_id = a.id AND e.seq = a.last_seq",
        {"transfers balance": 999, "balances": 999, "last entries": 0, "double entry": 999, "chain": 6928},
    ),
    Corruption(
        "an entry grows",
        "UPDATE wallet.entries SET amount = amount + 5 WHERE account_id = {ben} AND transfer_id = {lunch_transfer}",
        {"transfers balance": 5, "balances": 5, "running balances": 5, "double entry": 5},
    ),
    Corruption(
        "both entries of a transfer grow",
        "UPDATE wallet.entries SET amount = amount + 5 * sign(amount) WHERE transfer_id = {lunch_transfer}",
        {"balances": 10, "running balances": 10, "double entry": 10},
    ),
    Corruption(
        "an entry's balance is off",
        "UPDATE wallet.entries SET balance_after = balance_after + 9 WHERE account_id = {ana} AND seq = 2",
        {"running balances": 18, "chain": 500},
    ),
    Corruption(
        "an account was below zero in between",
        "UPDATE wallet.entries SET balance_after = -balance_after WHERE account_id = {ben} AND seq = 2",
        {"running balances": 22000, "no overdraft": 5500, "chain": 500},
    ),
    Corruption(
        "two entries change places",
        "UPDATE wallet.entries SET seq = 5 - seq WHERE account_id = {ana} AND seq IN (2, 3)",
        {"running balances": 3000, "double entry": 0, "chain": 4833},
    ),
    Corruption(
        "an entry has no transfer",
        "DELETE FROM wallet.transfers WHERE payment_id = {lunch}",
        {"double entry": 1000, "chain": 1120, "payments move money": 500, "spending counters": 19264},
    ),
    Corruption(
        "a transfer is turned round",
        "UPDATE wallet.transfers "
        "SET debit_account_id = credit_account_id, credit_account_id = debit_account_id "
        "WHERE payment_id = {lunch}",
        {"double entry": 2000, "chain": 500, "payments move money": 500},
    ),
    Corruption(
        "a transfer is invented, for no payment",
        "INSERT INTO wallet.transfers "
        "SELECT gen_random_uuid(), gen_random_uuid(), 'amount', {ana}, 99, {ben}, 99, 5, 'EUR', now(), sha256('')",
        {"double entry": 10, "currencies": 5, "chain": 5, "payments move money": 5},
    ),
    Corruption(
        "a transfer is in another currency",
        "UPDATE wallet.transfers SET currency = 'USD' WHERE payment_id = {lunch}",
        {"currencies": 500, "chain": 500},
    ),
    Corruption(
        "an account changes its currency",
        "UPDATE wallet.accounts SET currency = 'USD' WHERE id = {ben}",
        {"transfers balance": 18138, "trial balance": 11858, "currencies": 9069},
    ),
    Corruption(
        "a fee was not moved",
        "DELETE FROM wallet.transfers WHERE payment_id = {small} AND kind = 'fee'",
        {"double entry": 20, "chain": 3366, "payments move money": 10},
    ),
    Corruption(
        "a fee goes to somebody",
        "UPDATE wallet.transfers SET credit_account_id = {ben} WHERE payment_id = {small} AND kind = 'fee'",
        {"double entry": 20, "chain": 10, "payments move money": 10},
    ),
    Corruption(
        "a person is charged a fee",
        "UPDATE wallet.payments SET fee = 5 WHERE id = {lunch}",
        {"payments move money": 5, "quotes": 500, "fees": 5, "returned fees": 2, "fee income": 5},
    ),
    Corruption(
        "a fee is a cent too much, on the quote as well",
        "WITH q AS (UPDATE wallet.quotes SET fee = fee + 1 WHERE id = {small}) "
        "UPDATE wallet.payments SET fee = fee + 1 WHERE id = {small}",
        {"payments move money": 11, "fees": 1, "returned fees": 1, "fee income": 1},
    ),
    Corruption(
        "a deposit costs something",
        "UPDATE wallet.payments SET fee = 10 WHERE id = {deposit}",
        {"payments move money": 10, "fees": 10, "fee income": 10},
    ),
    Corruption(
        "a payment says more than was moved",
        "UPDATE wallet.payments SET amount = amount + 100 WHERE id = {lunch}",
        {"payments move money": 600, "quotes": 600, "spending counters": 500},
    ),
    Corruption(
        "a payment names another payee",
        "UPDATE wallet.payments SET credit_account_id = {cafe} WHERE id = {lunch}",
        {"payments move money": 500, "quotes": 500, "notices": 500, "fees": 5, "returns": 200},
    ),
    Corruption(
        "somebody pays a business of their own",
        "UPDATE wallet.parties SET owner_id = (SELECT id FROM wallet.parties WHERE name = 'Ana') "
        "WHERE name = 'Café Luna'",
        {"sides": 9383, "notices": 18266},
    ),
    Corruption(
        "a deposit comes from a person",
        "UPDATE wallet.payments SET debit_account_id = {ana} WHERE kind = 'deposit' AND amount = 5000",
        {"payments move money": 5000, "sides": 5000, "notices": 5000},
    ),
    Corruption(
        "a quote was changed after it was paid",
        "UPDATE wallet.quotes SET amount = amount - 1 WHERE id = {lunch}",
        {"quotes": 500},
    ),
    Corruption(
        "a quote names another payee",
        "UPDATE wallet.quotes SET payee_account_id = {cafe} WHERE id = {lunch}",
        {"quotes": 500},
    ),
    Corruption(
        "a quote was paid after it expired",
        "UPDATE wallet.quotes SET expires_at = created_at WHERE id = {lunch}",
        {"quotes": 500},
    ),
    Corruption(
        "a paid quote was cancelled",
        "UPDATE wallet.quotes SET state = 'cancelled' WHERE id = {lunch}",
        {"quotes": 500},
    ),
    Corruption(
        "a quote is gone",
        "DELETE FROM wallet.quotes WHERE id = {lunch}",
        {"quotes": 500},
    ),
    Corruption(
        "a payment is gone, its money is not",
        "DELETE FROM wallet.payments WHERE id = {lunch}",
        {
            "currencies": 500,
            "chain": 500,
            "payments move money": 500,
            "notices": 0,
            "returns": 200,
            "spending counters": 19264,
        },
    ),
    Corruption(
        "two payments share a reference",
        "UPDATE wallet.payments SET reference = (SELECT reference FROM wallet.payments WHERE id = {odd}) "
        "WHERE id = {lunch}",
        {"requests": 0},
    ),
    Corruption(
        "one request is paid twice",
        "INSERT INTO wallet.payments SELECT * FROM wallet.payments WHERE id = {deposit}",
        {"requests": 150000, "acts": 150000, "bank clearing": 150000},
    ),
    Corruption(
        "the payee is not told",
        "DELETE FROM wallet.notices WHERE payment_id = {lunch} AND kind = 'payment_received'",
        {"notices": 500},
    ),
    Corruption(
        "somebody else is told",
        "UPDATE wallet.notices SET recipient_id = (SELECT id FROM wallet.parties WHERE name = 'Luna') "
        "WHERE payment_id = {lunch}",
        {"notices": 1000},
    ),
    Corruption(
        "somebody is told twice",
        "INSERT INTO wallet.notices "
        "SELECT gen_random_uuid(), recipient_id, party_id, kind, payment_id, facts, created_at, "
        "due_at, attempts, delivered_at, parked_at FROM wallet.notices "
        "WHERE payment_id = {lunch} AND kind = 'payment_sent'",
        {"notices": 500},
    ),
    Corruption(
        "a notice does not leave",
        "UPDATE wallet.notices SET due_at = due_at - INTERVAL '6 minutes' WHERE delivered_at IS NULL",
        {"outbox": 0},
    ),
    Corruption(
        "an act is not on record",
        "DELETE FROM wallet.acts WHERE subject_id = {deposit}",
        {"acts": 150000},
    ),
    Corruption(
        "more is called refunded than was",
        "UPDATE wallet.payments SET refunded = refunded + 100 WHERE id = {lunch}",
        {"returned amounts": 100},
    ),
    Corruption(
        "more is refunded than was paid",
        "UPDATE wallet.payments SET amount = amount + 2000 WHERE id = {small_back}",
        {"payments move money": 2500, "returned amounts": 2000, "returned fees": 20},
    ),
    Corruption(
        "a refund brought the wrong fee back",
        "UPDATE wallet.payments SET fee = fee + 2 WHERE id = {small_back}",
        {"payments move money": 7, "returned amounts": 2, "returned fees": 2, "fee income": 2},
    ),
    Corruption(
        "a refund goes to somebody else",
        "UPDATE wallet.payments SET credit_account_id = {cafe} WHERE id = {lunch_back}",
        {"payments move money": 200, "notices": 200, "returns": 200},
    ),
    Corruption(
        "a refund cites another payment",
        "UPDATE wallet.payments SET original_id = {small} WHERE id = {lunch_back}",
        {"chain": 200, "returns": 200, "returned amounts": 400, "returned fees": 4},
    ),
    Corruption(
        "a reversal undoes a part",
        "UPDATE wallet.payments SET amount = amount - 50 WHERE id = {undone}",
        {"payments move money": 5050, "returns": 5000, "returned amounts": 50},
    ),
    Corruption(
        "a payment is reversed twice",
        "UPDATE wallet.payments SET original_id = {wrong} WHERE kind = 'reversal' AND amount = 700",
        {"chain": 700, "returns": 700, "returned amounts": 1400, "returned fees": 14, "bank clearing": 700},
    ),
    Corruption(
        "a spending counter is lowered",
        "UPDATE wallet.spending SET total = total - 400 WHERE account_id = {ana} AND nth = 2",
        {"spending counters": 400},
    ),
    Corruption(
        "a payment was not counted",
        "DELETE FROM wallet.spending WHERE account_id = {ana} AND nth = 5",
        {"spending counters": 10882},
    ),
    Corruption(
        "a payment was counted as earlier",
        "UPDATE wallet.spending SET at = at - INTERVAL '1 day' WHERE account_id = {ana} AND nth = 5",
        {"spending counters": 0},
    ),
    Corruption(
        "somebody paid more at once than allowed, and the counters agree",
        """
        WITH p AS (UPDATE wallet.payments SET amount = amount + 100000 WHERE id = {lunch}),
             q AS (UPDATE wallet.quotes SET amount = amount + 100000 WHERE id = {lunch}),
             t AS (UPDATE wallet.transfers SET amount = amount + 100000 WHERE payment_id = {lunch}),
             e AS (UPDATE wallet.entries SET amount = amount + 100000 * sign(amount),
                                             balance_after = balance_after + 100000 * sign(amount)
                   WHERE transfer_id = {lunch_transfer})
        UPDATE wallet.spending SET total = total + 100000 WHERE account_id = {ana}
        """,
        {"balances": 200000, "running balances": 200000, "chain": 100500, "limits": 500},
    ),
    Corruption(
        "a transfer moves nothing",
        "UPDATE wallet.transfers SET amount = 0 WHERE payment_id = {lunch}",
        {"double entry": 1000, "amounts": 0, "chain": 0, "payments move money": 500},
    ),
    Corruption(
        "a payment to oneself",
        "UPDATE wallet.payments SET debit_account_id = credit_account_id WHERE id = {lunch}",
        {
            "amounts": 500,
            "payments move money": 500,
            "quotes": 500,
            "notices": 500,
            "returns": 200,
            "spending counters": 20264,
        },
    ),
    Corruption(
        "fee income is plundered into a person's account",
        "UPDATE wallet.accounts SET balance = balance + CASE id WHEN {income} THEN -7 ELSE 7 END "
        "WHERE id IN ({income}, {ben})",
        {"balances": 14, "no overdraft": 2, "fee income": 7},
    ),
    Corruption(
        "the bank is said to hold more",
        "UPDATE wallet.accounts SET balance = balance - 500 WHERE id = {bank}",
        {"trial balance": 500, "balances": 500, "bank clearing": 500},
    ),
    Corruption(
        "a withdrawal is called a deposit",
        "UPDATE wallet.payments SET kind = 'deposit' WHERE id = {paid_out}",
        {"chain": 250, "sides": 250, "notices": 250, "acts": 250, "bank clearing": 500},
    ),
    Corruption(
        "a payment moves its money twice",
        "INSERT INTO wallet.transfers "
        "SELECT gen_random_uuid(), payment_id, kind, debit_account_id, debit_seq, credit_account_id, credit_seq, "
        "amount, currency, settled_at, seal FROM wallet.transfers WHERE payment_id = {lunch}",
        {"double entry": 1000, "chain": 500, "payments move money": 500, "spending counters": 19764},
    ),
    Corruption(
        "what a payment was for is altered, on the quote as well",
        "WITH q AS (UPDATE wallet.quotes SET note = 'rent' WHERE id = {lunch}) "
        "UPDATE wallet.payments SET note = 'rent' WHERE id = {lunch}",
        {"chain": 500},
    ),
    Corruption(
        "a payment grows, and all that follows from it is rewritten, but the seals",
        """
        WITH p AS (UPDATE wallet.payments SET amount = amount + 5 WHERE id = {lunch}),
             q AS (UPDATE wallet.quotes SET amount = amount + 5 WHERE id = {lunch}),
             s AS (UPDATE wallet.spending SET total = total + 5 WHERE account_id = {ana}),
             a AS (UPDATE wallet.accounts SET balance = balance + CASE id WHEN {ana} THEN -5 ELSE 5 END
                   WHERE id IN ({ana}, {ben})),
             e AS (UPDATE wallet.entries
                   SET amount = amount + CASE transfer_id WHEN {lunch_transfer} THEN 5 * sign(amount) ELSE 0 END,
                       balance_after = balance_after + CASE account_id WHEN {ana} THEN -5 ELSE 5 END
                   WHERE account_id IN ({ana}, {ben}) AND seq > 1)
        UPDATE wallet.transfers SET amount = amount + 5 WHERE payment_id = {lunch}
        """,
        {"chain": 22340},
    ),
    Corruption(
        "a seal is another one",
        "UPDATE wallet.transfers SET seal = sha256(seal) WHERE payment_id = {lunch}",
        {"chain": 1620},
    ),
    Corruption(
        "a seal is another one, and is the last of its accounts",
        "WITH a AS (UPDATE wallet.accounts SET head = sha256(head) WHERE id IN ({ana}, {ben})) "
        "UPDATE wallet.transfers SET seal = sha256(seal) WHERE payment_id = {last}",
        {"chain": 999},
    ),
    Corruption(
        "an account forgets its last seal",
        "UPDATE wallet.accounts SET head = ''::bytea WHERE id = {ben}",
        {"chain": 5929},
    ),
    Corruption(
        "the newest payment is gone, with all that followed from it, but the last seals",
        """
        WITH p AS (DELETE FROM wallet.payments WHERE id = {last}),
             q AS (UPDATE wallet.quotes SET state = 'cancelled' WHERE id = {last}),
             n AS (DELETE FROM wallet.notices WHERE payment_id = {last}),
             s AS (DELETE FROM wallet.spending WHERE account_id = {ana} AND nth = 5),
             a AS (UPDATE wallet.accounts SET last_seq = last_seq - 1,
                                              balance = balance + CASE id WHEN {ana} THEN 999 ELSE -999 END
                   WHERE id IN ({ana}, {ben})),
             e AS (DELETE FROM wallet.entries
                   WHERE transfer_id = (SELECT id FROM wallet.transfers WHERE payment_id = {last}))
        DELETE FROM wallet.transfers WHERE payment_id = {last}
        """,
        {"chain": 154250},
    ),
    Corruption(
        "escrow is plundered into a person's account",
        "UPDATE wallet.accounts SET balance = balance + CASE id WHEN {escrow} THEN -640 ELSE 640 END "
        "WHERE id IN ({escrow}, {eve})",
        {"balances": 1280, "escrow": 640},
    ),
    Corruption(
        "more waits than was set aside",
        "UPDATE wallet.holds SET amount = amount + 60 WHERE id = {waits}",
        {"escrow": 60, "holds": 700},
    ),
    Corruption(
        "a hold waits for somebody else",
        "UPDATE wallet.holds SET payee_account_id = {eve} WHERE id = {waits}",
        {"holds": 640},
    ),
    Corruption(
        "a hold is somebody else's",
        "UPDATE wallet.holds SET payer_account_id = {ana} WHERE id = {expired}",
        {"holds": 610, "hold ends": 610},
    ),
    Corruption(
        "a hold is gone, its money is not",
        "DELETE FROM wallet.holds WHERE id = {waits}",
        {"escrow": 640, "holds": 640},
    ),
    Corruption(
        "a hold is invented",
        "INSERT INTO wallet.holds SELECT gen_random_uuid(), payer_account_id, payee_account_id, amount, currency, "
        "state, created_at, expires_at FROM wallet.holds WHERE id = {waits}",
        {"escrow": 640, "holds": 640},
    ),
    Corruption(
        "a hold that was captured is open again",
        "UPDATE wallet.holds SET state = 'open' WHERE id = {claimed}",
        {"escrow": 600, "hold ends": 600, "overdue holds": 600},
    ),
    Corruption(
        "a hold is called expired and was not released",
        "UPDATE wallet.holds SET state = 'expired' WHERE id = {waits}",
        {"escrow": 640, "hold ends": 640},
    ),
    Corruption(
        "what came back is called captured",
        "UPDATE wallet.holds SET state = 'captured' WHERE id = {expired}",
        {"hold ends": 610},
    ),
    Corruption(
        "a hold was captured after its time",
        "WITH q AS (UPDATE wallet.quotes SET held_until = created_at WHERE id = {claimed}) "
        "UPDATE wallet.holds SET expires_at = created_at WHERE id = {claimed}",
        {"hold ends": 600},
    ),
    Corruption(
        "a hold is open long after its time",
        "WITH q AS (UPDATE wallet.quotes SET held_until = held_until - INTERVAL '11 days' WHERE id = {waits}) "
        "UPDATE wallet.holds SET expires_at = expires_at - INTERVAL '11 days' WHERE id = {waits}",
        {"overdue holds": 640},
    ),
    Corruption(
        "less was captured than set aside",
        "UPDATE wallet.payments SET amount = amount - 100 WHERE id = {claim}",
        {"payments move money": 600, "hold ends": 600},
    ),
    Corruption(
        "a release goes to somebody else",
        "UPDATE wallet.payments SET credit_account_id = {eve} WHERE id = {taken_back}",
        {"payments move money": 620, "notices": 620, "hold ends": 620},
    ),
    Corruption(
        "a hold is released twice",
        "UPDATE wallet.payments SET original_id = {expired} WHERE id = {taken_back}",
        {"chain": 620, "hold ends": 1240},
    ),
    Corruption(
        "a capture is of no hold",
        "UPDATE wallet.payments SET original_id = gen_random_uuid() WHERE id = {claim}",
        {"chain": 600, "notices": 0, "hold ends": 1200},
    ),
    Corruption(
        "a payment is called money set aside",
        "UPDATE wallet.payments SET kind = 'hold' WHERE id = {lunch}",
        {"chain": 500, "sides": 500, "quotes": 500, "notices": 1000, "returns": 200, "holds": 500},
    ),
    Corruption(
        "a request that was paid is open again",
        "UPDATE wallet.requests SET state = 'open', payment_id = NULL WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "a request is called paid and was not",
        "UPDATE wallet.requests SET state = 'paid', payment_id = {lunch} WHERE note = 'asked'",
        {"answers": 740},
    ),
    Corruption(
        "a request was paid by another payment, it says",
        "UPDATE wallet.requests SET payment_id = {lunch} WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "what was paid is called declined",
        "UPDATE wallet.requests SET state = 'declined' WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "less was asked for than was paid",
        "UPDATE wallet.requests SET amount = amount - 10 WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "somebody else had asked",
        "UPDATE wallet.requests SET payee_account_id = {eve} WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "somebody else was asked",
        "UPDATE wallet.requests SET payer_account_id = {eve} WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "something else was asked for",
        "UPDATE wallet.requests SET note = 'rent' WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "a request was paid after its time",
        "UPDATE wallet.requests SET expires_at = created_at WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "a request is paid twice",
        "UPDATE wallet.quotes SET request_id = (SELECT id FROM wallet.requests WHERE note = 'answered') "
        "WHERE id = {last}",
        {"answers": 999},
    ),
    Corruption(
        "a payment no longer says what it answers",
        "UPDATE wallet.quotes SET request_id = NULL WHERE id = {answered}",
        {"answers": 710},
    ),
    Corruption(
        "a request is gone, its payment is not",
        "DELETE FROM wallet.requests WHERE note = 'answered'",
        {"answers": 710},
    ),
    Corruption(
        "a request is open long after its time",
        "UPDATE wallet.requests SET expires_at = expires_at - INTERVAL '11 days' WHERE note = 'asked'",
        {"overdue requests": 740},
    ),
    Corruption(
        "who set the money aside is not told that it was captured",
        "DELETE FROM wallet.notices WHERE payment_id = {claim} AND kind = 'hold_captured'",
        {"notices": 600},
    ),
    Corruption(
        "the starter's own share grows",
        "UPDATE wallet.shares SET amount = amount + 1 WHERE amount = 334",
        {"splits": 1},
    ),
    Corruption(
        "a split's total grows",
        "UPDATE wallet.splits SET total = total + 100 WHERE note = 'dinner'",
        {"splits": 100},
    ),
    Corruption(
        "a share is less than what is asked for",
        "UPDATE wallet.shares SET amount = amount - 10 WHERE request_id = {rent}",
        {"splits": 10, "shares": 400},
    ),
    Corruption(
        "a share is gone, what it asks for is not",
        "DELETE FROM wallet.shares WHERE request_id = {rent}",
        {"splits": 400},
    ),
    Corruption(
        "a share is somebody else's",
        "UPDATE wallet.shares SET account_id = {eve} WHERE request_id = {rent}",
        {"shares": 400},
    ),
    Corruption(
        "a share is asked of somebody who did not claim it",
        "UPDATE wallet.requests SET payer_account_id = {eve} WHERE id = {rent}",
        {"shares": 400},
    ),
    Corruption(
        "a share is asked for by nobody",
        "UPDATE wallet.shares SET request_id = NULL WHERE request_id = {rent}",
        {"shares": 400},
    ),
    Corruption(
        "shares were fixed before anybody was asked",
        "UPDATE wallet.splits SET asked_at = NULL WHERE note = 'rent'",
        {"shares": 400},
    ),
    Corruption(
        "the starter is asked for their own share",
        "UPDATE wallet.splits SET starter_account_id = {hal} WHERE note = 'rent'",
        {"shares": 400},
    ),
    Corruption(
        "a share that was forgiven is open again",
        "UPDATE wallet.requests SET state = 'open' WHERE note = 'dinner' AND state = 'cancelled'",
        {"closed splits": 333},
    ),
    Corruption(
        "a claim that was netted is open again",
        "UPDATE wallet.requests SET state = 'open' WHERE note = 'petrol'",
        {"netted claims": 500},
    ),
    Corruption(
        "a claim is called netted and was not",
        "UPDATE wallet.requests SET state = 'netted' WHERE id = {rent}",
        {"netted claims": 400},
    ),
    Corruption(
        "a netting asks for less than it netted",
        "UPDATE wallet.requests SET amount = amount - 50 WHERE id = {made}",
        {"nettings": 100},
    ),
    Corruption(
        "what a netting asks for is gone",
        "WITH gone AS (DELETE FROM wallet.requests WHERE id = {made}) "
        "DELETE FROM wallet.netting_claims WHERE request_id = {made}",
        {"nettings": 1000},
    ),
    Corruption(
        "a netting went ahead without somebody",
        "UPDATE wallet.netting_sides SET agreed_at = NULL WHERE account_id = {ivy}",
        {"nettings": 0},
    ),
    Corruption(
        "a netting that took effect is called refused",
        "UPDATE wallet.nettings SET state = 'refused' WHERE state = 'agreed'",
        {"netted claims": 1500},
    ),
)
