"""Garbage is collected in the window's thread and in no other."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.garbage import GarbageCollector


class Cycle(QObject):
    """Only the collector finds it once nobody needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    collector = GarbageCollector()
    yield collector
    collector.stop()
    gc.disable()  # as before, until the test is over


def allocate() -> None:
    """What makes Python look for garbage many times over: 2 million containers that stay a while."""
    for _ in range(20):
        kept = [[number] for number in range(100_000)]
        del kept[::2]


def test_a_thread_that_allocates_collects_nothing(collector: GarbageCollector) -> None:
    """It would destroy Qt's objects outside of their thread; the window's own thread finds them later."""
    found = weakref.ref(Cycle())
    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert found() is not None
    gc.collect()
    assert found() is None


def test_the_event_loop_collects_when_it_is_due(collector: GarbageCollector, qtbot: QtBot) -> None:
    """Without anybody asking for it."""
    kept = [[number] for number in range(10_000)]
    found = weakref.ref(Cycle())
    assert gc.get_count()[0] > gc.get_threshold()[0]
    qtbot.waitUntil(lambda: found() is None, timeout=60_000)
    assert len(kept) == 10_000


def test_afterwards_python_collects_by_itself(qtbot: QtBot) -> None:
    """Once no thread runs any more."""
    collector = GarbageCollector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    gc.disable()
