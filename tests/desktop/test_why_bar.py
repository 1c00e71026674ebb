"""Why a model answers as it does: heat maps over the image, and the answer with the lesion hidden."""

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.state import AppState
from desktop.widgets.image_view import ImageView
from desktop.widgets.prediction_model import Answer
from desktop.widgets.why_bar import WhyBar, tint
from engine.errors import DataError
from engine.labels import CODES
from engine.prediction_results import Explanation, HeatMap
from tests.desktop.samples import png, prediction
from tests.desktop.scripted_runner import ScriptedRunner

MODEL = Path("model.safetensors")
A, B = Path("a.jpg"), Path("b.jpg")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    view = ImageView()
    qtbot.addWidget(view)
    view.set_image(png(40, 30), "a.jpg")
    return view


@pytest.fixture
def bar(qtbot: QtBot, state: AppState, scripted: ScriptedRunner, view: ImageView) -> WhyBar:
    bar = WhyBar(state, scripted, view)  # type: ignore[arg-type]
    qtbot.addWidget(bar)
    bar.show()
    return bar


def heat(level: int) -> bytes:
    """A map with `level` at its left and nothing at its right."""
    image = QImage(8, 6, QImage.Format.Format_Grayscale8)
    image.fill(0)
    for row in range(6):
        image.setPixelColor(0, row, QColor(level, level, level))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def explanation(path: Path, *, hidden: bool = True) -> Explanation:
    return Explanation(
        path=path,
        maps=tuple(HeatMap(code=code, png=heat(0 if code == "df" else 255)) for code in CODES),
        hidden_image=png(40, 30, "#D0A090") if hidden else b"",
        hidden_share=0.25 if hidden else None,
        hidden_probabilities=(0.1, 0.1, 0.5, 0.1, 0.1, 0.05, 0.05) if hidden else (),
    )


def answer(path: Path, code: str = "nv", **changes: object) -> Answer:
    return Answer(prediction(path, code, **changes), MODEL, "resnet18")


def asked(qtbot: QtBot, scripted: ScriptedRunner, n: int) -> None:
    qtbot.waitUntil(lambda: scripted.names().count("explain") == n)


def test_nothing_is_asked_until_somebody_wants_to_know(bar: WhyBar, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """The engine is left alone while the box is not ticked; ticked, it shows the map of the class that was named."""
    bar.show_answer(answer(A, "mel"))
    qtbot.wait(300)
    assert scripted.names() == []
    bar.why_box.click()
    asked(qtbot, scripted, 1)
    assert scripted.latest("explain").call.arguments["path"] == A
    assert "Looking" in bar.words.text()
    assert not bar.slider.isEnabled()
    scripted.latest("explain").succeed(explanation(A))
    assert bar.class_choice.currentText() == "Melanoma"
    assert bar.slider.isEnabled()


def test_map_lies_over_the_image_for_any_class(
    bar: WhyBar, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """Any class can be chosen; one that nothing speaks for has no map, and that is said. Unticked, it goes away."""
    bar.show_answer(answer(A))
    bar.why_box.click()
    asked(qtbot, scripted, 1)
    scripted.latest("explain").succeed(explanation(A))
    assert view.has_overlay
    bar.class_choice.setCurrentIndex(CODES.index("df"))
    assert not view.has_overlay
    assert bar.words.text() == "Nothing in this image speaks for this class."
    bar.class_choice.setCurrentIndex(CODES.index("bcc"))
    assert view.has_overlay
    bar.why_box.click()
    assert not view.has_overlay


def test_hidden_lesion_shows_what_the_background_says(
    bar: WhyBar, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """The painted image stands in the image's place, with what the model then says; back again on a click."""
    bar.show_answer(answer(A))
    bar.why_box.click()
    asked(qtbot, scripted, 1)
    scripted.latest("explain").succeed(explanation(A))
    bar.hidden_box.click()
    assert view.has_stand_in
    assert not view.has_overlay
    expected = "With 25.0 % of the image hidden, the model says: Benign keratosis (bkl) 0.50."
    assert bar.words.text() == expected
    bar.hidden_box.click()
    assert not view.has_stand_in


def test_without_a_lesion_there_is_nothing_to_hide(bar: WhyBar, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """The box cannot be ticked, and the reason is said."""
    bar.show_answer(answer(A))
    bar.why_box.click()
    asked(qtbot, scripted, 1)
    scripted.latest("explain").succeed(explanation(A, hidden=False))
    assert not bar.hidden_box.isEnabled()
    assert "No lesion stands out" in bar.words.text()


def test_another_image_drops_what_was_asked(
    bar: WhyBar, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """The explanation of the image before never arrives; a failed one says why and leaves the image as it is."""
    bar.show_answer(answer(A))
    bar.why_box.click()
    asked(qtbot, scripted, 1)
    first = scripted.latest("explain")
    bar.show_answer(answer(B))
    assert first.is_cancelling
    first.succeed(explanation(A))
    assert not view.has_overlay
    asked(qtbot, scripted, 2)
    scripted.latest("explain").fail(DataError("b.jpg is not there.", "It may have been moved."))
    assert bar.words.text() == "b.jpg is not there."
    assert not view.has_overlay


@pytest.mark.parametrize("one", [None, answer(A, fused_from=(A, B))])
def test_nothing_to_explain(bar: WhyBar, one: Answer | None) -> None:
    """Without an image, or for several together, there is no map to ask for."""
    bar.show_answer(one)
    assert not bar.why_box.isEnabled()


def test_map_is_see_through_where_nothing_speaks(qtbot: QtBot) -> None:
    """Zero is clear, the maximum is yellow; a map of zeros is none."""
    image = tint(HeatMap(code="nv", png=heat(255))).toImage()
    assert image.pixelColor(7, 3).alpha() == 0
    assert image.pixelColor(0, 3) == QColor(255, 255, 0)
    assert tint(HeatMap(code="nv", png=heat(0))).isNull()


def test_bar_fits_the_smallest_window(bar: WhyBar) -> None:
    """It leaves room for list and answer beside it at 960x640."""
    assert bar.minimumSizeHint().width() <= 240
