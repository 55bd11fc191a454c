"""Parties: opened once, approved by an operator, frozen and unfrozen to what they were."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from wallet import (
    BadName,
    BadReason,
    Currency,
    KeyConflict,
    PartyFrozen,
    PartyPending,
    PartyUnknown,
    SettingsError,
    TooManyBusinesses,
    Wallet,
    WalletSettings,
)

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"


async def test_a_key_opens_one_party(wallet: Wallet) -> None:
    """The same key finds what it opened, under whatever name by now; for another kind or owner it is a conflict."""
    key, shop_key = uuid4(), uuid4()
    ana, ben = await wallet.open_person("Ana", key=key), await person(wallet, "Ben")
    await wallet.rename(ana.id, "Ana Maria")
    assert (await wallet.open_person("Ana", key=key)).id == ana.id
    shop = await wallet.open_business(ana.id, "Shop", key=shop_key)
    assert await wallet.open_business(ana.id, "Shop", key=shop_key) == shop
    with pytest.raises(KeyConflict):
        await wallet.open_business(ben.id, "Shop", key=shop_key)
    with pytest.raises(KeyConflict):
        await wallet.open_business(ana.id, "Shop", key=key)
    with pytest.raises(KeyConflict):
        await wallet.open_person("Shop", key=shop_key)


async def test_a_key_says_whom_it_named(wallet: Wallet) -> None:
    """Nobody before it was used; then the same party, invited, opened or renamed since; asking makes nobody."""
    key, shop_key = uuid4(), uuid4()
    assert await wallet.named_by(key) is None
    invited = await wallet.invite("@ana", key=key)
    assert await wallet.named_by(key) == invited
    opened = await wallet.open_person("Ana", key=key)
    assert await wallet.named_by(key) == opened
    renamed = await wallet.rename(opened.id, "Ana Maria")
    assert await wallet.named_by(key) == renamed
    shop = await wallet.open_business(opened.id, "Shop", key=shop_key)
    assert await wallet.named_by(shop_key) == shop
    assert await wallet.named_by(uuid4()) is None
    assert len(await wallet.parties()) == 2


async def test_a_name_is_not_empty_and_not_endless(wallet: Wallet) -> None:
    """1 to 64 characters that can be written down."""
    ana = await wallet.open_person("Ana", key=uuid4())
    for name in ("", "   ", "\n\t", "x" * 65, "\x00", "\x07\ud800"):
        with pytest.raises(BadName):
            await wallet.open_person(name, key=uuid4())
        with pytest.raises(BadName):
            await wallet.open_business(ana.id, name, key=uuid4())
        with pytest.raises(BadName):
            await wallet.rename(ana.id, name)
    assert (await wallet.open_person(" x\0 ", key=uuid4())).name == "x"


async def test_a_business_waits_for_its_approval(wallet: Wallet) -> None:
    """Until then it cannot be paid, found or credited; approving twice changes nothing."""
    ana, luna = await person(wallet, "Ana", 100), await person(wallet, "Luna")
    cafe = await wallet.open_business(luna.id, "Café Luna", key=uuid4())
    assert cafe.status == "pending"
    assert await wallet.find_businesses("café luna") == ()
    with pytest.raises(PartyPending):
        await wallet.quote(ana.id, cafe.id, euros(wallet, 1), key=uuid4())
    with pytest.raises(PartyPending):
        await wallet.deposit(cafe.id, euros(wallet, 1), key=uuid4(), by=BY, reason=WHY)
    for _ in range(2):
        await wallet.approve_business(cafe.id, by=BY, reason=WHY)
    assert [act.verb for act in await wallet.acts() if act.subject_id == cafe.id] == ["business approve"]
    assert [found.id for found in await wallet.find_businesses(" CAFÉ  luna ")] == [cafe.id]
    assert await wallet.quote(ana.id, cafe.id, euros(wallet, 1), key=uuid4())


async def test_a_business_is_found_without_its_accents(wallet: Wallet) -> None:
    """Many keyboards have none. Of two that differ by accents alone both are found, whichever is typed."""
    luna = await person(wallet, "Luna")
    accented = await business(wallet, luna, "Café Luna")
    for typed in ("Cafe Luna", "café luna", "CAFE\u0301 LUNA"):
        assert [found.id for found in await wallet.find_businesses(typed)] == [accented.id]
    plain = await wallet.rename((await business(wallet, luna, "Bar")).id, "Cafe Luna")
    for typed in ("Cafe Luna", "Café Luna"):
        assert {found.id for found in await wallet.find_businesses(typed)} == {accented.id, plain.id}


async def test_freezing_is_no_way_round_the_approval(wallet: Wallet) -> None:
    """A pending business has nothing to freeze; freezing and unfreezing it does not open it."""
    luna = await person(wallet, "Luna")
    cafe = await wallet.open_business(luna.id, "Café Luna", key=uuid4())
    with pytest.raises(PartyPending):
        await wallet.freeze(cafe.id, by=BY, reason=WHY)
    await wallet.unfreeze(cafe.id, by=BY, reason=WHY)
    assert (await wallet.party(cafe.id)).status == "pending"


async def test_without_approval_a_business_is_open_at_once(settings: WalletSettings, clock: Clock) -> None:
    """As the operator's settings say."""
    async with Wallet.open(settings.model_copy(update={"business_approval": False}), clock=clock) as wallet:
        luna = await person(wallet, "Luna")
        assert (await wallet.open_business(luna.id, "Café Luna", key=uuid4())).status == "open"


async def test_who_is_frozen_opens_no_business(wallet: Wallet) -> None:
    """Nor does a business, or nobody."""
    ana = await person(wallet, "Ana")
    cafe = await business(wallet, ana)
    await wallet.freeze(ana.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen):
        await wallet.open_business(ana.id, "Another", key=uuid4())
    for owner_id in (cafe.id, uuid4()):
        with pytest.raises(PartyUnknown):
            await wallet.open_business(owner_id, "Another", key=uuid4())


async def test_five_businesses_and_no_more(wallet: Wallet, settings: WalletSettings, clock: Clock) -> None:
    """Also when twelve are opened at once from two processes."""
    ana = await person(wallet, "Ana")
    async with Wallet.open(settings, clock=clock) as other:
        opened = await asyncio.gather(
            *(process.open_business(ana.id, "Shop", key=uuid4()) for process in (wallet, other) for _ in range(6)),
            return_exceptions=True,
        )
    assert sum(isinstance(outcome, TooManyBusinesses) for outcome in opened) == 7
    assert len(await wallet.businesses(ana.id)) == 5


async def test_books_are_opened_in_the_currency_they_are_kept_in(settings: WalletSettings, clock: Clock) -> None:
    """Until somebody has a wallet it may be changed; from then on another one is refused, and nothing is relabelled."""
    yen = settings.model_copy(update={"currency": Currency.parse("JPY")})
    for chosen in (yen, settings):
        async with Wallet.open(chosen, clock=clock) as wallet:
            kept = await wallet.accounts()
    async with Wallet.open(settings, clock=clock) as wallet:
        await person(wallet, "Ana", 100)
    with pytest.raises(SettingsError, match=r"SIXPENCE_CURRENCY is JPY, but these books are kept in EUR"):
        async with Wallet.open(yen, clock=clock):
            pass
    async with Wallet.open(settings, clock=clock) as wallet:
        assert len(await wallet.accounts()) == len(kept) + 1


async def test_books_of_a_unit_of_ones_own_are_opened_with_the_digits_they_are_kept_in(
    settings: WalletSettings, clock: Clock
) -> None:
    """Nobody's hours become a hundred times as many; until somebody has a wallet the digits may be changed."""
    whole, hundredths = [
        settings.model_copy(update={"currency": Currency.parse(unit)}) for unit in ("HOUR:0", "HOUR:2")
    ]
    for chosen in (whole, hundredths):
        async with Wallet.open(chosen, clock=clock) as wallet:
            pass
    async with Wallet.open(hundredths, clock=clock) as wallet:
        ana = await person(wallet, "Ana", 150, pin=None)
    with pytest.raises(SettingsError, match=r"SIXPENCE_CURRENCY is HOUR:0, but these books are kept in HOUR:2: set it"):
        async with Wallet.open(whole, clock=clock):
            pass
    async with Wallet.open(hundredths, clock=clock) as wallet:
        assert str((await wallet.balance(ana.id)).ledger) == "1.50 HOUR"


@pytest.mark.parametrize(("first", "second"), [("HOUR:2", "HOUR:0"), ("EUR", "USD")])
async def test_two_processes_cannot_keep_one_books_in_two_units(
    settings: WalletSettings, clock: Clock, first: str, second: str
) -> None:
    """Both found empty books when they started: whoever opens the second wallet is refused, and nothing is opened."""
    one, other = [settings.model_copy(update={"currency": Currency.parse(unit)}) for unit in (first, second)]
    async with Wallet.open(one, clock=clock) as wallet, Wallet.open(other, clock=clock) as late:
        await person(wallet, "Ana", 150, pin=None)
        with pytest.raises(SettingsError, match=f"SIXPENCE_CURRENCY is {second}, but these books are kept in {first}"):
            await late.open_person("Ben", key=uuid4())
        assert [one.party.name for one in await wallet.parties()] == ["Ana"]


async def test_a_party_is_found_by_what_an_operator_has_of_it(wallet: Wallet) -> None:
    """Its id, its account's, the beginning of its id, its name; nothing less, and nothing that only looks so."""
    ana, ben = await person(wallet, "Ana", pin=None), await person(wallet, "Ben", pin=None)
    account_id = next(one.account_id for one in await wallet.parties() if one.party == ana)

    async def found(typed: str) -> list[UUID]:
        return [one.party.id for one in await wallet.find_parties(typed)]

    for typed in (str(ana.id), str(ana.id).upper(), str(account_id), str(ana.id)[:24], str(ana.id)[:35], "  ána "):
        assert await found(typed) == [ana.id], typed
    assert set(await found(str(ana.id)[:8])) >= {ana.id}
    for typed in (str(ana.id)[:7], str(uuid4()), ana.id.hex, f"{{{ana.id}}}", "Eve", "", "%", "an_", "\0", "Ana\udce9"):
        assert await found(typed) == [], typed
    await wallet.rename(ben.id, str(ana.id))
    assert await found(str(ana.id)) == [ana.id]


async def test_a_frozen_payer_is_unfrozen_with_everything(wallet: Wallet) -> None:
    """Money, PIN and open quotes are as before; every act is on record."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 40), key=uuid4())
    await wallet.freeze(ana.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen) as frozen:
        await wallet.confirm(quote.id, ana.id, PIN)
    assert (frozen.value.side, frozen.value.name) == ("payer", "Ana")
    await wallet.unfreeze(ana.id, by=BY, reason=WHY)
    await wallet.confirm(quote.id, ana.id, PIN)
    assert [act.verb for act in await wallet.acts() if act.subject_id == ana.id] == ["unfreeze", "freeze"]
    for act in (wallet.freeze, wallet.unfreeze, wallet.approve_business):
        with pytest.raises(PartyUnknown):
            await act(uuid4(), by=BY, reason=WHY)
        with pytest.raises(BadReason):
            await act(ana.id, by=BY, reason=" ")
