"""The strip of similar training images: asked for when wanted, looked at once, opened large, or why there are none."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.state import AppState
from desktop.widgets.prediction_model import Answer
from desktop.widgets.similar_strip import SimilarStrip
from engine.errors import DataError
from engine.events import ProgressDone
from engine.prediction_results import GateVerdict, SimilarImage, SimilarImages
from tests.desktop.samples import png, prediction
from tests.desktop.scripted_runner import ScriptedRunner

MODEL = Path("model.safetensors")
A, B = Path("a.jpg"), Path("b.jpg")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def strip(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> SimilarStrip:
    strip = SimilarStrip(state, scripted)  # type: ignore[arg-type]
    qtbot.addWidget(strip)
    strip.resize(400, 200)
    strip.show()
    qtbot.waitExposed(strip)
    return strip


def answer(path: Path, model: Path = MODEL, **changes: object) -> Answer:
    return Answer(prediction(path, **changes), model, "resnet18")


def similar(*codes: str) -> SimilarImages:
    images = (
        SimilarImage(
            path=Path(f"/data/{number}.jpg"),
            image_id=f"ISIC_{number}",
            lesion_id=f"HAM_{number}",
            dx=code,
            similarity=0.9 - 0.1 * number,
            thumbnail=png(128, 96),
        )
        for number, code in enumerate(codes, start=1)
    )
    return SimilarImages(path=A, images=tuple(images))


def ask(qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner) -> None:
    """Tick the box for image A and wait until the engine was asked."""
    strip.show_answer(answer(A))
    strip.box.click()
    qtbot.waitUntil(lambda: "find_similar" in scripted.names(), timeout=60_000)


def test_nothing_is_asked_before_somebody_wants_it(qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner) -> None:
    """The box decides; without an answer, for several images at once or a refused one it cannot be ticked."""
    refused = GateVerdict(passed=False, reasons=("The image is blurred.",))
    for one in (None, answer(A, fused_from=(A, B)), answer(A, gate=refused)):
        strip.show_answer(one)
        assert not strip.box.isEnabled()
    strip.show_answer(answer(A))
    assert strip.box.isEnabled()
    qtbot.wait(250)
    assert scripted.jobs == []
    strip.box.click()
    qtbot.waitUntil(lambda: scripted.names() == ["find_similar"], timeout=60_000)
    assert scripted.jobs[0].call.arguments["path"] == A


def test_diagnoses_are_named_and_an_image_opens_large(
    qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner
) -> None:
    """Most similar first, in plain words; Enter opens one, the arrow keys lead to the next, and back."""
    ask(qtbot, strip, scripted)
    scripted.latest("find_similar").succeed(similar("nv", "mel", "nv"))
    assert strip.words.text().startswith("2 melanocytic nevus, 1 melanoma. Alike to the network")
    assert "no diagnosis" in strip.words.text()
    assert strip.list.isVisible()
    assert strip.list.item(1).toolTip() == "Number 2 of 3: Melanoma (mel), image ISIC_2, lesion HAM_2"
    strip.list.setFocus()
    qtbot.keyClick(strip.list, Qt.Key.Key_Right)
    qtbot.keyClick(strip.list, Qt.Key.Key_Return)
    dialog = strip.dialog
    assert dialog is not None
    assert dialog.title.text() == "Melanoma (mel)"
    assert "lesion HAM_2" in dialog.facts.text()
    qtbot.waitUntil(lambda: "preview" in scripted.names(), timeout=60_000)
    assert scripted.latest("preview").call.arguments["path"] == Path("/data/2.jpg")
    dialog.next_button.click()
    assert dialog.image.image_id == "ISIC_3"
    assert not dialog.next_button.isEnabled()
    dialog.close_button.click()
    assert strip.dialog is None


def test_another_image_takes_the_place_of_the_first(
    qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner
) -> None:
    """What was asked for the image before is given up, and its pictures go."""
    ask(qtbot, strip, scripted)
    first = scripted.latest("find_similar")
    strip.show_answer(answer(B))
    assert first.is_cancelling
    qtbot.waitUntil(lambda: len(scripted.jobs) == 2, timeout=60_000)
    assert scripted.jobs[1].call.arguments["path"] == B
    scripted.jobs[1].succeed(similar("bcc"))
    strip.show_answer(answer(B, shown_anyway=True))  # the same image and model
    assert strip.list.isVisible()
    strip.box.click()
    assert not strip.list.isVisible()
    assert strip.words.text() == ""


def test_training_images_are_looked_at_after_a_click(
    qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner
) -> None:
    """The number is said first; then progress with Cancel, on the lane of long work; then the answer by itself."""
    ask(qtbot, strip, scripted)
    scripted.latest("find_similar").succeed(SimilarImages(path=A, n_to_look_at=5919))
    assert "5,919 training images, once" in strip.words.text()
    strip.look_button.click()
    job = scripted.latest("index_training_images")
    assert (job.call.lane, job.call.arguments["model"]) == ("work", MODEL)
    job.report(ProgressDone(done=640, total=5919, unit="images", seconds_left=60))
    assert "640 of 5,919 images" in strip.line.text
    assert not strip.look_button.isVisible()
    assert strip.words.text() == "The model looks at its training images. You can go on working."
    strip.line.cancel_button.click()
    assert job.is_cancelling
    job.end_cancelled()
    assert strip.look_button.isVisible()
    strip.look_button.click()
    scripted.latest("index_training_images").succeed(5919)
    qtbot.waitUntil(lambda: scripted.names().count("find_similar") == 2, timeout=60_000)
    scripted.latest("find_similar").succeed(similar("df"))
    assert strip.words.text().startswith("1 dermatofibroma.")


def test_an_error_stays_until_something_else_is_asked(
    qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner
) -> None:
    """The data has changed since, or the image is gone: the sentence and what to do."""
    ask(qtbot, strip, scripted)
    scripted.latest("find_similar").succeed(SimilarImages(path=A, n_to_look_at=10))
    strip.look_button.click()
    scripted.latest("index_training_images").fail(DataError("The data has changed since.", "Train a new model."))
    assert strip.words.text() == "The data has changed since. Train a new model."
    strip.show_answer(answer(B))
    assert strip.words.text().startswith("Looking for similar training images")


def test_the_reason_is_said_where_there_are_none(qtbot: QtBot, strip: SimilarStrip, scripted: ScriptedRunner) -> None:
    """A model that came without its run: a sentence in place of the pictures."""
    ask(qtbot, strip, scripted)
    scripted.latest("find_similar").succeed(SimilarImages(path=A, reason="This model came without its run."))
    assert strip.words.text() == "This model came without its run."
    assert not strip.list.isVisible()
    assert not strip.look_button.isVisible()
