"""How the window looks: colours for light and dark, the type scale, spacing, and the style sheet made of them.

A label takes its place in the type scale by the property `role` ("title", "heading", "headline", "muted", "small"), a
frame its look by `role` ("card", "banner", "error"), a page's one primary button by `mark_primary`.
Widgets that paint themselves call `colors()` in their paintEvent; they are repainted when the system switches.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

GAP = 8
"""The grid: every distance is a multiple of it, in pixels."""
MARGIN = 3 * GAP
"""Around the content of a page."""


_WANTS_DARK = "wants_dark"


@dataclass(frozen=True, kw_only=True)
class Colors:
    """The colours of one scheme, as hex. Text on its ground has a contrast of at least 4.5:1."""

    window: str
    """Behind everything."""
    surface: str
    """Cards, lists, input fields, plots."""
    sidebar: str
    text: str
    muted: str
    """Secondary text, on window, surface and sidebar."""
    border: str
    """Lines that only separate."""
    control: str
    """Outlines of what can be operated; 3:1 on window and surface."""
    accent: str
    """The primary button, the focus ring, links, progress."""
    on_accent: str
    """Text on `accent`."""
    selection: str
    """Behind the selected row or page; `text` stands on it."""
    banner: str
    """Behind a notice; `banner_text` stands on it."""
    banner_text: str
    error: str
    """Behind an error; `text` stands on it."""
    error_edge: str
    track: str
    """The empty part of bars."""
    train_line: str
    """Training curves."""
    val_line: str
    """Validation curves."""


LIGHT = Colors(
    window="#F5F5F7",
    surface="#FFFFFF",
    sidebar="#EAEAEE",
    text="#1D1D21",
    muted="#5C5C66",
    border="#D5D5DC",
    control="#85858F",
    accent="#5046B8",
    on_accent="#FFFFFF",
    selection="#DAD7F3",
    banner="#FDF0CC",
    banner_text="#5B4300",
    error="#FCE9E7",
    error_edge="#B3261E",
    track="#E6E6EB",
    train_line="#7A7A85",
    val_line="#5046B8",
)

DARK = Colors(
    window="#1C1C20",
    surface="#26262B",
    sidebar="#17171A",
    text="#ECECF0",
    muted="#A9A9B4",
    border="#3A3A42",
    control="#7D7D89",
    accent="#A9A2F5",
    on_accent="#17142E",
    selection="#3B376B",
    banner="#453710",
    banner_text="#FBE3A1",
    error="#45211F",
    error_edge="#F2958E",
    track="#3A3A42",
    train_line="#A9A9B4",
    val_line="#A9A2F5",
)


def is_dark() -> bool:
    """Whether the system asks for dark now, or somebody by `Theme.set_scheme` where the system has no say."""
    scheme = QGuiApplication.styleHints().colorScheme()
    if scheme == Qt.ColorScheme.Unknown:  # a bare X server, or no display
        app = QGuiApplication.instance()
        return app is not None and bool(app.property(_WANTS_DARK))
    return scheme == Qt.ColorScheme.Dark


def colors() -> Colors:
    """The colours of the present scheme."""
    return DARK if is_dark() else LIGHT


def scaled_font(scale: float, *, bold: bool = False) -> QFont:
    """The system's font, `scale` times as large."""
    font = QFont(QApplication.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * scale)
    else:
        font.setPixelSize(round(font.pixelSize() * scale))
    font.setBold(bold)
    return font


def mark_primary(button: QPushButton) -> QPushButton:
    """Give `button` the look of the page's one primary button, and return it."""
    button.setProperty("primary", True)
    return button


def set_role(widget: QWidget, role: str) -> None:
    """Give `widget` the look of `role`, now or while it is shown."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Theme(QObject):
    """Dresses the application in the system's scheme, and again whenever the system switches. Keep a reference."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    def set_scheme(self, scheme: Qt.ColorScheme) -> None:
        """Be light or dark whatever the system says; `Unknown` follows the system again."""
        self._app.setProperty(_WANTS_DARK, scheme == Qt.ColorScheme.Dark)
        self._app.styleHints().setColorScheme(scheme)
        self._apply()

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._apply()

    def _apply(self) -> None:
        self._app.setPalette(_palette(colors()))
        self._app.setStyleSheet(_style_sheet(colors()))


def _palette(c: Colors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(c.surface), QColor(c.window))
    pairs = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.surface,
        role.AlternateBase: c.window,
        role.Text: c.text,
        role.PlaceholderText: c.muted,
        role.Button: c.surface,
        role.ButtonText: c.text,
        role.ToolTipBase: c.surface,
        role.ToolTipText: c.text,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Accent: c.accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.BrightText: c.on_accent,
    }
    for one, color in pairs.items():
        palette.setColor(one, QColor(color))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(c.control))
    return palette


def _style_sheet(c: Colors) -> str:
    def size(scale: float) -> str:
        font = scaled_font(scale)
        return f"{font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{font.pixelSize()}px"

    return f"""
QLabel[role="title"] {{ font-size: {size(1.7)}; font-weight: 600; }}
QLabel[role="headline"] {{ font-size: {size(2.2)}; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {size(1.1)}; font-weight: 600; }}
QLabel[role="muted"] {{ color: {c.muted}; }}
QLabel[role="small"] {{ color: {c.muted}; font-size: {size(0.9)}; }}
QFrame[role="card"] {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: 8px; }}
QFrame[role="banner"] {{ background: {c.banner}; border-radius: 4px; }}
QFrame[role="banner"] QLabel {{ color: {c.banner_text}; }}
QFrame[role="error"] {{ background: {c.error}; border: 1px solid {c.error_edge}; border-radius: 8px; }}
QFrame[role="drop"] {{ background: {c.surface}; border: 2px dashed {c.control}; border-radius: 8px; }}
QFrame[role="drop-active"] {{ background: {c.selection}; border: 2px dashed {c.accent}; border-radius: 8px; }}
QPushButton {{
    background: {c.surface}; color: {c.text}; border: 1px solid {c.control}; border-radius: 6px; padding: 6px 16px;
    min-height: 18px;
}}
QPushButton:hover {{ background: {c.window}; }}
QPushButton:pressed {{ background: {c.selection}; }}
QPushButton:disabled {{ color: {c.muted}; border-color: {c.border}; background: {c.window}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 15px; }}
QPushButton[primary="true"] {{
    background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: 600;
}}
QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[primary="true"]:disabled {{ background: {c.track}; color: {c.muted}; border-color: {c.track}; }}
QPushButton:flat {{
    background: transparent; border: 2px solid transparent; color: {c.accent}; padding: 2px 0; text-align: left;
}}
QPushButton:flat:hover {{ text-decoration: underline; }}
QPushButton:flat:focus {{ border: 2px solid {c.accent}; padding: 2px 0; }}
QFrame[role="sidebar"] {{ background: {c.sidebar}; border: none; }}
QListWidget[role="sidebar"] {{ background: transparent; border: none; outline: none; }}
QListWidget[role="sidebar"]::item {{
    color: {c.text}; padding: 8px; border-radius: 6px; border: 2px solid transparent;
}}
QListWidget[role="sidebar"]::item:hover {{ background: {c.track}; }}
QListWidget[role="sidebar"]::item:selected {{ background: {c.selection}; }}
QListWidget[role="sidebar"]::item:selected:focus {{ border: 2px solid {c.accent}; }}
QTreeView[role="findings"] {{
    background: {c.surface}; border: 1px solid {c.border}; border-radius: 4px; outline: none;
}}
QTreeView[role="findings"]:focus {{ border: 1px solid {c.accent}; }}
QTreeView[role="findings"]::item {{ padding: 3px 0; color: {c.text}; }}
QTreeView[role="findings"]::item:selected {{ background: {c.selection}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.control}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ background: {c.sidebar}; border-top: 1px solid {c.border}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QPushButton {{ padding: 1px 12px; }}
QStatusBar QPushButton:focus {{ padding: 0px 11px; }}
QProgressBar {{
    background: {c.track}; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; text-align: center;
}}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 4px; }}
QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border}; padding: 4px; }}
"""
