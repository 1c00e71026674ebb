"""Shows one image as large as there is room for, from PNG bytes that the engine has made."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme


class ImageView(QWidget):
    """The image on its ground, or a few words in its place."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self._overlay, self._stand_in = QPixmap(), QPixmap()
        self._opacity = 1.0
        self._words = ""
        self.setMinimumSize(20 * theme.GAP, 20 * theme.GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def has_image(self) -> bool:
        """Whether an image is shown, not words."""
        return not self._pixmap.isNull()

    @property
    def image_size(self) -> QSize:
        """Width and height of the image in its own pixels."""
        return self._pixmap.size()

    @property
    def words(self) -> str:
        """What is said in the image's place."""
        return self._words

    def set_image(self, png: bytes, name: str) -> None:
        """Show the image in `png`; `name` is what a screen reader calls it."""
        pixmap = QPixmap()
        pixmap.loadFromData(png, "PNG")
        self.set_pixmap(pixmap, name)

    def set_pixmap(self, pixmap: QPixmap, name: str) -> None:
        """Show an image that is decoded already."""
        self._pixmap = pixmap
        self._words = ""
        self.setAccessibleName(f"Image {name}")
        self.update()

    def set_words(self, words: str) -> None:
        """Show `words` in place of an image."""
        self._pixmap = QPixmap()
        self._words = words
        self.setAccessibleName(words)
        self.update()

    def set_overlay(self, overlay: QPixmap, opacity: float, stand_in: QPixmap) -> None:
        """Lay `overlay`, stretched to the image, over it, or over `stand_in` in its place; null pixmaps are nothing."""
        self._overlay, self._opacity, self._stand_in = overlay, opacity, stand_in
        self.update()

    @property
    def has_overlay(self) -> bool:
        """Whether something lies over the image."""
        return not self._overlay.isNull()

    @property
    def has_stand_in(self) -> bool:
        """Whether something is shown in the image's place."""
        return not self._stand_in.isNull()

    def sizeHint(self) -> QSize:
        return QSize(45 * theme.GAP, 45 * theme.GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QPainterPath()
        ground.addRoundedRect(self.rect(), theme.GAP, theme.GAP)
        painter.fillPath(ground, QColor(colors.track))
        if self._pixmap.isNull():
            painter.setPen(QColor(colors.muted))
            margin = 2 * theme.GAP
            area = self.rect().adjusted(margin, margin, -margin, -margin)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        painter.setClipPath(ground)
        painter.drawPixmap(self._image_rect(), self._stand_in if self.has_stand_in else self._pixmap)
        if self.has_overlay:
            painter.setOpacity(self._opacity)
            painter.drawPixmap(self._image_rect(), self._overlay)

    def _image_rect(self) -> QRect:
        """The largest rectangle of the image's shape that fits, in the middle."""
        size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRect(0, 0, size.width(), size.height())
        rect.moveCenter(self.rect().center())
        return rect
