"""PIN hashes: bound to their person and their pepper, made anew when they should be; and no PIN in any text."""

from __future__ import annotations

import asyncio
import hmac
import io
import logging
import threading
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import HashingError, VerifyMismatchError
from pydantic import SecretStr

from tests.books import PEPPER
from tests.conftest import PIN, Clock, euros, person
from tests.wallet.owner import as_owner
from wallet import Busy, NoticeKind, Party, PinNotSet, Wallet, WalletSettings, WrongPin, pin_hashing
from wallet.pin_hashing import MOST_TOGETHER, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from wallet.pin_hashing import HashedPin

pytestmark = pytest.mark.anyio

WRONG, NEW = "730164", "907358"
BY, WHY = "operator", "lost phone"


async def test_a_hash_moved_to_another_person_matches_nothing(wallet: Wallet, settings: WalletSettings) -> None:
    """Whoever can write to the database still cannot pay with a PIN they know."""
    ana, eve = await person(wallet, "Ana", pin=PIN), await person(wallet, "Eve", pin=NEW)
    as_owner(
        settings,
        """UPDATE wallet.pins mine SET hash = theirs.hash FROM wallet.pins theirs
        WHERE theirs.party_id <> mine.party_id""",
    )
    for party in (ana, eve):
        for pin in (PIN, NEW):
            with pytest.raises(WrongPin):
                await wallet.check_pin(party.id, pin)


def stored_hash(settings: WalletSettings, party: Party) -> str:
    """As only the owner of the tables sees it."""
    rows = as_owner(settings, "SELECT hash || ' ' || pepper_id FROM wallet.pins WHERE party_id = :id", id=party.id)
    return str(rows[0][0])


async def test_a_hash_is_what_the_page_says_it_is(wallet: Wallet, settings: WalletSettings) -> None:
    """`Argon2id(HMAC-SHA256(pepper, "pin-v1" ‖ party id ‖ PIN))`, worked out by hand: without the pepper, nothing."""
    ana = await person(wallet, "Ana")
    encoded, _, _ = stored_hash(settings, ana).partition(" ")

    def made_with(pepper: str) -> bool:
        secret = hmac.digest(pepper.encode(), b"pin-v1" + ana.id.bytes + PIN.encode(), "sha256")
        try:
            return PasswordHasher().verify(encoded, secret)
        except VerifyMismatchError:
            return False

    assert made_with(PEPPER)
    assert not made_with("")
    assert not made_with(PEPPER[:-1])


async def test_a_pepper_is_rotated_as_people_come_by(wallet: Wallet, settings: WalletSettings, clock: Clock) -> None:
    """With both peppers a PIN verifies and is hashed anew; then the old one may go. Gone too early is a wrong PIN."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    before = stored_hash(settings, ana)
    fresh = SecretStr("another pepper, just as long as the first")
    both = settings.model_copy(update={"pin_pepper": fresh, "pin_pepper_previous": SecretStr(PEPPER)})
    async with Wallet.open(both, clock=clock) as rotating:
        await rotating.check_pin(ana.id, PIN)
    assert stored_hash(settings, ana) != before
    async with Wallet.open(settings.model_copy(update={"pin_pepper": fresh}), clock=clock) as rotated:
        await rotated.check_pin(ana.id, PIN)
        with pytest.raises(WrongPin):
            await rotated.check_pin(ben.id, PIN)


async def test_a_hash_is_made_anew_when_its_cost_changes(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """On success only, and once."""
    ana = await person(wallet, "Ana")
    before = stored_hash(settings, ana)
    async with Wallet.open(settings.model_copy(update={"argon2_memory_kib": 16}), clock=clock) as costlier:
        with pytest.raises(WrongPin):
            await costlier.check_pin(ana.id, WRONG)
        assert stored_hash(settings, ana) == before
        await costlier.check_pin(ana.id, PIN)
        after = stored_hash(settings, ana)
        assert "m=16," in after
        await costlier.check_pin(ana.id, PIN)
        assert stored_hash(settings, ana) == after


@pytest.mark.parametrize("meanwhile", ["changed", "reset"])
async def test_rehashing_never_brings_an_old_pin_back(
    wallet: Wallet, settings: WalletSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """A PIN changed or reset while another process still hashes the old one anew stays changed or reset."""
    ana = await person(wallet, "Ana")
    async with Wallet.open(settings.model_copy(update={"argon2_memory_kib": 16}), clock=clock) as slow:
        hash_ = slow._hasher.hash

        async def hash_slowly(party_id: UUID, pin: str) -> HashedPin:
            if meanwhile == "changed":
                await wallet.change_pin(ana.id, PIN, NEW)
            else:
                await wallet.reset_pin(ana.id, by=BY, reason=WHY)
            return await hash_(party_id, pin)

        monkeypatch.setattr(slow._hasher, "hash", hash_slowly)
        with pytest.raises(WrongPin if meanwhile == "changed" else PinNotSet):
            await slow.check_pin(ana.id, PIN)
    with pytest.raises(WrongPin if meanwhile == "changed" else PinNotSet):
        await wallet.check_pin(ana.id, PIN)


async def test_a_pin_reset_while_it_is_changed_stays_reset(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that a PIN was changed that was taken away in between."""
    ana = await person(wallet, "Ana")
    hash_ = wallet._hasher.hash

    async def hash_slowly(party_id: UUID, pin: str) -> HashedPin:
        await wallet.reset_pin(ana.id, by=BY, reason=WHY)
        return await hash_(party_id, pin)

    monkeypatch.setattr(wallet._hasher, "hash", hash_slowly)
    with pytest.raises(PinNotSet):
        await wallet.change_pin(ana.id, PIN, NEW)
    (notice,) = await wallet.due_notices()
    assert notice.kind is NoticeKind.PIN_RESET
    await wallet.notice_delivered(notice.id)
    assert await wallet.due_notices() == ()


async def test_when_too_many_wait_nothing_is_counted(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full queue says so before an attempt is taken."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
    with monkeypatch.context() as full:
        full.setattr(wallet._hasher, "_room", 0)
        for attempt in (wallet.confirm(quote.id, ana.id, WRONG), wallet.check_pin(ana.id, WRONG)):
            with pytest.raises(Busy):
                await attempt
        with pytest.raises(Busy):
            await wallet.change_pin(ana.id, WRONG, NEW)
    assert (await wallet.pin_state(ana.id)).tries_left == 5
    await wallet.confirm(quote.id, ana.id, PIN)


async def test_when_many_wait_a_thread_hashes_several_in_one_go(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most eight; on argon2's threads; each gets the hash of their own PIN, and who cannot be hashed fails alone."""
    goes: list[int] = []
    each = pin_hashing._argon2id_each

    def watched(work: Sequence[tuple[bytes, Recipe]]) -> list[str | Exception]:
        assert threading.current_thread().name.startswith("argon2")
        goes.append(len(work))
        return each(work)

    monkeypatch.setattr(pin_hashing, "_argon2id_each", watched)
    people = [uuid4() for _ in range(100)]
    recipe = Recipe(8, 1, b"sixteen bytes ..", next(iter(wallet._hasher._peppers)))
    nonsense = replace(recipe, memory_kib=1)
    recipes = [nonsense if number == 50 else recipe for number in range(100)]
    hashes = await asyncio.gather(
        *(wallet._hasher.hash_as(one, PIN, how) for one, how in zip(people, recipes, strict=True)),
        return_exceptions=True,
    )
    assert isinstance(hashes[50], HashingError)
    assert max(goes) == MOST_TOGETHER
    assert len(goes) < 50
    assert hashes[:50] + hashes[51:] == [
        await wallet._hasher.hash_as(one, PIN, recipe) for one in people[:50] + people[51:]
    ]


async def test_a_pin_appears_in_no_text(
    wallet: Wallet, settings: WalletSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """Every way a PIN goes wrong, at the lowest log level, with SQL echoed: the digits are nowhere."""
    canary, typo, held = "582914", "58291", io.StringIO()
    caplog.set_level(logging.DEBUG)
    ana, ben = await person(wallet, "Ana", 1000, pin=None), await person(wallet, "Ben", pin=None)
    for engine in (wallet._database._engine, wallet._database._autocommit):
        engine.sync_engine.echo = "debug"
    await wallet.set_pin(ben.id, canary)
    await wallet.set_pin(ana.id, PIN)
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
    for attempt in (
        wallet.confirm(quote.id, ana.id, canary),
        wallet.confirm(quote.id, ana.id, typo),
        wallet.confirm(uuid4(), ana.id, canary),
        wallet.confirm(quote.id, ben.id, canary),
        wallet.check_pin(ana.id, canary),
        wallet.change_pin(ana.id, canary, NEW),
        wallet.change_pin(ana.id, PIN, typo),
        wallet.change_pin(ana.id, PIN, canary),
        wallet.set_pin(ana.id, canary),
        wallet.set_pin(ana.id, canary, personal_digits=["5829"]),
        wallet.check_pin(uuid4(), canary),
    ):
        try:
            await attempt
        except Exception as error:  # noqa: BLE001 - whatever it is
            held.write(f"{error!r} {error}")
            traceback.print_exception(error, file=held)
    rows = as_owner(settings, "SELECT * FROM wallet.pins")
    for shown in (held.getvalue(), caplog.text, repr(rows), repr([record.args for record in caplog.records])):
        assert shown
        assert canary not in shown
        assert PEPPER not in shown
