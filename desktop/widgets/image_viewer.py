"""Shows one image of a data set large, with everything the table tells about it and the others of its lesion."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.format import count
from desktop.jobs import JobRunner
from desktop.preview_loader import PreviewLoader
from desktop.theme import GAP
from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.image_view import ImageView
from engine.data_results import ImageRow
from engine.data_wording import describe_image

_FACTS_WIDTH = 32 * GAP
_ICON = QSize(8 * GAP, 6 * GAP)
_COLUMNS = 3
_MOST_OTHERS = 12

Describe = Callable[[ImageRow, int], Sequence[tuple[str, str]]]
"""What is said about an image, given how many images its lesion has: titles with words."""


class ImageViewer(QWidget):
    """The arrow keys go to the previous and the next image, Escape goes back."""

    left = Signal()
    """The user wants to go back."""
    moved = Signal(int)
    """Another position among `images` is shown."""

    def __init__(
        self,
        runner: JobRunner,
        thumbnails: ThumbnailLoader,
        parent: QWidget | None = None,
        *,
        describe: Describe = describe_image,
    ) -> None:
        super().__init__(parent)
        self._thumbnails, self._describe = thumbnails, describe
        self._images: Sequence[ImageRow] = ()
        self._lesions: Mapping[str, Sequence[ImageRow]] = {}
        self._position = 0
        self._image: ImageRow | None = None
        self.back_button = QPushButton("All images")
        self.previous_button, self.next_button = QPushButton("Previous"), QPushButton("Next")
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place = QLabel()
        self.place.setProperty("role", "muted")
        self.view = ImageView()
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.facts: dict[str, str] = {}
        """What is said about the image, by title."""
        self.others: tuple[QToolButton, ...] = ()
        """The other images of the lesion, each a button that shows it."""
        self._others_title = QLabel()
        self._others_title.setProperty("role", "heading")
        self._form, self._others = QFormLayout(), QGridLayout()
        self._loader = PreviewLoader(runner, self.view, self)
        self._lay_out()
        self._connect()

    @property
    def image(self) -> ImageRow | None:
        """The image that is shown."""
        return self._image

    def show_among(self, images: Sequence[ImageRow], position: int, lesions: Mapping[str, Sequence[ImageRow]]) -> None:
        """Show the image at `position` of `images`; `lesions` has all images of each lesion."""
        self._images, self._lesions = images, lesions
        self._go_to(position)
        self.view.setFocus()

    def clear(self) -> None:
        """Show nothing."""
        self._images, self._lesions, self._image = (), {}, None
        self._loader.show_words("")
        self._thumbnails.want(())

    def _go_to(self, position: int) -> None:
        if 0 <= position < len(self._images):
            self._position = position
            self._show(self._images[position])
            self.moved.emit(position)

    def _show(self, image: ImageRow) -> None:
        self._image = image
        self.title.setText(image.image_id)
        is_listed = self._images[self._position] is image
        place = f"{count(self._position + 1)} of {count(len(self._images))}"
        self.place.setText(place if is_listed else "not among the chosen images")
        self.previous_button.setEnabled(self._position > 0)
        self.next_button.setEnabled(self._position + 1 < len(self._images))
        lesion = self._lesions.get(image.lesion_id, (image,))
        self._show_facts(self._describe(image, len(lesion)))
        self._show_others([one for one in lesion if one is not image])
        if image.path is None:
            self._loader.show_words("There is no file for this image.")
        else:
            self._loader.show_file(image.path, self._thumbnails.pixmap(image.path))

    def _show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        self.facts = dict(facts)
        while self._form.rowCount():
            self._form.removeRow(0)
        for title, words in facts:
            label, value = QLabel(title), QLabel(words)
            label.setProperty("role", "muted")
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)  # the words are a stranger's
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setBuddy(value)
            self._form.addRow(label, value)

    def _show_others(self, images: Sequence[ImageRow]) -> None:
        for button in self.others:
            self._others.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.others = tuple(_OtherButton(image) for image in images[:_MOST_OTHERS])
        for number, button in enumerate(self.others):
            button.clicked.connect(self._on_other_clicked)
            self._others.addWidget(button, *divmod(number, _COLUMNS), Qt.AlignmentFlag.AlignLeft)
        more = len(images) - len(self.others)
        words = "Other images of this lesion"
        self._others_title.setText(f"{words} ({len(self.others)} of {count(len(images))})" if more else words)
        self._others_title.setVisible(bool(images))
        self._thumbnails.want([image.path for image in images[:_MOST_OTHERS] if image.path is not None])
        self._on_thumbnails_arrived()

    @Slot()
    def _on_thumbnails_arrived(self) -> None:
        for button in self.others:
            path = button.image.path if isinstance(button, _OtherButton) else None
            pixmap = self._thumbnails.pixmap(path) if path is not None else None
            if pixmap is not None and not pixmap.isNull():
                button.setIcon(QIcon(pixmap))

    @Slot()
    def _on_other_clicked(self) -> None:
        button = self.sender()
        if not isinstance(button, _OtherButton):
            return
        for position, image in enumerate(self._images):
            if image is button.image:
                self._go_to(position)
                break
        else:
            self._show(button.image)
        self.view.setFocus()  # the button is gone

    @Slot()
    def _on_previous(self) -> None:
        self._go_to(self._position - 1)

    @Slot()
    def _on_next(self) -> None:
        self._go_to(self._position + 1)

    def _connect(self) -> None:
        self.back_button.clicked.connect(self.left)
        self.previous_button.clicked.connect(self._on_previous)
        self.next_button.clicked.connect(self._on_next)
        self._thumbnails.arrived.connect(self._on_thumbnails_arrived)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, slot, words in (
            (Qt.Key.Key_Left, self._on_previous, "Show the image before, large"),
            (Qt.Key.Key_Right, self._on_next, "Show the next image, large"),
            (Qt.Key.Key_Escape, self.left, "Back from the large image to all of them"),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setWhatsThis(words)
            shortcut.setContext(within)
            shortcut.activated.connect(slot)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(GAP)
        bar.addWidget(self.back_button)
        bar.addSpacing(GAP)
        bar.addWidget(self.title)
        bar.addWidget(self.place)
        bar.addStretch()
        bar.addWidget(self.previous_button)
        bar.addWidget(self.next_button)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(2 * GAP)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._others.setSpacing(GAP)
        self._others.setColumnStretch(_COLUMNS, 1)
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(GAP)
        column.addLayout(self._form)
        column.addSpacing(GAP)
        column.addWidget(self._others_title)
        column.addLayout(self._others)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(beside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(_FACTS_WIDTH)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(self.view, 1)
        row.addWidget(scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(bar)
        layout.addLayout(row, 1)


class _OtherButton(QToolButton):
    """A small picture that shows its image."""

    def __init__(self, image: ImageRow) -> None:
        super().__init__()
        self.image = image
        self.setProperty("role", "picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(_ICON)
        self.setFixedSize(_ICON + QSize(GAP, GAP))
        self.setToolTip(image.image_id)
        self.setAccessibleName(f"Show {image.image_id}")
