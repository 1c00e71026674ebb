"""The program from its start to its end, in a fresh process."""

import os
import subprocess
import sys
from pathlib import Path

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
