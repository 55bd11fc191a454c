"""The containers that operators run: ordinary users, nothing to write to, no rights to gain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if line[:1].isalpha()]

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@every_service
def test_a_service_cannot_write_to_its_own_files(service: dict[str, Any]) -> None:
    """What it must write down goes to memory, or to a volume made for it."""
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]  # noqa: S108 - the container's own
    assert all(volume.startswith("books:") or volume.endswith(":ro") for volume in service.get("volumes", ()))


@every_service
def test_a_service_has_no_rights_and_cannot_gain_any(service: dict[str, Any]) -> None:
    """No capability, no way to another user, no host to reach into."""
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.keys() & {"cap_add", "privileged", "devices", "network_mode", "pid", "ipc", "ports"}


def test_nothing_runs_as_root() -> None:
    """Our image ends as a user with a number, and PostgreSQL runs as its own from the start."""
    users = [words[1] for words in DOCKERFILE if words[0] == "USER"]
    assert users
    assert users[-1].isdecimal()
    assert int(users[-1]) > 0
    assert SERVICES["postgres"]["user"] == "postgres"
    assert all("build" in service for name, service in SERVICES.items() if name != "postgres")


def test_the_image_has_what_the_lock_file_says() -> None:
    """Every package with its hash, and nothing that the lock files do not name, also not to install or to build."""
    installing = [" ".join(words) for words in DOCKERFILE if "pip install" in " ".join(words)]
    assert len(installing) == 3
    assert "--require-hashes -r requirements-uv.lock" in installing[0]
    assert "--require-hashes -r requirements.lock" in installing[1]
    assert "--no-deps --no-build-isolation ." in installing[2]


def test_an_administrator_proves_the_books_by_the_bots_settings() -> None:
    """Another currency, tariff or limit than the bot's, and clean books would look like drift."""
    assert SERVICES["migrate"]["env_file"] == SERVICES["bot"]["env_file"] == ".env"


def test_every_service_uses_the_one_database_that_env_names() -> None:
    """So that books restored into another one are used by all, and no file of ours has to be changed."""
    named = "${POSTGRES_DB:-sixpence}"
    assert SERVICES["postgres"]["environment"]["POSTGRES_DB"] == named
    urls = [SERVICES[name]["environment"]["SIXPENCE_DATABASE_URL"] for name in ("migrate", "bot")]
    assert all(url.endswith(f"@postgres/{named}") for url in urls)


def test_the_bot_does_not_know_the_owners_password() -> None:
    """Its login is the one that cannot change history."""
    environment = SERVICES["bot"]["environment"]
    assert environment["POSTGRES_OWNER_PASSWORD"] == ""
    assert "sixpence_bot:" in environment["SIXPENCE_DATABASE_URL"]
    assert "OWNER" not in environment["SIXPENCE_DATABASE_URL"]
