"""Opens files, folders and addresses in other programs."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from engine.outside import users_environment


def open_outside(target: Path | QUrl) -> bool:
    """Open a file, a folder or an address as the user's desktop does; False where it knows no program for it."""
    url = QUrl.fromLocalFile(str(target)) if isinstance(target, Path) else target
    with users_environment():
        return QDesktopServices.openUrl(url)
