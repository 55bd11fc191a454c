"""What a phone's camera reads of a QR code: of a sharp, upright picture of one, as a bot sends it."""

import struct
import zlib
from typing import Final

Squares = list[list[bool]]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_AS_IT_IS, _AS_ABOVE = 0, 2  # how a line of a PNG is packed
_FINDER: Final = 7  # squares across each of the three corners' marks
_MEDIUM: Final = 0  # the level of error correction, as the code itself writes it
_BYTES: Final = 4  # the mode in which text is written
# Level M: version → how many blocks, and how many bytes of text in each.
_BLOCKS: Final = {1: (1, 16), 2: (1, 28), 3: (1, 44), 4: (2, 32), 5: (2, 43), 6: (4, 27)}
_MASKS: Final = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, _: r % 2 == 0,
    lambda _, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)


def read_code(png: bytes) -> str | None:
    """Return the text of the code in a picture; None if there is none that can be read.

    Codes of up to 106 bytes at level M are read; nothing is corrected.
    """
    try:
        squares = _squares(_pixels(png))
        level, mask = _format(squares)
        version = (len(squares) - 17) // 4
        if level != _MEDIUM or version not in _BLOCKS:
            return None
        return _text(_bytes(squares, version, mask), version)
    except (ValueError, IndexError, struct.error, zlib.error):
        return None


def _pixels(png: bytes) -> Squares:
    """Return which pixels are dark, of a PNG in black and white."""
    if not png.startswith(_PNG):
        raise ValueError("no PNG")
    chunks: dict[bytes, bytes] = {}
    at = len(_PNG)
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + size]
        at += size + 12
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    stride = 1 + (width + 7) // 8
    if depth != 1 or colours or interlaced:
        raise ValueError("not in black and white")
    lines: list[bytes] = []
    packed = zlib.decompress(chunks[b"IDAT"])
    for at in range(0, stride * height, stride):
        way, line = packed[at], packed[at + 1 : at + stride]
        if way == _AS_ABOVE:
            line = bytes((new + old) % 256 for new, old in zip(line, lines[-1], strict=True))
        elif way != _AS_IT_IS:
            raise ValueError("packed otherwise than we read")
        lines.append(line)
    return [[not line[x // 8] >> (7 - x % 8) & 1 for x in range(width)] for line in lines]


def _squares(pixels: Squares) -> Squares:
    """Return the code's squares; its first row begins with the seven of a corner's mark."""
    top = next(y for y, row in enumerate(pixels) if any(row))
    left = pixels[top].index(True)
    right = len(pixels[top]) - pixels[top][::-1].index(True)
    scale = pixels[top].index(False, left) - left
    if scale % _FINDER:
        raise ValueError("no code")
    scale //= _FINDER
    size = (right - left) // scale
    places = [scale * at + scale // 2 for at in range(size)]
    return [[pixels[top + y][left + x] for x in places] for y in places]


def _format(squares: Squares) -> tuple[int, int]:
    """Return the level of error correction and the number of the mask."""
    places = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    bits = int("".join("1" if squares[r][c] else "0" for r, c in places), 2) ^ 0b101010000010010
    return bits >> 13, bits >> 10 & 0b111


def _bytes(squares: Squares, version: int, mask: int) -> list[int]:
    """Return what is written in the squares, column by column from the right, up and down, without the mask."""
    size = len(squares)

    def is_text(r: int, c: int) -> bool:
        corner = (r < 9 and (c < 9 or c >= size - 8)) or (r >= size - 8 and c < 9)
        aligning = version > 1 and abs(r - (size - 7)) <= 2 and abs(c - (size - 7)) <= 2
        return not (corner or aligning or r == 6 or c == 6)

    bits = []
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for r in reversed(range(size)) if upwards else range(size):
            bits += [squares[r][c] ^ _MASKS[mask](r, c) for c in (right, right - 1) if is_text(r, c)]
        upwards = not upwards
    return [int("".join("1" if bit else "0" for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]


def _text(written: list[int], version: int) -> str | None:
    """Return the text: the blocks are written in turn, a byte of each."""
    blocks, size = _BLOCKS[version]
    content = [written[at * blocks + block] for block in range(blocks) for at in range(size)]
    bits = int.from_bytes(bytes(content), "big")
    total = 8 * len(content)
    if bits >> (total - 4) != _BYTES:
        return None
    length = bits >> (total - 12) & 0xFF
    text = bits >> (total - 12 - 8 * length) & ((1 << 8 * length) - 1)
    return text.to_bytes(length, "big").decode()
