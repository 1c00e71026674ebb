"""One job at a time for a widget, and its line of progress."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.single_job import SingleJob
from desktop.widgets.job_line import JobLine
from engine import calls
from engine.errors import DataError
from tests.desktop.scripted_runner import ScriptedRunner

CALL = calls.measure_leak(Path("data"))


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


def test_a_new_job_takes_the_place_of_the_one_before(qtbot: QtBot, scripted: ScriptedRunner) -> None:
    """The one before is cancelled, and its result never arrives."""
    single = SingleJob(scripted)  # type: ignore[arg-type]
    single.start(CALL, "First")
    single.start(CALL, "Second")
    first, second = scripted.jobs
    assert first.is_cancelling
    with qtbot.assertNotEmitted(single.succeeded):
        first.succeed("stale")
    with qtbot.waitSignal(single.succeeded) as told:
        second.succeed("fresh")
    assert told.args == ["fresh"]
    assert single.job is None


def test_what_is_let_go_is_heard_no_more(qtbot: QtBot, scripted: ScriptedRunner) -> None:
    """Not even its error."""
    single = SingleJob(scripted)  # type: ignore[arg-type]
    single.start(CALL, "First")
    single.let_go()
    assert scripted.jobs[0].is_cancelling
    with qtbot.assertNotEmitted(single.failed):
        scripted.jobs[0].fail(DataError("No.", "Do."))


def test_the_line_is_there_while_something_is_under_way(qtbot: QtBot, scripted: ScriptedRunner) -> None:
    """It follows whichever job runs; Cancel reaches it."""
    one, other = SingleJob(scripted), SingleJob(scripted)  # type: ignore[arg-type]
    line = JobLine(one, other)
    qtbot.addWidget(line)
    assert line.isHidden()
    other.start(CALL, "Second")
    assert not line.isHidden()
    assert "Second" in line.text
    line.cancel_button.click()
    assert scripted.jobs[0].is_cancelling
    scripted.jobs[0].end_cancelled()
    assert line.isHidden()
    assert not line.is_busy
