"""QR codes, as pictures."""

from __future__ import annotations

import io
from typing import Final

import segno

_PIXELS: Final = 12
"""Of each square of the code: large enough to print and to read across a counter."""


def png(text: str) -> bytes:
    """Return a QR code of the text as a PNG. A seventh of it may be dirty or torn, and it still reads."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(picture, kind="png", scale=_PIXELS, border=4)
    return picture.getvalue()
