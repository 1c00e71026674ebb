"""The window for everybody: every control has a name, the Tab key reaches it, and no words are cut at 150 %."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme, scaled_font
from desktop.widgets.about_dialog import AboutDialog
from desktop.widgets.device_dialog import DeviceDialog
from desktop.widgets.download_question import DownloadQuestion
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.guide_dialog import GuideDialog
from desktop.widgets.model_question import ModelQuestion
from desktop.widgets.models_dialog import ModelsDialog
from desktop.widgets.opening_question import OpeningQuestion
from desktop.widgets.places_dialog import PlacesDialog
from desktop.widgets.shortcuts_dialog import ShortcutsDialog
from desktop.widgets.training_question import TrainingQuestion
from engine.licences import HAM10000
from tests.desktop.faces import DEVICE, QuietRunner, name_of, operable, turn


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
        reached = walk(window.sidebar.list)
        missed |= {
            f"{face}: {name_of(widget)}"
            for widget in operable(window)
            if widget not in reached and not is_reached_by_arrows(widget, reached)
        }
    assert not missed, "\n".join(sorted(missed))


def test_dialogs_too(qtbot: QtBot, window: MainWindow, state: AppState, quiet: QuietRunner, tmp_path: Path) -> None:
    """Whatever asks or tells something in a window of its own: names, and the Tab key."""
    state.set_device(DEVICE)
    faults = set()
    for make in (
        lambda: ModelsDialog(state, quiet, window),  # type: ignore[arg-type]
        lambda: DeviceDialog(quiet, state, window),  # type: ignore[arg-type]
        lambda: DownloadQuestion(HAM10000, tmp_path, window),
        lambda: OpeningQuestion(2, window),
        lambda: TrainingQuestion(is_closing=True, is_of_folds=False, parent=window),
        lambda: ModelQuestion(tmp_path / "model.safetensors", parent=window),
        lambda: GuideDialog(window),
        lambda: ShortcutsDialog(window),
        lambda: AboutDialog(state, window),
        lambda: PlacesDialog(window),
    ):
        dialog = make()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.activateWindow()
        qtbot.wait(20)
        reached = walk(operable(dialog)[0])
        for widget in operable(dialog):
            if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text()):
                faults.add(f"{type(dialog).__name__}: {name_of(widget)} has no name")
            if widget not in reached and not is_reached_by_arrows(widget, reached):
                faults.add(f"{type(dialog).__name__}: {name_of(widget)} is not reached")
        dialog.close()
    assert not faults, "\n".join(sorted(faults))


def walk(first: QWidget) -> list[QWidget]:
    """Where the focus stops when Tab is pressed from `first` on until it comes around."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
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


@pytest.mark.parametrize("size", [(1440, 960)])
def test_no_words_are_cut_in_large_type(
    qtbot: QtBot,
    large_type: None,
    state: AppState,
    quiet: QuietRunner,
    settings: Settings,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    """With type at 150 % each label, button and box has the room that its words need, or shortens them on purpose."""
    window = MainWindow(state, quiet, settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    cut: set[str] = set()
    for face in turn(window, state, quiet, tmp_path):
        qtbot.wait(20)
        cut |= {f"{face}: {words}" for words in cut_words(window)}
    window.close()
    assert not cut, "\n".join(sorted(cut))


@pytest.fixture
def large_type(qapp: QApplication) -> Iterator[None]:
    """The application's type half as large again."""
    font = QFont(qapp.font())
    qapp.setFont(scaled_font(1.5))
    palette, name = qapp.palette(), qapp.style().objectName()
    theme = Theme(qapp)
    yield
    qapp.styleHints().colorSchemeChanged.disconnect(theme._on_scheme_changed)
    theme.setParent(None)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setStyle(name)
    qapp.setFont(font)


def hides_the_right(area: QScrollArea) -> bool:
    """Whether something in `area` lies beyond its right edge, and no scroll bar leads there."""
    never = area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return never and area.widget().width() > area.viewport().width()


def cut_words(root: QWidget) -> Iterator[str]:
    """The words for which there is too little room; what shortens its words by itself is left out."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QScrollArea) and widget.widget() is not None and hides_the_right(widget):
            yield f"{name_of(widget.widget())} is wider than what it scrolls in"
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            is_narrow = not widget.wordWrap() and widget.width() < widget.sizeHint().width()
            if is_narrow or widget.height() < needed:
                yield f"label {widget.text()!r} has {widget.width()} x {widget.height()}, needs {needed} in height"
        elif isinstance(widget, QAbstractButton) and widget.text():
            if widget.width() < widget.minimumSizeHint().width() or widget.height() < widget.minimumSizeHint().height():
                yield f"{name_of(widget)} has {widget.size()}, needs {widget.minimumSizeHint()}"
        elif isinstance(widget, (QComboBox, QAbstractSpinBox, QLineEdit)) and (
            widget.height() < widget.minimumSizeHint().height()
        ):
            yield f"{name_of(widget)} is {widget.height()} high, needs {widget.minimumSizeHint().height()}"
