"""Sets of folds on the Evaluate page, without the engine."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.pages.evaluate_page import EvaluatePage
from desktop.state import AppState
from engine.comparison_results import FoldsResult
from engine.errors import ConfigError
from engine.evaluation_results import ExternalData, Interval
from tests.desktop.made_up_folds import make_fold_set, pooled
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def folds() -> Path:
    """Newer than the run of `make_run`."""
    return make_fold_set(n_done=5, is_pooled=True)


def shown(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> EvaluatePage:
    page = EvaluatePage(state, scripted)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1024, 744)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_folds_are_chosen_like_runs_and_shown_pooled(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, folds: Path
) -> None:
    """The headline with its interval, each image answered once, and what the validation parts cannot say."""
    page = shown(qtbot, state, scripted)
    job = scripted.latest("read_pooled")
    assert job.call.arguments["folds"] == folds
    assert page.folds.job_view.isVisible()
    job.succeed(pooled())
    assert page.folds.shown is not None
    words = page.folds.pooled.words
    assert (
        "5 folds pooled: 8,457 images of 6,300 lesions, each answered once by a model that did not learn from" in words
    )
    assert "Balanced accuracy 0.64 (0.60 to 0.68) by image, 0.66 (0.61 to 0.70) by lesion" in words
    assert "The test parts are closed" in words
    assert page.folds.pooled.class_table.model().rowCount() == 7
    assert page.folds.pooled.overall.model().rowCount() > 0
    assert page.predict_button.isHidden()


def test_from_folds_to_a_run_and_back(qtbot: QtBot, state: AppState, scripted: ScriptedRunner, folds: Path) -> None:
    """Either shows only its own; a run is never compared with a set of folds."""
    run = make_run()
    page = shown(qtbot, state, scripted)
    scripted.latest("read_pooled").succeed(pooled())
    state.set_run(run)
    scripted.latest("read").succeed(evaluation(run))
    scripted.latest("read").succeed(None)
    assert page.shown is not None
    assert page.folds.isHidden()
    assert page.predict_button.isVisible()
    assert page._others() == ()
    state.set_run(folds)
    assert page.shown is None
    scripted.latest("read_pooled").succeed(pooled())
    assert page.folds.pooled.isVisible()


def test_unfinished_folds_have_no_result(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A set that was interrupted is for the Train page to resume; here it is not to be chosen."""
    make_fold_set(n_done=3)
    page = shown(qtbot, state, scripted)
    assert page.run_choice.run is None
    assert scripted.jobs == []


def test_the_test_parts_are_opened_by_a_yes_only(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, folds: Path
) -> None:
    """The question comes first; after it all test parts are opened, shown, and cannot be opened again."""
    page = shown(qtbot, state, scripted)
    scripted.latest("read_pooled").succeed(pooled())
    page.folds.pooled.test_button.click()
    assert scripted.names() == ["read_pooled"]
    question = page.folds.question
    assert question is not None
    assert question.text() == "Open the test parts of all 5 folds?"
    assert "will be counted" in question.informativeText()
    assert question.defaultButton() is question.leave_button
    question.open_button.click()
    job = scripted.latest("resume_folds")
    assert job.call.arguments == {"folds": folds, "open_test": True}
    assert page.folds.job_view.isVisible()
    job.succeed(FoldsResult(path=folds, pooled=pooled("test")))
    assert "nothing was learned from them" in page.folds.pooled.words
    assert page.folds.pooled.test_button.isHidden()


def test_an_opening_that_fails_keeps_what_was_shown(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, folds: Path
) -> None:
    """The error is said; the validation figures stay, and so does the offer."""
    page = shown(qtbot, state, scripted)
    scripted.latest("read_pooled").succeed(pooled())
    page.folds.pooled.test_button.click()
    assert page.folds.question is not None
    page.folds.question.open_button.click()
    scripted.latest("resume_folds").fail(ConfigError("The data set is gone.", "Move it back."))
    assert page.error_panel.sentence == "The data set is gone."
    assert page.folds.pooled.isVisible()
    assert page.folds.pooled.test_button.isVisible()


def test_folds_that_cannot_be_read_can_be_evaluated_again(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, folds: Path
) -> None:
    """No figures, but a sentence and a button; the test parts stay as they are."""
    page = shown(qtbot, state, scripted)
    scripted.latest("read_pooled").fail(ConfigError("Not evaluated.", "Evaluate it first."))
    assert page.folds.shown is None
    page.folds.evaluate_button.click()
    assert scripted.latest("resume_folds").call.arguments == {"folds": folds, "open_test": False}


def test_where_one_split_shows_too_little_folds_are_offered(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner
) -> None:
    """The sentence stands by the headline; its button leads to the Train page with folds asked for."""
    run = make_run()
    page = shown(qtbot, state, scripted)
    scripted.latest("read").succeed(evaluation(run))
    scripted.latest("read").succeed(None)
    assert "too few to tell" in page.view.words
    offer = page.view.folds_offer
    assert offer.isVisible()
    with qtbot.waitSignals([state.folds_asked, page.page_requested]):
        offer.findChild(QPushButton).click()


def test_folds_are_not_offered_where_they_bring_nothing(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner
) -> None:
    """Enough lesions of every class, or images from elsewhere: no offer."""
    run = make_run()
    page = shown(qtbot, state, scripted)
    one = evaluation(run)
    sure = Interval(value=0.7, low=0.65, high=0.75)
    level = replace(one.by_image, classes=tuple(replace(score, sensitivity=sure) for score in one.classes))
    page.view.show_evaluation(replace(one, by_image=level))
    assert page.view.folds_offer.isHidden()
    page.view.show_evaluation(one)
    assert not page.view.folds_offer.isHidden()
    data = ExternalData(
        name="clinic",
        layout="folders named by class",
        data_fingerprint="e" * 64,
        n_images=1500,
        n_met=3,
        n_sealed=0,
        is_training_known=True,
        n_without_lesion=0,
    )
    page.view.show_evaluation(replace(one, part="external", external=data))
    assert page.view.folds_offer.isHidden()
