"""Offers the sample images where a model is there but no image yet."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role
from engine import samples

_SIDE = 7 * GAP
_COLUMNS = 4
_WORDS = "No images at hand? Seven come with the program, one of each class; their diagnoses are known."


class SamplesOffer(QWidget):
    """Small pictures of the samples and a button; empty where the samples were taken away."""

    chosen = Signal(object)
    """tuple[Path, ...]: all samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton("Try the sample images")
        self.button.clicked.connect(self._on_clicked)
        self._samples = samples.list_samples()
        words, source = QLabel(_WORDS), QLabel(samples.ATTRIBUTION)
        set_role(source, "small")
        for label in (words, source):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(2 * GAP)
        column.addStretch()
        column.addWidget(words)
        column.addLayout(self._make_pictures())
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(source)
        column.addStretch()
        for widget in (words, self.button, source):
            widget.setVisible(bool(self._samples))

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(tuple(sample.path for sample in self._samples))

    def _make_pictures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GAP // 2)
        grid.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for number, sample in enumerate(self._samples):
            picture = QLabel()
            pixmap = QPixmap(str(sample.path))
            whole, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            picture.setPixmap(pixmap.scaled(_SIDE, _SIDE, whole, smooth))
            picture.setAccessibleName(f"Sample image {number + 1}")
            grid.addWidget(picture, number // _COLUMNS, number % _COLUMNS)
        return grid
