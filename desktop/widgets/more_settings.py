"""The settings of a training that few need: the step, the balancing, the stopping, the device, the augmentation."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.settings_grid import SettingsGrid, describe
from desktop.widgets.split_choice import SplitChoice
from engine.config import Augmentation, Balancing, DeviceName, Geometry, TrainingConfig
from engine.results import DeviceInfo
from engine.variation import vary_more

_BALANCING: dict[Balancing, str] = {
    "none": "As they occur",
    "sqrt": "Rare ones more often",
    "equal": "All equally often",
    "notebook": "As in the notebook",
}
_GEOMETRY: dict[Geometry, str] = {"squash": "The whole image, squeezed", "crop": "The central square"}
_GEOMETRY_HELP = "The network sees squares: of the whole image, or of its middle, which keeps shapes but not the sides."
_LIMIT_HELP = "Whole lesions, every class in proportion: for a quick trial. Its figures are less sure."
_FLIPS_HELP = "Turns half of the images left to right and half upside down; a lesion has no up or down."


_AS_THEY_ARE = "Only the last layer learns, from images as they are: there is nothing to vary."


class MoreSettings(QWidget):
    """Reads its fields from a config and writes them into one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.batch_size = _spin(2, 1024)
        self.learning_rate = _LearningRate()
        self.balancing = QComboBox()
        for name, title in _BALANCING.items():
            self.balancing.addItem(title, name)
        self.shape = QComboBox()
        for shape, title in _GEOMETRY.items():
            self.shape.addItem(title, shape)
        self.averaging = _spin(0, 100, " % of the steps")
        self.patience = _spin(1, 1000, " epochs")
        self.seed = _spin(0, 2**31 - 1)
        self.split = SplitChoice()
        self.device = QComboBox()
        self.has_limit = QCheckBox("Use only some: about")
        self.limit = _spin(21, 10_000_000, " images", step=100)
        self.limit.setValue(1000)
        self.limit.setEnabled(False)
        self.flips = QCheckBox("Mirror images")
        self.rotation = _spin(0, 180, "°", prefix="± ")
        self.zoom = _spin(0, 100, " %", prefix="± ")
        self.color = _spin(0, 100, " %", prefix="± ")
        self._variations: dict[QWidget, str] = {}
        """The fields that say how images are varied, and their help."""
        self.set_device(None)
        self._lay_out()
        self._connect()

    def read(self, config: TrainingConfig) -> None:
        """Show the values of `config`."""
        augmentation = config.augmentation
        self.batch_size.setValue(config.batch_size)
        self.learning_rate.setValue(config.learning_rate)
        self.balancing.setCurrentIndex(self.balancing.findData(config.balancing))
        self.shape.setCurrentIndex(self.shape.findData(config.preprocessing.geometry))
        self.averaging.setValue(round(100 * config.averaging))
        self.patience.setValue(config.patience)
        self.flips.setChecked(augmentation.flips)
        self.rotation.setValue(round(augmentation.rotation))
        self.zoom.setValue(_as_zoom(augmentation))
        self.color.setValue(_as_color(augmentation))
        for field, text in self._variations.items():
            field.setEnabled(not config.is_frozen)
            describe(field, field.accessibleName(), _AS_THEY_ARE if config.is_frozen else text)

    def write(self, config: TrainingConfig) -> TrainingConfig:
        """`config` with the values that are shown."""
        return replace(
            config,
            batch_size=self.batch_size.value(),
            learning_rate=self.learning_rate.value(),
            balancing=self.balancing.currentData(),
            preprocessing=replace(config.preprocessing, geometry=self.shape.currentData()),
            averaging=self.averaging.value() / 100,
            patience=self.patience.value(),
            seed=self.seed.value(),
            split=self.split.value,
            allow_leaking_split=self.split.allows_leaking,
            limit=self.limit.value() if self.has_limit.isChecked() else None,
            device=self.device.currentData(),
            augmentation=self._write_augmentation(config.augmentation),
        )

    def set_device(self, info: DeviceInfo | None) -> None:
        """Offer the devices of this computer; the choice is kept."""
        chosen = self.device.currentData()
        names: dict[DeviceName, str] = {"auto": "The fastest there is", "cpu": "CPU"}
        if info is not None and info.kind != "cpu":
            names[info.kind] = info.name
        self.device.blockSignals(True)
        self.device.clear()
        for name, title in names.items():
            self.device.addItem(title, name)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))
        self.device.blockSignals(False)

    def _write_augmentation(self, augmentation: Augmentation) -> Augmentation:
        """Only what was changed is changed: a recipe's own values come back as they were."""
        zoom, color = self.zoom.value(), self.color.value()
        return vary_more(
            augmentation,
            flips=self.flips.isChecked(),
            rotation=self.rotation.value(),
            zoom=zoom / 100 if zoom != _as_zoom(augmentation) else None,
            color=color / 100 if color != _as_color(augmentation) else None,
        )

    def _lay_out(self) -> None:
        grid = SettingsGrid()
        for label, field, help_text in (
            ("Batch size", self.batch_size, "Images per step. A smaller batch needs less memory."),
            ("Learning rate", self.learning_rate, "How far a step goes: too high, the loss jumps; too low, it creeps."),
            ("Show classes", self.balancing, "How often each class is shown; two thirds of HAM10000 are moles."),
            ("Look at", self.shape, _GEOMETRY_HELP),
            ("Average", self.averaging, "Keeps the average of the last steps, which is steadier than any one of them."),
            ("Patience", self.patience, "Epochs without improvement after which the training stops."),
            ("Seed", self.seed, "Decides split, first weights and order. The same seed gives the same split."),
            ("Compute on", self.device, "Where the network is trained."),
        ):
            grid.add(label, field, help_text)
        grid.add_wide(QLabel("Split"))
        grid.add_wide(self.split)
        grid.add_wide(self._lay_out_limit())
        grid.add_wide(self.flips)
        for label, field, help_text in (
            ("Rotate by", self.rotation, "Turns every training image by a random angle up to this."),
            ("Zoom by", self.zoom, "Makes every training image larger or smaller by up to this."),
            ("Light, colour", self.color, "Changes brightness, contrast and saturation by up to this."),
        ):
            grid.add(label, field, help_text)
            self._variations[field] = help_text
        describe(self.flips, "Mirror images", _FLIPS_HELP)
        self._variations[self.flips] = _FLIPS_HELP
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(grid)

    def _lay_out_limit(self) -> QWidget:
        describe(self.has_limit, "Use only some of the images", _LIMIT_HELP)
        describe(self.limit, "About how many images", _LIMIT_HELP)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.has_limit)
        layout.addWidget(self.limit, 1)
        return row

    def _connect(self) -> None:
        boxes = (
            self.batch_size,
            self.averaging,
            self.patience,
            self.seed,
            self.limit,
            self.rotation,
            self.zoom,
            self.color,
        )
        for box in (*boxes, self.learning_rate):
            box.valueChanged.connect(self._on_changed)
        for choice in (self.balancing, self.shape, self.device):
            choice.currentIndexChanged.connect(self._on_changed)
        self.split.changed.connect(self._on_changed)
        for check in (self.has_limit, self.flips):
            check.toggled.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        self.limit.setEnabled(self.has_limit.isChecked())
        self.changed.emit()


class _LearningRate(QDoubleSpinBox):
    """Shows 0.001 rather than 0.001000."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(7)
        self.setRange(1e-7, 1)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        """Without the zeros at the end."""
        text = super().textFromValue(value)
        return text.rstrip("0").rstrip(self.locale().decimalPoint()) or "0"


def _spin(low: int, high: int, suffix: str = "", *, prefix: str = "", step: int = 1) -> QSpinBox:
    box = QSpinBox()
    box.setMinimumHeight(3 * GAP)
    box.setRange(low, high)
    box.setSuffix(suffix)
    box.setPrefix(prefix)
    box.setSingleStep(step)
    return box


def _as_zoom(augmentation: Augmentation) -> int:
    return round((augmentation.scale[1] - 1) * 100)


def _as_color(augmentation: Augmentation) -> int:
    return round(augmentation.brightness * 100)
