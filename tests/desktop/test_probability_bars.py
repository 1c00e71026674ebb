"""The ranked classes of one answer."""

from pathlib import Path

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop.widgets.probability_bars import ProbabilityBars
from engine.labels import CLASSES, INDEX
from tests.desktop.samples import prediction


def shown(qtbot: QtBot) -> ProbabilityBars:
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    bars.resize(300, bars.sizeHint().height())
    bars.show()
    return bars


def test_most_probable_class_comes_first(qtbot: QtBot) -> None:
    """Rows are ranked and named in plain words with code and number."""
    bars = shown(qtbot)
    bars.set_probabilities(prediction(Path("a.jpg"), "mel", 0.64).probabilities)
    assert bars.lines()[0] == "Melanoma (mel) 0.64"
    numbers = [line.rsplit(" ", 1)[1] for line in bars.lines()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == len(CLASSES)
    assert bars.accessibleDescription().startswith("Melanoma (mel) 0.64; ")


def test_bar_has_the_class_color_and_length(qtbot: QtBot) -> None:
    """The first bar is painted in its class's colour as far as its share reaches, and no farther."""
    bars = shown(qtbot)
    bars.set_probabilities(prediction(Path("a.jpg"), "nv", 0.8).probabilities)
    picture = bars.grab().toImage()
    color = QColor(CLASSES[INDEX["nv"]].color)
    row_height = bars.sizeHint().height() // len(CLASSES)
    columns = [x for x in range(300) if any(picture.pixelColor(x, y) == color for y in range(row_height))]
    assert 230 <= max(columns) <= 241


def test_without_an_answer_there_are_dashes(qtbot: QtBot) -> None:
    """Before the first answer and after a refused image no number is shown."""
    bars = shown(qtbot)
    bars.set_probabilities(prediction(Path("a.jpg")).probabilities)
    bars.set_probabilities(())
    assert all(line.endswith(" \N{EN DASH}") for line in bars.lines())
    assert bars.accessibleDescription() == "No answer yet"


def test_size_does_not_change_with_the_answer(qtbot: QtBot) -> None:
    """Nothing jumps when an answer arrives."""
    bars = shown(qtbot)
    before = bars.sizeHint()
    bars.set_probabilities(prediction(Path("a.jpg")).probabilities)
    assert bars.sizeHint() == before
