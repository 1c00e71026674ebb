"""The theme: readable in light and dark, and switching while the window is open."""

import re
from typing import Any

import pytest
from PySide6.QtCore import QFile, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from desktop.theme import DARK, LIGHT, Colors, Theme, colors, is_dark, scaled_font


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("c", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_at_least_4_5(c: Colors) -> None:
    """Every text on every ground that it stands on."""
    pairs = [
        *((text, ground) for text in (c.text, c.muted) for ground in (c.window, c.surface, c.sidebar)),
        (c.text, c.selection),
        (c.text, c.track),
        (c.muted, c.track),  # the primary button while it cannot be pressed
        (c.on_accent, c.accent),
        (c.accent, c.window),
        (c.accent, c.surface),
        (c.banner_text, c.banner),
        (c.text, c.error),
    ]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_what_the_style_sheet_paints_can_be_read(qapp: QApplication, theme: Theme, scheme: Qt.ColorScheme) -> None:
    """Each rule that sets words and ground keeps 4.5:1 between them; what is disabled is left out."""
    theme.set_scheme(scheme)
    rules = re.findall(r"([^{}]+)\{([^}]*)\}", re.sub(r"/\*.*?\*/", "", qapp.styleSheet(), flags=re.DOTALL))
    pairs = {}
    for selector, body in rules:
        settings = dict(re.findall(r"([\w-]+):\s*(#[0-9A-Fa-f]{6})", body))
        words = settings.get("color") or settings.get("selection-color")
        ground = settings.get("background") or settings.get("selection-background-color")
        if words and ground and ":disabled" not in selector:
            pairs[" ".join(selector.split())] = contrast(words, ground)
    assert len(pairs) >= 6
    assert {selector: ratio for selector, ratio in pairs.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_what_the_palette_paints_can_be_read(qapp: QApplication, theme: Theme, scheme: Qt.ColorScheme) -> None:
    """Words on their ground in every role and state that is not disabled: buttons, selected rows, tool tips, links."""
    theme.set_scheme(scheme)
    role = QPalette.ColorRole
    pairs = (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
        (role.Link, role.Window),
        (role.Link, role.Base),
    )
    faint = {
        (group.name, words.name, ground.name)
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
        for words, ground in pairs
        if contrast(*(qapp.palette().color(group, one).name() for one in (words, ground))) < 4.5
    }
    assert faint == set()


@pytest.mark.parametrize("c", [LIGHT, DARK], ids=["light", "dark"])
def test_controls_and_lines_have_a_contrast_of_at_least_3(c: Colors) -> None:
    """Outlines of controls, the focus ring, and curves."""
    pairs = [(c.control, c.window), (c.control, c.surface), (c.accent, c.window), (c.accent, c.sidebar)]
    pairs += [(c.train_line, c.surface), (c.val_line, c.surface), (c.error_edge, c.window)]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 3} == {}


def test_the_window_follows_the_system_while_it_is_open(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    """Palette and style sheet change at once when the scheme does."""
    label = QLabel("words")
    qtbot.addWidget(label)
    label.show()
    theme.set_scheme(Qt.ColorScheme.Light)
    assert not is_dark()
    light_sheet = qapp.styleSheet()
    assert label.palette().color(QPalette.ColorRole.WindowText).name().upper() == LIGHT.text
    theme.set_scheme(Qt.ColorScheme.Dark)
    assert is_dark()
    assert colors() == DARK
    assert label.palette().color(QPalette.ColorRole.WindowText).name().upper() == DARK.text
    assert qapp.styleSheet() != light_sheet


def test_the_systems_signal_switches(qapp: QApplication, theme: Theme) -> None:
    """What the system tells Qt reaches the theme."""
    qapp.setProperty("wants_dark", True)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.window


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_the_style_sheet_is_whole(
    qtbot: QtBot, qtlog: Any, qapp: QApplication, theme: Theme, scheme: Qt.ColorScheme
) -> None:
    """Qt can read it, every name was filled in, and every icon is there."""
    theme.set_scheme(scheme)
    spin_box = QSpinBox()
    qtbot.addWidget(spin_box)
    spin_box.show()
    sheet = qapp.styleSheet()
    assert "$" not in sheet
    icons = re.findall(r"url\((.+?)\)", sheet)
    assert icons
    assert [icon for icon in icons if not QFile.exists(icon)] == []
    assert [record.message for record in qtlog.records if "style" in record.message.lower()] == []


def test_fonts_are_the_systems(qapp: QApplication) -> None:
    """The type scale multiplies the system's size and keeps its family."""
    font = scaled_font(2.0, bold=True)
    assert font.family() == qapp.font().family()
    assert font.bold()
    assert font.pointSizeF() == pytest.approx(2 * qapp.font().pointSizeF())


def test_a_list_that_drops_down_shows_all_of_its_few_rows(qtbot: QtBot, theme: Theme) -> None:
    """Also while its box has the focus, as it has when it is opened."""
    theme.set_scheme(Qt.ColorScheme.Light)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["The central square", "The whole image"])
    box.show()
    box.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus, timeout=60_000)
    box.showPopup()
    qtbot.waitUntil(box.view().isVisible, timeout=60_000)
    assert box.view().viewport().height() >= 2 * box.view().sizeHintForRow(0)
    box.hidePopup()
