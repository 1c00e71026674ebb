"""Writes files so that a crash at any moment leaves the old one or the new one, never half of one."""

import contextlib
import errno
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from engine.errors import DiskError

_TRIES = 20  # a virus scanner or an open viewer holds a file for some tenths of a second


def write_with(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file in the same folder, flush it to the disk, and move it to `path`.

    Raises `DiskError` when the disk is full, read-only or gone; `path` is then as it was before.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        move(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Give the finished file or folder `source` the name `target` on the same disk, at once. Raises `OSError`."""
    for attempt in range(_TRIES):
        try:
            os.replace(source, target)
            return
        except PermissionError:  # Windows: another program has the file open
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.05)


def _sync_folder(path: Path) -> None:
    """Make the new name last through a power cut too, where the system has a way to say so."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            folder = os.open(path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)
        if temporary.stat().st_size != len(content):  # cut without an error
            raise OSError(errno.EIO, "The file is shorter than what was written to it")

    write_with(path, write)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8 with `\\n` line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: object) -> None:
    """Write `value` to `path` as indented JSON; NaN is refused, since JSON has none."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def disk_error(error: OSError, path: Path) -> DiskError:
    """The sentence and hint for a failed write to `path`."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return DiskError(
            f"The disk is full: {path.name} could not be written.",
            f"Free some space on the disk that holds {path.parent} and try again. What was saved before is safe.",
        )
    return DiskError(
        f"{path.name} could not be written: {error.strerror or error}.",
        f"Check that the folder {path.parent} exists and that you may write to it.",
    )
