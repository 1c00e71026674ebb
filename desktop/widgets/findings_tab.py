"""The findings about a data set with what one can do with them: read them, save the list."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.format import count_of
from desktop.theme import GAP, set_role
from desktop.widgets.findings_view import FindingsView
from engine.errors import DiskError
from engine.findings_file import save_findings
from engine.results import Finding

_NOTHING_FOUND = "Nothing to report: each row of the table has its image, and each image can be read."


class FindingsTab(QWidget):
    """A sentence where nothing was found."""

    failed = Signal(object)
    """The list could not be saved: an error for the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()
        self._dialog: QFileDialog | None = None
        self._folder = Path.home()
        self.view = FindingsView()
        self.title, self.nothing_found = QLabel(), QLabel(_NOTHING_FOUND)
        set_role(self.title, "heading")
        set_role(self.nothing_found, "muted")
        self.nothing_found.setWordWrap(True)
        self.nothing_found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.view.setToolTip("Double-click a line to see its image.")
        self.save_button = QPushButton("Save the list…")
        self.save_button.setAccessibleName("Save the list of findings")
        self.save_button.clicked.connect(self._on_save_clicked)
        bar = QHBoxLayout()
        bar.addWidget(self.title)
        bar.addStretch()
        bar.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.nothing_found, 1)

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the list is to be saved, while that is asked."""
        return self._dialog

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show `findings` in place of earlier ones."""
        self._findings = tuple(findings)
        self.title.setText(count_of(len(findings), "finding"))
        self.view.set_findings(findings)
        for widget in (self.title, self.view, self.save_button):
            widget.setVisible(bool(findings))
        self.nothing_found.setVisible(not findings)

    @Slot()
    def _on_save_clicked(self) -> None:
        self._dialog = QFileDialog(self, "Save the list of findings", str(self._folder / "findings.csv"))
        self._dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self._dialog.setNameFilter("Table (*.csv)")
        self._dialog.setDefaultSuffix("csv")
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self._on_file_selected)
        self._dialog.open()

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        path = Path(name)
        try:
            save_findings(self._findings, path)
        except DiskError as error:
            self.failed.emit(error)
        else:
            self._folder = path.parent
