"""What the wallet refused, in a sentence for the operator."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import DBAPIError

from wallet import errors
from wallet.admin.output import safe
from wallet.database import sqlstate

WITHOUT_FACTS: dict[type[errors.WalletError], str] = {
    errors.AmountOutOfRange: "An amount is more than nothing, and at most 2^53 - 1 minor units.",
    errors.PartyUnknown: "There is no such party.",
    errors.MalformedReceiptCode: "Give the receipt's two codes: its reference and its seal.",
    errors.PaymentUnknown: "There is no such payment.",
    errors.NotReversible: "It was refunded, reversed or set aside, or is itself a return: it cannot be reversed.",
    errors.PinNotSet: "There is no PIN to reset: none was ever chosen.",
}


_LACKING = {
    "53100": "PostgreSQL has no more disk space, or too little shared memory",
    "53200": "PostgreSQL has no more memory",
    "53300": "PostgreSQL takes no more connections",
}
"""By SQLSTATE, which PostgreSQL says in no language."""


def why(refusal: errors.Unavailable) -> str:
    """What kept the database from answering, as far as it said so."""
    cause = refusal.__cause__
    state = sqlstate(cause) if isinstance(cause, DBAPIError | psycopg.Error) else None
    return _LACKING.get(state or "", "The database did not answer in time")


def sentence(refusal: errors.WalletError) -> str:
    """One sentence with the facts. What an operator does not usually meet is told by its code and its facts."""
    match refusal:
        case errors.InsufficientFunds(available, needed):
            return f"Not enough money: {available} is there, {needed} is needed."
        case errors.PartyFrozen(_, name):
            return f"{safe(name)} is frozen: nothing leaves or reaches that account."
        case errors.PartyPending(_, name):
            return f"{safe(name)} is not approved yet: sixpence-admin business approve."
        case errors.PartyInvited(_, name):
            return f"{safe(name)} has no wallet yet: money can only be set aside for them."
        case errors.NotRefundable(refundable):
            return f"That cannot be refunded: {refundable} of it can be, and only payments are refunded at all."
        case errors.WrongCurrency(kept):
            return f"These books are kept in {kept}."
        case errors.BadReason(limit):
            return f"Who acts, and why, is one line of 1 to {limit} characters, none of them hidden. Nothing was done."
        case errors.KeyConflict(key):
            return f"The key {key} was used for another request, which stands."
        case errors.Unavailable():
            return f"{why(refusal)}: try again."
        case _:
            return WITHOUT_FACTS.get(type(refusal), f"Refused: {refusal}.")
