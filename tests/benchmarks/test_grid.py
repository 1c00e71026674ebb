"""How smoothly the images of a data set are listed and scrolled; prints gaps, and never fails on a time."""

import gc
import time
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.widgets.image_browser import ImageBrowser
from engine import calls

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
_TICK_MS = 5
_SCREENS = 150


class Gaps(QObject):
    """Ticks in the event loop, and notes how late each came."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self.gaps: list[float] = []
        self._last = 0.0

    def start(self) -> None:
        self.gaps, self._last = [], time.perf_counter()
        self._timer.start(_TICK_MS)

    def stop(self, name: str) -> None:
        self._timer.stop()
        gaps = sorted(1000 * gap for gap in self.gaps)
        over = sum(gap > 100 for gap in gaps)
        print(
            f"\n{name}: {len(gaps)} ticks due every {_TICK_MS} ms, median {gaps[len(gaps) // 2]:.0f} ms, "
            f"p99 {gaps[int(0.99 * (len(gaps) - 1))]:.0f} ms, worst {gaps[-1]:.0f} ms, {over} over 100 ms"
        )

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


def test_listing_and_scrolling(qtbot: QtBot, ham10000: Path) -> None:
    """All images of the real data: checked in a child, listed, and scrolled from end to end and back."""
    runner = JobRunner()
    try:
        _wait(qtbot, runner, ham10000)
        browser = ImageBrowser(runner)
        qtbot.addWidget(browser)
        browser.resize(980, 640)
        browser.show()
        gc.collect()
        gc.freeze()
        gaps = Gaps()
        before = psutil.Process().memory_info().rss
        gaps.start()
        browser.show_folder(ham10000)
        qtbot.waitUntil(lambda: bool(browser.grid.images.images), timeout=300_000)
        qtbot.wait(500)
        gaps.stop(f"listing {len(browser.grid.images.images):,} images")
        bar = browser.grid.verticalScrollBar()
        gaps.start()
        for step in range(2 * _SCREENS):
            share = step / _SCREENS if step < _SCREENS else 2 - step / _SCREENS
            bar.setValue(round(share * bar.maximum()))
            qtbot.wait(50)
        gaps.stop("scrolling from end to end and back")
        gaps.start()
        for index in range(1, browser.filters.classes.count()):
            browser.filters.classes.setCurrentIndex(index)
            qtbot.wait(200)
        gaps.stop("choosing each class")
        grown = psutil.Process().memory_info().rss - before
        print(f"memory of the window's process: {grown / 1e6:.0f} MB more than before")
    finally:
        gc.unfreeze()
        runner.shutdown()


def _wait(qtbot: QtBot, runner: JobRunner, folder: Path) -> None:
    """Until the images are checked, as they are when somebody looks at them."""
    job = runner.start(calls.inspect_dataset(folder), "Checking the images")
    with qtbot.waitSignal(job.succeeded, timeout=600_000):
        pass
