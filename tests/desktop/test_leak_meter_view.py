"""The leak meter: one button, two bars, and words."""

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.leak_meter_view import LeakMeterView
from engine import places
from engine.errors import ConfigError
from engine.events import ProgressDone
from engine.recipes import from_recipe
from engine.records import as_json
from engine.runs import RunFolder
from tests.desktop.made_up_comparison import leak_meter
from tests.desktop.made_up_run import make_run
from tests.desktop.made_up_training import result
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner

DATA = Path("/data/ham10000")


def run_on(data: Path, name: str = "2026-11-23_101500_resnet18") -> Path:
    """A run with a whole config."""
    run = make_run(name)
    training = as_json(from_recipe("recommended", data=data, out=run.parent))
    RunFolder(run).config.write_text(json.dumps({"training": training}), encoding="utf-8")
    return run


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def view(qtbot: QtBot, scripted: ScriptedRunner) -> LeakMeterView:
    view = LeakMeterView(scripted)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.show_evaluation(evaluation(run_on(DATA)))
    view.resize(704, 400)
    view.show()
    return view


def test_one_click_shows_what_the_leak_is_worth(view: LeakMeterView, scripted: ScriptedRunner) -> None:
    """Progress meanwhile; then two bars on one scale and the sentences, for the data of the run."""
    assert scripted.jobs == []
    view.start_button.click()
    job = scripted.latest("measure_leak")
    assert job.call.arguments == {"data": DATA, "seed": 0}
    job.report(ProgressDone(done=10, total=100, unit="images", seconds_left=9))
    assert "9 s left" in view.job_view.text
    job.succeed(leak_meter(DATA))
    assert [(bar.label, bar.text) for bar in view.bars.bars] == [
        ("The notebook's split", "0.97 (0.96 to 0.98)"),
        ("Split by lesion", "0.30 (0.29 to 0.31)"),
    ]
    assert "8,200 of 10,000 test rows" in view.words.text()
    assert "67 points between them are the leak" in view.words.text()
    assert not view.start_button.isVisible()


def test_it_is_about_the_data_not_the_run(view: LeakMeterView, scripted: ScriptedRunner) -> None:
    """Another run on the same data keeps what was measured; other data do not."""
    view.start_button.click()
    scripted.latest("measure_leak").succeed(leak_meter(DATA))
    view.show_evaluation(evaluation(run_on(DATA, "2026-11-24_101500_resnet18")))
    assert view.shows_result
    view.show_evaluation(evaluation(run_on(Path("/data/other"), "2026-11-25_101500_resnet18")))
    assert not view.shows_result
    assert view.start_button.isVisible()


def test_cancel_and_errors_leave_the_button(view: LeakMeterView, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """It can be tried again; a run whose config is damaged says so."""
    view.start_button.click()
    view.job_view.cancel_button.click()
    job = scripted.latest("measure_leak")
    assert job.is_cancelling
    job.end_cancelled()
    assert view.start_button.isVisible()
    damaged = make_run("2026-11-26_101500_resnet18")
    RunFolder(damaged).config.write_text("{", encoding="utf-8")
    view.show_evaluation(evaluation(damaged))
    with qtbot.waitSignal(view.failed) as failed:
        view.start_button.click()
    assert isinstance(failed.args[0], ConfigError)
    assert len(scripted.jobs) == 1


def test_the_same_training_under_that_split_is_queued(view: LeakMeterView, scripted: ScriptedRunner) -> None:
    """Once the leak was measured; the run's own settings, marked as leaking, and the new run is named."""
    assert not view.train_button.isVisible()
    view.start_button.click()
    scripted.latest("measure_leak").succeed(leak_meter(DATA))
    view.train_button.click()
    job = scripted.latest("train")
    config = job.call.arguments["config"]
    assert (config.split, config.allow_leaking_split, config.data) == ("notebook", True, DATA)
    assert config.out == places.runs_dir()
    assert not view.train_button.isEnabled()
    view.show_evaluation(evaluation(run_on(DATA, "2026-11-24_101500_resnet18")))
    assert not job.is_cancelling  # looking at another run does not end it
    job.succeed(result(config.out / "2026-11-27_101500_resnet18"))
    assert "2026-11-27_101500_resnet18" in view.trained.text()
    assert view.train_button.isEnabled()
