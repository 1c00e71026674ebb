"""The window for everybody: every control has a name, the Tab key reaches it, and no words are cut at 150 %."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from tests.desktop.faces import QuietRunner, name_of, operable, turn


@pytest.fixture
def quiet() -> QuietRunner:
    return QuietRunner()


@pytest.fixture
def window(qtbot: QtBot, state: AppState, quiet: QuietRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, quiet, settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    yield window
    window.close()


def test_every_control_has_a_name(window: MainWindow, state: AppState, quiet: QuietRunner, tmp_path: Path) -> None:
    """A screen reader says what each is, on every face of the window."""
    nameless = {
        f"{face}: {name_of(widget)}"
        for face in turn(window, state, quiet, tmp_path)
        for widget in operable(window, also_disabled=True)
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text())
    }
    assert not nameless, "\n".join(sorted(nameless))


def test_tab_reaches_every_control(window: MainWindow, state: AppState, quiet: QuietRunner, tmp_path: Path) -> None:
    """From the sidebar around and back; of a group of radio buttons the chosen one, as everywhere."""
    missed = set()
    for face in turn(window, state, quiet, tmp_path):
        reached = walk(window)
        missed |= {
            f"{face}: {name_of(widget)}"
            for widget in operable(window)
            if widget not in reached and not is_reached_by_arrows(widget, reached)
        }
    assert not missed, "\n".join(sorted(missed))


def walk(window: MainWindow) -> list[QWidget]:
    """Where the focus stops when Tab is pressed until it comes around."""
    window.sidebar.list.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is None or (reached and focused is reached[0]):
            break
        reached.append(focused)
        focused.parentWidget().focusNextChild()
    return reached


def is_reached_by_arrows(widget: QWidget, reached: list[QWidget]) -> bool:
    """Whether it is a radio button beside one that Tab reaches."""
    if not isinstance(widget, QRadioButton):
        return False
    group = widget.group()
    beside = group.buttons() if group is not None else widget.parentWidget().findChildren(QRadioButton)
    return any(one in reached for one in beside)
