"""Shows a training image that is similar to the one asked about large, with its diagnosis."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.preview_loader import PreviewLoader
from desktop.theme import GAP, mark_primary, set_role
from desktop.widgets.image_view import ImageView
from engine.prediction_results import SimilarImage
from engine.wording import describe_similar_image, name_class

_SIZE = (80 * GAP, 70 * GAP)
NO_DIAGNOSIS = "Alike to the network, which is no diagnosis."


class SimilarDialog(QDialog):
    """Open it without blocking (`open()`). The arrow keys go to the next more or less similar image."""

    def __init__(
        self, images: Sequence[SimilarImage], position: int, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._images, self._position = images, position
        self.title, self.facts = QLabel(), QLabel()
        self.view = ImageView()
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._loader = PreviewLoader(runner, self.view, self)
        self.previous_button, self.next_button = QPushButton("More similar"), QPushButton("Less similar")
        self.close_button = mark_primary(QPushButton("Close"))
        self.setWindowTitle("Similar training image")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._lay_out()
        self.previous_button.clicked.connect(self._on_previous)
        self.next_button.clicked.connect(self._on_next)
        self.close_button.clicked.connect(self.accept)
        for key, slot in ((Qt.Key.Key_Left, self._on_previous), (Qt.Key.Key_Right, self._on_next)):
            QShortcut(QKeySequence(key), self).activated.connect(slot)
        self._show()
        self.view.setFocus()

    @property
    def image(self) -> SimilarImage:
        """The one that is shown."""
        return self._images[self._position]

    def done(self, result: int) -> None:
        """Close, and wait for no picture any more."""
        self._loader.show_words("")
        super().done(result)

    @Slot()
    def _on_previous(self) -> None:
        self._go(-1)

    @Slot()
    def _on_next(self) -> None:
        self._go(1)

    def _go(self, step: int) -> None:
        if 0 <= self._position + step < len(self._images):
            self._position += step
            self._show()

    def _show(self) -> None:
        image = self.image
        small = QPixmap()
        small.loadFromData(image.thumbnail, "PNG")
        self._loader.show_file(image.path, small)
        self.title.setText(name_class(image.dx))
        place = describe_similar_image(image, self._position + 1, len(self._images))
        self.facts.setText(f"{place}.\n{NO_DIAGNOSIS}")
        self.previous_button.setEnabled(self._position > 0)
        self.next_button.setEnabled(self._position + 1 < len(self._images))

    def _lay_out(self) -> None:
        self.resize(*_SIZE)
        set_role(self.title, "heading")
        for label in (self.title, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.previous_button)
        buttons.addWidget(self.next_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addWidget(self.title)
        column.addWidget(self.view, 1)
        column.addWidget(self.facts)
        column.addLayout(buttons)
