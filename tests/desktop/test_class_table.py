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

SENSITIVITY = 2


def shown(qtbot: QtBot, **changes: object) -> ClassTable:
    table = ClassTable()
    qtbot.addWidget(table)
    scores = evaluation(Path("run")).classes
    table.set_scores((replace(scores[0], **changes), *scores[1:]))  # type: ignore[arg-type]
    table.resize(704, table.height())
    table.show()
    return table


def test_each_class_has_its_row(qtbot: QtBot) -> None:
    """Plain name, code, images, lesions and the figures stand in one row, with the class's colour."""
    model = shown(qtbot).model()
    assert model.rowCount() == len(CLASSES)
    texts = [model.index(4, column).data() for column in range(model.columnCount())]
    assert texts[0] == "Melanoma (mel)"
    assert texts[1] == "166\n110 lesions\n11 %"
    assert texts[SENSITIVITY] == "0.51\n0.42\N{EN DASH}0.61"
    firsts = [text.partition("\n")[0] for text in texts[SENSITIVITY:]]
    assert firsts == ["0.51", "0.91", "0.41", "0.95", "0.45", "0.91", "0.62"]
    assert all("\N{EN DASH}" in text for text in texts[SENSITIVITY:])
    assert model.index(4, 0).data(Qt.ItemDataRole.DecorationRole) == QColor(CLASSES[4].color)


def test_wide_interval_is_grey_and_says_why(qtbot: QtBot) -> None:
    """An interval wider than 0.3 is marked "too few to tell" and greyed; a narrow one is not."""
    model = shown(qtbot, sensitivity=Interval(value=0.5, low=0.2, high=0.8)).model()
    assert model.index(0, SENSITIVITY).data() == "0.50\n0.20\N{EN DASH}0.80\ntoo few"
    assert "too few to tell" in model.index(0, SENSITIVITY).data(Qt.ItemDataRole.AccessibleTextRole)
    grey = QColor(theme.colors().muted)
    assert model.index(0, SENSITIVITY).data(Qt.ItemDataRole.ForegroundRole) == grey
    assert model.index(4, SENSITIVITY).data(Qt.ItemDataRole.ForegroundRole) is None


def test_missing_figures_are_dashes(qtbot: QtBot) -> None:
    """What cannot be computed is a dash, never a zero."""
    model = shown(qtbot, sensitivity=None, auc=None, precision=None).model()
    for column in (SENSITIVITY, SENSITIVITY + 2, SENSITIVITY + 5):
        assert model.index(0, column).data() == "\N{EN DASH}"
        assert "cannot be computed" in model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)


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


def test_a_click_or_enter_asks_for_the_images_of_a_class(qtbot: QtBot) -> None:
    """The whole row leads there, with the mouse and with the keyboard."""
    table = shown(qtbot)
    place = table.visualRect(table.model().index(4, 3)).center()
    with qtbot.waitSignal(table.class_chosen) as chosen:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["mel"]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.class_chosen) as chosen:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert chosen.args == ["nv"]
