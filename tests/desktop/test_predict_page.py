"""The Predict page, through its states, without the engine."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.pages.predict_page import PredictPage
from desktop.state import AppState
from desktop.widgets.models_dialog import ModelsDialog
from engine import samples
from engine.errors import DataError, ModelFileError
from engine.events import PredictionsDone, ProgressDone
from engine.labels import NOTICE
from engine.prediction_results import GateVerdict
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import card, prediction, refusal
from tests.desktop.scripted_runner import ScriptedRunner
from tests.desktop.test_similar_strip import similar

MODEL = Path("model.safetensors")
A, B = Path("/images/a.jpg"), Path("/images/b.jpg")
OTHER = Path("/models/other.safetensors")


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


@pytest.fixture
def ready(page: PredictPage, state: AppState) -> PredictPage:
    state.set_model(MODEL, card())
    return page


def urls_of(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(target: QWidget, *paths: Path) -> None:
    """What Qt does when somebody drops files on `target`."""
    drop_data(target, urls_of(*paths))


def drop_data(target: QWidget, data: QMimeData) -> None:
    """What Qt does when somebody drops anything on `target`: who accepts it when it comes in is given it."""
    point = QPointF(target.rect().center())
    nothing = Qt.KeyboardModifier.NoModifier
    button, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(point.toPoint(), action, data, button, nothing)
    QGuiApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    dropped = QDropEvent(point, action, data, button, nothing)
    QGuiApplication.sendEvent(target, dropped)
    assert dropped.isAccepted()


def visible_primaries(page: PredictPage) -> list[QPushButton]:
    buttons = page.findChildren(QPushButton)
    return [button for button in buttons if button.property("primary") and button.isVisible()]


def test_without_a_model_the_page_says_how_to_get_one(page: PredictPage, qtbot: QtBot) -> None:
    """Empty: train a model first, or open a file; images dropped now get the same advice."""
    assert visible_primaries(page) == [page.train_button]
    assert page.file_button.isVisible()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.train_button.click()
    assert asked.args == ["train"]
    drop(page, A)
    assert page.error_panel.sentence == "There is no model to answer."
    assert "Train a model" in page.error_panel.hint


def test_dropped_images_are_asked_about(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """Images dropped on the area or anywhere on the page go to the model in use."""
    drop(ready.drop_area, A, B)
    assert scripted.latest("predict").call.arguments["paths"] == (A, B)
    assert scripted.latest("predict").call.arguments["model"] == MODEL
    assert visible_primaries(ready) == [ready.images_button]


def test_answers_stream_in_while_progress_is_shown(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """The first answer is shown in full while the others are still to come; Cancel stops them."""
    drop(ready, A, B)
    job = scripted.latest("predict")
    job.report(ProgressDone(done=1, total=2, unit="images", seconds_left=3))
    job.report(PredictionsDone(predictions=(prediction(A),)))
    assert ready.job_view.isVisible()
    assert "1 of 2 images" in ready.job_view.text
    assert ready.answer_view.name == "a.jpg"
    ready.job_view.cancel_button.click()
    assert job.is_cancelling
    job.end_cancelled()
    assert not ready.job_view.isVisible()
    assert ready.note.text() == "1 image"


def test_list_leads_through_the_answers(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """The keyboard goes down the list, and the answer follows; an unreadable file gives its reason."""
    drop(ready, A, B)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A), refusal(B))))
    scripted.latest("predict").succeed(())
    assert ready.note.text() == "2 images, 1 without an answer"
    ready.list.setFocus()
    qtbot.keyClick(ready.list, Qt.Key.Key_Down)
    assert ready.answer_view.words.startswith("b.jpg is not a JPEG or PNG image.")
    assert ready.image_view.words == "This image could not be read"


def test_model_dropped_on_the_page_is_asked_about(
    ready: PredictPage, state: AppState, scripted: ScriptedRunner
) -> None:
    """A model file and images dropped together: once the user says so, the new model answers."""
    drop(ready, OTHER, A)
    assert scripted.jobs == []
    assert ready.opener.question is not None
    assert ready.opener.question.text() == "Use model other.safetensors for predictions?"
    ready.opener.question.use_button.click()
    assert scripted.names() == ["describe"]
    scripted.latest("describe").succeed(card("other"))
    assert state.model == OTHER
    assert scripted.latest("predict").call.arguments["model"] == OTHER


def test_a_dropped_model_can_be_declined(ready: PredictPage, state: AppState, scripted: ScriptedRunner) -> None:
    """The model in use stays, and answers the images that came along."""
    drop(ready, OTHER, A)
    assert ready.opener.question is not None
    ready.opener.question.keep_button.click()
    assert ready.opener.question is None
    assert state.model == MODEL
    assert scripted.names() == ["predict"]
    assert scripted.latest("predict").call.arguments["model"] == MODEL


def test_the_first_model_needs_no_question(page: PredictPage, state: AppState, scripted: ScriptedRunner) -> None:
    """With none in use there is nothing to give up."""
    drop(page, OTHER, A)
    assert page.opener.question is None
    scripted.latest("describe").succeed(card("other"))
    assert state.model == OTHER
    assert scripted.latest("predict").call.arguments["paths"] == (A,)


def test_a_picture_from_a_browser_is_answered(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """Dropped or pasted without a file, it gets one for as long as the program runs."""
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(QColor("tan"))
    data = QMimeData()
    data.setImageData(image)
    drop_data(ready.drop_area, data)
    ready.activateWindow()
    QGuiApplication.clipboard().setImage(image)
    QTest.keySequence(ready, QKeySequence(QKeySequence.StandardKey.Paste))
    jobs = [scripted.jobs[0]]
    jobs[0].succeed(())
    jobs.append(scripted.jobs[1])
    (first,), (second,) = (job.call.arguments["paths"] for job in jobs)
    assert (first.name, second.name) == ("Pasted image 1.png", "Pasted image 2.png")
    assert QImage(str(first)).size() == image.size()


def test_an_address_is_not_fetched(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """It says to save the image first, wherever it is dropped."""
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/mole.jpg")])
    drop_data(ready.list.viewport(), data)
    assert ready.error_panel.sentence == "This is the address of an image, not the image."
    assert "Save the image first" in ready.error_panel.hint
    assert scripted.jobs == []


def test_hundreds_of_images_are_one_batch(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """300 files at once: one question, answers as they come, the window never held up for long."""
    paths = [Path(f"/images/{number:03}.jpg") for number in range(300)]
    drop(ready, *paths)
    (job,) = scripted.jobs
    assert job.call.arguments["paths"] == tuple(paths)
    longest = 0.0
    for start in range(0, 300, 20):
        began = time.process_time()
        job.report(PredictionsDone(predictions=tuple(prediction(path) for path in paths[start : start + 20])))
        QGuiApplication.processEvents()
        longest = max(longest, time.process_time() - began)
    job.succeed(())
    assert ready.note.text() == "300 images"
    assert ready.answer_view.name == "000.jpg"
    assert longest < 0.5


def test_views_are_a_switch(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """Switched on, what is asked from now on is looked at in 8 views, and earlier answers can be asked again."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    scripted.latest("predict").succeed(())
    assert scripted.latest("predict").call.arguments["views"] == 1
    assert not ready.again_button.isVisible()
    ready.views_box.click()
    assert ready.again_button.isVisible()
    ready.again_button.click()
    assert scripted.latest("predict").call.arguments["views"] == 8
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A, views=8),)))
    assert not ready.again_button.isVisible()
    assert "Mean over 8 views" in ready.answer_view.words


def test_chosen_images_are_one_lesion(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """Two rows chosen: one answer together as a row of its own, which is then looked at."""
    drop(ready, A, B)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A), prediction(B))))
    scripted.latest("predict").succeed(())
    assert not ready.lesion_button.isEnabled()
    ready.list.selectAll()
    ready.lesion_button.click()
    job = scripted.latest("fuse")
    assert [one.path for one in job.call.arguments["predictions"]] == [A, B]
    job.succeed(prediction(A, "mel", fused_from=(A, B)))
    assert [one.prediction.fused_from for one in ready.list.shown] == [(), (), (A, B)]
    assert ready.answer_view.name == "One lesion, 2 images"
    assert not ready.lesion_button.isEnabled()


def test_samples_are_offered_until_there_is_an_image(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """With a model and no image, the sample images are a click away, with whom they are from."""
    texts = " ".join(label.text() for label in ready.findChildren(QLabel) if label.isVisible())
    assert samples.ATTRIBUTION in texts
    ready.picture.samples.button.click()
    paths = scripted.latest("predict").call.arguments["paths"]
    assert paths == tuple(sample.path for sample in samples.list_samples())
    assert len(paths) == 7
    assert not ready.picture.samples.button.isVisible()


def test_chosen_answers_are_copied_as_text(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """Ctrl+C on the list: every chosen answer in full, with the notice."""
    drop(ready, A, B)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A), refusal(B))))
    ready.list.selectAll()
    qtbot.keyClick(ready.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("a.jpg\n")
    assert "b.jpg is not a JPEG or PNG image." in text
    assert NOTICE in text


def test_all_models_are_shown_with_their_cards(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """The menu leads to the list; the one that is chosen there is opened."""
    run = make_run()
    ready.model_choice.fill_menu()
    (action,) = [one for one in ready.model_choice.menu.actions() if one.text().startswith("All models")]
    action.trigger()
    (dialog,) = ready.findChildren(ModelsDialog)
    dialog.list.setCurrentRow(1)
    scripted.latest("describe").succeed(card("other"))
    dialog.use_button.click()
    assert scripted.latest("describe").call.arguments["path"] == run / "model.safetensors"


def test_file_of_another_kind_is_refused(ready: PredictPage, state: AppState, scripted: ScriptedRunner) -> None:
    """Sentence and hint; the model in use and the answers stay."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    scripted.latest("predict").succeed(())
    ready.open_paths((Path("/models/notes.safetensors"),))
    scripted.latest("describe").fail(ModelFileError("notes.safetensors is not a model.", "Choose another."))
    assert ready.error_panel.sentence == "notes.safetensors is not a model."
    assert state.model == MODEL
    assert ready.answer_view.name == "a.jpg"


def test_failed_batch_keeps_earlier_answers(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """An error stands above the answers that were there before."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    scripted.latest("predict").succeed(())
    drop(ready, Path("/empty"))
    scripted.latest("predict").fail(DataError("There is no image in empty.", "Choose another folder."))
    assert ready.error_panel.sentence == "There is no image in empty."
    assert ready.answer_view.name == "a.jpg"
    drop(ready, B)
    assert ready.error_panel.sentence == ""


def test_paste_asks_about_copied_files(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """Files copied in a file manager can be pasted; anything else on the clipboard gets a sentence."""
    ready.activateWindow()
    QGuiApplication.clipboard().setMimeData(urls_of(A))
    QTest.keySequence(ready, QKeySequence(QKeySequence.StandardKey.Paste))
    assert scripted.latest("predict").call.arguments["paths"] == (A,)
    QGuiApplication.clipboard().setText("words")
    QTest.keySequence(ready, QKeySequence(QKeySequence.StandardKey.Paste))
    assert ready.error_panel.sentence == "There is no image on the clipboard."


def test_another_model_can_answer_the_same_images(
    ready: PredictPage, state: AppState, scripted: ScriptedRunner
) -> None:
    """After a change of model earlier answers say whose they are, and can be asked for again."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    scripted.latest("predict").succeed(())
    assert not ready.again_button.isVisible()
    state.set_model(Path("other.safetensors"), card("other"))
    assert "Answered by another model" in ready.answer_view.words
    ready.again_button.click()
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A, "mel", 0.6),)))
    assert ready.answer_view.bars.lines()[0] == "Melanoma (mel) 0.60"
    assert "Answered by another model" not in ready.answer_view.words
    assert not ready.again_button.isVisible()
    assert len(ready.list.answers.answers) == 1


def test_models_of_the_runs_are_offered(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """The menu lists what was trained here, and opens files from elsewhere."""
    run = make_run()
    ready.model_choice.fill_menu()
    actions = [action for action in ready.model_choice.menu.actions() if not action.isSeparator()]
    assert actions[0].text().startswith("resnet18, 23 Nov 10:15")
    assert actions[-1].text() == "Open a model file…"
    actions[0].trigger()
    assert scripted.latest("describe").call.arguments["path"] == run / "model.safetensors"


def test_refused_image_is_shown_anyway_on_a_click(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """No class is named until somebody asks for it deliberately, and then the answer is marked in list and answer."""
    drop(ready, A)
    gate = GateVerdict(passed=False, reasons=("The image is blurred.",))
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A, gate=gate),)))
    scripted.latest("predict").succeed(())
    assert "The image is blurred." in ready.answer_view.words
    assert all(line.endswith("\N{EN DASH}") for line in ready.answer_view.bars.lines())
    assert not ready.why_bar.why_box.isEnabled()
    ready.answer_view.anyway_button.click()
    assert ready.answer_view.bars.lines()[0] == "Melanocytic nevus (nv) 0.81"
    assert "The image is blurred." in ready.answer_view.words
    assert not ready.answer_view.anyway_button.isVisible()
    assert ready.list.answers.answers[0].prediction.shown_anyway
    assert "shown anyway" in str(ready.list.answers.index(0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_lesion_has_a_row_beside_its_images(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """The fused answer does not take the place of its first image, and is not asked for again itself."""
    drop(ready, A, B)
    together = prediction(A, "mel", fused_from=(A, B), lesion_id="L1")
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A), prediction(B), together)))
    scripted.latest("predict").succeed(())
    rows = [ready.list.answers.index(row).data() for row in range(ready.list.answers.rowCount())]
    assert rows == ["a.jpg", "b.jpg", "Lesion L1, 2 images"]
    ready.list.select(2)
    assert "Together for 2 images of lesion L1" in ready.answer_view.words
    ready.again_button.click()
    assert scripted.latest("predict").call.arguments["paths"] == (A, B)


def test_answers_are_taken_away(ready: PredictPage, scripted: ScriptedRunner, tmp_path: Path) -> None:
    """The chosen answer as text on the clipboard, all of them in a file that the engine writes; an error is shown."""
    drop(ready, A)
    assert not ready.save_button.isEnabled()
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A), refusal(B))))
    scripted.latest("predict").succeed(())
    ready.copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("a.jpg\n")
    assert NOTICE in text
    ready.save_button.click()
    dialog = ready.saver.dialog
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "answers.csv"))
    dialog.close()
    arguments = scripted.latest("save_answers").call.arguments
    assert arguments["path"] == tmp_path / "answers.csv"
    assert [one.path for one in arguments["predictions"]] == [A, B]
    scripted.latest("save_answers").fail(DataError("The disk is full.", "Make room."))
    assert ready.error_panel.sentence == "The disk is full."


def test_clear_leaves_an_empty_page(ready: PredictPage, scripted: ScriptedRunner) -> None:
    """Clear takes all answers away; the model stays."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    scripted.latest("predict").succeed(())
    ready.clear_button.click()
    assert ready.list.answers.answers == ()
    assert ready.image_view.words == "No image yet"
    assert ready.note.text() == ""
    assert not ready.clear_button.isEnabled()
    assert "resnet18" in ready.model_choice.words


def test_model_of_the_newest_run_is_taken(
    page: PredictPage, state: AppState, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """Where there are runs but no model is in use, opening the page puts the newest one into use."""
    assert scripted.jobs == []
    run = make_run()
    page.hide()
    page.show()
    scripted.latest("describe").succeed(card())
    assert state.model == run / "model.safetensors"
    assert visible_primaries(page) == [page.images_button]


def test_tab_key_follows_the_eye(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """From the model over the ways to ask to the answers and what can be done with them."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    ready.activateWindow()
    bar = ready.results.filter_bar
    order = (ready.model_choice.button, ready.views_box, ready.images_button, ready.folder_button)
    order = (*order, bar.find_field, bar.order_choice, bar.kind_choice, ready.list, ready.clear_button)
    order = (*order, ready.why_bar.why_box, ready.picture.similar.box)
    order = (*order, ready.job_view.cancel_button, ready.copy_button, ready.save_button)
    order[0].setFocus()
    for widget in order[1:]:
        qtbot.keyClick(ready.window().focusWidget(), Qt.Key.Key_Tab)
        assert ready.window().focusWidget() is widget


def test_notice_is_always_there(ready: PredictPage, state: AppState) -> None:
    """The fixed notice stands on the page, and demo models say that they are."""
    texts = [label.text() for label in ready.findChildren(QLabel) if label.isVisible()]
    assert NOTICE in texts
    assert not ready.shows_demo_notice
    state.set_model(MODEL, card(is_demo=True))
    assert ready.shows_demo_notice


def test_similar_images_fit_the_smallest_window(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """With the heat map's row and the longest words below the image, nothing has to be scrolled."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A, "akiec"),)))
    ready.why_bar.why_box.click()
    ready.picture.similar.box.click()
    qtbot.waitUntil(lambda: "find_similar" in scripted.names(), timeout=60_000)
    scripted.latest("find_similar").succeed(similar("akiec", "akiec", "bkl", "bkl", "bcc", "mel", "df", "nv"))
    qtbot.wait(50)
    assert ready.picture.similar.list.isVisible()
    assert ready.scroll_area.verticalScrollBar().maximum() == 0


def test_page_fits_the_smallest_window(ready: PredictPage, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """At 960x640 the whole answer is seen without scrolling sideways."""
    drop(ready, A)
    scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A, "akiec"),)))
    assert ready.minimumSizeHint().width() <= 784
    assert ready.answer_view.mapTo(ready, ready.answer_view.rect().topRight()).x() <= 784
    assert ready.scroll_area.verticalScrollBar().maximum() == 0
    assert ready.scroll_area.horizontalScrollBar().maximum() == 0
