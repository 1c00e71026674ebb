"""Where the user wants the program to keep its things: chosen in the window, obeyed from the next start on."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

import platformdirs

from engine import atomic, places
from engine.errors import DiskError

_VARIABLE = "LESION_LAB_HOME"
_PROBE = bytes(64 * 1024)  # a full disk takes empty files, and often a few bytes


def choice_file() -> Path:
    """Where the choice is kept: beside the system's other settings, so that it is found before the home is."""
    return platformdirs.user_config_path("lesion-lab", appauthor=False) / "home.json"


def chosen() -> Path | None:
    """The folder that the user chose, None where everything lies in the system's own places."""
    try:
        value = json.loads(choice_file().read_text(encoding="utf-8"))["home"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Path(value) if isinstance(value, str) and value else None


def choose(folder: Path | None) -> None:
    """Keep things in `folder` from the next start on, or in the system's own places again. Moves nothing.

    Raises `DiskError` where the choice cannot be written.
    """
    atomic.write_json(choice_file(), {"home": str(folder.absolute()) if folder is not None else ""})


def obey() -> None:
    """Let this process and its children keep things where the user chose; a home set from outside goes first."""
    if not os.environ.get(_VARIABLE) and (folder := chosen()) is not None:
        os.environ[_VARIABLE] = str(folder)


def use_now(folder: Path | None) -> None:
    """Keep things in `folder` from now on, for this start alone; None for the system's own places."""
    if folder is None:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ[_VARIABLE] = str(folder)


def is_set_from_outside() -> bool:
    """Whether the environment names a home that the choice does not."""
    named = os.environ.get(_VARIABLE)
    return bool(named) and (chosen() is None or Path(str(named)) != chosen())


def check_there() -> None:
    """Raise `DiskError` where the chosen folder is gone: an empty one in its place would hide the runs in it."""
    folder = places.home_dir()
    if folder == chosen() and not folder.is_dir():
        raise DiskError(
            f"The folder in which Lesion Lab keeps its things is not there: {folder}.",
            f"Connect the disk that holds it, or delete {choice_file()} to begin anew in the system's own place.",
        )


def check_writable() -> None:
    """Raise `DiskError` where the home is gone, full or read-only, before anything is lost to that."""
    check_there()
    check_folder(places.home_dir())


def check_folder(folder: Path) -> None:
    """Raise `DiskError` where nothing can be kept in `folder`, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".probe-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_PROBE)
                file.flush()
                os.fsync(file.fileno())
        finally:
            with contextlib.suppress(OSError):
                Path(name).unlink()
    except OSError as error:
        full = atomic.disk_error(error, folder / "a file").message.startswith("The disk is full")
        reason = "the disk is full" if full else error.strerror or str(error)
        raise DiskError(
            f"Lesion Lab cannot keep anything in its folder {folder}: {reason}.",
            "Free some space there." if full else "Make it writable for you, or choose another folder.",
        ) from error
