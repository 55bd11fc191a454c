"""Files that the bot sent: kept for download, the oldest forgotten when they pass `ROOM` bytes together."""

import base64
import mimetypes
import secrets
from dataclasses import dataclass, field
from typing import Final

from sandbox.telegram.cast import Json

ROOM: Final = 32 * 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    """One file under Telegram's three names for it."""

    file_id: str
    file_unique_id: str
    path: str
    name: str
    media_type: str
    content: bytes = field(repr=False)

    def reference(self) -> Json:
        """Return the fields that every Bot API file object begins with."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": len(self.content),
        }


class Files:
    """The files of a world."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def keep(self, folder: str, name: str, media_type: str, content: bytes) -> StoredFile:
        """Store a file under a folder of Telegram's ("photos", "documents") and return it."""
        guessed = mimetypes.guess_type(name)[0]
        unique = secrets.token_urlsafe(11)
        stored = StoredFile(
            file_id=f"BQAC{secrets.token_urlsafe(40)}",
            file_unique_id=unique,
            path=f"{folder}/file_{len(self._files)}_{unique}",
            name=name,
            media_type=guessed or media_type,
            content=content,
        )
        self._files[stored.file_id] = stored
        while sum(len(file.content) for file in self._files.values()) > ROOM and len(self._files) > 1:
            del self._files[next(iter(self._files))]
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file with an id, None if unknown or forgotten."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the file at a download path, None if unknown or forgotten."""
        return next((file for file in self._files.values() if file.path == path), None)

    def to_json(self) -> list[Json]:
        """Return everything that `from_json` needs; contents in base64."""
        return [{**vars(file), "content": base64.b64encode(file.content).decode()} for file in self._files.values()]

    @classmethod
    def from_json(cls, data: list[Json]) -> "Files":
        """Rebuild from what `to_json` gave."""
        files = cls()
        for fields in data:
            file = StoredFile(**{**fields, "content": base64.b64decode(fields["content"])})
            files._files[file.file_id] = file
        return files
