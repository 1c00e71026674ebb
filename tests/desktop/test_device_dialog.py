"""The examination of the device: asked for, shown at work, told in words."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.state import AppState
from desktop.widgets.device_dialog import DeviceDialog
from engine.errors import ConfigError
from engine.results import DeviceInfo
from tests.desktop.datasets import summary
from tests.desktop.scripted_runner import ScriptedRunner
from tests.engine.test_doctor_wording import REPORT


@pytest.fixture
def runner() -> ScriptedRunner:
    return ScriptedRunner()


def make(qtbot: QtBot, runner: ScriptedRunner, state: AppState) -> DeviceDialog:
    dialog = DeviceDialog(runner, state)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_nothing_starts_by_itself(qtbot: QtBot, runner: ScriptedRunner, state: AppState, tmp_path: Path) -> None:
    """It says what it would do; then the network that this device would train, on the data that are chosen."""
    state.set_dataset(summary(tmp_path))
    state.set_device(DeviceInfo(kind="cuda", name="NVIDIA", reason="."))
    dialog = make(qtbot, runner, state)
    assert dialog.offer.isVisible()
    assert not runner.jobs
    dialog.start_button.click()
    arguments = runner.latest("examine").call.arguments
    assert (arguments["config"].backbone, arguments["config"].data) == ("resnet50", tmp_path)
    assert arguments["has_data"]
    assert dialog.job_view.isVisible()


def test_the_report_can_be_read_and_copied(qtbot: QtBot, runner: ScriptedRunner, state: AppState) -> None:
    """The same words as in the terminal."""
    dialog = make(qtbot, runner, state)
    dialog.start_button.click()
    runner.jobs[0].succeed(REPORT)
    assert "It computes right" in dialog.report.text()
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == dialog.report.text()
    assert dialog.start_button.isEnabled()


def test_an_error_is_a_sentence_with_its_hint(qtbot: QtBot, runner: ScriptedRunner, state: AppState) -> None:
    """And one can try again."""
    dialog = make(qtbot, runner, state)
    dialog.start_button.click()
    runner.jobs[0].fail(ConfigError("There is no card.", "Choose the CPU."))
    assert dialog.report.text() == "There is no card.\n\nChoose the CPU."
    dialog.start_button.click()
    assert len(runner.jobs) == 2


def test_closing_cancels(qtbot: QtBot, runner: ScriptedRunner, state: AppState) -> None:
    """Nobody is left who would hear of it; a cancelled one offers itself again."""
    dialog = make(qtbot, runner, state)
    dialog.start_button.click()
    dialog.job_view.cancel_button.click()
    runner.jobs[0].end_cancelled()
    assert "Nothing is changed" in dialog.report.text()
    dialog.start_button.click()
    dialog.close()
    assert runner.jobs[1].is_cancelling
