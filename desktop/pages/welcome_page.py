"""The welcome of the first start: one question, three answers, and a way past it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.pages.page import Page
from desktop.theme import GAP, mark_primary
from desktop.widgets.section import make_label
from engine import starter
from engine.labels import LIMITS

_PURPOSE = (
    "Train, judge and use a classifier of dermatoscopic images on your own computer. What you open never leaves it."
)
_QUESTION = "What would you like to do first?"
_SAMPLES = (
    "Look around with samples",
    "Seven lesions with known diagnoses, answered by the starter model. Takes a minute.",
    "Look around",
)
_DEMO = (
    "Look around with samples",
    "Samples need a model, and this copy came without one. The program can draw pictures of made-up lesions, and you "
    "train a small network on them. Takes a few minutes.",
    "Try with demo data",
)
_DATA = (
    "Train on my data",
    "HAM10000 or ISIC data as downloaded, or folders named by diagnosis; HAM10000 can be fetched from here. Minutes "
    "with a graphics card, hours without; the Train page says how long.",
    "Choose data",
)
_MODEL = (
    "Open a model",
    "A model file (.safetensors) that somebody gave you. It answers images that you drop on it. Takes seconds.",
    "Open a model file\N{HORIZONTAL ELLIPSIS}",
)


class WelcomePage(Page):
    """Says which answer was given; what follows is up to the window."""

    samples_chosen = Signal()
    """Look around with the starter model; offered only where it is there."""
    demo_chosen = Signal()
    """Look around with demo data, where there is no starter model."""
    data_chosen = Signal()
    model_chosen = Signal()
    skipped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Welcome to Lesion Lab", _PURPOSE, parent)
        has_starter = starter.starter_model() is not None
        first = _SAMPLES if has_starter else _DEMO
        self.look_button = mark_primary(QPushButton(first[2]))
        self.data_button, self.model_button = QPushButton(_DATA[2]), QPushButton(_MODEL[2])
        self.skip_button = QPushButton("Skip")
        self.skip_button.setToolTip("Go to the Data page. The Help menu brings this welcome back.")
        self.body.addWidget(make_label("heading", _QUESTION))
        for answer, button in ((first, self.look_button), (_DATA, self.data_button), (_MODEL, self.model_button)):
            self.body.addWidget(_make_card(answer[0], answer[1], button))
        self.body.addWidget(make_label("small", f"What it is not for: it gives no medical advice. {LIMITS}"))
        self.body.addStretch()
        self.footer.addStretch()
        self.footer.addWidget(self.skip_button)
        self.look_button.clicked.connect(self.samples_chosen if has_starter else self.demo_chosen)
        self.data_button.clicked.connect(self.data_chosen)
        self.model_button.clicked.connect(self.model_chosen)
        self.skip_button.clicked.connect(self.skipped)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.setWhatsThis("Skip the welcome")
        escape.activated.connect(self.skipped)

    def showEvent(self, event: QShowEvent) -> None:
        """Return answers with the first choice at once, Escape skips."""
        super().showEvent(event)
        self.look_button.setFocus()


def _make_card(title: str, words: str, button: QPushButton) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    text = QVBoxLayout()
    text.setSpacing(GAP // 2)
    text.addWidget(make_label("heading", title))
    text.addWidget(make_label("muted", words))
    row = QHBoxLayout(card)
    row.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
    row.setSpacing(3 * GAP)
    row.addLayout(text, 1)
    button.setMinimumWidth(20 * GAP)
    button.setAccessibleDescription(f"{title}. {words}")
    row.addWidget(button)
    return card
