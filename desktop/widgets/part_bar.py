"""Which images of a run are looked at: validation, the test part once it was opened, or images from elsewhere."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QWidget

from desktop.theme import GAP
from desktop.widgets.external_choice import ExternalChoice
from engine.labels import PART_NAMES
from engine.results import Part

_PARTS: tuple[Part, ...] = ("val", "test", "external")
_MEANINGS: dict[Part, str] = {
    "val": "Lesions that the network did not learn from; the best epoch was chosen on them, so they flatter a little.",
    "test": "Lesions that had no part in the training at all. Every opening is counted and stands in the report.",
    "external": "Labelled images from elsewhere that the model never met.",
}


class PartBar(QWidget):
    """Offers only what there is: a part without a result has no button to choose it."""

    part_chosen = Signal(str)
    """The user wants to see another part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {part: QRadioButton(PART_NAMES[part].capitalize()) for part in _PARTS}
        self.test_button = QPushButton("Open the test part…")
        self.test_button.setToolTip(f"{_MEANINGS['test']} You are asked first.")
        self.external = ExternalChoice()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GAP)
        group = QButtonGroup(self)
        for part, button in self.buttons.items():
            group.addButton(button)
            row.addWidget(button)
            button.setToolTip(_MEANINGS[part])
            button.clicked.connect(self._on_clicked)
        row.addStretch()
        row.addWidget(self.test_button)
        row.addWidget(self.external)

    @property
    def part(self) -> Part:
        """What is chosen."""
        return next((part for part, button in self.buttons.items() if button.isChecked()), "val")

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return (*self.buttons.values(), self.test_button, self.external.results, self.external.button)

    def show_parts(self, known: dict[Part, bool], chosen: Part) -> None:
        """Offer the parts that are `known`, with `chosen` as the one that is looked at."""
        for part, button in self.buttons.items():
            button.setVisible(known.get(part, False))
        self.buttons[chosen].setChecked(True)
        self.test_button.setVisible(known.get("val", False) and not known.get("test", False))
        self.external.setVisible(known.get("val", False))

    @Slot()
    def _on_clicked(self) -> None:
        self.part_chosen.emit(self.part)
