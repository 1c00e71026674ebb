"""The confusion matrix."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from desktop.widgets.confusion_matrix import ConfusionMatrix, cell_color, text_color
from tests.desktop.samples import CONFUSION


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    widget = ConfusionMatrix()
    qtbot.addWidget(widget)
    widget.set_confusion(CONFUSION)
    widget.resize(780, 440)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def switch(matrix: ConfusionMatrix, text: str) -> QRadioButton:
    return next(button for button in matrix.findChildren(QRadioButton) if button.text() == text)


def test_counts_and_shares(matrix: ConfusionMatrix) -> None:
    """The switch turns counts into shares of the row and back."""
    cell = matrix.table.model().index(4, 5)
    assert cell.data() == "54"
    switch(matrix, "Shares of each row").click()
    assert cell.data() == f"{54 / 166:.2f}"
    switch(matrix, "Counts").click()
    assert cell.data() == "54"


def test_empty_row_has_no_share(matrix: ConfusionMatrix) -> None:
    """A class without images has no shares, and no division fails."""
    matrix.set_confusion(((0,) * 7, *CONFUSION[1:]))
    switch(matrix, "Shares of each row").click()
    assert matrix.table.model().index(0, 0).data() == "\N{EN DASH}"
    assert matrix.grab().width() == 780


def test_arrow_keys_walk_the_cells_and_read_them(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    """The cells are reached with the keyboard; each is told as a sentence and by a signal."""
    matrix.table.setFocus()
    matrix.table.setCurrentIndex(matrix.table.model().index(4, 4))
    with qtbot.waitSignal(matrix.cell_selected) as told:
        qtbot.keyClick(matrix.table, Qt.Key.Key_Right)
    assert told.args == [4, 5]
    assert matrix.sentence == "54 of 166 images of Melanoma (mel) (0.33) were named Melanocytic nevus (nv)."


def test_click_reads_a_cell(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    """A click does the same as the keyboard."""
    spot = matrix.table.visualRect(matrix.table.model().index(0, 1)).center()
    with qtbot.waitSignal(matrix.cell_selected) as told:
        qtbot.mouseClick(matrix.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == [0, 1]
    assert matrix.sentence.startswith("8 of 45 images of Actinic keratosis or Bowen's disease (akiec)")


def test_screen_reader_gets_names_and_sentences(matrix: ConfusionMatrix) -> None:
    """Cells have accessible sentences; rows and columns are named in plain words with their code."""
    model = matrix.table.model()
    sentence = model.index(5, 5).data(Qt.ItemDataRole.AccessibleTextRole)
    assert sentence.endswith("were rightly named Melanocytic nevus (nv).")
    for orientation in Qt.Orientation:
        assert model.headerData(4, orientation) == "Melanoma (mel)"
    assert matrix.table.accessibleName()


def test_all_cells_fit_the_smallest_window(matrix: ConfusionMatrix) -> None:
    """Nothing is cut off at 780 pixels: no scrolling inside the matrix."""
    assert matrix.table.verticalScrollBar().maximum() == 0
    assert matrix.table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_numbers_can_be_read_on_every_ground(share: float) -> None:
    """Whatever the cell's colour, its number has a contrast of at least 4.5:1."""

    def luminance(color: QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.redF(), color.greenF(), color.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ground = cell_color(share)
    low, high = sorted((luminance(ground), luminance(text_color(ground))))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_cells_with_images_can_be_opened(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    """A click or Enter asks for the images of a cell; an empty cell has none to show."""

    def click(row: int, column: int) -> None:
        spot = matrix.table.visualRect(matrix.table.model().index(row, column)).center()
        qtbot.mouseClick(matrix.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    with qtbot.waitSignal(matrix.cell_opened) as opened:
        click(4, 5)
    assert opened.args == [4, 5]
    with qtbot.assertNotEmitted(matrix.cell_opened):
        click(0, 3)
    assert matrix.sentence.startswith("0 of 45 images")
    matrix.table.setCurrentIndex(matrix.table.model().index(4, 4))
    with qtbot.waitSignal(matrix.cell_opened) as opened:
        qtbot.keyClick(matrix.table, Qt.Key.Key_Return)
    assert opened.args == [4, 4]
