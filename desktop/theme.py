"""How the window looks: colours for light and dark, the type scale, spacing, and the style sheet made of them.

A label takes its place in the type scale by the property `role` ("title", "heading", "headline", "muted", "small"), a
frame its look by `role` ("card", "banner", "error"), a page's one primary button by `mark_primary`.
Widgets that paint themselves call `colors()` in their paintEvent; they are repainted when the system switches.
"""

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from engine import places

RESOURCES = places.resources_dir()

GAP = 8
"""The grid: every distance is a multiple of it, in pixels."""
MARGIN = 3 * GAP
"""Around the content of a page."""


_TYPE_SCALE = {"headline": 2.2, "title": 1.7, "heading": 1.1, "small": 0.9}
_WANTS_DARK = "wants_dark"
_LINE_HEIGHT = 18  # of the words in a button or field, in pixels: the least, however small the type


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
    icons: str
    """The folder in resources/style with the small icons of this scheme."""


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
    icons="light",
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
    icons="dark",
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


def row_height(lines: int) -> int:
    """Room for a row of a table: a first line in the system's font, the others small; 40 pixels for 2, 48 for 3."""
    metrics = QFontMetrics(QApplication.font())
    return max((2 * lines + 6) * GAP // 2, round(metrics.lineSpacing() * (0.15 + 0.85 * lines)) + GAP)


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
        QDir.setSearchPaths("icons", [str(RESOURCES / "style")])
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
        sheet = _style_sheet(colors())
        if sheet != self._app.styleSheet():  # to dress all widgets again takes some tenths of a second
            self._app.setPalette(_palette(colors()))
            self._app.setStyleSheet(sheet)


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
    """`style.qss` with the colours and the sizes of type filled in."""
    sizes = {f"{name}_size": _as_size(scaled_font(scale)) for name, scale in _TYPE_SCALE.items()}
    line_height = f"{max(_LINE_HEIGHT, QFontMetrics(QApplication.font()).height())}px"
    template = Template((RESOURCES / "style" / "style.qss").read_text(encoding="utf-8"))
    return template.substitute(asdict(c), **sizes, line_height=line_height)


def _as_size(font: QFont) -> str:
    return f"{font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{font.pixelSize()}px"
