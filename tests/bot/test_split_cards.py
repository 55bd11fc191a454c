"""Splits: what a group sees of them and of settling up, in every state, however many people are in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, get_args
from uuid import UUID

import pytest

from bot import split_cards, split_words
from bot.split_phrases import Reason, Unsplit
from tests.bot.test_cards import ANA, CARD, NOON, SAY, data, euros, shown
from wallet import NetPayment, Netting, Party, Request, RequestState, Share, Split
from wallet.nettings import MAX_SIDES
from wallet.shares import MAX_PEOPLE
from wallet.values_splits import NettingState, Side

if TYPE_CHECKING:
    from wallet import Money

BEN = Party(UUID(int=4), "person", "Ben\u202e <b>", "open")
CHAI = Party(UUID(int=5), "person", "Chai", "open")
LINK = "https://t.me/sixpence_bot"
WEEK = timedelta(days=7)


def asked(payer: Party, amount: Money, state: RequestState = "open") -> Request:
    return Request(UUID(int=9), ANA, payer, amount, "dinner", state, NOON, NOON + WEEK, None, None)


def share(party: Party, cents: int, state: RequestState | None = None, *, odd: bool = False) -> Share:
    return Share(party, euros(cents), odd, None if state is None else asked(party, euros(cents), state))


GATHERING = Split(
    id=UUID(int=1),
    group=UUID(int=2),
    starter=ANA,
    total=euros(1000),
    note="dinner\u202e",
    way="even",
    state="gathering",
    created_at=NOON,
    expires_at=NOON + WEEK,
    asked_at=None,
    shares=(share(ANA, 334, odd=True), share(BEN, 333), share(CHAI, 333)),
)
ASKING = replace(
    GATHERING,
    state="asking",
    asked_at=NOON,
    shares=(share(ANA, 334), share(BEN, 333, "open"), share(CHAI, 333, "paid")),
)


def test_who_is_in_sees_what_they_would_pay_and_what_comes_next() -> None:
    """No name or note turns the text around, or writes markup."""
    face = split_cards.split(SAY, GATHERING, CARD, LINK)
    *lines, next_step = shown(face).splitlines()
    assert lines == [
        f"<b>{ANA.name} splits €10.00</b>",
        "Note: “dinner”",
        "",
        f"• {ANA.name} · €3.34 · with the odd cent",
        "• Ben &lt;b&gt; · €3.33",
        "• Chai · €3.33",
        "",
    ]
    assert next_step.endswith(f"Nobody is asked before {ANA.name} presses “Ask everybody now”, until 28 Nov.")
    assert [one for one in data(face) if one != "None"] == [
        f"{word}:{CARD}" for word in ("sin", "sout", "sask", "sclose")
    ]


def test_everybody_sees_who_has_paid() -> None:
    """By a mark and in words; the starter's own share is nobody's debt."""
    face = split_cards.split(SAY, ASKING, CARD, LINK)
    assert shown(face).splitlines()[3:] == [
        f"• {ANA.name} · €3.34 · their own share",
        "○ Ben &lt;b&gt; · €3.33 · to pay",
        "✓ Chai · €3.33 · paid",
        "",
        f"€3.33 of €6.66 is paid. Each pays {ANA.name} with their own PIN.",
    ]
    assert data(face) == [f"{word}:{CARD}" for word in ("spay", "sremind", "sclose")]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("paid", "✓ Chai · €3.33 · paid"),
        ("netted", "– Chai · €3.33 · settled up"),
        ("declined", "– Chai · €3.33 · declined"),
        ("cancelled", "– Chai · €3.33 · forgiven"),
        ("expired", "– Chai · €3.33 · out of time"),
        ("open", "– Chai · €3.33 · out of time"),  # past its time, and not ended yet
    ],
)
def test_each_end_of_a_share_has_its_words(state: RequestState, line: str) -> None:
    """And a split that is over has no buttons."""
    over = replace(ASKING, state="closed", shares=(share(ANA, 667), share(CHAI, 333, state)))
    face = split_cards.split(SAY, over, CARD, LINK)
    assert line in shown(face).splitlines()
    assert face.keyboard is None


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (("paid", "paid"), "✓ <b>All is paid.</b>"),
        (("paid", "netted"), "This split is over: €3.33 of €6.66 was paid. €3.33 was settled up."),
        (("paid", "declined"), "This split is over: €3.33 of €6.66 was paid."),
        (("netted", "cancelled"), "This split is over: €0.00 of €6.66 was paid. €3.33 was settled up."),
    ],
)
def test_the_last_line_says_how_it_ended(states: tuple[RequestState, RequestState], end: str) -> None:
    """What was settled up is no payment: what took its place may yet be declined."""
    shares = (share(BEN, 333, states[0]), share(CHAI, 333, states[1]))
    face = split_cards.split(SAY, replace(ASKING, state="closed", shares=shares), CARD, LINK)
    assert shown(face).splitlines()[-1] == end


def test_as_many_as_may_be_in_fit_into_one_message() -> None:
    """With long names and large amounts: Telegram takes 4,096 characters."""
    crowd = tuple(
        share(Party(UUID(int=number), "person", "Wolfeschlegelsteinhausenbergerdorff " * 2, "open"), 10**13, "open")
        for number in range(MAX_PEOPLE)
    )
    face = split_cards.split(SAY, replace(ASKING, note="x" * 140, shares=crowd), CARD, LINK)
    assert len(face.text) <= 4096
    few = crowd[:MAX_SIDES]
    payments = tuple(NetPayment(one.party, few[0].party, one.amount, asked(one.party, one.amount)) for one in few[1:])
    sides = tuple(Side(one.party, agreed=False) for one in few)
    for state in get_args(NettingState):
        face = split_cards.netting(SAY, replace(PROPOSED, state=state, payments=payments, sides=sides), CARD)
        assert len(face.text) <= 4096


PROPOSED = Netting(
    id=UUID(int=3),
    group=UUID(int=2),
    state="proposed",
    created_at=NOON,
    expires_at=NOON + timedelta(days=1),
    sides=(Side(ANA, agreed=True), Side(BEN, agreed=False), Side(CHAI, agreed=False)),
    claims=(asked(BEN, euros(500)), asked(CHAI, euros(500))),
    payments=(NetPayment(BEN, CHAI, euros(500)),),
)


def test_a_proposal_says_who_would_pay_whom_and_who_agrees() -> None:
    """And that nothing changes before all of them do."""
    face = split_cards.netting(SAY, PROPOSED, CARD)
    *lines, last = shown(face).splitlines()
    assert lines == [
        "<b>Settle up: 1 payment instead of 2</b>",
        "",
        "• Ben &lt;b&gt; → Chai · €5.00",
        "",
        f"✓ {ANA.name}  ○ Ben &lt;b&gt;  ○ Chai",
        "",
    ]
    assert "Until then nothing changes" in last
    assert data(face) == [f"nagree:{CARD}", f"nrefuse:{CARD}"]


def test_what_was_agreed_is_paid_on_the_same_card() -> None:
    """While anything is open there is a button, and then no more."""
    due = NetPayment(BEN, CHAI, euros(500), asked(BEN, euros(500)))
    face = split_cards.netting(SAY, replace(PROPOSED, state="agreed", payments=(due,)), CARD)
    assert "○ Ben &lt;b&gt; → Chai · €5.00 · to pay" in shown(face)
    assert data(face) == [f"npay:{CARD}"]
    paid = replace(due, request=asked(BEN, euros(500), "paid"))
    face = split_cards.netting(SAY, replace(PROPOSED, state="agreed", payments=(paid,)), CARD)
    assert shown(face).splitlines()[-1] == "✓ <b>All is paid.</b>"
    assert face.keyboard is None


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (("declined", "open"), "each with the payer’s PIN. What was declined or ran out of time moved no money."),
        (("expired", "paid"), "Nothing here waits to be paid any more. What was declined or ran out of time moved no"),
        (("netted", "paid"), "Everybody agreed. Nothing here waits to be paid any more."),
        (("cancelled", "paid"), "Everybody agreed. Nothing here waits to be paid any more."),
    ],
)
def test_what_was_agreed_and_not_paid_is_said(states: tuple[RequestState, RequestState], end: str) -> None:
    """What ended without a payment is neither due nor paid; who is owed it can ask for it again."""
    payments = tuple(NetPayment(BEN, CHAI, euros(500), asked(BEN, euros(500), state)) for state in states)
    face = split_cards.netting(SAY, replace(PROPOSED, state="agreed", payments=payments), CARD)
    last = shown(face).splitlines()[-1]
    assert end in last
    assert ("/request" in last) == bool({"declined", "expired"} & set(states))


@pytest.mark.parametrize("state", ["refused", "overtaken", "replaced", "expired"])
def test_a_proposal_that_came_to_nothing_says_what_to_do(state: NettingState) -> None:
    """Shares stay as they were."""
    face = split_cards.netting(SAY, replace(PROPOSED, state=state), CARD)
    assert "/settle" in shown(face) or "own card" in shown(face)
    assert face.keyboard is None


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_doubt_has_its_question(reason: Reason) -> None:
    """Which says that nothing was asked, and how to write it."""
    assert "Nothing was" in split_words.question(SAY, Unsplit(reason)).replace("nothing was", "Nothing was")


@pytest.mark.parametrize("name", ["Wolfeschlegelsteinhausenbergerdorff " * 2, "😀" * 64])
def test_all_names_are_cut_shorter_before_a_board_is_too_long(name: str) -> None:
    """Nobody has a wallet, each carries an odd cent, and emoji count twice: Telegram counts UTF-16 units."""

    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    starter = Party(UUID(int=99), "person", name, "open")
    crowd = []
    for number in range(MAX_PEOPLE):
        party = Party(UUID(int=number), "person", name, "invited")
        crowd.append(share(party, 10**13, "expired", odd=True))
    shown = replace(ASKING, note="x" * 140, starter=starter, total=euros(10**15), shares=tuple(crowd))
    assert units(split_cards.split(SAY, shown, CARD, LINK).text) <= 4096
    assert units(split_cards.out_of_time(SAY, replace(shown, state="closed")).text) <= 4096
    few = crowd[:MAX_SIDES]
    payments = tuple(NetPayment(one.party, few[0].party, one.amount) for one in few[1:])
    sides = tuple(Side(one.party, agreed=False) for one in few)
    proposal = split_cards.netting(SAY, replace(PROPOSED, payments=payments, sides=sides), CARD)
    assert units(proposal.text) <= 4096
