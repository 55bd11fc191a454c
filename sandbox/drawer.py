"""The page's ledger drawer: balances, the newest transfers, whether the books balance; read from the wallet's face."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sandbox.telegram.world import World
    from wallet import AccountSummary, Wallet

_LOOK_AGAIN: Final = 1.0
_NEWEST: Final = 14
_TITLES: Final = {
    "fee_income": "Fee income",
    "bank_clearing": "Bank clearing",
    "card_clearing": "Card clearing",
    "escrow": "Escrow",
    "suspense": "Suspense",
}


async def keep_current(world: World, wallet: Wallet) -> None:
    """Show the books on the page, anew whenever they have changed, until cancelled."""
    shown: tuple[AccountSummary, ...] | None = None
    while True:
        accounts = await wallet.accounts()
        if accounts != shown or world.ledger is None:
            world.publish_ledger(await books(wallet))
            shown = accounts
        await asyncio.sleep(_LOOK_AGAIN)


async def books(wallet: Wallet) -> dict[str, Any]:
    """The drawer's contents, as JSON."""
    result = await wallet.reconcile()
    held = sum(proof.holds for proof in result.proofs)
    return {
        "balances": [
            {
                "name": _TITLES.get(account.kind, account.name),
                "kind": account.kind.replace("_", " "),
                "amount": str(account.balance),
            }
            for account in await wallet.accounts()
            if account.entries or account.kind in ("personal", "business")
        ],
        "entries": [
            {
                "time": line.at.astimezone().strftime("%H:%M:%S"),
                "debit": _TITLES.get(line.debit, line.debit),
                "credit": _TITLES.get(line.credit, line.credit),
                "amount": str(line.amount),
                "kind": line.kind,
                "reference": line.reference,
            }
            for line in await wallet.latest_transfers(_NEWEST)
        ],
        "balanced": result.clean,
        "proofs": len(result.proofs),
        "detail": f"{held} of {len(result.proofs)} proofs hold over {result.entries} entries",
    }
