"""The Predict page with the real engine: answer, why, one lesion, saved."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.predict_page import PredictPage
from desktop.state import AppState
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
