"""Moving money by hand: deposit, withdraw, refund, reverse. Asked about first, done once per key, kept on record."""

from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

import psycopg
import typer
from sqlalchemy.exc import SQLAlchemyError

from wallet import PartySummary, PaymentSummary, Receipt, Unavailable, Wallet, WalletError, search_form
from wallet.admin.options import (
    AmountArgument,
    AmountCommand,
    AsJson,
    By,
    Key,
    PartyArgument,
    PaymentArgument,
    ReasonTold,
    Yes,
)
from wallet.admin.output import safe, show, show_json
from wallet.admin.running import CouldNot, Refusal, confirm, database_failed, failures_told, run
from wallet.admin.sentences import sentence, why
from wallet.admin.words import find_party, read_amount


def register(app: typer.Typer) -> None:
    """Add these commands."""
    with_amount = partial(app.command, cls=AmountCommand)
    with_amount(epilog="Example: sixpence-admin deposit 019ab34c-7d10-7f3a 12.50 --reason 'transfer 4711'")(deposit)
    with_amount(epilog="Example: sixpence-admin withdraw 019ab34c-7d10-7f3a 12.50 --reason 'cash, at desk'")(withdraw)
    with_amount(epilog="Example: sixpence-admin refund 7K3M9-QPX2T 3.20 --reason 'one cup returned'")(refund)
    app.command(epilog="Example: sixpence-admin reverse 7K3M9-QPX2T --reason 'deposited to the wrong Ana'")(reverse)


def deposit(
    party: PartyArgument,
    amount: AmountArgument,
    reason: ReasonTold,
    by: By,
    key: Key = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Credit money that has reached your bank account; they are told."""

    async def work(wallet: Wallet, key: UUID) -> Receipt:
        money, payee = read_amount(amount, wallet.currency), await find_party(wallet, party)
        _ask(f"Deposit {money} for {_named(payee, party)}", reason, key, yes)
        return await wallet.deposit(payee.party.id, money, key=key, by=by, reason=reason)

    _move(work, key, as_json)


def withdraw(
    party: PartyArgument,
    amount: AmountArgument,
    reason: ReasonTold,
    by: By,
    key: Key = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Debit money that you pay out; they are told."""

    async def work(wallet: Wallet, key: UUID) -> Receipt:
        money, payer = read_amount(amount, wallet.currency), await find_party(wallet, party)
        _ask(f"Withdraw {money} from {_named(payer, party)}", reason, key, yes)
        return await wallet.withdraw(payer.party.id, money, key=key, by=by, reason=reason)

    _move(work, key, as_json)


def refund(
    payment: PaymentArgument,
    reason: ReasonTold,
    by: By,
    amount: Annotated[
        str | None, typer.Argument(metavar="AMOUNT", help="As 3.20; without it, all that is left.")
    ] = None,
    key: Key = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give a payment back, whole or in part, with the fee in proportion; both sides are told."""

    async def work(wallet: Wallet, key: UUID) -> Receipt:
        money = read_amount(amount, wallet.currency) if amount is not None else None
        original = await wallet.find_payment(payment)
        _ask(f"Refund {money or 'all that is left'} of {_described(original)}", reason, key, yes)
        return await wallet.refund(original.id, money, key=key, by=by, reason=reason)

    _move(work, key, as_json)


def reverse(
    payment: PaymentArgument, reason: ReasonTold, by: By, key: Key = None, *, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Undo a mistake of yours: all of a payment, deposit or withdrawal, fee included, once."""

    async def work(wallet: Wallet, key: UUID) -> Receipt:
        original = await wallet.find_payment(payment)
        _ask(f"Reverse {_described(original)}", reason, key, yes)
        return await wallet.reverse(original.id, key=key, by=by, reason=reason)

    _move(work, key, as_json)


def _move(work: Callable[[Wallet, UUID], Awaitable[Receipt]], key: UUID | None, as_json: bool) -> None:
    """Do it once, and say by which key it can be repeated without being done twice.

    Also after Ctrl-C: what had been asked of the database by then may have been done.
    """
    key = key or uuid4()
    again = f"repeat this with --key {key}, and it will have happened once or not at all"

    async def once(wallet: Wallet) -> Receipt:
        try:
            return await work(wallet, key)
        except Unavailable as refusal:
            raise CouldNot(f"{why(refusal)}: {again}.") from None
        except (SQLAlchemyError, psycopg.Error) as error:
            raise CouldNot(f"{database_failed(error)} Then {again}.") from None
        except WalletError as refusal:
            raise Refusal(f"No money moved. {sentence(refusal)}") from None
        except typer.Abort:
            raise Refusal("No money moved. It was not confirmed: answer y, or give --yes.") from None
        except Refusal as refusal:
            raise Refusal(f"No money moved. {refusal}") from None

    with failures_told():
        try:
            receipt = run(once)
        except KeyboardInterrupt:
            raise CouldNot(f"It was interrupted: {again}.") from None
    if as_json:
        show_json(receipt)
        return
    show(f"{receipt.kind.capitalize()} {receipt.reference}: {receipt.amount}, {_sides(receipt)}. Key {key}.")
    if receipt.fee.minor:
        show(f"Of the fee, {receipt.fee} was returned.")


def _ask(question: str, reason: str, key: UUID, yes: bool) -> None:
    """With `--yes` it is said all the same: whatever becomes of this process, its key has been seen."""
    told = f"{question}, and the customer reads “{safe(reason)}”, key {key}"
    if yes:
        typer.echo(f"{told}.", err=True)
    else:
        confirm(told)


def _named(found: PartySummary, typed: str) -> str:
    """With what tells them from whoever has taken their name; of one found by it alone it is said."""
    party, since = found.party, found.named_at
    facts = [f"{party.kind} {party.code}"]
    facts += [f"called so since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if since else []
    if search_form(typed) == search_form(party.name):
        facts.append("found by the name, which anybody can take: compare the account code")
    return f"{safe(party.name)} ({', '.join(facts)})"


def _described(payment: PaymentSummary) -> str:
    given_back = f", {payment.refunded} of it given back already" if payment.refunded.minor else ""
    return f"{payment.kind} {payment.reference}: {payment.amount}, {_sides(payment)}{given_back}"


def _sides(moved: Receipt | PaymentSummary) -> str:
    payer = safe(moved.payer.name) if moved.payer else "the bank"
    payee = safe(moved.payee.name) if moved.payee else "the bank"
    return f"{payer} → {payee}"
