"""Keeps two trainings out of one run folder; the system lets go of the lock however a process ends."""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import TrainingError

_NAME = "training.lock"
_PATIENCE_SECONDS = 1.0  # somebody who lists the runs holds it for a moment


@contextlib.contextmanager
def held(run: Path) -> Iterator[None]:
    """Within, `run` is in use. Raises `TrainingError` if another process uses it.

    Where the folder cannot hold a lock (a network drive may not), nothing is locked.
    """
    path = run / _NAME
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("ab"))
        except OSError:  # a disk that cannot be written to shows that soon enough
            yield
            return
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while not _try_lock(file):
            if time.monotonic() > give_up_at:
                raise TrainingError(
                    f"{run.name} is being trained by another window or terminal.",
                    "Wait until it has ended there, or stop it there.",
                )
            time.sleep(0.05)
        try:
            yield
        finally:
            _unlock(file)
            stack.close()
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def is_in_use(run: Path) -> bool:
    """Whether a process holds `run` now."""
    try:
        with (run / _NAME).open("rb+") as file:
            if not _try_lock(file):
                return True
            _unlock(file)
    except OSError:
        pass
    return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
        return True

    def _unlock(file: BinaryIO) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
