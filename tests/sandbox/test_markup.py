"""parse_mode HTML and MarkdownV2, and the entities that Telegram finds by itself."""

from typing import Any

import pytest

from sandbox.telegram.cast import Json
from sandbox.telegram.detection import find_entities
from sandbox.telegram.entities import clean
from sandbox.telegram.markup_html import parse_html
from sandbox.telegram.markup_markdown import parse_markdown


def marked(kind: str, offset: int, length: int, **more: str) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "plain", "entities"),
    [
        ("plain &lt;&amp;&gt; &#8364; &#x20AC; &euro;", "plain <&> € € &euro;", []),
        ("<b>a</b><STRONG>b</STRONG>", "ab", [marked("bold", 0, 1), marked("bold", 1, 1)]),
        ("😀<b>x</b>", "😀x", [marked("bold", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [marked("bold", 0, 2), marked("italic", 1, 1)]),
        ('<a href="https://x.io/?a=1&amp;b=2">x</a>', "x", [marked("text_link", 0, 1, url="https://x.io/?a=1&b=2")]),
        ("<code>1</code>", "1", [marked("code", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [marked("pre", 0, 1, language="py")]),
        ("<blockquote expandable>q</blockquote>", "q", [marked("expandable_blockquote", 0, 1)]),
        ("<tg-spoiler>s</tg-spoiler>", "s", [marked("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [marked("spoiler", 0, 1)]),
        ("<u>u</u><s>s</s>", "us", [marked("underline", 0, 1), marked("strikethrough", 1, 1)]),
        ("<b></b>x", "x", []),
    ],
)
def test_html_becomes_text_and_entities(source: str, plain: str, entities: list[Json]) -> None:
    """Offsets count UTF-16 code units of the plain text."""
    assert parse_html(source) == (plain, entities)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("€<script>", 'Unsupported start tag "script" at byte offset 3'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
    ],
)
def test_bad_html_is_refused(source: str, complaint: str) -> None:
    """The offset in a complaint counts bytes of what was sent."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole text is compared
        parse_html(source)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("source", "plain", "entities"),
    [
        (r"5\.00 \*", "5.00 *", []),
        ("*b* _i_ __u__ ~s~ ||p||", "b i u s p", [
            marked("bold", 0, 1), marked("italic", 2, 1), marked("underline", 4, 1),
            marked("strikethrough", 6, 1), marked("spoiler", 8, 1),
        ]),
        ("*a_b_*", "ab", [marked("bold", 0, 2), marked("italic", 1, 1)]),
        ("`a.b*`", "a.b*", [marked("code", 0, 4)]),
        ("```py\nx = 1\n```", "x = 1\n", [marked("pre", 0, 6, language="py")]),
        ("[x](https://x.io/\\))", "x", [marked("text_link", 0, 1, url="https://x.io/)")]),
        (">quoted\n>more\nrest", "quoted\nmore\nrest", [marked("blockquote", 0, 12)]),
        ("😀*x*", "😀x", [marked("bold", 2, 1)]),
    ],
)  # fmt: skip
def test_markdown_becomes_text_and_entities(source: str, plain: str, entities: list[Json]) -> None:
    """Marks vanish, escapes give their character."""
    assert parse_markdown(source) == (plain, entities)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("5.00", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("€*x", "Can't find end of Bold entity at byte offset 3"),
        ("__x", "Can't find end of Underline entity at byte offset 0"),
        ("```py\nx", "Can't find end of PreCode entity at byte offset 0"),
        ("[x](https://x.io", "Can't find end of a URL at byte offset 4"),
    ],
)
def test_bad_markdown_is_refused(source: str, complaint: str) -> None:
    """Telegram names the character or the entity."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole text is compared
        parse_markdown(source)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/send@sixpence_bot 5", [("bot_command", 0, 18)]),
        ("send 5 to @ben, @ab", [("mention", 10, 4)]),
        ("#envoyer 10EUR #1 x#y", [("hashtag", 0, 8)]),
        ("$EUR $eur US$EUR", [("cashtag", 0, 4)]),
        ("see https://x.io/a. or t.me/b", [("url", 4, 14), ("url", 23, 6)]),
        ("write to a.b@x.com", [("email", 9, 9)]),
        ("😀 @ben", [("mention", 3, 4)]),
        ("1/2 5.50 a@b +12", []),
    ],
)
def test_entities_are_found_in_plain_text(text: str, found: list[Any]) -> None:
    """What people type is marked as their app would mark it."""
    assert [(one["type"], one["offset"], one["length"]) for one in find_entities(text)] == found


def test_texts_are_cleaned_and_entities_move_along() -> None:
    """Bidi marks, control characters and outer space go; isolates stay."""
    text = "  \u202ea\tb\u2068c\u2069\r "
    cleaned, entities = clean(text, [marked("bold", 0, 4), marked("italic", 6, 1)])
    assert cleaned == "a b\u2068c\u2069"
    assert entities == [marked("bold", 0, 1), marked("italic", 3, 1)]
