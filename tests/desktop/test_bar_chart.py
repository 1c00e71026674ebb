"""Painted bars: their words, their lengths, their colours."""

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop.widgets.bar_chart import Bar, BarChart

RED, BLUE = "#D55E00", "#0072B2"


def shown(qtbot: QtBot, *bars: Bar, maximum: float | None = None) -> BarChart:
    chart = BarChart("Images per class")
    qtbot.addWidget(chart)
    chart.set_bars(bars, maximum)
    chart.resize(600, chart.sizeHint().height())
    chart.show()
    return chart


def colored(chart: BarChart, color: str) -> int:
    """How many pixels of the widget have this very colour."""
    image = chart.grab().toImage()
    pixels = (image.pixelColor(x, y) for y in range(image.height()) for x in range(image.width()))
    return sum(pixel == QColor(color) for pixel in pixels)


def test_bars_are_as_long_as_their_values(qtbot: QtBot) -> None:
    """Half the value has about half the painted area, in the colour of the class."""
    chart = shown(
        qtbot,
        Bar(label="one", value=100, text="100", color=RED),
        Bar(label="two", value=50, text="50", color=BLUE),
    )
    assert 0.45 < colored(chart, BLUE) / colored(chart, RED) < 0.55


def test_a_maximum_sets_the_scale(qtbot: QtBot) -> None:
    """Probabilities are drawn against 1, not against the greatest of them."""
    bar = Bar(label="one", value=0.5, text="0.50", color=RED)
    alone, against_one = colored(shown(qtbot, bar), RED), colored(shown(qtbot, bar, maximum=1.0), RED)
    assert 0.4 < against_one / alone < 0.6


def test_nothing_is_no_bar(qtbot: QtBot) -> None:
    """A class without images has none of its colour, and a chart of only such classes divides by no zero."""
    chart = shown(qtbot, Bar(label="one", value=0, second=0, text="0 images", color=RED))
    assert colored(chart, RED) == 0
    chart.set_bars([])
    assert chart.grab().toImage().width() == 600


def test_screen_readers_get_the_rows(qtbot: QtBot) -> None:
    """Name and rows as text."""
    chart = shown(qtbot, Bar(label="Melanoma (mel)", value=3, text="3 images", color=RED))
    assert chart.accessibleName() == "Images per class"
    assert chart.accessibleDescription() == "Melanoma (mel): 3 images"
