"""Functions for a child process to run in the tests of `engine.process`."""

import os
import sys
import time
from pathlib import Path

from engine.errors import DataError, Paused
from engine.events import Control, FoldStarted, OnEvent, Progress, StatusChanged


def add(a: int, b: int, *, control: Control, on_event: OnEvent) -> int:
    on_event(StatusChanged(text="Adding"))
    return a + b


def process_id(*, control: Control, on_event: OnEvent) -> int:
    return os.getpid()


def raise_engine_error(*, control: Control, on_event: OnEvent) -> None:
    raise DataError("The table has no column dx.", "Use the file that came with the images.")


def raise_fault(*, control: Control, on_event: OnEvent) -> None:
    class UnpicklableError(Exception):
        def __init__(self, first: str, second: str) -> None:
            super().__init__(first + second)

    raise UnpicklableError("one", "two")


def count(total: int, seconds: float, *, control: Control, on_event: OnEvent) -> str:
    """Cancellable work; finishing early ends it at once with what there is."""
    progress = Progress(total, "steps", control, on_event)
    for done in range(total):
        if control.is_finishing_early:
            return f"finished early after {done > 0}"
        time.sleep(seconds)
        progress.advance()
    return "all"


def count_in_folds(total: int, seconds: float, *, control: Control, on_event: OnEvent) -> tuple[str, ...]:
    """Three times `count`, each to be finished early on its own."""
    ends = []
    for fold in range(1, 4):
        control.forget_finish_early()
        on_event(FoldStarted(folds=Path("folds"), fold=fold, n_folds=3))
        ends.append(count(total, seconds, control=control, on_event=on_event))
    return tuple(ends)


def count_pausable(path: Path, seconds: float, *, control: Control, on_event: OnEvent) -> None:
    """Work without end that writes a checkpoint when it is paused, which takes a while."""
    with control.hearing_pause():
        while True:
            on_event(StatusChanged(text="Counting"))
            time.sleep(seconds)
            if control.is_pausing:
                time.sleep(0.5)
                path.write_text("checkpoint")
                raise Paused(path, 3, 30)


def ignore_cancel(path: Path, *, control: Control, on_event: OnEvent) -> None:
    """Work that never looks at its control."""
    on_event(StatusChanged(text="Deaf"))
    time.sleep(60)


def die(*, control: Control, on_event: OnEvent) -> None:
    sys.stderr.write("the last thing I saw was a cliff\n")
    os._exit(7)


def flood(events: int, *, control: Control, on_event: OnEvent) -> int:
    for number in range(events):
        on_event(StatusChanged(text=str(number)))
    return events


def grandchild_lane(home: Path, *, control: Control, on_event: OnEvent) -> None:
    """Write our process id where the test finds it, then wait for ever."""
    (home / "pid").write_text(str(os.getpid()))
    time.sleep(600)
