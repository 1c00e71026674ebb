"""What is in a data set: counts of images and lesions, bars per class, and what was found wrong, by name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.format import count_of
from desktop.theme import GAP
from desktop.widgets.bar_chart import Bar, BarChart
from desktop.widgets.findings_view import FindingsView
from engine.labels import CLASSES
from engine.results import DatasetSummary
from engine.wording import name_class

_NOTHING_FOUND = "Nothing to report: each row of the table has its image, and each image can be read."


class DatasetView(QWidget):
    """Shows one `DatasetSummary`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images, self._lesions, self._classes = _Figure(), _Figure(), _Figure()
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self.chart = BarChart("Images and lesions per class")
        self.findings = FindingsView()
        self._findings_title = QLabel()
        self._findings_title.setProperty("role", "heading")
        self._nothing_found = QLabel(_NOTHING_FOUND)
        self._nothing_found.setProperty("role", "muted")
        self._nothing_found.setWordWrap(True)
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()

    def show_summary(self, summary: DatasetSummary) -> None:
        """Show `summary` in place of an earlier one."""
        present = [one for one in summary.classes if one.n_images]
        self._images.show_number(summary.n_images, "image" if summary.n_images == 1 else "images")
        self._lesions.show_number(summary.n_lesions, "lesion" if summary.n_lesions == 1 else "lesions")
        self._classes.show_number(len(present), f"of {len(CLASSES)} classes")
        self._note.setText(_describe(summary))
        colors = {one.code: one.color for one in CLASSES}
        bars = [
            Bar(
                label=name_class(one.code),
                value=one.n_images,
                second=one.n_lesions,
                text=f"{count_of(one.n_images, 'image')}, {count_of(one.n_lesions, 'lesion')}",
                color=colors[one.code],
            )
            for one in summary.classes
        ]
        self.chart.set_bars(bars)
        found = len(summary.findings)
        self._findings_title.setText(count_of(found, "finding") if found else "Findings")
        self.findings.set_findings(summary.findings)
        self.findings.setVisible(found > 0)
        self._nothing_found.setVisible(found == 0)

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(4 * GAP)
        for figure in (self._images, self._lesions, self._classes):
            figures.addWidget(figure)
        figures.addWidget(self._note, 1)
        chart_title = QLabel("Images and, paler, lesions per class")
        chart_title.setProperty("role", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addLayout(figures)
        layout.addWidget(_card(chart_title, self.chart), 3)
        layout.addWidget(_card(self._findings_title, self.findings, self._nothing_found), 2)


class _Figure(QWidget):
    """A number in large type with what it counts below."""

    def __init__(self) -> None:
        super().__init__()
        self._number, self._noun = QLabel(), QLabel()
        self._number.setProperty("role", "headline")
        self._noun.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._number)
        layout.addWidget(self._noun)

    def show_number(self, number: int, noun: str) -> None:
        self._number.setText(f"{number:,}")
        self._noun.setText(noun)
        self.setAccessibleName(f"{number:,} {noun}")


def _card(*widgets: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
    layout.setSpacing(GAP)
    for number, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if number else 0)  # the title keeps its height
    return card


def _describe(summary: DatasetSummary) -> str:
    lines = [f"Read as: {summary.layout}."]
    if summary.n_lesions:
        per_lesion = summary.n_images / summary.n_lesions
        lines.append(f"{per_lesion:.2f} images per lesion on average; those of one lesion are never split up.")
    return " ".join(lines)
