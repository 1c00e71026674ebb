"""Lets Python's garbage collector run in the window's thread alone: elsewhere it takes Qt's objects apart and crashes.

Python collects in whichever thread happens to allocate, also in one that waits for a child process. A widget or timer
in a cycle that is found there would be destroyed outside of its thread, which Qt does not survive.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 2000


class GarbageCollector(QObject):
    """Collects as often as Python would, but from the event loop. Make it in the window's thread, once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()
        gc.disable()

    @Slot()
    def _on_timeout(self) -> None:
        collect_due()

    def stop(self) -> None:
        """Let Python collect by itself again: no thread runs any more."""
        self._timer.stop()
        gc.enable()


def collect_due() -> None:
    """Collect the generations of which there is enough, as Python does; nothing otherwise."""
    counts, most = gc.get_count(), gc.get_threshold()
    due = [generation for generation in range(len(most)) if counts[generation] > most[generation]]
    if due:
        gc.collect(due[-1])  # with it all younger ones
