"""Looking at the books: reconcile, parties, accounts, statement, holds, acts. Nothing here changes anything."""

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from wallet import Line, Party, Proof, Reconciliation, Statement, Wallet
from wallet.admin.exit_codes import REFUSED
from wallet.admin.options import AsJson
from wallet.admin.output import plain, safe, show, show_json, table, written
from wallet.admin.running import Refusal, run
from wallet.admin.words import find_account

_FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\0")  # spreadsheets of East Asia obey the wide ones too
_DAY = ["%Y-%m-%d"]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=_DAY, metavar="DAY", help="First day (UTC); without it, from the beginning."),
]
To = Annotated[
    datetime | None,
    typer.Option("--to", formats=_DAY, metavar="DAY", help="Last day (UTC), whole; without it, until now."),
]
Quick = Annotated[bool, typer.Option("--quick", help="Prove the totals and the last balances only, in a moment.")]
Limit = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV that is safe to open as a spreadsheet.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: sixpence-admin reconcile --json")(reconcile)
    app.command(epilog="Example: sixpence-admin verify 1A2B3-4C5D6 7E8F9-0G1H2-3J4K5-6M7N8")(verify)
    app.command(epilog="Example: sixpence-admin parties")(parties)
    app.command(epilog="Example: sixpence-admin accounts --json")(accounts)
    app.command(epilog="Example: sixpence-admin statement Ana --from 2026-11-01 --to 2026-11-30 --csv")(statement)
    app.command(epilog="Example: sixpence-admin holds")(holds)
    app.command(epilog="Example: sixpence-admin acts --limit 10")(acts)


def reconcile(*, quick: Quick = False, as_json: AsJson = False) -> None:
    """Prove the books in one snapshot. Exit code 0: clean, 1: drift, 2: could not check. Repairs nothing."""
    result = run(lambda wallet: wallet.reconcile(quick=quick))
    if as_json:
        show_json({"clean": result.clean, **plain(result)})
    else:
        show_proofs(result)
    if not result.clean:
        raise typer.Exit(REFUSED)


def verify(
    codes: Annotated[list[str], typer.Argument(metavar="REFERENCE SEAL", help="The two codes on the receipt.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Hold a receipt against today's books. Exit code 0: genuine, 1: it or the books were changed, or it is unknown.

    With the pepper set, also whether it was paid as it was shown: who has the database alone can make no such payment.
    """
    found = run(lambda wallet: wallet.verify(" ".join(codes)))
    receipt = found.receipt
    if as_json:
        show_json({"genuine": found.genuine, **plain(found)})
    elif found.genuine:
        sides = f"from {_named(receipt.payer)} to {_named(receipt.payee)}"
        paid = f"{receipt.kind} of {receipt.amount} {sides}, {receipt.settled_at:%Y-%m-%d %H:%M:%S} UTC"
        show(Text(f"Genuine: {paid}. {found.checked} transfers up to it were sealed anew, and agree.", style="green"))
        if found.as_shown is None and receipt.kind in ("payment", "hold"):
            show("Whether it was shown to its payer was not checked: that needs SIXPENCE_PIN_PEPPER.")
    elif not found.matches:
        show(Text(f"Not genuine: in today's books the seal of {receipt.reference} is another.", style="red"))
    elif found.broken:
        transfers = f"{found.broken} of {found.checked} transfers up to it"
        show(Text(f"Broken: {transfers} do not fit their seals, or what their payments say.", style="red"))
    else:
        show(
            Text(
                f"Never shown: the quote of {receipt.reference} has no code by a pepper that is set here.", style="red"
            )
        )
        show("It was written past the bot, or shown under an earlier pepper: set that as SIXPENCE_PIN_PEPPER_PREVIOUS.")
    if not found.genuine:
        raise typer.Exit(REFUSED)


def parties(*, as_json: AsJson = False) -> None:
    """List all people and businesses with their balances."""
    found = run(Wallet.parties)
    if as_json:
        show_json(found)
        return
    rows = ((p.party.name, p.party.kind, p.party.status, p.balance, p.entries, p.party.id) for p in found)
    show(table(("name", "kind", "status", "balance", "entries", "id"), rows))


def accounts(*, as_json: AsJson = False) -> None:
    """List all accounts, the system's own included."""
    found = run(Wallet.accounts)
    if as_json:
        show_json(found)
        return
    rows = ((a.name, a.kind, a.status, a.balance, a.entries, a.id) for a in found)
    show(table(("name", "kind", "status", "balance", "entries", "id"), rows))


def statement(
    whose: Annotated[
        str, typer.Argument(metavar="PARTY", help="As everywhere; or an account of the system's own, by id or name.")
    ],
    start: From = None,
    end: To = None,
    *,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """All that went through an account, a party's or one of the system's own, oldest first."""
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json are two forms: ask for one.")

    async def load(wallet: Wallet) -> Statement:
        account_id, since = await find_account(wallet, whose)
        until = _end_of(end) if end else datetime.now(UTC)
        first = start.replace(tzinfo=UTC) if start else min(since, until)
        if first > until:
            raise Refusal("The first day comes after the last one: --from is the earlier of the two, and not to come.")
        return await wallet.statement(account_id, first, until)

    found = run(load)
    if as_json:
        show_json(found)
    elif as_csv:
        _write_csv(found)
    else:
        _show_statement(found)


def holds(limit: Limit = 50, *, as_json: AsJson = False) -> None:
    """What is set aside for people without a wallet; those that end first come first."""
    found = run(lambda wallet: wallet.open_holds(limit))
    if as_json:
        show_json(found)
        return
    rows = ((h.expires_at, h.payer.name, h.payee.name, h.note, h.amount, h.reference) for h in found)
    show(table(("until", "payer", "waits for", "note", "amount", "reference"), rows))


def acts(limit: Limit = 50, *, as_json: AsJson = False) -> None:
    """Who did what, to whom, when and why; newest first."""
    found = run(lambda wallet: wallet.acts(limit))
    if as_json:
        show_json(found)
        return
    rows = ((act.at, act.actor, act.verb, act.subject_id, act.reason) for act in found)
    show(table(("time", "who", "did", "subject", "why"), rows))


def show_proofs(result: Reconciliation) -> None:
    """Each proof with what it found, and a verdict."""
    rows = ((_mark(proof), Text(proof.name, style="bold"), _claim(proof), proof.checked) for proof in result.proofs)
    show(table(("", "proof", "claim", "checked"), rows))
    failed = sum(not proof.holds for proof in result.proofs)
    seen = f"{result.entries} entries, as of {result.at:%Y-%m-%d %H:%M:%S} UTC, in {result.seconds:.2f} s"
    proofs = f"{len(result.proofs)} quick proofs" if result.quick else f"{len(result.proofs)} proofs"
    if failed:
        show(Text(f"Drift: {failed} of {proofs} failed. {seen}. Nothing was changed.", style="red"))
        if any(example.startswith("account ") for proof in result.proofs for example in proof.examples):
            show(Text("sixpence-admin statement shows an account, by its id."))
    else:
        show(Text(f"The books balance: all {proofs} hold. {seen}.", style="green"))
    if result.quick:
        show(Text("This was the quick proof, of totals and last balances. Without --quick, everything is proved."))


def _end_of(day: datetime) -> datetime:
    """The moment after it; there is none after the last day there is."""
    try:
        return day.replace(tzinfo=UTC) + timedelta(days=1)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _named(party: Party | None) -> str:
    return safe(party.name) if party else "the bank"


def _mark(proof: Proof) -> Text:
    return Text("✓", style="green") if proof.holds else Text("✗", style="bold red")


def _claim(proof: Proof) -> Text:
    """What is claimed, and where it is false: how much of it, and a few culprits."""
    if proof.holds:
        return Text(proof.claim, style="dim")
    text = Text(proof.claim)
    text.append(f"\n{proof.bad} of {proof.checked} bad, {proof.at_stake} at stake:", style="bold red")
    for example in proof.examples:
        text.append(f"\n{safe(example)}", style="red")
    return text


def _show_statement(found: Statement) -> None:
    days = f"{found.start.date()} to {(found.end - timedelta.resolution).date()}"
    show(Text(f"{safe(found.name)}, {days}: opening balance {found.opening}"))
    rows = (
        (line.at, _what(line), line.counterparty or "", line.note, line.amount, line.balance_after, line.reference)
        for line in found.lines
    )
    show(table(("time", "what", "who", "note", "amount", "balance", "reference"), rows))
    show(Text(f"Closing balance {found.closing}"))


def _write_csv(found: Statement) -> None:
    """Money in and money out have columns of their own, so that no cell needs a sign, which spreadsheets obey."""
    with written():
        sheet = csv.writer(sys.stdout)
        sheet.writerow(("time", "what", "who", "note", "in", "out", "balance", "reference", "payment"))
        for line in found.lines:
            came, went = (line.amount.digits(), "") if line.amount.minor > 0 else ("", (-line.amount).digits())
            texts = (line.at.isoformat(), _what(line), line.counterparty or "", line.note, came, went)
            sheet.writerow(
                _harmless(text) for text in (*texts, line.balance_after.digits(), line.reference, str(line.payment_id))
            )


def _harmless(cell: str) -> str:
    """Marked as text if a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _what(line: Line) -> str:
    return "fee" if line.kind == "fee" else line.payment_kind
