"""Photos and documents that come with a call: an upload, or the id of a file sent before."""

import struct
from typing import Final

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import StoredFile
from sandbox.telegram.parameters import Parameters, Upload
from sandbox.telegram.world import World

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ATTACH: Final = "attach://"


def read_photo(world: World, parameters: Parameters) -> list[Json]:
    """Return the sizes of a photo, one here; raises ApiError 400 for what is no PNG or JPEG."""
    file = _read(world, parameters, "photo", "photos")
    width, height = _dimensions(file.content)
    return [{**file.reference(), "width": width, "height": height}]


def read_document(world: World, parameters: Parameters) -> Json:
    """Return a document; raises ApiError 400."""
    file = _read(world, parameters, "document", "documents")
    return {"file_name": file.name, "mime_type": file.media_type, **file.reference()}


def _read(world: World, parameters: Parameters, field: str, folder: str) -> StoredFile:
    upload = _upload(parameters, field)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return world.files.keep(folder, upload.name, upload.media_type, upload.content)
    named = parameters.text(field)
    if not named:
        raise bad_request(f"there is no {field} in the request")
    if named.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = world.files.get(named)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return file


def _upload(parameters: Parameters, field: str) -> Upload | None:
    named = parameters.text(field)
    if named.startswith(_ATTACH):
        return parameters.uploads.get(named.removeprefix(_ATTACH))
    return parameters.uploads.get(field)


def _dimensions(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels, from the head of a PNG or the frame of a JPEG."""
    if content.startswith(_PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    position = 2 if content.startswith(b"\xff\xd8") else len(content)
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        size = int.from_bytes(content[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + size
    raise bad_request("IMAGE_PROCESS_FAILED")
