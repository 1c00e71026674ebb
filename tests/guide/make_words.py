"""Writes the pages of the user guide that explain classes, figures and settings, from the words of the program itself.

uv run python -m tests.guide.make_words
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QCheckBox, QComboBox, QRadioButton, QWidget

from desktop.widgets.recipe_form import NETWORKS, RecipeForm
from engine import metric_wording, places
from engine.labels import CLASSES, GROUP_NAME
from engine.metric_wording import COLUMNS, METRICS
from tests.desktop.scripted_runner import ScriptedRunner

GUIDE = places.resources_dir() / "guide"
_FIELDS = (QComboBox, QAbstractSpinBox, QCheckBox, QRadioButton)
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


def make_words() -> str:
    """The page about the settings of a training; needs an application."""
    lines = ["# Every setting in a sentence", "", _BACK, ""]
    lines += ["These are the settings of the Train page. The same sentences appear when you point at a field.", ""]
    lines += [f"- **{name}**: {sentence}" for name, sentence in dict(_settings()).items()]
    lines += ["", "## Networks", ""]
    lines += [f"- **{name}**: {sentence}" for name, sentence in NETWORKS.values()]
    return "\n".join(lines) + "\n"


def _settings() -> Iterator[tuple[str, str]]:
    """Name and sentence of each field of the form, in the order in which the Tab key reaches them."""
    form = RecipeForm(ScriptedRunner())  # type: ignore[arg-type]
    widget: QWidget = form
    while (widget := widget.nextInFocusChain()) is not form:
        if isinstance(widget, _FIELDS) and widget.toolTip():
            yield widget.accessibleName(), widget.toolTip()
    form.deleteLater()


def main() -> int:
    """Write the pages; returns the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LESION_LAB_HOME"] = home
        app = QApplication(sys.argv[:1])
        pages = {"numbers.md": make_numbers(), "words.md": make_words()}
        for name, text in pages.items():
            (GUIDE / Path(name)).write_text(text, encoding="utf-8")
        app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
