"""Says what this program is, which version, and what it runs on; all of it can be copied."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from desktop import facts
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.help_dialog import HelpDialog
from engine.labels import NOTICE

_PURPOSE = (
    "Lesion Lab trains, judges and uses a classifier of dermatoscopic images, on your own computer and without a "
    "network."
)


class AboutDialog(HelpDialog):
    """The device is filled in as soon as it is known."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("About Lesion Lab", QSize(76 * GAP, 60 * GAP), parent)
        self._state = state
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        keyboard, mouse = Qt.TextInteractionFlag.TextSelectableByKeyboard, Qt.TextInteractionFlag.TextSelectableByMouse
        self.words.setTextInteractionFlags(keyboard | mouse)
        self.words.setAccessibleName("About this copy of the program")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("About this copy of the program")
        area.setWidget(self.words)
        self.body.addWidget(area, 1)
        self.copy_button = self.add_button("Copy")
        self.copy_button.clicked.connect(self._on_copy_clicked)
        state.device_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.words.setText("\n\n".join((_PURPOSE, NOTICE, *facts.describe(self._state))))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.words.text())
        self.copy_button.setText("Copied")
