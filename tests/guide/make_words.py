"""Writes the pages of the user guide that explain classes, figures and settings, from the words of the program itself.

uv run python -m tests.guide.make_words
"""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QRadioButton,
)

from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.widgets.recipe_form import NETWORKS
from desktop.widgets.run_choice import RunChoice
from engine import metric_wording, places
from engine.labels import CLASSES, GROUP_NAME
from engine.metric_wording import COLUMNS, METRICS
from tests.desktop.faces import QuietRunner, operable, turn

GUIDE = places.resources_dir() / "guide"
_FIELDS = (QComboBox, QAbstractSpinBox, QCheckBox, QRadioButton, QLineEdit, QAbstractSlider)
_BACK = "[Back to the beginning](index.md)"


def make_numbers() -> str:
    """The page about classes and figures."""
    lines = ["# What the numbers mean", "", _BACK, "", "## The seven classes", ""]
    for one in CLASSES:
        group = f" In the group “{GROUP_NAME.lower()}”." if one.in_group else ""
        lines.append(f"- **{one.name}** ({one.code}): {one.description}{group}")
    lines += ["", metric_wording.EQUAL_PRIORS, "", "## Figures of a whole part", ""]
    lines += [f"- **{title}**: {sentence}" for title, sentence in METRICS.values()]
    lines += ["", "## Figures of one class", ""]
    lines += [f"- **{title}**: {sentence}" for title, sentence in COLUMNS.values()]
    lines += ["", metric_wording.AT_PREVALENCE]
    for title, words in (
        ("Intervals", metric_wording.INTERVAL),
        ("The operating point", metric_wording.OPERATING_POINT),
        ("Calibration", metric_wording.RELIABILITY),
        ("The confusion matrix", metric_wording.CONFUSION),
    ):
        lines += ["", f"## {title}", "", words]
    return "\n".join(lines) + "\n"


def make_words(folder: Path) -> str:
    """The page about the settings; needs an application and a home of its own. `folder` stands for data."""
    lines = ["# Every setting in a sentence", "", _BACK, ""]
    lines += ["The same sentences appear when you point at a field.", ""]
    for page, settings in _find_settings(folder).items():
        lines += [f"## {page}", ""]
        lines += [f"- **{name}**: {sentence}" for name, sentence in settings.items()]
        lines.append("")
    lines += ["## Networks", ""]
    lines += [f"- **{name}**: {sentence}" for name, sentence in NETWORKS.values()]
    return "\n".join(lines) + "\n"


def _find_settings(folder: Path) -> dict[str, dict[str, str]]:
    """Name and sentence of each field, by the page that it is on, in the order of the pages."""
    runner, state = QuietRunner(), AppState()
    window = MainWindow(state, runner, Settings())  # type: ignore[arg-type]
    window.show()
    found: dict[str, dict[str, str]] = {}
    for _ in turn(window, state, runner, folder):
        for widget in operable(window.page, also_disabled=True):
            if isinstance(widget, _FIELDS) and not isinstance(widget, RunChoice):  # that one tells of the run
                name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
                found.setdefault(window.page.title, {})[name.replace("&", "")] = widget.toolTip()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)  # now, in the window's own thread
    return found


def main() -> int:
    """Write the pages; returns the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LESION_LAB_HOME"] = home
        app = QApplication(sys.argv[:1])
        for name, text in (("numbers.md", make_numbers()), ("words.md", make_words(Path(home)))):
            (GUIDE / name).write_text(text, encoding="utf-8")
        app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
