"""The images behind a figure: the right ones, in the right order, large, and as a list."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.widgets import answer_choice
from desktop.widgets.answer_grid import AnsweredRow, AnswerGridModel, as_row
from desktop.widgets.answers_view import AnswersView
from engine.comparison_results import AnsweredImage
from engine.errors import DataError, DiskError
from engine.labels import NOTICE
from tests.desktop.made_up_answers import answer, answers
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner

RUN = Path("run")
MEL_AS_NV = answer_choice.of_cell(4, 5)
EVALUATION = evaluation(RUN)


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def view(qtbot: QtBot, scripted: ScriptedRunner) -> AnswersView:
    view = AnswersView(scripted)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(736, 500)
    view.show()
    return view


@pytest.fixture
def read(view: AnswersView, scripted: ScriptedRunner) -> AnswersView:
    view.show_choice(EVALUATION, MEL_AS_NV)
    scripted.latest("list_answers").succeed(answers())
    return view


def listed(view: AnswersView) -> list[AnsweredImage]:
    return [row.answer for row in view.grid.images.images if isinstance(row, AnsweredRow)]


def test_only_the_images_of_the_cell_are_listed(read: AnswersView, scripted: ScriptedRunner) -> None:
    """As many as the cell says, each of that class and named so; asked for once, in the lane of answers."""
    images = listed(read)
    assert len(images) == EVALUATION.confusion[4][5] == 54
    assert {(one.dx, one.predicted) for one in images} == {("mel", "nv")}
    assert read.title.text() == "Melanoma (mel) named Melanocytic nevus (nv)"
    assert read.number.text() == "54 images"
    job = scripted.latest("list_answers")
    assert job.call.arguments == {"run": RUN, "part": "val"}
    assert job.call.lane == "answers"
    read.show_choice(EVALUATION, answer_choice.of_cell(0, 0))
    assert len(listed(read)) == 20
    assert scripted.names().count("list_answers") == 1


def test_all_cells_together_are_all_images() -> None:
    """Every cell of the matrix leads to exactly its images, and none is in two."""
    images = answers()
    for row, numbers in enumerate(EVALUATION.confusion):
        for column, n_images in enumerate(numbers):
            assert sum(map(answer_choice.of_cell(row, column).accepts, images)) == n_images


def test_another_evaluation_is_read_anew(read: AnswersView, scripted: ScriptedRunner) -> None:
    """The answers of the test part are not those of validation; an answer that comes late is not shown."""
    opened = evaluation(RUN, "test", openings=1)
    read.show_choice(opened, MEL_AS_NV)
    late = scripted.latest("list_answers")
    assert late.call.arguments["part"] == "test"
    assert not read.save_button.isEnabled()
    read.show_choice(EVALUATION, MEL_AS_NV)
    assert late.is_cancelling
    late.succeed((answer(1),))
    assert not listed(read) or len(listed(read)) != 1


def test_order_follows_confidence(read: AnswersView) -> None:
    """The surest mistakes come first; the order can be turned round, or go by id."""
    sure = [one.probability for one in listed(read)]
    assert sure == sorted(sure, reverse=True)
    read.sort.setCurrentText("Least sure first")
    assert [one.probability for one in listed(read)] == sure[::-1]
    read.sort.setCurrentText("By id")
    ids = [one.image_id for one in listed(read)]
    assert ids == sorted(ids)


def test_an_image_is_shown_large_with_its_answer(read: AnswersView, qtbot: QtBot) -> None:
    """Enter opens it, the arrow keys go on, Escape goes back to the list and then to the figures."""
    read.activateWindow()
    read.grid.setFocus()
    qtbot.keyClick(read.grid, Qt.Key.Key_Return)
    first = listed(read)[0]
    assert read.viewer.isVisible()
    assert read.viewer.facts["Truth"] == "Melanoma (mel)"
    assert read.viewer.facts["Named"] == "Melanocytic nevus (nv)"
    assert read.viewer.facts["Probability"].startswith(f"{first.probability:.2f}")
    qtbot.keyClick(read.viewer.view, Qt.Key.Key_Right)
    image = read.viewer.image
    assert isinstance(image, AnsweredRow)
    assert image.answer is listed(read)[1]
    qtbot.keyClick(read.viewer.view, Qt.Key.Key_Escape)
    assert read.grid.isVisible()
    with qtbot.waitSignal(read.left):
        qtbot.keyClick(read.grid, Qt.Key.Key_Escape)


def test_data_moved_away_leaves_the_list(view: AnswersView, scripted: ScriptedRunner, tmp_path: Path) -> None:
    """It says so, asks for no picture, and the list can still be read and saved."""
    view.show_choice(EVALUATION, MEL_AS_NV)
    gone = tuple(replace(one, path=None) for one in answers())
    scripted.latest("list_answers").succeed(gone)
    QApplication.processEvents()
    assert "no pictures" in view.notice
    assert len(listed(view)) == 54
    assert "thumbnails" not in scripted.names()
    view.show_choice(EVALUATION, answer_choice.of_cell(4, 4))
    assert view.notice
    assert view.save_button.isEnabled()
    view.forget()
    assert not view.notice


def test_some_missing_files_are_counted(view: AnswersView, scripted: ScriptedRunner) -> None:
    """A few images that are gone do not mean that the data set is."""
    view.show_choice(EVALUATION, answer_choice.of_class("mel"))
    scripted.latest("list_answers").succeed((answer(1, path=None), answer(2), answer(3)))
    assert view.notice == "1 of 3 images have no file any more."


def test_the_list_is_saved_as_shown(read: AnswersView, tmp_path: Path) -> None:
    """One row for each image in the order of the grid, with truth, answer, and the notice."""
    read.save_button.click()
    assert read.dialog is not None
    read.dialog.fileSelected.emit(str(tmp_path / "list.csv"))
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["image_id"] for row in rows] == [one.image_id for one in listed(read)]
    assert {(row["dx"], row["predicted"], row["notice"]) for row in rows} == {("mel", "nv", NOTICE)}


def test_errors_go_to_the_page(view: AnswersView, scripted: ScriptedRunner, qtbot: QtBot, tmp_path: Path) -> None:
    """Answers that cannot be read can be asked for again; a disk that refuses is said."""
    view.show_choice(EVALUATION, MEL_AS_NV)
    error = DataError("The table is damaged.", "Evaluate the run again.")
    with qtbot.waitSignal(view.failed) as failed:
        scripted.latest("list_answers").fail(error)
    assert failed.args == [error]
    view.show_choice(EVALUATION, MEL_AS_NV)
    scripted.latest("list_answers").succeed(answers())
    (tmp_path / "file").write_text("")
    view.save_button.click()
    assert view.dialog is not None
    with qtbot.waitSignal(view.failed) as failed:
        view.dialog.fileSelected.emit(str(tmp_path / "file" / "list.csv"))
    assert isinstance(failed.args[0], DiskError)


def test_the_grid_tells_truth_and_answer(qtbot: QtBot) -> None:
    """A screen reader hears both in words; Qt's tester finds nothing wrong with the model."""
    model = AnswerGridModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_images([as_row(answer(1, probability=0.714)), as_row(answer(2, predicted="mel"))])
    words = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert words[0] == "ISIC_0000001: Melanoma (mel), named Melanocytic nevus (nv), probability 0.71"
    assert "rightly named" in words[1]
    assert tester.model() is model


def test_steps_of_a_probability_share_no_image() -> None:
    """A step takes its lower end and not its upper one; the last one takes 1 too."""
    bins = EVALUATION.calibration.group_after.bins
    values = (0.0, bins[0].high, 1.0)
    images = [answer(number, group_probability=value) for number, value in enumerate(values)]
    accepted = [
        [accepts(one) for one in images] for accepts in (answer_choice.of_bin("group", b).accepts for b in bins)
    ]
    assert [sum(column) for column in zip(*accepted, strict=True)] == [1, 1, 1]
    assert accepted[0] == [True, False, False]
    assert accepted[-1] == [False, False, True]
