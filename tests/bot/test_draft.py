"""A payment being put together survives being kept as JSON."""

from __future__ import annotations

import json
from uuid import UUID

from bot.draft import Draft, Stranger


def test_a_draft_is_the_same_after_being_stored() -> None:
    """Through JSON and back, undecided parts included."""
    draft = Draft(UUID(int=1), (UUID(int=2), UUID(int=3)), (123, 123_400), "lunch", ask_note=True, asks=True)
    assert Draft.of(json.loads(json.dumps(draft.facts()))) == draft


def test_so_is_a_draft_for_a_stranger() -> None:
    """Somebody who is no party yet is kept by key and name."""
    draft = Draft(UUID(int=1), stranger=Stranger(UUID(int=2), "@ben"), amounts=(500,))
    assert Draft.of(json.loads(json.dumps(draft.facts()))) == draft
