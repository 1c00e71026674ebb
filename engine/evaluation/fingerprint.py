"""Tells one model file from another by its bytes."""

import hashlib
from pathlib import Path


def hash_file(path: Path) -> str | None:
    """SHA-256 of the file's bytes, in hex; None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
