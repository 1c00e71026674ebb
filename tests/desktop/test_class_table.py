"""The table of an evaluation."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.widgets.class_table import ClassTable
from engine.evaluation_results import Interval
from engine.labels import CLASSES
from tests.desktop.samples import evaluation

SENSITIVITY = 3


def shown(qtbot: QtBot, **changes: object) -> ClassTable:
    table = ClassTable()
    qtbot.addWidget(table)
    scores = evaluation(Path("run")).classes
    table.set_scores((replace(scores[0], **changes), *scores[1:]))  # type: ignore[arg-type]
    table.resize(780, table.height())
    table.show()
    return table


def test_each_class_has_its_row(qtbot: QtBot) -> None:
    """Plain name, code, images, lesions and the figures stand in one row, with the class's colour."""
    model = shown(qtbot).model()
    assert model.rowCount() == len(CLASSES)
    texts = [model.index(4, column).data() for column in range(model.columnCount())]
    assert texts[:3] == ["Melanoma (mel)", "166", "110"]
    assert texts[SENSITIVITY] == "0.51 (0.42 to 0.61)"
    assert texts[4:] == ["0.91", "0.41", "0.91", "0.62"]
    assert model.index(4, 0).data(Qt.ItemDataRole.DecorationRole) == QColor(CLASSES[4].color)


def test_wide_interval_is_grey_and_says_why(qtbot: QtBot) -> None:
    """An interval wider than 0.3 is marked "too few to tell" and greyed; a narrow one is not."""
    model = shown(qtbot, sensitivity=Interval(value=0.5, low=0.2, high=0.8)).model()
    assert model.index(0, SENSITIVITY).data() == "0.50 (0.20 to 0.80)\ntoo few to tell"
    grey = QColor(theme.colors().muted)
    assert model.index(0, SENSITIVITY).data(Qt.ItemDataRole.ForegroundRole) == grey
    assert model.index(4, SENSITIVITY).data(Qt.ItemDataRole.ForegroundRole) is None


def test_missing_figures_are_dashes(qtbot: QtBot) -> None:
    """What cannot be computed is a dash, never a zero."""
    model = shown(qtbot, sensitivity=None, auc=None, precision=None).model()
    assert model.index(0, SENSITIVITY).data() == "none in this part"
    assert model.index(0, 5).data() == model.index(0, 6).data() == "\N{EN DASH}"


def test_whole_table_is_seen_without_scrolling(qtbot: QtBot) -> None:
    """At the smallest window all rows and columns fit."""
    table = shown(qtbot)
    assert table.verticalScrollBar().maximum() == 0
    assert table.horizontalScrollBar().maximum() == 0


def test_headers_explain_themselves(qtbot: QtBot) -> None:
    """Every column says in a tooltip what its figure means."""
    model = shown(qtbot).model()
    role = Qt.ItemDataRole.ToolTipRole
    meanings = [model.headerData(column, Qt.Orientation.Horizontal, role) for column in range(model.columnCount())]
    assert all(isinstance(meaning, str) and meaning.endswith(".") for meaning in meanings)
