"""Reading and making the evaluations of a run."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.run_evaluations import RunEvaluations
from engine import runs
from engine.errors import DataError
from engine.results import RunInfo
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner

GONE = DataError("The data set is gone.", "Move it back.")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def evaluations(scripted: ScriptedRunner, qtbot: QtBot) -> RunEvaluations:
    return RunEvaluations(scripted)  # type: ignore[arg-type]


def a_run(name: str = "2026-11-23_101500_resnet18") -> RunInfo:
    run = runs.read_run(make_run(name))
    assert run is not None
    return run


def test_saved_evaluation_is_read_not_made(evaluations: RunEvaluations, scripted: ScriptedRunner) -> None:
    """What was saved is shown at once; nothing is scored again."""
    run = a_run()
    evaluations.open(run)
    assert evaluations.job is not None
    scripted.latest("read").succeed(evaluation(run.path))
    assert evaluations.get("val") is not None
    assert evaluations.job is None  # looking for a saved test evaluation is nothing to wait for
    scripted.latest("read").succeed(None)
    assert scripted.names() == ["read", "read"]
    assert evaluations.get("test") is None


def test_fresh_run_is_scored_by_itself(evaluations: RunEvaluations, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """Where nothing was saved, the validation part is scored, and only that."""
    run = a_run()
    evaluations.open(run)
    scripted.latest("read").succeed(None)
    assert scripted.latest("evaluate").call.arguments["part"] == "val"
    with qtbot.waitSignal(evaluations.made) as made:
        scripted.latest("evaluate").succeed(evaluation(run.path))
    assert made.args == ["val"]
    scripted.latest("read").succeed(None)
    assert [job.call.arguments["part"] for job in scripted.jobs if job.name == "evaluate"] == ["val"]


def test_error_leaves_what_was_known(evaluations: RunEvaluations, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """A failed opening of the test part keeps the validation result."""
    run = a_run()
    evaluations.open(run)
    scripted.latest("read").succeed(evaluation(run.path))
    evaluations.evaluate("test")
    with qtbot.waitSignal(evaluations.failed) as failed:
        scripted.latest("evaluate").fail(GONE)
    assert failed.args == [GONE]
    assert evaluations.get("val") is not None
    assert evaluations.job is None


def test_another_run_gives_up_the_one_before(evaluations: RunEvaluations, scripted: ScriptedRunner) -> None:
    """The job of the run before is cancelled, and nothing it still says arrives."""
    first, second = a_run(), a_run("2026-11-24_101500_resnet18")
    evaluations.open(first)
    stale = scripted.latest("read")
    evaluations.open(second)
    assert stale.is_cancelling
    stale.succeed(evaluation(first.path))
    assert evaluations.get("val") is None
    scripted.latest("read").succeed(evaluation(second.path))
    known = evaluations.get("val")
    assert known is not None
    assert known.run == second.path


def test_cancelled_scoring_is_not_begun_again(evaluations: RunEvaluations, scripted: ScriptedRunner) -> None:
    """After Cancel there is no evaluation and no job."""
    evaluations.open(a_run())
    scripted.latest("read").succeed(None)
    scripted.latest("evaluate").end_cancelled()
    assert evaluations.job is None
    assert evaluations.get("val") is None
    assert scripted.names() == ["read", "evaluate"]
