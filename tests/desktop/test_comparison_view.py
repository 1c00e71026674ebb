"""Two runs side by side: which is better, by how much, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.widgets.comparison_table import ComparisonModel
from desktop.widgets.comparison_view import ComparisonView
from engine import runs
from engine.errors import ConfigError
from engine.results import RunInfo
from tests.desktop.made_up_comparison import comparison
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def run(qtbot: QtBot) -> Path:
    return make_run()


@pytest.fixture
def other(qtbot: QtBot) -> RunInfo:
    info = runs.read_run(make_run("2026-11-24_101500_resnet50"))
    assert info is not None
    return info


@pytest.fixture
def view(qtbot: QtBot, scripted: ScriptedRunner, run: Path, other: RunInfo) -> ComparisonView:
    view = ComparisonView(scripted)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.show_evaluation(evaluation(run), (other,))
    view.resize(704, 600)
    view.show()
    return view


def scored(other: RunInfo, part: str = "val") -> None:
    """As an evaluation leaves it."""
    (other.path / "evaluation" / part).mkdir(parents=True)


def test_better_by_how_much(view: ComparisonView, scripted: ScriptedRunner, run: Path, other: RunInfo) -> None:
    """The other run is B; the headline says points with interval, the table every figure and whether it is luck."""
    scored(other)
    view.compare_button.click()
    job = scripted.latest("compare")
    assert job.call.arguments == {"run_a": run, "run_b": other.path, "part": "val"}
    assert view.job_view.isVisible()
    assert not view.compare_button.isEnabled()
    job.succeed(comparison(run, other.path))
    assert "is better by 3.1 points, 1.2 to 5.0." in view.headline.text()
    assert other.name in view.headline.text()
    model = view.table.model()
    rows = {model.index(row, 0).data(): row for row in range(model.rowCount())}

    def cells(name: str) -> list[str]:
        return [model.index(rows[name], column).data() for column in range(1, 5)]

    assert cells("Balanced accuracy, by image") == ["0.64", "0.67", "+3.1\n+1.2 to +5.0", "other run\nis better"]
    assert cells("Accuracy")[-1] == "this run\nis better"
    assert cells("Log loss (less is better)")[-1] == "other run\nis better"
    assert cells("AUC of the group")[-1] == "no clear\ndifference"
    assert cells("Sensitivity, Dermatofibroma (df)") == ["\N{EN DASH}"] * 4
    assert view.table.verticalScrollBar().maximum() == view.table.horizontalScrollBar().maximum() == 0


def test_an_unscored_run_is_scored_first(view: ComparisonView, scripted: ScriptedRunner, other: RunInfo) -> None:
    """On validation only, with progress; then it is compared without another click."""
    view.compare_button.click()
    assert scripted.names() == ["evaluate"]
    assert scripted.jobs[0].call.arguments == {"run": other.path, "part": "val"}
    scripted.jobs[0].succeed(evaluation(other.path))
    assert scripted.names() == ["evaluate", "compare"]


def test_the_test_part_of_another_run_is_not_opened(
    qtbot: QtBot, view: ComparisonView, scripted: ScriptedRunner, run: Path, other: RunInfo
) -> None:
    """That is an act of its own; the refusal stands where one looks, and on the page."""
    view.show_evaluation(evaluation(run, "test", openings=1), (other,))
    view.compare_button.click()
    assert scripted.names() == ["compare"]
    refusal = ConfigError("The model was not evaluated on the test part yet.", "Open the test part of this run first.")
    with qtbot.waitSignal(view.failed) as failed:
        scripted.latest("compare").fail(refusal)
    assert failed.args == [refusal]
    assert view.refusal.text() == f"{refusal} {refusal.hint}"
    assert view.refusal.isVisible()
    assert not view.headline.isVisible()


def test_another_split_is_refused_with_its_sentence(
    view: ComparisonView, scripted: ScriptedRunner, run: Path, other: RunInfo
) -> None:
    """Nothing of an earlier comparison stays beside it; a new try takes the sentence away."""
    scored(other)
    view.compare_button.click()
    scripted.latest("compare").succeed(comparison(run, other.path))
    view.compare_button.click()
    scripted.latest("compare").fail(ConfigError("The runs have different splits.", "Train both on the same split."))
    assert view.refusal.text() == "The runs have different splits. Train both on the same split."
    assert not view.headline.isVisible()
    view.compare_button.click()
    assert not view.refusal.isVisible()


def test_one_run_alone_has_nothing_to_click(view: ComparisonView, run: Path) -> None:
    """It says what to do instead."""
    view.show_evaluation(evaluation(run), ())
    assert view.alone.isVisible()
    assert not view.compare_button.isVisible()


def test_another_evaluation_takes_the_result_away(
    view: ComparisonView, scripted: ScriptedRunner, run: Path, other: RunInfo
) -> None:
    """What was said is about the part that was shown; the same one shown again keeps it. Cancel ends it."""
    scored(other)
    shown = evaluation(run)
    view.show_evaluation(shown, (other,))
    view.compare_button.click()
    scripted.latest("compare").succeed(comparison(run, other.path))
    view.show_evaluation(shown, (other,))
    assert view.headline.isVisible()
    view.show_evaluation(evaluation(run, "test", openings=1), (other,))
    assert not view.headline.isVisible()
    view.compare_button.click()
    view.job_view.cancel_button.click()
    assert scripted.latest("compare").is_cancelling
    scripted.latest("compare").end_cancelled()
    assert view.compare_button.isEnabled()


def test_leaking_split_is_marked(view: ComparisonView, scripted: ScriptedRunner, run: Path, other: RunInfo) -> None:
    """A comparison on such a split says so first."""
    scored(other)
    view.compare_button.click()
    scripted.latest("compare").succeed(replace(comparison(run, other.path), leaking_split=True))
    assert view.headline.text().startswith("Leaking split")


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    """Qt's own tester finds nothing wrong; a screen reader hears each row as a sentence."""
    model = ComparisonModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_comparison(comparison(Path("a"), Path("b")), "resnet50")
    words = model.index(0, 3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Balanced accuracy, by image: resnet50 is better by 3.1 points, 1.2 to 5.0."
    assert tester.model() is model
