"""Draws the program's icon in all sizes that systems ask for: .ico, .icns and .png, from the one drawing in SVG."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
_WINDOWS = (16, 24, 32, 48, 64, 128, 256)


def write_icons(svg: Path, folder: Path) -> None:
    """Write icon.ico, icon.icns and icon.png (256 px) into `folder`. Needs no display."""
    drawn = {size: _draw(svg, size) for size in SIZES}
    small = [drawn[size] for size in _WINDOWS[:-1]]
    drawn[256].save(folder / "icon.ico", sizes=[(size, size) for size in _WINDOWS], append_images=small)
    drawn[1024].save(folder / "icon.icns", append_images=[drawn[size] for size in SIZES[:-1]])
    drawn[256].save(folder / "icon.png")


def _draw(svg: Path, size: int) -> Image.Image:
    """Each size from the drawing itself, so that none is blurred."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    del app
    return Image.open(BytesIO(bytes(buffer.data().data()))).convert("RGBA")
