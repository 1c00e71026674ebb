"""The form that says how to train: a recipe, the few settings that matter, and the others folded away."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import JobRunner
from desktop.theme import GAP
from desktop.widgets.fold import Fold
from desktop.widgets.folds_choice import FoldsChoice
from desktop.widgets.more_settings import MoreSettings
from desktop.widgets.recipe_choice import RecipeChoice
from desktop.widgets.settings_grid import SettingsGrid, describe, small_text
from desktop.widgets.weights_choice import WeightsChoice
from engine.config import BACKBONES, Backbone, RecipeName, TrainingConfig
from engine.recipes import RECIPES, from_recipe, named_rightly
from engine.results import DeviceInfo

NETWORKS: dict[Backbone, tuple[str, str]] = {
    "resnet50": ("ResNet50", "Large and well tried; wants a GPU."),
    "resnet18": ("ResNet18", "Half as deep as ResNet50, much quicker; good without a GPU."),
    "mobilenet_v3_large": ("MobileNetV3 Large", "Made for phones: small and quick."),
    "efficientnet_b0": ("EfficientNet-B0", "Small, but slower to train than its size suggests."),
}
_NOWHERE = Path()
_NO_PART_OF_A_RECIPE = ("seed", "split", "allow_leaking_split", "limit", "device", "weights")
_SIZE_HELP = "Side of the square that the network sees. Twice the side takes about four times as long."
_EPOCHS_HELP = "How many times the images are gone through, at most. It stops earlier when nothing improves."


_NEEDS_WEIGHTS = (
    "Needs ImageNet weights for this network, and none are in use: choose under “Starts from” to download them, or a "
    "file that holds them."
)


class RecipeForm(QWidget):
    """Starts with what fits this computer and data; a recipe sets all fields, a change of what it decides is Custom."""

    changed = Signal()
    """Any setting has another value."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._device: DeviceInfo | None = None
        self._is_demo = False
        self._is_reading = False
        self._begun_from: RecipeName = "recommended"
        self._wants_custom = False
        self._recipe_choice = RecipeChoice()
        self.recipes = self._recipe_choice.buttons
        self.backbone = QComboBox()
        for name in BACKBONES:
            self.backbone.addItem(NETWORKS[name][0], name)
        self.image_size = QSpinBox()
        self.image_size.setRange(32, 512)
        self.image_size.setSingleStep(32)
        self.image_size.setSuffix(" px")
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 1000)
        self.weights = WeightsChoice(runner)
        self.folds = FoldsChoice()
        self.more = MoreSettings()
        self.fold = Fold("More", self.more)
        self._note = small_text("")
        self.reset_button = QPushButton("Reset")
        self._lay_out()
        self._connect()
        self._apply_recipe()

    @property
    def recipe(self) -> RecipeName:
        """The recipe that is marked: "custom" once a setting that recipes decide is another."""
        return self._recipe_choice.shown

    @property
    def is_changed(self) -> bool:
        """Whether a field differs from what the recipe sets here; what is no part of a recipe may differ."""
        start = self._starting_config()
        chosen = self._write(start)
        own = {name: getattr(start, name) for name in _NO_PART_OF_A_RECIPE}
        return replace(chosen, **own) != start

    @property
    def note(self) -> str:
        """Why the fields start as they do, or that they were changed."""
        return self._note.text()

    def config(self, data: Path, out: Path) -> TrainingConfig:
        """What the form says. Raises `ConfigError` where settings do not fit each other."""
        config = replace(self._write(self._starting_config()), data=data, out=out, weights=self.weights.value)
        if self.folds.n_folds > 1:  # they are made by lesion, whatever else is chosen
            config = replace(config, split="auto", allow_leaking_split=False)
        return replace(config, recipe=self.recipe)

    def _write(self, config: TrainingConfig) -> TrainingConfig:
        """`config` with what the fields say, but for the weights, which may not fit yet."""
        config = self.more.write(config)
        return replace(
            config,
            backbone=self.backbone.currentData(),
            preprocessing=replace(config.preprocessing, image_size=self.image_size.value()),
            epochs=self.epochs.value(),
        )

    def set_device(self, device: DeviceInfo | None) -> None:
        """Start with what this device can do; what the user has changed already stays."""
        self._change_start(device, self._is_demo)

    def set_demo(self, is_demo: bool) -> None:
        """Start with what is enough for the demo data; what the user has changed already stays."""
        self._change_start(self._device, is_demo)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the form; it turns only a number that was clicked before."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _starting_config(self) -> TrainingConfig:
        config = from_recipe(self._begun_from, data=_NOWHERE, out=_NOWHERE)
        if not self._is_demo and self._device is not None and self._device.kind != "cpu":
            return config
        side = 64 if self._is_demo else config.preprocessing.image_size if config.is_frozen else 96
        small = replace(config, backbone="resnet18", preprocessing=replace(config.preprocessing, image_size=side))
        return replace(small, epochs=5) if self._is_demo else small

    def _change_start(self, device: DeviceInfo | None, is_demo: bool) -> None:
        was_changed = self.is_changed or self._wants_custom
        self._device, self._is_demo = device, is_demo
        self.more.set_device(device)
        if was_changed:
            self._show_hints()
        else:
            self._apply_recipe()

    @Slot()
    def _apply_recipe(self) -> None:
        config = self._starting_config()
        self._is_reading = True
        self.backbone.setCurrentIndex(self.backbone.findData(config.backbone))
        self.image_size.setValue(config.preprocessing.image_size)
        self.epochs.setValue(config.epochs)
        self.more.read(config)
        self._is_reading = False
        self._on_changed()

    @Slot()
    def _on_recipe_chosen(self) -> None:
        self._wants_custom = self.recipe == "custom"
        if self._wants_custom:
            self.fold.set_open(True)  # there the settings are that make it one
            self._show_hints()
        else:
            self._begun_from = self.recipe
            self._apply_recipe()

    @Slot()
    def _on_reset(self) -> None:
        self._wants_custom = False
        self._recipe_choice.show_recipe(self._begun_from)
        self._apply_recipe()

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_reading:
            named = named_rightly(self._write(self._starting_config())).recipe
            self._recipe_choice.show_recipe("custom" if self._wants_custom else named)
            self.weights.set_backbone(self.backbone.currentData())
            self.more.split.setEnabled(self.folds.n_folds == 1)
            self._show_hints()
            self.changed.emit()

    def _show_hints(self) -> None:
        backbone: Backbone = self.backbone.currentData()
        self._network_hint.setText(NETWORKS[backbone][1])
        is_changed, is_custom = self.is_changed, self.recipe == "custom"
        self.reset_button.setVisible(is_changed or is_custom)
        begun_from = RECIPES[self._begun_from].title
        changed = f"Custom, begun from {begun_from}." if is_custom else f"{begun_from}, changed."
        self._note.setText(changed if is_changed or is_custom else self._why_these_values())
        self._show_obstacle()

    @Slot()
    def _show_obstacle(self) -> None:
        self._recipe_choice.set_obstacle("quick", _NEEDS_WEIGHTS if self.weights.is_without else "")

    def _why_these_values(self) -> str:
        if self._is_demo:
            return "The demo images are small and simple: a small network and 5 epochs are enough."
        if self._device is None:
            return "Set for a computer without a GPU until it is known what this one has."
        if self._device.kind == "cpu":
            return (
                "This computer has no GPU that can be used; a small network at a small size trains in reasonable time."
            )
        return f"Set for {self._device.name}."

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._recipe_choice)
        note = QHBoxLayout()
        self._note.setMinimumHeight(2 * self._note.fontMetrics().height())
        self.reset_button.setFlat(True)
        describe(self.reset_button, "Reset to the recipe", "Sets all fields as the recipe has them.")
        note.addWidget(self._note, 1)
        note.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(note)
        grid = SettingsGrid()
        self._network_hint = grid.add_with_help("Network", self.backbone, "What learns to tell the classes apart.")
        grid.add_with_help("Image size", self.image_size, _SIZE_HELP)
        grid.add_with_help("Epochs", self.epochs, _EPOCHS_HELP)
        layout.addWidget(grid)
        layout.addWidget(QLabel("Starts from"))
        layout.addWidget(self.weights)
        layout.addWidget(QLabel("Split"))
        layout.addWidget(self.folds)
        layout.addWidget(self.fold)
        layout.addStretch(1)

    def _connect(self) -> None:
        self._recipe_choice.chosen.connect(self._on_recipe_chosen)
        self.reset_button.clicked.connect(self._on_reset)
        self.backbone.currentIndexChanged.connect(self._on_changed)
        self.image_size.valueChanged.connect(self._on_changed)
        self.epochs.valueChanged.connect(self._on_changed)
        self.weights.changed.connect(self._on_changed)
        self.weights.told.connect(self._show_obstacle)
        self.folds.changed.connect(self._on_changed)
        self.more.changed.connect(self._on_changed)
        for box in (*self.findChildren(QAbstractSpinBox), *self.findChildren(QComboBox)):
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.installEventFilter(self)
