"""The schema's versions."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from wallet import migrate


def test_the_newest_version_is_the_one_that_migrating_ends_at() -> None:
    """It is found by its date, without Alembic: so the dates must agree with the order."""
    assert migrate.newest() == ScriptDirectory.from_config(migrate.config()).get_current_head()
