"""Names a zip archive by its content, without reading all of it."""

import hashlib
import os
from pathlib import Path

_TAIL_BYTES = 32_000_000  # holds the table of contents, with the checksum of every file


def zip_key(path: Path) -> str:
    """A name for the archive that another content does not have. Raises `OSError`."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return hashlib.sha256(f"{size}:".encode() + file.read()).hexdigest()[:32]
