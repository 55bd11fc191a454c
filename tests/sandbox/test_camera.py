"""A camera reads codes: those made by another hand than the reader's, of every size that it knows."""

import random

import httpx
import pytest
import segno
from telegram import Bot

from bot.qr import png
from sandbox.telegram import people
from sandbox.telegram.camera import read_code
from sandbox.telegram.world import World
from tests.sandbox.pictures import PNG

pytestmark = pytest.mark.anyio

ANA = 5001


@pytest.mark.parametrize("length", [1, 14, 15, 26, 42, 59, 62, 79, 84, 106])
def test_a_code_is_read_as_it_was_written(length: int) -> None:
    """The smallest and the largest of each version, with whatever mask the writer chose."""
    chance = random.Random(length)
    for _ in range(20):
        text = "h" + "".join(chance.choices("abcxyz0123456789:/.?=_-", k=length - 1))
        assert read_code(png(text)) == text


def test_what_is_no_code_is_not_read() -> None:
    """A black picture, half a picture, no picture, a code of another kind."""
    other = segno.make("1234567890", error="m", micro=False, boost_error=False)
    assert other.mode == "numeric"
    assert [read_code(content) for content in (PNG, png("a")[:80], b"", b"x" * 99)] == [None] * 4


async def test_a_photo_is_scanned_by_whoever_sees_it(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """Over HTTP, beside the photo itself; a photo without a code says so."""
    people.start(world, ANA)
    for content, status in ((png("https://t.me/sixpence_bot?start=me_1"), 200), (PNG, 404)):
        await bot.send_photo(ANA, content)
        (chat, *_) = (await page.get(f"/people/{ANA}/chats")).json()
        answer = await page.get(f"{chat['messages'][-1]['photo']}/code")
        assert answer.status_code == status
        assert status == 404 or answer.json() == {"text": "https://t.me/sixpence_bot?start=me_1"}
