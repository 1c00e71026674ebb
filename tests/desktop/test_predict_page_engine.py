"""The Predict page with the real engine: answer, why, one lesion, saved; weights imported, similar images found."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.predict_page import PredictPage
from desktop.state import AppState
from engine.model.state_dict import export_weights
from tests.desktop.test_predict_page import drop
from tests.engine.evaluation.untrained_run import make_shared_run

LONG = 120_000  # ms; the children import torch first


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_images_are_answered_explained_fused_and_saved(
    qtbot: QtBot, state: AppState, runner: JobRunner, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """From two files to a table on disk, through the child process, as the user's clicks do it."""
    _, run = make_shared_run(tmp_path_factory.getbasetemp())
    page = PredictPage(state, runner)
    qtbot.addWidget(page)
    page.resize(784, 600)
    page.show()
    page.open_paths((run.final_model,))
    qtbot.waitUntil(lambda: state.model_card is not None, timeout=LONG)
    images = sorted((tmp_path_factory.getbasetemp() / "shared-demo").rglob("*.jpg"))[:2]
    page.open_paths(tuple(images))
    qtbot.waitUntil(lambda: len(page.list.shown) == 2 and page.queue.job is None, timeout=LONG)
    page.why_bar.why_box.click()
    qtbot.waitUntil(lambda: page.image_view.has_overlay, timeout=LONG)
    page.why_bar.hidden_box.click()
    assert page.image_view.has_stand_in
    qtbot.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    page.lesion_button.click()
    qtbot.waitUntil(lambda: len(page.list.shown) == 3, timeout=LONG)
    assert page.list.shown[2].prediction.fused_from == tuple(images)
    page.saver.ask(page.list.answers.answers)
    assert page.saver.dialog is not None
    page.saver.dialog.fileSelected.emit(str(tmp_path / "answers.csv"))
    page.saver.dialog.close()
    qtbot.waitUntil(lambda: (tmp_path / "answers.csv").is_file() and page.saver.job.job is None, timeout=LONG)
    lines = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert sum(images[0].name in line for line in lines) >= 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_weights_are_imported_and_similar_images_found(
    qtbot: QtBot, state: AppState, runner: JobRunner, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Dropped weights become a model that answers, beside the run's own; answers of both go into one file."""
    _, run = make_shared_run(tmp_path_factory.getbasetemp())
    weights = export_weights(run.final_model, tmp_path / "skin_cancer_model.pth")
    copied = shutil.copytree(run.path, tmp_path / "run", ignore=shutil.ignore_patterns("features*"))
    first, second = sorted((tmp_path_factory.getbasetemp() / "shared-demo").rglob("*.jpg"))[:2]
    page = PredictPage(state, runner)
    qtbot.addWidget(page)
    page.resize(784, 600)
    page.show()
    page.open_paths((copied / run.final_model.name, first))
    qtbot.waitUntil(lambda: len(page.list.shown) == 1 and page.queue.job is None, timeout=LONG)
    strip = page.picture.similar
    strip.box.click()
    qtbot.waitUntil(strip.look_button.isVisible, timeout=LONG)
    strip.look_button.click()
    qtbot.waitUntil(strip.list.isVisible, timeout=LONG)
    assert strip.list.count() == 8
    drop(page, weights, second)
    assert page.opener.question is not None
    page.opener.question.use_button.click()
    qtbot.waitUntil(lambda: len(page.list.shown) == 2 and page.queue.job is None, timeout=LONG)
    assert state.model is not None
    assert state.model.name.startswith("skin_cancer_model_")
    page.list.select(1)
    qtbot.waitUntil(lambda: strip.words.text().startswith("This model came without its run"), timeout=LONG)
    page.saver.ask(page.list.answers.answers)
    assert page.saver.dialog is not None
    page.saver.dialog.fileSelected.emit(str(tmp_path / "answers.csv"))
    page.saver.dialog.close()
    qtbot.waitUntil(lambda: page.note.text().endswith("saved as answers.csv"), timeout=LONG)
    table = (tmp_path / "answers.csv").read_text(encoding="utf-8")
    assert all(one.prediction.model_sha256 in table for one in page.list.answers.answers)
    assert len({one.prediction.model_sha256 for one in page.list.answers.answers}) == 2
