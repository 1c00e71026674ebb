"""What all pages share: title, one sentence of purpose, a place for errors, the demo notice, and a body."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import ErrorPanel
from desktop.theme import GAP, MARGIN
from engine.labels import DEMO_NOTICE


class Page(QWidget):
    """One step of the work.

    A page puts its widgets into `body`, which scrolls where it does not fit, and what must stay in sight into `footer`.
    """

    page_requested = Signal(str)
    """The user wants to go on to "data", "train", "evaluate", "predict" or "web"."""

    def __init__(self, title: str, purpose: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._keys: dict[QShortcut, tuple[QAbstractButton, ...]] = {}
        self.setAccessibleName(title)
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        self._purpose = QLabel(purpose)
        self._purpose.setProperty("role", "muted")
        self._purpose.setWordWrap(True)
        self._purpose.setTextFormat(Qt.TextFormat.PlainText)
        self._demo = _demo_banner()
        self.error_panel = ErrorPanel()
        self.body = QVBoxLayout()
        """Where the page's own widgets go."""
        self.body.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self.body.setSpacing(2 * GAP)
        self.footer = QHBoxLayout()
        """A row below the body that is never scrolled away, for the page's buttons."""
        self.footer.setContentsMargins(MARGIN, 0, MARGIN, 2 * GAP)
        self.footer.setSpacing(GAP)
        self.scroll_area = QScrollArea()
        """What the body scrolls in."""
        self._lay_out()

    @property
    def purpose(self) -> str:
        """The sentence under the title."""
        return self._purpose.text()

    def set_purpose(self, text: str) -> None:
        """Say something else under the title, like an estimate of the time."""
        self._purpose.setText(text)

    def show_demo_notice(self, is_demo: bool) -> None:
        """Say, for as long as it is so, that what is shown comes from the demo data."""
        self._demo.setVisible(is_demo)

    @property
    def shows_demo_notice(self) -> bool:
        """Whether the notice is up."""
        return not self._demo.isHidden()

    @Slot(object)
    def show_error(self, error: object) -> None:
        """Show an error above the body, which stays as it is."""
        self.error_panel.show_error(error)

    @Slot()
    def clear_error(self) -> None:
        """Take the error away: something new was begun."""
        self.error_panel.clear()

    def add_key(self, keys: QKeySequence.StandardKey | str, words: str, *buttons: QAbstractButton) -> None:
        """Let `keys` press whichever of `buttons` can be pressed now; `words` are for the list of keys in Help."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setWhatsThis(words)
        shortcut.activated.connect(self._on_key)
        self._keys[shortcut] = buttons

    @Slot()
    def _on_key(self) -> None:
        for shortcut, buttons in self._keys.items():
            if shortcut is self.sender():
                pressed = next((one for one in buttons if one.isVisible() and one.isEnabled()), None)
                if pressed is not None:
                    pressed.click()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(MARGIN, 2 * GAP, MARGIN, 0)
        head.setSpacing(GAP)
        for widget in (self._title, self._purpose, self._demo, self.error_panel):
            head.addWidget(widget)
        content = QWidget()
        content.setLayout(self.body)
        self.scroll_area.setWidget(content)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addLayout(head)
        layout.addWidget(self.scroll_area, 1)
        layout.addLayout(self.footer)


def _demo_banner() -> QFrame:
    label = QLabel(DEMO_NOTICE)
    label.setWordWrap(True)
    banner = QFrame()
    banner.setProperty("role", "banner")
    layout = QVBoxLayout(banner)
    layout.setContentsMargins(GAP, GAP // 2, GAP, GAP // 2)
    layout.addWidget(label)
    banner.hide()
    return banner
