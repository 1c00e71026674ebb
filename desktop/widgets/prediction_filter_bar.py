"""The controls over the list of answered images: find by name, order, and which ones to show."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from desktop.theme import GAP
from desktop.widgets.prediction_filter import PredictionFilter
from engine.labels import CLASSES

_ORDERS = {"As given": "given", "Probability": "probability", "Group": "group", "Name": "name"}
_KINDS = {"All": "all", "Refused": "refused", "Errors": "errors"}


class PredictionFilterBar(QWidget):
    """Sets what its `PredictionFilter` lets through, and in which order."""

    def __init__(self, rows: PredictionFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.find_field = QLineEdit()
        self.order_choice, self.kind_choice = QComboBox(), QComboBox()
        self._lay_out()
        self.find_field.textChanged.connect(self._on_text_changed)
        self.order_choice.currentIndexChanged.connect(self._on_order_changed)
        self.kind_choice.currentIndexChanged.connect(self._on_kind_changed)

    def reset(self) -> None:
        """Show everything again, in the order it came."""
        self.find_field.clear()
        self.order_choice.setCurrentIndex(0)
        self.kind_choice.setCurrentIndex(0)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._rows.set_text(text)

    @Slot()
    def _on_order_changed(self) -> None:
        self._rows.set_order(self.order_choice.currentData())

    @Slot()
    def _on_kind_changed(self) -> None:
        self._rows.set_kind(self.kind_choice.currentData())

    def _lay_out(self) -> None:
        self.find_field.setPlaceholderText("Find by name")
        self.find_field.setAccessibleName("Find images by name")
        self.find_field.setToolTip("Only images with these letters in their name are listed.")
        self.find_field.setClearButtonEnabled(True)
        for words, order in _ORDERS.items():
            self.order_choice.addItem(words, order)
        for words, kind in _KINDS.items():
            self.kind_choice.addItem(words, kind)
        for one in CLASSES:
            self.kind_choice.addItem(one.name, one.code)
        self.order_choice.setAccessibleName("Order of the images")
        self.kind_choice.setAccessibleName("Which images to show")
        self.order_choice.setToolTip("The order of the list: as given, surest first, by the group, by name.")
        self.kind_choice.setToolTip("Which images are listed: all, those refused, errors, or one class.")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP // 2)
        grid.addWidget(self.find_field, 0, 0, 1, 2)
        for column, choice in enumerate((self.order_choice, self.kind_choice)):
            choice.setMinimumContentsLength(6)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            grid.addWidget(choice, 1, column)
            grid.setColumnStretch(column, 1)
