"""Charts of a data set: images and lesions per class, and the images by everything else that its table tells."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.format import count, count_of
from desktop.theme import GAP, set_role
from desktop.widgets.bar_chart import Bar, BarChart
from engine.data_results import DatasetCounts, ValueCount
from engine.data_wording import GIVES_AWAY, name_dx_type
from engine.labels import CLASSES
from engine.results import ClassCount, DatasetSummary
from engine.wording import name_class

_MOST_BARS = 18
_NEUTRAL = "#85858F"  # never to be seen: the parts lie over it
_COLORS = {one.code: one.color for one in CLASSES}


class DatasetOverview(QScrollArea):
    """Shows the counts of one `DatasetSummary`. A column that the table lacks has no chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = BarChart("Images and lesions per class")
        self.charts: tuple[BarChart, ...] = ()
        """Those below, the class colours in their bars."""
        self._cards: list[QFrame] = []
        self._columns = (QVBoxLayout(), QVBoxLayout())
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(2 * GAP)
        column.addWidget(_card("Images and, paler, lesions per class", "", self.chart))
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        for below in self._columns:
            below.setSpacing(2 * GAP)
            below.addStretch()
            row.addLayout(below, 1)
        column.addLayout(row)
        column.addStretch()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Overview of the data set")

    def show_summary(self, summary: DatasetSummary) -> None:
        """Show `summary` in place of an earlier one."""
        self.chart.set_bars([_class_bar(one) for one in summary.classes])
        for card in self._cards:
            card.hide()
            card.deleteLater()
        made = [_make_chart(*one) for one in _described(summary.counts) if one[1]]
        self.charts = tuple(chart for _, chart in made)
        self._cards = [card for card, _ in made]
        heights = [0, 0]
        for card, chart in made:
            shorter = heights.index(min(heights))
            self._columns[shorter].insertWidget(self._columns[shorter].count() - 1, card)
            heights[shorter] += len(chart.bars) + 3  # the title and the edges


Described = tuple[str, Sequence[ValueCount], str, Callable[[str], str]]


def _described(counts: DatasetCounts) -> tuple[Described, ...]:
    """For each chart its title, its values, a note, and how a value is put in words."""
    return (
        ("Sex", counts.sexes, "", str.capitalize),
        ("Age in years", counts.ages, "", str.capitalize),
        ("Site", counts.localizations, "", str.capitalize),
        ("How the diagnosis was made", counts.dx_types, GIVES_AWAY, lambda value: name_dx_type(value).capitalize()),
        ("Images per lesion", counts.images_per_lesion, "Counted in lesions.", str),
        ("Source", counts.sources, GIVES_AWAY, str),
    )


def _make_chart(
    title: str, values: Sequence[ValueCount], note: str, name: Callable[[str], str]
) -> tuple[QFrame, BarChart]:
    chart = BarChart(title)
    by_lesion = title == "Images per lesion"
    shown = values if len(values) <= _MOST_BARS else values[: _MOST_BARS - 1]
    bars = [_value_bar(value, name(value.value), by_lesion=by_lesion) for value in shown]
    if len(shown) < len(values):
        rest = sum(value.n_lesions if by_lesion else value.n_images for value in values[len(shown) :])
        label = f"{len(values) - len(shown):,} others"
        bars.append(Bar(label=label, value=rest, text=count(rest), color=_NEUTRAL))
    chart.set_bars(bars)
    return _card(title, note, chart), chart


def _class_bar(one: ClassCount) -> Bar:
    return Bar(
        label=name_class(one.code),
        value=one.n_images,
        second=one.n_lesions,
        text=f"{count_of(one.n_images, 'image')}, {count_of(one.n_lesions, 'lesion')}",
        color=_COLORS[one.code],
    )


def _value_bar(value: ValueCount, label: str, *, by_lesion: bool) -> Bar:
    """A bar of images in the colours of their classes, or of lesions in the same proportions."""
    length = value.n_lesions if by_lesion else value.n_images
    scale = length / value.n_images if value.n_images else 0.0
    parts = zip(value.images_by_class, CLASSES, strict=True)
    return Bar(
        label=label,
        value=length,
        text=count(length),
        color=_NEUTRAL,
        parts=tuple((images * scale, one.color) for images, one in parts if images),
    )


def _card(title: str, note: str, chart: BarChart) -> QFrame:
    heading = QLabel(title)
    set_role(heading, "heading")
    card = QFrame()
    set_role(card, "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
    layout.setSpacing(GAP)
    layout.addWidget(heading)
    layout.addWidget(chart, 1)
    if note:
        words = QLabel(note)
        words.setWordWrap(True)
        set_role(words, "small")
        layout.addWidget(words)
    return card
