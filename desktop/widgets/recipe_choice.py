"""Offers the recipes, each with a sentence of what it is; one that cannot be followed now says what it needs."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.settings_grid import describe, small_text
from engine.config import RecipeName
from engine.recipes import CUSTOM, RECIPES


class RecipeChoice(QWidget):
    """Recommended at first. Custom is what settings of one's own make of any other."""

    chosen = Signal()
    """The user chose a recipe, the same one again or another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[RecipeName, QRadioButton] = {}
        self._hints: dict[RecipeName, QLabel] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for name, recipe in {**RECIPES, CUSTOM.name: CUSTOM}.items():
            button, hint = QRadioButton(recipe.title), small_text(recipe.description)
            hint.setContentsMargins(3 * GAP, 0, 0, 0)
            if name == "quick":
                # whether it can be followed or not: nothing jumps
                hint.setMinimumHeight(4 * hint.fontMetrics().height())
                hint.setAlignment(Qt.AlignmentFlag.AlignTop)
            describe(button, f"Recipe: {recipe.title}", recipe.description)
            self._group.addButton(button)
            self.buttons[name], self._hints[name] = button, hint
            layout.addWidget(button)
            layout.addSpacing(-GAP // 2)
            layout.addWidget(hint)
            button.clicked.connect(self._on_clicked)
        self.buttons["recommended"].setChecked(True)

    @property
    def shown(self) -> RecipeName:
        """The recipe that is marked."""
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def show_recipe(self, name: RecipeName) -> None:
        """Mark the recipe `name`, which the user has not clicked on."""
        self.buttons[name].setChecked(True)

    def set_obstacle(self, name: RecipeName, obstacle: str) -> None:
        """Why the recipe `name` cannot be followed now, as sentences; "" where it can. The marked one stays marked."""
        text = obstacle or {**RECIPES, CUSTOM.name: CUSTOM}[name].description
        button, hint = self.buttons[name], self._hints[name]
        button.setEnabled(not obstacle or button.isChecked())
        hint.setText(text)
        describe(button, button.accessibleName(), text)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit()
