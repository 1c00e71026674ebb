"""Models and weights that are dropped on the Predict page or opened with it, without the engine."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.pages.predict_page import PredictPage
from desktop.state import AppState
from engine.errors import ModelFileError
from engine.events import PredictionsDone
from tests.desktop.samples import card, prediction
from tests.desktop.scripted_runner import ScriptedRunner
from tests.desktop.test_predict_page import drop

MODEL, OTHER, THIRD = Path("model.safetensors"), Path("/models/other.safetensors"), Path("/models/third.safetensors")
WEIGHTS = Path("/downloads/skin_cancer_model.pth")
IMPORTED = Path("/home/models/skin_cancer_model_1a2b3c4d.safetensors")
A = Path("/images/a.jpg")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def page(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> PredictPage:
    page = PredictPage(state, scripted)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(784, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_one_of_several_models_is_taken(page: PredictPage, state: AppState, scripted: ScriptedRunner) -> None:
    """Even with none in use it is asked, so that it is said which one will answer."""
    drop(page, OTHER, THIRD, A)
    question = page.opener.question
    assert question is not None
    assert question.text() == "Use model other.safetensors for predictions?"
    assert question.informativeText().startswith("2 models came together; one at a time can answer")
    question.use_button.click()
    assert scripted.names() == ["describe"]
    scripted.latest("describe").succeed(card("other"))
    assert state.model == OTHER
    assert scripted.latest("predict").call.arguments["paths"] == (A,)


def test_dropped_weights_are_imported_once_the_user_says_so(
    page: PredictPage, state: AppState, scripted: ScriptedRunner
) -> None:
    """A .pth file is no image: asked about, imported with progress, read, and then it answers what came along."""
    drop(page, WEIGHTS, A)
    question = page.opener.question
    assert question is not None
    assert question.text() == "Import the weights skin_cancer_model.pth and use them for predictions?"
    assert "nothing in it is run" in question.informativeText()
    assert scripted.jobs == []
    question.use_button.click()
    assert scripted.latest("import_weights").call.arguments == {"path": WEIGHTS}
    assert page.job_view.isVisible()
    scripted.latest("import_weights").succeed(IMPORTED)
    assert scripted.names() == ["import_weights", "describe"]
    scripted.latest("describe").succeed(card("skin_cancer_model.pth, imported"))
    assert state.model == IMPORTED
    assert scripted.latest("predict").call.arguments["model"] == IMPORTED
    assert scripted.latest("predict").call.arguments["paths"] == (A,)


def test_weights_that_are_opened_are_asked_about_too(page: PredictPage, scripted: ScriptedRunner) -> None:
    """From the command line or another program; who declines has imported nothing."""
    page.open_paths((WEIGHTS,))
    assert page.opener.question is not None
    page.opener.question.keep_button.click()
    assert scripted.jobs == []
    assert page.opener.question is None


def test_weights_of_no_use_leave_the_model_in_use(page: PredictPage, state: AppState, scripted: ScriptedRunner) -> None:
    """Sentence and hint, and the images that came along are answered by the model there is."""
    state.set_model(MODEL, card())
    drop(page, WEIGHTS, A)
    assert page.opener.question is not None
    page.opener.question.use_button.click()
    scripted.latest("import_weights").fail(ModelFileError("It holds more than weights.", "Save the weights alone."))
    assert page.error_panel.sentence == "It holds more than weights."
    assert state.model == MODEL
    assert scripted.latest("predict").call.arguments["model"] == MODEL


def test_another_model_dropped_meanwhile_ends_the_import(
    page: PredictPage, state: AppState, scripted: ScriptedRunner
) -> None:
    """The later wish counts; what the import would have brought never arrives."""
    page.open_paths((WEIGHTS,))
    assert page.opener.question is not None
    page.opener.question.use_button.click()
    page.open_paths((OTHER,))
    assert scripted.latest("import_weights").is_cancelling
    scripted.latest("describe").succeed(card("other"))
    assert state.model == OTHER


def test_answers_of_two_models_are_saved_together(
    page: PredictPage, state: AppState, scripted: ScriptedRunner, tmp_path: Path
) -> None:
    """Save names both models to the engine; meanwhile progress with Cancel; afterwards the page says where it is."""
    state.set_model(MODEL, card())
    assert page.save_button.toolTip() == "There is no answer yet."
    for model in (MODEL, OTHER):
        state.set_model(model, card())
        page.open_paths((Path(f"/images/{model.stem}.jpg"),))
        job = scripted.latest("predict")
        job.report(PredictionsDone(predictions=tuple(map(prediction, job.call.arguments["paths"]))))
        job.succeed(())
    assert page.save_button.isEnabled()
    assert "which of the 2 models" in page.save_button.toolTip()
    page.save_button.click()
    assert page.saver.dialog is not None
    page.saver.dialog.fileSelected.emit(str(tmp_path / "answers.html"))
    page.saver.dialog.close()
    job = scripted.latest("save_answers")
    assert job.call.arguments["models"] == (MODEL, OTHER)
    assert job.call.lane == "aside"
    assert page.job_view.isVisible()
    assert not page.save_button.isEnabled()
    page.job_view.cancel_button.click()
    assert job.is_cancelling
    job.end_cancelled()
    assert page.note.text() == "2 images"
    page.saver.dialog.fileSelected.emit(str(tmp_path / "answers.html"))
    scripted.latest("save_answers").succeed(tmp_path / "answers.html")
    assert page.note.text() == "2 images; saved as answers.html"
    assert page.save_button.isEnabled()
