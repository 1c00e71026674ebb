"""The audit on the Data page: looked for when it is looked at, told in words, never lost on the way."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.leak_tab import LeakTab
from engine.errors import DataError
from engine.results import Finding
from tests.desktop.scripted_runner import ScriptedRunner
from tests.engine.test_audit_wording import CLEAN, leaking


@pytest.fixture
def runner() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def tab(qtbot: QtBot, runner: ScriptedRunner) -> LeakTab:
    tab = LeakTab(runner)  # type: ignore[arg-type]
    qtbot.addWidget(tab)
    return tab


def test_nothing_is_audited_until_it_is_looked_at(tab: LeakTab, runner: ScriptedRunner) -> None:
    """It takes minutes the first time; then once per data set."""
    tab.show_folder(Path("data"))
    assert runner.jobs == []
    tab.show()
    assert runner.names() == ["audit_split"]
    assert runner.jobs[0].call.arguments == {"path": Path("data"), "split": "auto", "seed": 0}
    assert tab.job_view.isVisible()
    runner.jobs[0].succeed(CLEAN)
    tab.hide()
    tab.show()
    assert len(runner.jobs) == 1
    tab.show_folder(Path("other"))
    assert len(runner.jobs) == 2


def test_a_clean_split(tab: LeakTab, runner: ScriptedRunner) -> None:
    """One sentence, the numbers, and no empty lists."""
    tab.show_folder(Path("data"))
    tab.show()
    runner.jobs[0].succeed(CLEAN)
    assert tab.verdict.text().startswith("No leak")
    assert tab.numbers.text().startswith("0 of 1,268 test images share a lesion with training")
    assert not tab.classes.isVisible()
    assert not tab.pairs.isVisible()
    assert not tab.again_button.isVisible()


def test_another_split_is_audited_and_the_way_back(tab: LeakTab, runner: ScriptedRunner, tmp_path: Path) -> None:
    """A file of the user's: its verdict with classes and pairs; then the data set's own again."""
    tab.show_folder(Path("data"))
    tab.show()
    runner.jobs[0].succeed(CLEAN)
    tab.choose_button.click()
    assert tab.dialog is not None
    tab.dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    assert runner.jobs[1].call.arguments["split"] == str(tmp_path / "mine.csv")
    pair = Finding(severity="warning", kind="conflicting near-duplicate", subject="a", message="b", action="c")
    runner.jobs[1].succeed(replace(leaking(), near_duplicates=(pair,)))
    assert "mine.csv" in tab.subject.text()
    assert tab.verdict.text().startswith("This split leaks")
    assert "Melanoma (mel): 70 of 150 test images" in tab.classes.text()
    assert tab.pairs.isVisible()
    tab.again_button.click()
    assert runner.jobs[2].call.arguments["split"] == "auto"


def test_cancel_and_failure_leave_a_button(qtbot: QtBot, tab: LeakTab, runner: ScriptedRunner) -> None:
    """Nothing starts again by itself; the page hears of the error."""
    tab.show_folder(Path("data"))
    tab.show()
    tab.job_view.cancel_button.click()
    assert runner.jobs[0].is_cancelling
    runner.jobs[0].end_cancelled()
    assert tab.start_button.isVisible()
    tab.hide()
    tab.show()
    assert len(runner.jobs) == 1
    tab.start_button.click()
    with qtbot.waitSignal(tab.failed) as failed:
        runner.jobs[1].fail(DataError("No.", "Do."))
    assert isinstance(failed.args[0], DataError)
    assert tab.start_button.isVisible()


def test_a_result_of_an_earlier_data_set_never_arrives(tab: LeakTab, runner: ScriptedRunner) -> None:
    """Another folder was chosen meanwhile."""
    tab.show_folder(Path("data"))
    tab.show()
    tab.show_folder(Path("other"))
    assert runner.jobs[0].is_cancelling
    runner.jobs[0].succeed(leaking())
    assert tab.job_view.isVisible()
