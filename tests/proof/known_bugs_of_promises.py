"""Bugs of money set aside and money asked for, each with the tests that notice it. See `mutants`."""

from __future__ import annotations

from tests.proof.known_bugs import Bug

_HOLDS, _CLAIMS = "tests/wallet/test_holds.py", "tests/journeys/test_claims.py"
_REQUESTS = "tests/wallet/test_requests.py"

BUGS = (
    Bug(
        "money set aside",
        "what was set aside ends twice",
        "wallet/settlement_checks.py",
        (('    if state.hold != "open":\n', "    if False:\n"),),
        f"{_HOLDS}::test_a_capture_reaches_who_claims",
    ),
    Bug(
        "money set aside",
        "it is claimed after its time",
        "wallet/settlement_checks.py",
        (('if order.kind == "capture" and order.held.until <= batch.at:', "if False:"),),
        f"{_HOLDS}::test_after_its_time_a_hold_is_not_captured",
    ),
    Bug(
        "money set aside",
        "a freeze of its payer lets a claim pass",
        "wallet/settlement_checks.py",
        (("payer = order.held.payer if order.held else order.debit", "payer = order.debit"),),
        f"{_HOLDS}::test_a_freeze_stops_a_claim_and_never_a_return",
    ),
    Bug(
        "money set aside",
        "limits count for ever what came back",
        "wallet/limits.py",
        (('_BACK = f"h.state IN {one_of(*RELEASED)}"', '_BACK = "h.state IS NULL"'),),
        f"{_HOLDS}::test_limits_count_what_is_set_aside_and_forget_what_came_back",
    ),
    Bug(
        "money set aside",
        "limits forget what was claimed",
        "wallet/limits.py",
        (('_BACK = f"h.state IN {one_of(*RELEASED)}"', "_BACK = \"h.state <> 'open'\""),),
        f"{_HOLDS}::test_limits_count_what_is_set_aside_and_forget_what_came_back",
    ),
    Bug(
        "money set aside",
        "what comes back makes no room in its own batch",
        "wallet/settlement.py",
        (('if order.kind == "release" and payer_id in batch.spent:', "if False:"),),
        f"{_HOLDS}::test_what_comes_back_makes_room_within_its_own_batch",
    ),
    Bug(
        "money set aside",
        "anybody takes it back",
        "wallet/service_holds.py",
        (("if held.hold.payer.id != payer_id:", "if False:"),),
        f"{_HOLDS}::test_only_who_may_claims_or_takes_back",
    ),
    Bug(
        "money set aside",
        "its payer claims it",
        "wallet/service_holds.py",
        (("if payee.party.id == hold.payer.id:", "if False:"),),
        f"{_HOLDS}::test_only_who_may_claims_or_takes_back",
    ),
    Bug(
        "money set aside",
        "whoever has the link claims it",
        "bot/journeys/claim.py",
        (("return hold.payee.id in await names_of(turn)", "return True"),),
        f"{_CLAIMS}::test_anybody_else_learns_whom_the_link_is_for_and_nothing_more",
    ),
    Bug(
        "money set aside",
        "its payer is reminded again and again",
        "wallet/holds.py",
        (("(reminded_at IS NULL OR reminded_at = :now) AND ", ""),),
        f"{_HOLDS}::test_the_payer_is_reminded_once_at_half_time",
    ),
    Bug(
        "money asked for",
        "a request is paid twice",
        "wallet/settlement_checks.py",
        (("    batch.requests[order.request_id].require_open(batch.at)\n", ""),),
        f"{_REQUESTS}::test_a_request_is_paid_once",
    ),
    Bug(
        "money asked for",
        "a request is paid twice in one batch",
        "wallet/settlement_checks.py",
        (("if order.request_id in batch.answered:", "if False:"),),
        "tests/faults/test_requests.py::test_of_two_payments_in_one_batch_one_is_made",
    ),
    Bug(
        "money asked for",
        "anybody declines it",
        "wallet/service_requests.py",
        (
            (
                "if asked.payer.id != payer_id:\n                raise RequestUnknown\n            if await",
                "if False:\n                raise RequestUnknown\n            if await",
            ),
        ),
        f"{_REQUESTS}::test_only_whom_it_concerns_ends_it",
    ),
    Bug(
        "money asked for",
        "a day holds any number of requests",
        "wallet/requests.py",
        (("if row.opens_from is not None:", "if False:"),),
        f"{_REQUESTS}::test_a_day_holds_so_many_requests",
    ),
    Bug(
        "money asked for",
        "the payer is reminded as often as it pleases",
        "wallet/requests.py",
        ((" AND {_TOLD_AT} <= :before\n", " AND :before = :before\n"),),
        f"{_REQUESTS}::test_the_payer_is_reminded_once_a_day",
    ),
    Bug(
        "money asked for",
        "a bent quote answers another request",
        "wallet/quote_codes.py",
        (("for part in shown)", "for part in shown[:-1])"),),
        f"{_REQUESTS}::test_a_quote_bent_to_answer_another_request_is_void",
    ),
    Bug(
        "money asked for",
        "somebody frozen takes back what they asked for",
        "wallet/service_requests.py",
        (
            (
                'if (asker := await parties.find(conn, asker_id)).status == "frozen":',
                'if (asker := await parties.find(conn, asker_id)).status == "":',
            ),
        ),
        f"{_REQUESTS}::test_a_frozen_person_gives_nothing_up",
    ),
    Bug(
        "money asked for",
        "somebody frozen forgives the rest of a split",
        "wallet/service_splits.py",
        (("            shares.require_not_frozen(split.starter)\n", ""),),
        "tests/wallet/test_splits.py::test_somebody_frozen_forgives_nothing",
    ),
)
