"""The slices of an evaluation: one column at a time, honest about small ones, each leads to its images."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.widgets.answer_choice import AnswerChoice
from desktop.widgets.slices_view import SlicesModel, SlicesView
from tests.desktop.made_up_answers import answer
from tests.desktop.samples import evaluation

EVALUATION = evaluation(Path("run"))


@pytest.fixture
def view(qtbot: QtBot) -> SlicesView:
    view = SlicesView()
    qtbot.addWidget(view)
    view.show_slices(EVALUATION.slices, EVALUATION.balanced_accuracy)
    view.resize(704, 400)
    view.show()
    qtbot.waitExposed(view)
    return view


def names(view: SlicesView) -> list[str]:
    return [view.model.index(row, 0).data() for row in range(view.model.rowCount())]


def test_columns_of_the_table_can_be_chosen(view: SlicesView) -> None:
    """Only those that the data set fills in; how the diagnosis was made has histology on a line of its own."""
    assert [column for column, button in view.buttons.items() if button.isVisible()] == ["sex", "dx_type"]
    assert names(view) == ["male", "female", "unknown\ntoo few to tell"]
    view.buttons["dx_type"].click()
    assert names(view)[0] == "confirmed by histology"
    view.show_slices(EVALUATION.slices, EVALUATION.balanced_accuracy)
    assert names(view)[0] == "confirmed by histology"


def test_each_line_has_its_number_and_interval(view: SlicesView) -> None:
    """Images, lesions, classes, and figures with intervals; what is too few is grey and says so."""
    texts = [view.model.index(0, column).data() for column in (1, 3, 4)]
    assert texts == ["800\n600 lesions\nall classes", "0.60\n0.55–0.65", "0.93\n0.88–0.98"]  # noqa: RUF001
    grey = QColor(theme.colors().muted)
    foreground = Qt.ItemDataRole.ForegroundRole
    assert [view.model.index(row, 3).data(foreground) for row in range(3)] == [None, None, grey]


def test_a_row_leads_to_its_images(view: SlicesView, qtbot: QtBot) -> None:
    """Those that share the value, unknown ones too; with the mouse and with the keyboard."""
    place = view.table.visualRect(view.model.index(1, 2)).center()
    with qtbot.waitSignal(view.images_asked) as asked:
        qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    choice = asked.args[0]
    assert isinstance(choice, AnswerChoice)
    assert choice.title == "Sex: female"
    assert [choice.accepts(answer(1, sex=sex)) for sex in ("female", "male", "")] == [True, False, False]
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.images_asked) as asked:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert asked.args[0].accepts(answer(1, sex=""))


def test_a_table_that_tells_nothing_is_a_sentence(view: SlicesView) -> None:
    """No empty table, no choice."""
    view.show_slices((), EVALUATION.balanced_accuracy)
    assert not view.table.isVisible()
    assert not any(button.isVisible() for button in view.buttons.values())
    assert "tells nothing" in view.words.text()


def test_nothing_is_cut_off_at_the_smallest_window(view: SlicesView) -> None:
    """All columns and rows are to be seen without scrolling inside; the intervals are drawn."""
    assert view.table.verticalScrollBar().maximum() == 0
    assert view.table.horizontalScrollBar().maximum() == 0
    before = view.table.grab().toImage()
    view.model.whole = None
    assert view.table.grab().toImage() != before


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    """Qt's own tester finds nothing wrong."""
    model = SlicesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_slicing(EVALUATION.slices[0])
    assert tester.model() is model
