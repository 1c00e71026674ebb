"""The first minute, in an empty home, with the real engine and the model that the program brings along."""

import os
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from engine import samples, starter
from engine.starter import starter_model

LONG = 250_000  # ms; the children import torch first, on a machine that may be busy with much else


@pytest.mark.skipif(starter_model() is None, reason="this copy came without a starter model")
@pytest.mark.timeout(600)
def test_from_the_welcome_to_an_answer_with_its_heat_map(
    qtbot: QtBot,
    theme: Theme,
    state: AppState,
    runner: JobRunner,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Look around, try the samples, see why: every sample is answered, and none of them was in the model's training.

    Prints the seconds of each step, and leaves pictures in the folder that `LESION_LAB_SCREENSHOTS` names.
    """
    monkeypatch.setattr(starter, "starter_model", starter_model)
    pictures = Path(os.environ.get("LESION_LAB_SCREENSHOTS", tmp_path))
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    begun = time.monotonic()
    steps: list[str] = []

    def took(step: str) -> None:
        steps.append(f"{step}: {time.monotonic() - begun:.1f} s")
        window.grab().save(str(pictures / f"first-{len(steps)}.png"))

    window.show()
    window.begin()
    qtbot.waitUntil(window.first_start.welcome.isVisible, timeout=LONG)
    took("the welcome")
    window.first_start.welcome.look_button.click()
    page = window.predict_page
    qtbot.waitUntil(lambda: state.model_card is not None, timeout=LONG)
    took("the starter is chosen, the samples are offered")
    page.picture.samples.button.click()
    wanted = len(samples.list_samples())
    qtbot.waitUntil(lambda: len(page.list.answers.answers) >= wanted and page.queue.job is None, timeout=LONG)
    took("the samples are answered")
    page.why_bar.why_box.click()
    qtbot.waitUntil(lambda: "Yellow speaks" in page.why_bar.words.text(), timeout=LONG)
    took("the heat map")
    answers = [answer.prediction for answer in page.list.answers.answers]
    assert [answer.error for answer in answers] == [None] * wanted
    assert not any(answer.seen_in_training for answer in answers)
    with capsys.disabled():
        print("\n" + "\n".join(steps))  # noqa: T201
