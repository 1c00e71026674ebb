"""Every setting, every class and every metric has a plain sentence where somebody looks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QRadioButton,
    QScrollBar,
    QTableView,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from tests.desktop.faces import QuietRunner, name_of, operable, turn

FIELDS = (QComboBox, QAbstractSpinBox, QLineEdit, QCheckBox, QRadioButton, QAbstractSlider)


@pytest.fixture
def quiet() -> QuietRunner:
    return QuietRunner()


@pytest.fixture
def window(qtbot: QtBot, state: AppState, quiet: QuietRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, quiet, settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_every_setting_explains_itself(window: MainWindow, state: AppState, quiet: QuietRunner, tmp_path: Path) -> None:
    """Each field, on each face of the window, has a tooltip that says more than its name."""
    silent = {
        name_of(widget)
        for _ in turn(window, state, quiet, tmp_path)
        for widget in operable(window, also_disabled=True)
        if isinstance(widget, FIELDS) and not isinstance(widget, QScrollBar) and len(widget.toolTip().split()) < 4
    }
    assert not silent, "\n".join(sorted(silent))


def test_every_column_explains_itself(window: MainWindow, state: AppState, quiet: QuietRunner, tmp_path: Path) -> None:
    """Each header that can be seen has a tooltip."""
    silent = {
        f"{name_of(view)}: {view.model().headerData(section, Qt.Orientation.Horizontal)}"
        for _ in turn(window, state, quiet, tmp_path)
        for view, header in headers(window)
        for section in range(header.count())
        if not header.isSectionHidden(section)
        and not view.model().headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    }
    assert not silent, "\n".join(sorted(silent))


def headers(root: QWidget) -> Iterator[tuple[QTableView | QTreeView, QHeaderView]]:
    """The tables in sight with their horizontal headers."""
    for view in root.findChildren(QWidget):
        if view.isVisible() and isinstance(view, QTableView):
            header = view.horizontalHeader()
        elif view.isVisible() and isinstance(view, QTreeView):
            header = view.header()
        else:
            continue
        if not header.isHidden() and view.model() is not None:
            yield view, header
