"""Gives a process without a terminal somewhere to print: a windowed executable on Windows has no streams at all."""

import os
import sys
from pathlib import Path
from typing import TextIO

from engine import places

_LARGEST = 1_000_000


def output_file() -> Path:
    """Where goes what would have been printed."""
    return places.log_dir() / "output.log"


def ensure() -> None:
    """Send what has no stream to the log; where no log can be written, nowhere."""
    if sys.stdout is not None and sys.stderr is not None:
        return
    file = _open()
    if sys.stdout is None:
        sys.stdout = file
    if sys.stderr is None:
        sys.stderr = file


def _open() -> TextIO:
    path = output_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_large = path.is_file() and path.stat().st_size > _LARGEST
        return path.open("w" if is_large else "a", encoding="utf-8", errors="backslashreplace", buffering=1)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")
