"""The program from its start to its end, in a fresh process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_FIRST_PAINT = """
import sys

import desktop.main_window
from desktop import app

HEAVY = {"torch", "torchvision", "pandas", "sklearn", "scipy", "matplotlib", "pyqtgraph", "numpy", "PIL"}


class Watched(desktop.main_window.MainWindow):
    def begin(self, paths=()):
        print("painted", sorted(HEAVY & set(sys.modules)))
        super().begin(paths)
        self._state.device_changed.connect(self.tell_and_close)

    def tell_and_close(self):
        heavy = {"torch", "torchvision", "pandas", "sklearn", "scipy", "matplotlib"}
        print("device", bool(self.status.words), sorted(heavy & set(sys.modules)))
        self.close()


if __name__ == "__main__":
    app.MainWindow = Watched
    code = app.run([])
    print("code", code)
"""


def test_nothing_heavy_is_loaded_before_the_first_paint_or_after(tmp_path: Path) -> None:
    """At first paint no heavy library is in the process, nor when the child has answered; closing returns 0."""
    script = tmp_path / "start.py"
    script.write_text(_FIRST_PAINT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.splitlines() == ["painted []", "device True []", "code 0"], done.stderr
    assert "Traceback" not in done.stderr


_FIRST = """
import sys

import desktop.main_window
from desktop import app


class Watched(desktop.main_window.MainWindow):
    def begin(self, paths=()):
        self.showMinimized()
        print("begun", flush=True)

    def open_paths(self, paths):
        print("opens", *(path.name for path in paths), flush=True)
        self.closes = self.startTimer(300)

    def timerEvent(self, event):
        print("minimised", self.isMinimized(), flush=True)
        self.killTimer(self.closes)
        self.close()


if __name__ == "__main__":
    app.MainWindow = Watched
    sys.exit(app.run([]))
"""


def test_a_second_start_raises_the_first_window_and_hands_over_its_files(tmp_path: Path) -> None:
    """`main.py IMAGE` beside an open window ends with 0; the window opens the image and is minimised no more."""
    script = tmp_path / "first.py"
    script.write_text(_FIRST)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "begun\n"
        second = [sys.executable, str(ROOT / "main.py"), "lesion.jpg"]
        done = subprocess.run(second, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert first.stdout.read().splitlines() == ["opens lesion.jpg", "minimised False"]
        assert first.wait(30) == 0


_OPENED = """
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from desktop import app

application = app.make_application()
application.opened.connect(lambda paths: print(*paths))
QCoreApplication.sendEvent(application, QFileOpenEvent(QUrl.fromLocalFile("/folder/model.safetensors")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="paths there are written otherwise")
def test_open_with_of_macos_is_heard(tmp_path: Path) -> None:
    """A file opened with this program in the Finder arrives as an event."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _OPENED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("/folder/model.safetensors\n", "")
