"""Gives a process somewhere to print, whatever happens: a windowed executable on Windows has no streams at all."""

import io
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from engine import places

_LARGEST = 1_000_000


def output_file() -> Path:
    """Where goes what would have been printed."""
    return places.log_dir() / "output.log"


class _Unfailing(io.FileIO):
    """What cannot be said is left out: a terminal that was closed, or a full disk, ends no work."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def ensure() -> None:
    """Send what has no stream to the log, where no log can be written nowhere; let no work end for want of a reader."""
    if sys.stdout is not None and sys.stderr is not None:
        _make_unfailing()
        return
    file = _open()
    if sys.stdout is None:
        sys.stdout = file
    if sys.stderr is None:
        sys.stderr = file


def _make_unfailing() -> None:
    """Of stderr, which tells of the work; it keeps nothing back, so that a signal's handler can say something too."""
    if sys.stderr is sys.__stderr__ and sys.stderr is not None:
        raw, encoding = _Unfailing(sys.stderr.fileno(), "w", closefd=False), sys.stderr.encoding
        sys.stderr = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", write_through=True)


def _open() -> TextIO:
    path = output_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_large = path.is_file() and path.stat().st_size > _LARGEST
        return path.open("w" if is_large else "a", encoding="utf-8", errors="backslashreplace", buffering=1)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")
