"""What is in a data set: counts of images and lesions, and below them charts, the images, and what was found wrong."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from desktop.format import count
from desktop.jobs import JobRunner
from desktop.theme import GAP, set_role
from desktop.widgets.dataset_overview import DatasetOverview
from desktop.widgets.findings_tab import FindingsTab
from desktop.widgets.image_browser import ImageBrowser
from desktop.widgets.leak_tab import LeakTab
from engine.labels import CLASSES
from engine.results import DatasetSummary


class DatasetView(QWidget):
    """Shows one `DatasetSummary`."""

    failed = Signal(object)
    """Something about what is shown did not work: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary: DatasetSummary | None = None
        self._images, self._lesions, self._classes = _Figure(), _Figure(), _Figure()
        self._note = QLabel()
        self._note.setWordWrap(True)
        set_role(self._note, "muted")
        self.overview, self.browser, self.findings = DatasetOverview(), ImageBrowser(runner), FindingsTab()
        self.leaks = LeakTab(runner)
        self.tabs = _Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Views of the data set")
        tabs: tuple[tuple[QWidget, str], ...] = (
            (self.overview, "Overview"),
            (self.browser, "Images"),
            (self.findings, "Findings"),
            (self.leaks, "Leaks"),
        )
        for widget, title in tabs:
            widget.setContentsMargins(0, GAP, 0, 0)
            self.tabs.addTab(widget, title)
        self.browser.failed.connect(self.failed)
        self.findings.failed.connect(self.failed)
        self.leaks.failed.connect(self.failed)
        for view in (self.findings.view, self.leaks.pairs):
            view.subject_chosen.connect(self._on_subject_chosen)
        self._lay_out()

    def show_summary(self, summary: DatasetSummary) -> None:
        """Show `summary` in place of an earlier one."""
        if summary is self._summary:
            return
        self._summary = summary
        present = [one for one in summary.classes if one.n_images]
        self._images.show_number(summary.n_images, "image" if summary.n_images == 1 else "images")
        self._lesions.show_number(summary.n_lesions, "lesion" if summary.n_lesions == 1 else "lesions")
        self._classes.show_number(len(present), f"of {len(CLASSES)} classes")
        self._note.setText(_describe(summary))
        self.overview.show_summary(summary)
        self.browser.show_folder(summary.path)
        self.leaks.show_folder(summary.path)
        self.findings.show_findings(summary.findings)
        found = len(summary.findings)
        self.tabs.setTabText(self.tabs.indexOf(self.findings), f"Findings ({count(found)})" if found else "Findings")

    @Slot(str)
    def _on_subject_chosen(self, name: str) -> None:
        self.tabs.setCurrentWidget(self.browser)
        self.browser.look_for(Path(name).stem)

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(4 * GAP)
        for figure in (self._images, self._lesions, self._classes):
            figures.addWidget(figure)
        figures.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(figures)
        layout.addWidget(self.tabs, 1)


class _Tabs(QTabWidget):
    """Takes the room that there is and asks for no more: each tab scrolls on its own, and the page must not."""

    def hasHeightForWidth(self) -> bool:
        """Not even for the wrapped words somewhere inside."""
        return False

    def sizeHint(self) -> QSize:
        """What is needed."""
        return self.minimumSizeHint()


class _Figure(QWidget):
    """A number in large type with what it counts below."""

    def __init__(self) -> None:
        super().__init__()
        self._number, self._noun = QLabel(), QLabel()
        set_role(self._number, "headline")
        set_role(self._noun, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._number)
        layout.addWidget(self._noun)

    def show_number(self, number: int, noun: str) -> None:
        """Show `number` of what `noun` says."""
        self._number.setText(count(number))
        self._noun.setText(noun)
        self.setAccessibleName(f"{count(number)} {noun}")


def _describe(summary: DatasetSummary) -> str:
    lines = [f"Read as: {summary.layout}."]
    if summary.n_lesions:
        per_lesion = summary.n_images / summary.n_lesions
        lines.append(f"{per_lesion:.2f} images per lesion on average; those of one lesion are never split up.")
    return " ".join(lines)
