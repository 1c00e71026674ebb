"""What Predict and Web demo show where no model is chosen: how to get one, the quickest way first."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, mark_primary
from desktop.widgets.section import make_label
from engine import starter

_HEADING = "First choose a model"
_WITH_STARTER = (
    "The starter model answers in seconds. Or train one of your own, or open a model file (.safetensors) that somebody "
    "gave you."
)
_WITHOUT = (
    "There is no model yet. Train one (on the demo data that takes a few minutes), or open a model file (.safetensors) "
    "that somebody gave you."
)


class ModelOffer(QWidget):
    """One card with its buttons; the page listens to them."""

    model_chosen = Signal(object)
    """The `Path` of the starter model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        has_starter = starter.starter_model() is not None
        self.starter_button = QPushButton("Use the starter model")
        self.starter_button.setToolTip(starter.DESCRIPTION)
        self.starter_button.clicked.connect(self._on_starter_clicked)
        self.train_button = QPushButton("Train a model" if has_starter else "Train a model first")
        self.file_button = QPushButton("Open a model file\N{HORIZONTAL ELLIPSIS}")
        mark_primary(self.starter_button if has_starter else self.train_button)
        self._lay_out(has_starter=has_starter)

    @Slot()
    def _on_starter_clicked(self) -> None:
        model = starter.starter_model()
        if model is not None:
            self.model_chosen.emit(model)

    def _lay_out(self, *, has_starter: bool) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for button in (self.starter_button, self.train_button, self.file_button):
            buttons.addWidget(button)
        buttons.addStretch()
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        inside.setSpacing(GAP)
        inside.addWidget(make_label("heading", _HEADING))
        inside.addWidget(make_label("muted", _WITH_STARTER if has_starter else _WITHOUT))
        inside.addSpacing(GAP)
        inside.addLayout(buttons)
        about = make_label("small", f"{starter.DESCRIPTION} {starter.ATTRIBUTION}")
        inside.addWidget(about)
        for widget in (self.starter_button, about):
            widget.setVisible(has_starter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch()
