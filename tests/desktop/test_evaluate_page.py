"""The Evaluate page, through its states, without the engine."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.pages.evaluate_page import EvaluatePage
from desktop.state import AppState
from desktop.widgets.answer_grid import AnsweredRow
from engine import calls, runs
from engine.errors import DataError
from engine.evaluation_results import Evaluation, ExternalData
from engine.events import ProgressDone
from engine.labels import LIMITS, NOTICE
from engine.recipes import from_recipe
from tests.desktop.made_up_answers import answers
from tests.desktop.made_up_run import make_run
from tests.desktop.made_up_training import run_started
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner

GONE = DataError("The data set is gone.", "Move it back.")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


def shown(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> EvaluatePage:
    page = EvaluatePage(state, scripted)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(784, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


def with_result(qtbot: QtBot, state: AppState, scripted: ScriptedRunner, **changes: object) -> EvaluatePage:
    run = make_run()
    page = shown(qtbot, state, scripted)
    scripted.latest("read").succeed(evaluation(run, **changes))  # type: ignore[arg-type]
    scripted.latest("read").succeed(None)
    return page


def visible_primaries(page: EvaluatePage) -> list[QPushButton]:
    buttons = page.findChildren(QPushButton)
    return [button for button in buttons if button.property("primary") and button.isVisible()]


def opened(page: EvaluatePage) -> Evaluation:
    assert page.shown is not None
    return page.shown


def opened_run(page: EvaluatePage) -> Path:
    assert page.evaluations.run is not None
    return page.evaluations.run.path


def test_without_a_run_the_page_leads_to_training(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """Empty: the page says what to do next and offers to do it; nothing is computed."""
    page = shown(qtbot, state, scripted)
    assert visible_primaries(page) == [page.train_button]
    assert not page.run_choice.isVisible()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.train_button.click()
    assert asked.args == ["train"]
    assert scripted.jobs == []


def test_nothing_is_computed_for_a_hidden_page(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """Runs are read when the page is opened, not when the window starts."""
    make_run()
    page = EvaluatePage(state, scripted)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    state.set_run(None)
    assert scripted.jobs == []
    page.show()
    assert scripted.names() == ["read"]


def test_busy_shows_progress_and_cancel(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """While the validation part is scored there are progress and Cancel; afterwards the offer to begin again."""
    make_run()
    page = shown(qtbot, state, scripted)
    scripted.latest("read").succeed(None)
    job = scripted.latest("evaluate")
    job.report(ProgressDone(done=40, total=400, unit="images", seconds_left=9))
    assert page.job_view.isVisible()
    assert "40 of 400 images" in page.job_view.text
    page.job_view.cancel_button.click()
    assert job.is_cancelling
    job.end_cancelled()
    assert not page.job_view.isVisible()
    page.evaluate_button.click()
    assert scripted.names() == ["read", "evaluate", "evaluate"]


def test_result_says_how_sure_it_is(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """Headline with intervals, accuracy beside the baseline, the part; notice and limits at the foot."""
    page = with_result(qtbot, state, scripted)
    assert "Balanced accuracy 0.64 (95 % interval 0.60 to 0.68), by image" in page.view.words
    assert "always saying “Melanocytic nevus” would reach 0.67" in page.view.words
    assert "Validation part: 1,497 images of 1,120 lesions" in page.view.words
    assert page.view.class_table.model().rowCount() == 7
    assert [bar.text for bar in page.view.wrong.bars][4] == "0.49 of 166 images"
    texts = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert any(NOTICE in text and LIMITS in text for text in texts)
    assert visible_primaries(page) == [page.predict_button]
    assert not page.shows_demo_notice


def test_demo_results_say_so(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A run on demo data carries the demo notice, from the first moment on."""
    make_run(is_demo=True)
    page = shown(qtbot, state, scripted)
    assert page.shows_demo_notice


def test_suspected_leak_comes_first(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A result that is too good is preceded by a plain warning."""
    page = with_result(qtbot, state, scripted, leak_suspected=True)
    assert page.view.words.startswith("Too good to be true?")
    assert page.view.leak_meter.start_button.isVisible()


def test_runs_tell_how_they_ended(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The list says what each run reached, and that an interrupted one has a usable model."""
    make_run()
    make_run("2026-11-20_101500_resnet18", epochs_run=3, finished=False)
    page = shown(qtbot, state, scripted)
    lines = [page.run_choice.itemText(row) for row in range(page.run_choice.count())]
    assert "on validation" in lines[0]
    assert lines[1].endswith("interrupted at epoch 3 of 30, best model usable")


def test_choosing_a_run_is_told_to_the_other_pages(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The chosen run becomes the run of the window, and its evaluation is read."""
    newest, older = make_run(), make_run("2026-11-20_101500_resnet18")
    page = shown(qtbot, state, scripted)
    assert scripted.latest("read").call.arguments["run"] == newest
    page.run_choice.setCurrentIndex(1)
    page.run_choice.activated.emit(1)
    assert state.run == older
    assert scripted.latest("read").call.arguments["run"] == older


def test_run_that_just_ended_is_opened(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """When another page selects a run, this one follows."""
    make_run()
    page = shown(qtbot, state, scripted)
    fresh = make_run("2026-11-25_101500_resnet18")
    state.set_run(fresh)
    assert page.run_choice.run is not None
    assert page.run_choice.run.path == fresh
    assert scripted.latest("read").call.arguments["run"] == fresh


def test_test_part_opens_only_after_a_yes(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The question says why one looks once and how often it happened; "no" opens nothing."""
    page = with_result(qtbot, state, scripted)
    run = opened_run(page)
    runs.record_test_opening(run.parent, opened(page).split_sha256, run, datetime.now())
    page.parts.test_button.click()
    assert page.question is not None
    assert "opened once" in page.question.informativeText()
    assert "look once, at the end" in page.question.informativeText()
    page.question.leave_button.click()
    assert "evaluate" not in scripted.names()


def test_opened_test_part_can_be_switched_to(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """After "yes" the test results are shown with their count, beside the validation results."""
    page = with_result(qtbot, state, scripted)
    page.parts.test_button.click()
    assert page.question is not None
    page.question.open_button.click()
    job = scripted.latest("evaluate")
    assert job.call.arguments["part"] == "test"
    job.succeed(evaluation(opened_run(page), "test", openings=2))
    assert opened(page).part == "test"
    assert "opened 2 times" in page.view.words
    assert not page.parts.test_button.isVisible()
    page.parts.buttons["val"].click()
    assert opened(page).part == "val"
    page.parts.buttons["test"].click()
    assert opened(page).part == "test"


def test_saved_test_result_is_offered_not_forced(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A test part that was opened before is a click away, and validation is what is shown first."""
    run = make_run()
    page = shown(qtbot, state, scripted)
    scripted.latest("read").succeed(evaluation(run))
    assert not page.parts.buttons["test"].isVisible()
    scripted.latest("read").succeed(evaluation(run, "test", openings=1))
    assert opened(page).part == "val"
    page.parts.buttons["test"].click()
    assert "opened once" in page.view.words


def test_error_keeps_the_earlier_result(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A failed opening shows sentence and hint above the validation result, which stays."""
    page = with_result(qtbot, state, scripted)
    page.parts.test_button.click()
    assert page.question is not None
    page.question.open_button.click()
    scripted.latest("evaluate").fail(GONE)
    assert page.error_panel.sentence == "The data set is gone."
    assert opened(page).part == "val"
    assert page.parts.test_button.isVisible()


def test_a_chosen_view_comes_into_sight(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """In a small window the headline takes much of the page: what was chosen below moves up, its title still there."""
    page = with_result(qtbot, state, scripted)
    page.activateWindow()
    tabs, view = page.view.tabs, page.scroll_area.viewport()
    tabs.bar.setFocus()
    qtbot.waitUntil(tabs.bar.hasFocus)
    qtbot.keyClick(tabs.bar, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: tabs.mapTo(view, QPoint(0, 0)).y() == 0)
    assert tabs.current.mapTo(view, QPoint(0, 0)).y() < view.height() // 2
    page.scroll_area.verticalScrollBar().setValue(0)
    tabs.bar.clearFocus()
    qtbot.waitUntil(lambda: not tabs.bar.hasFocus())
    tabs.bar.setCurrentIndex(3)  # the program's own choice moves nothing
    qtbot.wait(50)
    assert page.scroll_area.verticalScrollBar().value() == 0


def test_tab_key_follows_the_eye(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """From the run over the part to the results, top to bottom."""
    page = with_result(qtbot, state, scripted)
    page.activateWindow()
    parts = (page.parts.buttons["val"], page.parts.test_button, page.parts.external.button)
    view = page.view
    page.run_choice.setFocus()
    for widget in (
        page.predict_button,
        *parts,
        view.folds_offer.button,
        view.tabs.bar,
        view.class_table,
        view.wrong,
        view.overall,
        view.report.folder_button,
    ):
        qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        assert page.window().focusWidget() is widget


def test_folder_of_the_shown_part_is_opened(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button opens the folder with tables and figures; without one, the run's."""
    urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", urls.append)
    page = with_result(qtbot, state, scripted)
    page.view.report.folder_button.click()
    folder = opened_run(page) / "evaluation" / "val"
    folder.mkdir(parents=True)
    page.view.report.folder_button.click()
    assert [Path(url.toLocalFile()) for url in urls] == [opened_run(page), folder]


def test_model_goes_on_to_predict(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The primary button puts the run's model into use and turns to Predict."""
    page = with_result(qtbot, state, scripted)
    with qtbot.waitSignal(page.page_requested) as asked:
        page.predict_button.click()
    assert asked.args == ["predict"]
    assert state.model == opened_run(page) / "model.safetensors"


def test_run_in_training_is_not_listed_yet(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A run whose training goes on is no interrupted one; once that has ended, however, it is listed."""
    state.follow(scripted)  # type: ignore[arg-type]
    older = make_run("2026-11-20_101500_resnet18")
    page = shown(qtbot, state, scripted)
    job = scripted.start(calls.train(from_recipe("recommended", data=Path("data"), out=state.runs_dir)), "Training")
    scripted.job_started.emit(job)
    fresh = make_run(epochs_run=3, finished=False)
    job.report(run_started(fresh))
    state.set_run(older)
    assert [run.path for run in state.list_runs()] == [older]
    assert page.run_choice.count() == 1
    job.fail(GONE)
    scripted.job_ended.emit(job)
    assert page.run_choice.count() == 2
    assert "interrupted at epoch 3 of 30" in page.run_choice.itemText(0)


def test_a_cell_of_the_matrix_leads_to_its_images_and_back(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner
) -> None:
    """A click on 54 melanomas named nevus shows those 54 images; going back finds the matrix where it was."""
    page = with_result(qtbot, state, scripted)
    page.view.tabs.bar.setCurrentIndex(page.view.tabs.titles.index("Confusion"))
    table = page.view.confusion.table
    spot = table.visualRect(table.model().index(4, 5)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert page.answers.isVisible()
    assert not page.view.isVisible()
    scripted.latest("list_answers").succeed(answers())
    images = [row.answer for row in page.answers.grid.images.images if isinstance(row, AnsweredRow)]
    assert [(one.dx, one.predicted) for one in images] == [("mel", "nv")] * 54
    page.answers.back_button.click()
    assert table.isVisible()
    assert page.window().focusWidget() is table


def test_a_class_and_a_bar_lead_to_images(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A row of the table to all images of the class, a bar of "named wrong" to the wrong ones."""
    page = with_result(qtbot, state, scripted)
    page.view.class_table.class_chosen.emit("mel")
    scripted.latest("list_answers").succeed(answers())
    assert page.answers.number.text() == "166 images"
    page.answers.back_button.click()
    bar = page.view.wrong
    QApplication.processEvents()  # lays the page out again
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.rect_of(4).center().toPoint())
    assert page.answers.number.text() == "81 images"
    page.answers.back_button.click()
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert page.answers.title.text() == "Melanocytic nevus (nv) named otherwise"


def test_another_run_takes_the_images_away(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """What another page selects is shown, not the images of the run before."""
    page = with_result(qtbot, state, scripted)
    page.view.class_table.class_chosen.emit("mel")
    scripted.latest("list_answers").succeed(answers())
    fresh = make_run("2026-11-25_101500_resnet18")
    state.set_run(fresh)
    assert not page.answers.isVisible()
    scripted.latest("read").succeed(evaluation(fresh))
    assert page.view.isVisible()


def test_report_is_saved_and_opened(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The one file goes where the user says and comes up in the browser; a report that is gone is said."""
    urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", urls.append)
    report = tmp_path / "report.html"
    page = with_result(qtbot, state, scripted, files=(report,))
    saved = tmp_path / "mine.html"
    for content in (None, "<p>figures</p>"):
        if content is not None:
            report.write_text(content, encoding="utf-8")
        page.view.report.save_button.click()
        assert page.view.report.dialog is not None
        page.view.report.dialog.fileSelected.emit(str(saved))
    assert page.error_panel.sentence == "The report is not in the folder of the run any more."
    assert saved.read_text(encoding="utf-8") == "<p>figures</p>"
    assert [Path(url.toLocalFile()) for url in urls] == [saved]


def test_what_one_part_cannot_show_is_said(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The rarest class decides what a split can tell; the sentence names it with its lesions."""
    page = with_result(qtbot, state, scripted)
    assert "there are only 10 dermatofibromas, and for" in page.view.words


def test_dots_and_slices_lead_to_images(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """A dot of the reliability diagram and a slice show what they are made of; the keyboard comes back to them."""
    page = with_result(qtbot, state, scripted)
    page.view.tabs.bar.setCurrentIndex(page.view.tabs.titles.index("Calibration"))
    page.view.calibration.diagram.bin_chosen.emit(3)
    scripted.latest("list_answers").succeed(answers())
    shown = [row.answer for row in page.answers.grid.images.images if isinstance(row, AnsweredRow)]
    assert shown
    assert all(3 / 15 <= one.group_probability < 4 / 15 for one in shown)
    page.answers.back_button.click()
    assert page.window().focusWidget() is page.view.calibration.diagram
    page.view.tabs.bar.setCurrentIndex(page.view.tabs.titles.index("Slices"))
    page.view.slices.table.activated.emit(page.view.slices.model.index(1, 0))
    shown = [row.answer for row in page.answers.grid.images.images if isinstance(row, AnsweredRow)]
    assert {one.sex for one in shown} == {"female"}


def external(run: Path, folder: Path) -> Evaluation:
    """A result on other images, in its own folder."""
    data = ExternalData(
        name="clinic",
        layout="folders named by class",
        data_fingerprint="e" * 64,
        n_images=1500,
        n_met=3,
        n_sealed=0,
        is_training_known=True,
        n_without_lesion=1497,
    )
    return replace(evaluation(run, "external"), run=folder, external=data)


def test_other_images_stand_on_their_own(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, tmp_path: Path
) -> None:
    """They are scored with progress, marked as external, and never take the place of the run's own result."""
    page = with_result(qtbot, state, scripted)
    run = opened_run(page)
    assert not page.parts.buttons["external"].isVisible()
    page.parts.external.button.click()
    assert page.parts.external.dialog is not None
    page.parts.external.dialog.fileSelected.emit(str(tmp_path / "clinic"))
    job = scripted.latest("evaluate_external")
    assert job.call.arguments == {"model": run, "data": tmp_path / "clinic", "out": None}
    assert page.job_view.isVisible()
    folder = run.parent / "external" / f"2026-11-24_120000_{run.name}_on_clinic"
    job.succeed(external(run, folder))
    assert opened(page).part == "external"
    assert page.view.words.startswith("External data: not the run's own result.")
    assert "3 of 1,500 images were left out" in page.view.words
    offered = {page.view.tabs.bar.tabText(n) for n in range(8) if page.view.tabs.bar.isTabVisible(n)}
    assert not offered & {"Operating point", "Compare", "Leak meter", "Training"}
    page.view.class_table.class_chosen.emit("mel")
    assert scripted.latest("list_answers").call.arguments == {"run": folder, "part": "external"}
    page.answers.back_button.click()
    page.parts.buttons["val"].click()
    assert "External" not in page.view.words
    assert opened(page).part == "val"


def test_earlier_results_on_other_images_are_offered(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The newest is read quietly; where there are several, each can be chosen by name. Other runs' are not listed."""
    run = make_run()
    folders = [
        run.parent / "external" / f"2026-11-2{day}_120000_{name}_on_clinic_{day}"
        for day, name in ((4, run.name), (5, run.name), (6, "2026-01-01_000000_resnet50"))
    ]
    for folder in folders:
        folder.mkdir(parents=True)
    page = shown(qtbot, state, scripted)
    scripted.latest("read").succeed(evaluation(run))
    scripted.latest("read").succeed(None)
    job = scripted.latest("read_external")
    assert job.call.arguments == {"folder": folders[1]}
    assert page.view.isVisible()
    job.succeed(external(run, folders[1]))
    assert opened(page).part == "val"
    page.parts.buttons["external"].click()
    results = page.parts.external.results
    assert [results.itemText(row) for row in range(results.count())] == [
        "clinic_5, 25 Nov 12:00",
        "clinic_4, 24 Nov 12:00",
    ]
    results.setCurrentIndex(1)
    results.activated.emit(1)
    assert scripted.latest("read_external").call.arguments == {"folder": folders[0]}
    scripted.latest("read_external").succeed(external(run, folders[0]))
    assert opened(page).run == folders[0]


def test_data_that_the_model_knows_is_refused(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, tmp_path: Path
) -> None:
    """The sentence stands above the run's own result, which stays."""
    page = with_result(qtbot, state, scripted)
    page.parts.external.data_chosen.emit(tmp_path)
    scripted.latest("evaluate_external").fail(DataError("This is the data it was trained on.", "Choose other data."))
    assert page.error_panel.sentence == "This is the data it was trained on."
    assert opened(page).part == "val"


def test_other_runs_can_be_compared_with(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """All but the shown one, by name; a refusal comes up on the page too."""
    other = make_run("2026-11-20_101500_resnet18")
    page = with_result(qtbot, state, scripted)
    page.view.tabs.bar.setCurrentIndex(page.view.tabs.titles.index("Compare"))
    assert [run.path for run in page.view.comparison.choice.runs] == [other]
    page.view.comparison.failed.emit(DataError("No.", "Do."))
    assert page.error_panel.sentence == "No."


def test_curves_are_loaded_when_they_are_looked_at(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """What draws them costs a second, which nobody pays who only reads the figures."""
    page = with_result(qtbot, state, scripted)
    assert page.view.curves.plot is None
    page.view.tabs.bar.setCurrentIndex(page.view.tabs.titles.index("Training"))
    qtbot.waitUntil(lambda: page.view.curves.shows_curves, timeout=60_000)
