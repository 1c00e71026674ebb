"""A screen of its own with the real program on it, worked by real mouse and keyboard events from outside.

It looks for the page's one primary button by its colour, and otherwise only for what lies on the disk.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageGrab

from desktop.theme import LIGHT

ROOT = Path(__file__).parents[2]
SCREEN = (1300, 900)
_WINDOW = "Lesion Lab"
_SIDEBAR = 180  # pixels at the left in which no button of a page lies
_NARROWEST, _LOWEST = 40, 20  # of a primary button, in pixels; progress bars and focus rings are lower


def program() -> list[str]:
    """The command that starts it: the packaged one that LESION_LAB_PROGRAM names, else the source."""
    packaged = os.environ.get("LESION_LAB_PROGRAM")
    return [packaged] if packaged else [sys.executable, str(ROOT / "main.py")]


class Desk:
    """Starts the X server and the program; `close` ends what it started."""

    def __init__(self, home: Path, pictures: Path) -> None:
        if missing := [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]:
            pytest.skip(f"Debian's {' and '.join(missing).lower()} cannot be found")
        self._pictures = pictures
        reading, writing = os.pipe()
        server = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(server, pass_fds=(writing,), stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as stream:
            self._display = f":{stream.readline().strip()}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WAYLAND")}
        self._environment = {**kept, "DISPLAY": self._display, "QT_QPA_PLATFORM": "xcb", "LESION_LAB_HOME": str(home)}
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the program, or start it again."""
        command = [*program(), *arguments]
        process = subprocess.Popen(command, env=self._environment, stderr=subprocess.PIPE, text=True, cwd="/")
        self._started.append(process)
        return process

    def close(self) -> None:
        """End everything."""
        for process in self._started:
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()
        self._server.terminate()
        self._server.wait()

    def wait(self, condition: Callable[[], object], what: str, seconds: float = 300) -> None:
        """Look again and again."""
        give_up_at = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > give_up_at:
                self.picture("failed")
                raise AssertionError(f"In {seconds:.0f} s there was not {what}.")
            time.sleep(0.3)

    def windows(self, title: str = _WINDOW) -> list[str]:
        """Of that title, as the X server numbers them."""
        done = self._do("search", "--onlyvisible", "--name", title)
        return done.split()

    def focus(self, title: str = f"^{_WINDOW}$") -> None:
        """Let the keyboard go to that window: there is no window manager to do it."""
        self.wait(lambda: self.windows(title), f"a window {title}", 60)
        self._do("windowfocus", self.windows(title)[-1])
        time.sleep(0.3)

    def press(self, *keys: str) -> None:
        """Keys by the names that X gives them: "ctrl+3"."""
        self._do("key", *keys)
        time.sleep(0.5)

    def type(self, text: str) -> None:
        """Letter by letter."""
        self._do("type", "--delay", "15", text)

    def click_primary(self, what: str, seconds: float = 120) -> None:
        """Move the mouse onto the primary button, once there is one, and click it."""
        self.wait(lambda: self._primary() is not None, what, seconds)
        place = self._primary()
        assert place is not None
        self.click(*place)

    def click(self, x: int, y: int) -> None:
        """Move the mouse there, press and let go, and move it out of the way."""
        self._do("mousemove", str(x), str(y))
        time.sleep(0.2)
        self._do("click", "1")
        self._do("mousemove", str(SCREEN[0] - 20), str(SCREEN[1] - 20))
        time.sleep(0.3)

    def has_color(self, color: str) -> bool:
        """Whether something of that colour is to be seen, in the right half."""
        image = self._look().crop((SCREEN[0] // 2, 0, *SCREEN))
        wanted = tuple(bytes.fromhex(color.removeprefix("#")))
        return any(found == wanted and count > 200 for count, found in image.getcolors(SCREEN[0] * SCREEN[1]) or [])

    def picture(self, name: str) -> None:
        """Keep what is to be seen now."""
        self._look().save(self._pictures / f"{name}.png")

    def _look(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self._display).convert("RGB")

    def _primary(self) -> tuple[int, int] | None:
        """The middle of the first rectangle of the accent colour that is as large as a button, above its words."""
        image, accent = self._look(), tuple(bytes.fromhex(LIGHT.accent.removeprefix("#")))
        pixels = image.load()
        assert pixels is not None
        for y in range(SCREEN[1] - _LOWEST):
            x = _SIDEBAR
            while x < SCREEN[0]:
                width = 0
                while x + width < SCREEN[0] and pixels[x + width, y] == accent:
                    width += 1
                margin = x + 4  # left of the words
                if width >= _NARROWEST and all(pixels[margin, y + row] == accent for row in range(_LOWEST)):
                    return x + width // 2, y + _LOWEST // 2
                x += max(width, 1)
        return None

    def _do(self, *arguments: str) -> str:
        command = ["xdotool", *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False).stdout
