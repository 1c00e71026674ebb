"""Asks before HAM10000 is downloaded: shows its licence and whom to cite, and where it is to go."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import GAP, set_role
from engine.licences import DataLicence

_ACCEPT = "I have read the licence and accept it."
_WIDTH = 72 * GAP
_KEPT = "If it is interrupted, what has arrived is kept, and the same folder goes on with it."


class DownloadQuestion(QDialog):
    """Open it without blocking (`open()`); `accepted` is emitted once the licence is accepted and there is a folder."""

    def __init__(self, licence: DataLicence, folder: Path, parent: QWidget | None = None) -> None:
        """`folder` is where it goes unless the user says otherwise."""
        super().__init__(parent)
        self._dialog: QFileDialog | None = None
        self.setWindowTitle(f"Get {licence.data_set}")
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.folder_field = QLineEdit(str(folder))
        self.folder_field.setAccessibleName("Folder for the images, new or empty")
        self.choose_button = QPushButton("Choose…")
        self.choose_button.setAutoDefault(False)
        self.choose_button.setAccessibleName("Choose the folder for the images")
        self.accept_box = QCheckBox(_ACCEPT)
        self.download_button = QPushButton("Download")
        self.leave_button = QPushButton("Cancel")
        self._lay_out(licence)
        self.accept_box.toggled.connect(self._on_changed)
        self.folder_field.textChanged.connect(self._on_changed)
        self.choose_button.clicked.connect(self._on_choose_clicked)
        self._on_changed()

    @property
    def folder(self) -> Path:
        """Where it is to go."""
        return Path(self.folder_field.text().strip()).expanduser()

    @Slot()
    def _on_changed(self) -> None:
        is_ready = self.accept_box.isChecked() and bool(self.folder_field.text().strip())
        self.download_button.setEnabled(is_ready)

    @Slot()
    def _on_choose_clicked(self) -> None:
        self._dialog = QFileDialog(self, "A new or empty folder for the images", str(self.folder.parent))
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self.folder_field.setText)
        self._dialog.open()

    def _lay_out(self, licence: DataLicence) -> None:
        heading = QLabel(f"{licence.data_set} from {licence.source.partition(',')[0]}")
        set_role(heading, "heading")
        name = QLabel(f'Licence: {licence.full_name} (<a href="{licence.url}">{licence.name}</a>)')
        name.setOpenExternalLinks(True)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.folder_field, 1)
        row.addWidget(self.choose_button)
        folder_label = QLabel("Folder, new or empty:")
        folder_label.setBuddy(self.folder_field)
        buttons = QDialogButtonBox()
        buttons.addButton(self.download_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.leave_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(heading)
        cite = f"Please cite: {licence.citation}"
        for label in (name, QLabel(licence.terms), QLabel(cite), QLabel(licence.size), QLabel(_KEPT)):
            label.setWordWrap(True)
            label.setTextInteractionFlags(label.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        layout.addSpacing(GAP)
        layout.addWidget(folder_label)
        layout.addLayout(row)
        layout.addWidget(self.accept_box)
        layout.addSpacing(GAP)
        layout.addWidget(buttons)
