"""What a display name may do to a card, and what it may not."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.names import FALLBACK, MAX_LENGTH, Reason, clean, looks_like, own_name, skeleton, suspicious
from wallet import search_form

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u200b\u2060\u2065\ufeff\ufff0\u3164\u115f\uffa0\u2800\u180e\u034f\U000e0006\U000e0041\U000e0fff"

HONEST = [
    "Ana",
    "José Ángel",
    "Ben O'Neill-Smith",
    "Чай",
    "Аня Ivanova",
    "Ελένη",
    "สมชาย",
    "राहुल",
    "محمد علی",
    "می‌خواهم",
    "山田たろう",
    "김철수",
    "Nguyễn Văn Đức",
    "Kawika ʻIolani",
    "Ana 🌸",
    "Family 👨‍👩‍👧",
    "Ben ❤️",
    "葛\U000e0100城",
    "Ｂｅｎ",
    "Café Luna №1",
    "Kiosk 3",
]

LOOK_ALIKES = [
    ("Ana", "Аnа"),
    ("Ben", "Веn"),
    ("BEN", "ΒΕΝ"),
    ("Cora", "Сога"),
    ("paul", "рaul"),
    ("Bill", "BiII"),
    ("Bill", "B1ll"),
    ("Bob", "B0b"),
    ("Jose", "José"),
    ("Ben", "Ｂｅｎ"),
    ("Ana", "𝓐𝓷𝓪"),
    ("Ben", "B\u200ben"),
    ("Ben", "\u202eBen"),
    ("Ben ", " ben"),
    ("ben_s", "ben__s"),
    ("ben_s", "bens"),
    ("Ben-Ami", "Ben Ami"),
    ("O'Neill", "O’Neill"),
    ("Maria", "Marıa"),
    ("Morn", "Mom"),
    ("Law", "Lavv"),
    ("Café Luna", "Саfe Lunа"),
    ("Hanna", "НАΝΝА"),
]


@pytest.mark.parametrize("char", BIDI + INVISIBLE)
def test_clean_removes_what_is_not_seen(char: str) -> None:
    """No control or zero-width character survives, at either end or inside."""
    assert clean(f"{char}An{char}a{char}") == "Ana"


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_name_is_not_flagged(name: str) -> None:
    """Alphabets of the world, emoji and joined letters carry no warning."""
    assert suspicious(name) == frozenset()


@pytest.mark.parametrize("name", ["Ana", "José Ángel", "Чай", "राहुल", "山田たろう", "Ben ❤️", "<b>Ana</b>", "*Ana*"])
def test_clean_leaves_a_harmless_name_alone(name: str) -> None:
    """Markup is text like any other here: whoever writes HTML escapes it."""
    assert clean(name) == name


@pytest.mark.parametrize(
    "name", ["", " ", "\n\t", "\u200b", "\u202e\u202c", "\u3164", "\u2800 \u2800", "\ufe0f", "\u0301", "\x00"]
)
def test_a_name_with_nothing_to_see_becomes_someone(name: str) -> None:
    """A card never has a hole where the payee should stand."""
    assert clean(name) == FALLBACK


def test_white_space_is_collapsed_to_one_line() -> None:
    """A line break in a name cannot start a line of its own on the card."""
    assert clean("  Ana \n\n Total:\u2028\t5\u00a0€ ") == "Ana Total: 5 €"


@pytest.mark.parametrize("mark", [*"✓✔✅⚠⊘★⭐○●•✗❌", "⚠\ufe0f", "✔\ufe0f"])
def test_a_name_holds_no_mark_of_the_bots_own(mark: str) -> None:
    """Nobody is called as if something had been paid, or warned of."""
    assert clean(f"{mark} An{mark}a {mark}") == "Ana"
    assert clean(mark) == FALLBACK


def test_a_name_is_no_receipt() -> None:
    """What would read as a line of ours is one name; a dot within a word belongs to it."""
    assert clean("✓ Ana paid Luna · Reference 7K3M9 ✓ ·") == "Ana paid Luna Reference 7K3M9"
    assert clean("Gal·la") == "Gal·la"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ben Okafor (@ben)", "Ben Okafor"),
        ("Ben ＠ben Okafor", "Ben Okafor"),
        ("Ben @\u200bben", "Ben"),
        ("@ben [@@b@en]", FALLBACK),
        ("Café @ Home", "Café @ Home"),
        ("ben@home.org", "ben@home.org"),
    ],
)
def test_nobody_has_a_username_by_their_name(name: str, shown: str) -> None:
    """Only Telegram says who is @ben: it is left out of a name, which may then look like another's."""
    assert clean(name) == shown


def test_who_was_named_by_a_username_alone_is_called_so_and_nobody_calls_themselves_so() -> None:
    """@dora is who has no wallet yet; a person who has one chose their name."""
    assert clean("@dora") == "@dora"
    assert own_name("@dora") == own_name("\u200b@dora") == "dora"


def test_a_long_name_is_cut_visibly() -> None:
    """A cut name ends in an ellipsis."""
    shown = clean("A" * 1000)
    assert len(shown) == MAX_LENGTH
    assert shown.endswith("A…")


def test_a_tower_of_marks_is_cut_to_three() -> None:
    """Stacked marks would paint over the amount above."""
    assert clean("Z" + "\u0300" * 50) == "Z" + "\u0300" * 3


@pytest.mark.parametrize("char", BIDI)
def test_a_bidi_control_is_flagged(char: str) -> None:
    """Every direction control is reported as such."""
    assert Reason.BIDI in suspicious(f"An{char}a")


@pytest.mark.parametrize("char", INVISIBLE + "\u200c\u200d\ufe00\ufe0f\U000e010b\x00")
def test_an_invisible_character_is_flagged(char: str) -> None:
    """Between Latin letters even a joiner has no honest use."""
    assert suspicious(f"An{char}a") == {Reason.INVISIBLE}


@pytest.mark.parametrize("name", ["Аna", "Anа", "Bеn Smith", "Ελena", "Ben Ѕmith", "Аn1a", "A\u0301nа", "An\u200bа"])
def test_mixed_scripts_in_one_word_are_flagged(name: str) -> None:
    """One Cyrillic or Greek letter in a Latin word is a disguise."""
    assert Reason.MIXED_SCRIPTS in suspicious(name)


@pytest.mark.parametrize(("a", "b"), LOOK_ALIKES)
def test_look_alikes_are_found(a: str, b: str) -> None:
    """The comparison sees through alphabets, digits, accents, case and hidden characters."""
    assert looks_like(a, b)
    assert looks_like(b, a)


@pytest.mark.parametrize(
    ("a", "b"), [("Ana", "Ann"), ("Ben", "Bea"), ("Чай", "Chai"), ("", ""), ("\u200b", "\u200b"), ("Ana", "")]
)
def test_different_names_do_not_look_alike(a: str, b: str) -> None:
    """Names that differ to the eye, and names without anything to see, are kept apart."""
    assert not looks_like(a, b)


def test_who_is_found_without_accents_looks_like_who_has_none() -> None:
    """So a payer who knows one of the two is warned of the other, whatever the letter."""
    for char in map(chr, range(sys.maxunicode + 1)):
        bare = "".join(each for each in unicodedata.normalize("NFKD", char) if unicodedata.category(each) != "Mn")
        if bare and bare != char and search_form(bare) == search_form(char) and skeleton(bare):
            assert looks_like(char, bare), hex(ord(char))


@given(st.text())
def test_a_cleaned_name_is_safe_and_stays_as_it_is(name: str) -> None:
    """For any text: bounded, one line, nothing unseen, and cleaning twice changes nothing."""
    shown = clean(name)
    assert 0 < len(shown) <= MAX_LENGTH
    assert shown == " ".join(shown.split())
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not suspicious(shown) & {Reason.BIDI}
    assert not set(shown) & set("✓⚠⊘★○●•")
    assert clean(shown) == shown


@given(st.text())
def test_a_skeleton_is_its_own_skeleton(name: str) -> None:
    """Comparing skeletons of skeletons is the same comparison."""
    assert skeleton(skeleton(name)) == skeleton(name)


@given(st.text(min_size=1), st.sampled_from(sorted(BIDI + INVISIBLE)))
def test_a_hidden_character_never_changes_the_skeleton(name: str, char: str) -> None:
    """What is not seen cannot tell two names apart."""
    assert skeleton(name + char) == skeleton(name)
