"""The window stays fluent: no gap in its event loop while a child starts or trains at full load."""

import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.pages.train_page import TrainPage
from desktop.settings import Settings
from desktop.state import AppState
from engine import calls, places

TICK_MS = 10
IDLE_SECONDS = 3.0
TRAINING_SECONDS = 8.0
REDRAWS = 10
"""At least so many fall into the measurement, however slow the machine is."""
LONG = 120_000


@dataclass
class Gaps:
    """Milliseconds between ticks that should come every 10."""

    name: str
    all: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return sorted(self.all)[int(0.99 * (len(self.all) - 1))]

    @property
    def worst(self) -> float:
        return max(self.all)

    def __str__(self) -> str:
        return f"{self.name}: {len(self.all)} ticks, p99 {self.p99:.0f} ms, worst {self.worst:.0f} ms"


class Metronome(QObject):
    """Ticks in the event loop and notes when a tick came late."""

    def __init__(self) -> None:
        super().__init__()
        self._gaps = Gaps("")
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self, name: str) -> Gaps:
        """Begin anew; what is returned goes on filling until `stop`."""
        self._gaps = Gaps(name)
        self._last = time.perf_counter()
        self._timer.start()
        return self._gaps

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self._gaps.all.append(1000 * (now - self._last))
        self._last = now


@pytest.fixture(autouse=True)
def only_our_garbage() -> Iterator[None]:
    """What other tests have loaded into this process is none of the window's: it is not searched for garbage."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def runner(qapp: object) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def window(qtbot: QtBot, state: AppState, runner: JobRunner) -> MainWindow:
    """The whole window on its Train page, with no child process yet."""
    window = MainWindow(state, runner, Settings())
    qtbot.addWidget(window)
    window.show()
    window.show_page("train")
    qtbot.waitExposed(window)
    return window


def measure(qtbot: QtBot, metronome: Metronome, name: str, seconds: float) -> Gaps:
    gaps = metronome.start(name)
    qtbot.wait(round(1000 * seconds))
    metronome.stop()
    return gaps


def test_the_event_loop_has_no_gaps(qtbot: QtBot, window: MainWindow, state: AppState, runner: JobRunner) -> None:
    """p99 under 50 ms and none over 100 ms that the idle window does not show too, whatever the engine does."""
    page = window.pages["train"]
    assert isinstance(page, TrainPage)
    metronome = Metronome()
    idle = measure(qtbot, metronome, "idle", IDLE_SECONDS)

    starting = metronome.start("a child starts and imports torch")
    job = runner.start(calls.describe_device(), "Looking for the device")
    with qtbot.waitSignal(job.succeeded, timeout=LONG):
        pass
    metronome.stop()

    demo = runner.start(calls.create_demo_data(places.demo_dir()), "Drawing the demo data")
    with qtbot.waitSignal(demo.succeeded, timeout=LONG):
        pass
    inspection = runner.start(calls.inspect_dataset(places.demo_dir()), "Checking the images")
    with qtbot.waitSignal(inspection.succeeded, timeout=LONG) as inspected:
        pass
    state.set_dataset(inspected.args[0])
    page.form.epochs.setValue(1000)
    page.form.image_size.setValue(32)  # many batches a second
    page.form.more.patience.setValue(1000)
    page.view.plots.load()
    qtbot.waitUntil(lambda: page.view.plots.plot is not None, timeout=LONG)
    page.start_button.click()
    qtbot.waitUntil(lambda: page.view.plots.shows_curves, timeout=LONG)
    plot = page.view.plots.plot
    assert plot is not None
    qtbot.waitUntil(lambda: plot.redraws > 0, timeout=LONG)
    until = plot.redraws + REDRAWS
    training = metronome.start("training with the live plot visible")
    qtbot.wait(round(1000 * TRAINING_SECONDS))
    qtbot.waitUntil(lambda: plot.redraws >= until, timeout=LONG)
    metronome.stop()
    page.view.request_cancel()
    if page.view.question is not None:
        page.view.question.discard_button.click()
    qtbot.waitUntil(lambda: page.job is None, timeout=LONG)

    idle_again = measure(qtbot, metronome, "idle again", IDLE_SECONDS)
    report = "\n".join(str(gaps) for gaps in (idle, starting, training, idle_again))
    sys.stdout.write(report + "\n")
    allowed = max(100.0, idle.worst, idle_again.worst)
    for gaps in (starting, training):
        assert gaps.p99 < 50, report
        assert gaps.worst <= allowed, report
