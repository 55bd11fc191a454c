"""Whether the pepper that is set is the one that the PINs in the books were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from wallet import SettingsError
from wallet.pin_hashing import pepper_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from wallet import WalletSettings

_PINS_OF = text("SELECT count(*) FROM wallet.pins WHERE pepper_id = ANY (CAST(:known AS text[]))")
_STRANGE_PINS = text("SELECT count(*) FROM wallet.pins WHERE pepper_id <> ALL (CAST(:known AS text[]))")


def pins_of_another_pepper(conn: Connection, settings: WalletSettings) -> int:
    """How many PINs do not work with the peppers that are set; all of them if none is."""
    try:
        known = [pepper_id(pepper) for pepper in settings.peppers()]
    except SettingsError:
        known = []
    return int(conn.execute(_STRANGE_PINS, {"known": known}).scalar_one())


def pins_of_the_previous_pepper(conn: Connection, settings: WalletSettings) -> int:
    """How many PINs have not moved to the current pepper yet, and stop working if the previous one is taken away."""
    try:
        previous = [pepper_id(pepper) for pepper in settings.peppers()[1:]]
    except SettingsError:
        return 0
    return int(conn.execute(_PINS_OF, {"known": previous}).scalar_one())
