"""Makes the pictures of the user guide: drives the window through the main job on demo data and photographs it.

    uv run python -m tests.guide.make_pictures                 # anew into resources/guide/pictures
    uv run python -m tests.guide.make_pictures --looks FOLDER  # every page in light and dark at two sizes, to look at

Without a display it draws offscreen. Nothing of the user's is touched: it works in a home of its own.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.app import make_application
from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.pages.evaluate_page import EvaluatePage
from desktop.pages.train_page import TrainPage
from desktop.pages.web_page import WebPage
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from engine import places, runs, samples, starter

PICTURES = places.resources_dir() / "guide" / "pictures"
SIZE = (1120, 720)
LOOKS = ((1280, 800), (1000, 700))
IN_GUIDE = (
    "welcome",
    "data",
    "data-leaks",
    "train",
    "training",
    "evaluation",
    "evaluation-operating-point",
    "prediction",
    "web-running",
)
SIDE = 32
N_EPOCHS_SEEN = 4  # of five: by then there are curves to be seen
_PATIENCE_S = 600


class Photographer:
    """Works the window as somebody does who follows the guide, and takes a picture at every step."""

    def __init__(
        self, window: MainWindow, state: AppState, runner: JobRunner, theme: Theme, folder: Path, *, takes_looks: bool
    ) -> None:
        self.window, self.state, self.runner, self.theme = window, state, runner, theme
        self._folder, self._takes_looks = folder, takes_looks

    def work(self) -> None:
        """The whole job, from the welcome to the web demo."""
        for step in (self.see_empty_pages, self.get_data, self.train, self.evaluate, self.predict, self.serve):
            step()

    def see_empty_pages(self) -> None:
        """The welcome; for the looks also every page while there is nothing to show."""
        self.window.begin()
        self.wait(lambda: self.state.device is not None)
        self.take("welcome")
        if self._takes_looks:
            for name in self.window.pages:
                self.window.show_page(name)
                self.take(f"{name}-empty")

    def get_data(self) -> None:
        """The demo data, and what copying rows would do to it."""
        page = self.window.data_page
        self.window.show_page("data")
        page.open_demo()
        self.wait(lambda: self.state.dataset is not None)
        self.take("data")
        tabs = page.dataset_view.tabs
        for index in range(1, tabs.count()):
            tabs.setCurrentIndex(index)
            self.rest()
            self.take(f"data-{tabs.tabText(index).lower()}")
        tabs.setCurrentIndex(0)

    def train(self) -> None:
        """A small network, for a few epochs."""
        page = cast(TrainPage, self.window.pages["train"])
        self.window.show_page("train")
        page.form.image_size.setValue(SIDE)
        self.wait(lambda: "this computer" in page.purpose)
        self.take("train")
        self.press(page.start_button)
        self.wait(lambda: len(self._epochs()) >= N_EPOCHS_SEEN or page.job is None)
        self.take("training")
        self.wait(lambda: page.job is None)
        self.take("trained")

    def evaluate(self) -> None:
        """The validation part, view by view."""
        page = cast(EvaluatePage, self.window.pages["evaluate"])
        self.window.show_page("evaluate")
        self.wait(lambda: page.shown is not None)
        self.take("evaluation")
        bar = page.view.tabs.bar
        for index in range(1, bar.count()):
            bar.setCurrentIndex(index)
            self.rest()
            self.take(f"evaluation-{bar.tabText(index).lower().replace(' ', '-')}")
        bar.setCurrentIndex(0)

    def predict(self) -> None:
        """The samples where there is a starter model, otherwise pictures of the demo data."""
        page = self.window.predict_page
        self.window.show_page("predict")
        model = starter.starter_model()
        if model is not None:
            page.open_paths((model,))
        self.wait(lambda: self.state.model_card is not None and (model is None or self.state.model == model))
        self.take("predict-empty")
        demo = sorted(places.demo_dir().rglob("*.jpg"))
        images = [one.path for one in samples.list_samples()] if model is not None else demo[:7]
        page.open_paths(tuple(images))
        self.wait(lambda: len(page.list.answers.answers) >= len(images) and page.queue.job is None)
        page.why_bar.why_box.click()
        self.rest()
        self.take("prediction")

    def serve(self) -> None:
        """The web demo, running."""
        page = cast(WebPage, self.window.pages["web"])
        self.window.show_page("web")
        self.take("web")
        self.press(page.start_button)
        self.wait(lambda: bool(page.address.url))
        self.take("web-running")
        self.press(page.stop_button)
        self.wait(lambda: not page.is_running)

    def take(self, name: str) -> None:
        """One picture where the guide shows it, or one of each look."""
        if not self._takes_looks and name not in IN_GUIDE:
            return
        schemes = (Qt.ColorScheme.Light, Qt.ColorScheme.Dark) if self._takes_looks else (Qt.ColorScheme.Light,)
        for scheme in schemes:
            self.theme.set_scheme(scheme)
            for width, height in LOOKS if self._takes_looks else (SIZE,):
                self.window.resize(width, height)
                QTest.qWait(300)
                look = f"-{scheme.name.lower()}-{width}" if self._takes_looks else ""
                self._save(f"{name}{look}")
        self.theme.set_scheme(Qt.ColorScheme.Light)

    def rest(self) -> None:
        """Until nothing is computed any more and what was computed is to be seen."""
        QTest.qWait(500)
        self.wait(lambda: all(self.runner.running(lane) is None for lane in ("work", "answers", "aside", "views")))
        QTest.qWait(500)

    def press(self, button: QAbstractButton) -> None:
        """Click a button that is there to be clicked."""
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until `condition` holds; an error on the page ends it."""
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            if time.monotonic() > end or self.window.page.error_panel.sentence:
                raise TimeoutError(self.window.page.error_panel.sentence or "nothing happened")
            QTest.qWait(50)

    def _epochs(self) -> list[object]:
        found = sorted(self.state.runs_dir.glob("*/history.csv"))
        return list(runs.read_history(found[-1])) if found else []

    def _save(self, name: str) -> None:
        path = self._folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.window.grab().save(str(path))
        with Image.open(path) as picture:
            picture.load()
        picture.convert("RGB").save(path, optimize=True)


def main() -> int:
    """Make the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the pictures of the user guide.")
    parser.add_argument("--looks", type=Path, metavar="FOLDER", help="every page, light and dark, at two sizes")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LESION_LAB_HOME"] = home
        app = make_application()
        state, runner = AppState(), JobRunner()
        window = MainWindow(state, runner, Settings())
        theme = Theme(app)
        window.resize(*SIZE)
        window.show()
        folder = options.looks or PICTURES
        try:
            Photographer(window, state, runner, theme, folder, takes_looks=options.looks is not None).work()
        finally:
            runner.shutdown()
            window.hide()
    return 0


if __name__ == "__main__":
    sys.exit(main())
