"""Evaluate and Predict with the real engine in real children, on demo data and a network that was never trained."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.evaluate_page import EvaluatePage
from desktop.pages.predict_page import PredictPage
from desktop.state import AppState
from desktop.widgets.answer_grid import AnsweredRow
from engine import runs
from engine.labels import CODES
from engine.prediction_results import Prediction

LONG = 250_000  # ms; the children import torch first, on a machine that may be busy with much else

pytestmark = pytest.mark.timeout(900)
MAKE_RUN = """
import sys
from pathlib import Path
from engine.data import demo
from tests.engine.evaluation.untrained_run import make_run
home = Path(sys.argv[1])
make_run(home / "runs", demo.create(home / "demo"))
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with demo data and a run, made in another process: torch has no business in that of the window."""
    folder = tmp_path_factory.mktemp("made")
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", MAKE_RUN, str(folder)], cwd=root, check=True, timeout=LONG / 1000)
    return folder


@pytest.fixture
def run(made: Path, state: AppState) -> Path:
    """A copy of the run among the runs of this test."""
    (source,) = (made / "runs").glob("*_resnet18")
    return Path(shutil.copytree(source, state.runs_dir / source.name))


def shown(page: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(page)
    page.resize(784, 600)
    page.show()
    qtbot.waitExposed(page)


def drop(target: QWidget, *paths: Path) -> None:
    """What Qt does when somebody drops files on `target`."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    point, action, button = QPointF(target.rect().center()), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    nothing = Qt.KeyboardModifier.NoModifier
    QGuiApplication.sendEvent(target, QDragEnterEvent(point.toPoint(), action, data, button, nothing))
    QGuiApplication.sendEvent(target, QDropEvent(point, action, data, button, nothing))


def test_validation_by_itself_test_part_by_asking(run: Path, state: AppState, runner: JobRunner, qtbot: QtBot) -> None:
    """A fresh run is scored on validation at once; the test part is opened by a yes, and that is counted."""
    page = EvaluatePage(state, runner)
    shown(page, qtbot)
    qtbot.waitUntil(lambda: page.shown is not None, timeout=LONG)
    assert page.shown is not None
    assert page.shown.part == "val"
    assert page.shown.test_openings == 0
    assert page.shows_demo_notice
    total = sum(sum(row) for row in page.shown.confusion)
    assert f"Validation part: {total:,} images of {page.shown.n_lesions:,} lesions" in page.view.words
    confusion = page.shown.confusion
    cells = [(confusion[row][column], row, column) for row in range(7) for column in range(7)]
    n_images, row, column = max(cells)
    page.view.confusion.cell_opened.emit(row, column)
    qtbot.waitUntil(lambda: page.answers.grid.images.rowCount() == n_images, timeout=LONG)
    answers = [one.answer for one in page.answers.grid.images.images if isinstance(one, AnsweredRow)]
    assert {(one.dx, one.predicted) for one in answers} == {(CODES[row], CODES[column])}
    assert all(one.path is not None and one.path.is_file() for one in answers)
    page.answers.back_button.click()
    qtbot.waitUntil(lambda: runner.running("answers") is None, timeout=LONG)  # no test result was saved
    assert not page.parts.buttons["test"].isVisible()

    page.parts.test_button.click()
    assert page.question is not None
    page.question.open_button.click()
    qtbot.waitUntil(lambda: page.shown is not None and page.shown.part == "test", timeout=LONG)
    assert "opened once" in page.view.words
    assert runs.count_test_openings(state.runs_dir, page.shown.split_sha256) == 1
    assert (run / "evaluation" / "test" / "metrics.json").is_file()

    again = EvaluatePage(state, runner)
    shown(again, qtbot)
    qtbot.waitUntil(lambda: again.parts.buttons["test"].isVisible(), timeout=LONG)
    assert runs.count_test_openings(state.runs_dir, page.shown.split_sha256) == 1


def test_dropped_files_are_answered(
    made: Path, run: Path, state: AppState, runner: JobRunner, qtbot: QtBot, tmp_path: Path
) -> None:
    """Images and a folder get answers, a text file its reason, a wrong model a refusal, and nothing else is lost."""
    page = PredictPage(state, runner)
    shown(page, qtbot)
    state.set_model(run / "model.safetensors")
    images = sorted((made / "demo").rglob("*.jpg"))
    (tmp_path / "letter.jpg").write_text("Dear reader, this is not an image.")
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(images[3], folder)

    drop(page, images[0], tmp_path / "letter.jpg", images[1])
    drop(page.drop_area, folder)  # while the first batch runs
    qtbot.waitUntil(lambda: len(page.list.answers.answers) == 4 and page.queue.job is None, timeout=LONG)
    answers: list[Prediction] = [answer.prediction for answer in page.list.answers.answers]
    assert [one.path.name for one in answers] == [images[0].name, "letter.jpg", images[1].name, images[3].name]
    assert [one.code is None for one in answers] == [False, True, False, False]
    assert answers[1].error is not None
    assert page.shows_demo_notice
    assert page.note.text() == "4 images, 1 without an answer"
    assert "prevalence" in page.answer_view.words
    qtbot.waitUntil(lambda: page.image_view.image_size.width() > 128, timeout=LONG)  # no longer the thumbnail

    (tmp_path / "other.safetensors").write_bytes(b"something else")
    drop(page, tmp_path / "other.safetensors")
    assert page.opener.question is not None  # a model that is dropped beside one in use is asked about first
    page.opener.question.accept()
    qtbot.waitUntil(lambda: page.error_panel.sentence != "", timeout=LONG)
    assert page.error_panel.hint
    assert state.model == run / "model.safetensors"
    assert len(page.list.answers.answers) == 4
