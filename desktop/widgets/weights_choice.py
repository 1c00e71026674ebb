"""Asks what the network starts from: ImageNet weights (here, downloaded, from a file) or random numbers."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.theme import GAP
from desktop.widgets.settings_grid import describe, small_text
from engine import calls
from engine.results import WeightsInfo

_AUTO, _DOWNLOAD, _FILE, _NONE = "auto", "download", "file", "none"
_HELP = (
    "ImageNet weights come from a million everyday photographs: the network knows edges, colours and textures already. "
    "With random numbers it must learn them from your images, which takes longer and ends lower."
)


class WeightsChoice(QWidget):
    """Asks the engine which weights are on this computer. Nothing is fetched before the training is started."""

    changed = Signal()
    told = Signal()
    """The engine has told whether weights are here."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None
        self._may_look = False
        self._backbone = ""
        self._known: dict[str, WeightsInfo] = {}
        self._file: Path | None = None
        self._previous = 0
        self._dialog: QFileDialog | None = None
        self.choice = QComboBox()
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(20)
        for name, title in (
            (_AUTO, "ImageNet weights, if they are here"),
            (_DOWNLOAD, "Download ImageNet weights"),
            (_FILE, "Weights from a file…"),
            (_NONE, "Random numbers"),
        ):
            self.choice.addItem(title, name)
        self.choice.setMinimumHeight(3 * GAP)
        describe(self.choice, "Starts from", _HELP)
        self.hint = small_text("")
        self.hint.setMinimumHeight(3 * self.hint.fontMetrics().height())  # the longest: nothing jumps
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        layout.addWidget(self.choice)
        layout.addWidget(self.hint)
        self.setFocusProxy(self.choice)
        self.choice.activated.connect(self._on_activated)
        self._show_hint()

    @property
    def value(self) -> str:
        """As `TrainingConfig.weights`."""
        chosen = str(self.choice.currentData())
        return str(self._file) if chosen == _FILE else chosen

    @property
    def is_without(self) -> bool:
        """Whether the network would start from random numbers, as far as is known."""
        known = self._known.get(self._backbone)
        chosen = self.choice.currentData()
        return chosen == _NONE or (chosen == _AUTO and known is not None and not known.is_available)

    @property
    def is_looking(self) -> bool:
        """Whether the engine was asked and has not answered yet."""
        return self._job is not None

    def set_backbone(self, backbone: str) -> None:
        """Speak of the weights of `backbone` from now on."""
        self._backbone = backbone
        self._show_hint()
        if self._may_look:
            self.look()

    @Slot()
    def look(self) -> None:
        """Ask the engine, unless it has told already that they are here; from now on for each backbone."""
        self._may_look = True
        known = self._known.get(self._backbone)
        if self._job is None and self._backbone and not (known and known.is_available):
            self._job = self._runner.start(calls.describe_weights(self._backbone), "Looking for ImageNet weights")
            self._job.succeeded.connect(self._on_told)
            self._job.failed.connect(self._on_not_told)
            self._job.cancelled.connect(self._on_not_told)

    @Slot()
    def choose_file(self) -> None:
        """Ask for a file of weights; without one the choice goes back to what it was."""
        dialog = QFileDialog(self, "Weights for the network", "", "Weights (*.pth *.pt *.safetensors)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_file_selected)
        dialog.rejected.connect(self._on_no_file)
        dialog.finished.connect(self._on_dialog_closed)
        self._dialog = dialog
        dialog.open()

    def set_file(self, path: Path) -> None:
        """Start from the weights in `path`; whether they fit, the training says."""
        self._file = path
        self.choice.setCurrentIndex(self.choice.findData(_FILE))
        self._accept_choice()

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        if self.choice.currentData() == _FILE:
            self.choose_file()
        else:
            self._accept_choice()

    @Slot(str)
    def _on_file_selected(self, path: str) -> None:
        self.set_file(Path(path))

    @Slot()
    def _on_dialog_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot()
    def _on_no_file(self) -> None:
        self.choice.setCurrentIndex(self._previous)

    def _accept_choice(self) -> None:
        self._previous = self.choice.currentIndex()
        self._show_hint()
        self.changed.emit()

    @Slot(object)
    def _on_told(self, info: WeightsInfo) -> None:
        self._job = None
        self._known[info.backbone] = info
        self._show_hint()
        self.told.emit()
        if info.backbone != self._backbone:
            self.look()

    @Slot()
    def _on_not_told(self) -> None:
        self._job = None

    def _show_hint(self) -> None:
        known = self._known.get(self._backbone)
        size = f" ({known.megabytes:.0f} MB)" if known else ""
        self.choice.setItemText(self.choice.findData(_DOWNLOAD), f"Download ImageNet weights{size}")
        self.hint.setText(self._describe_choice(known))

    def _describe_choice(self, known: WeightsInfo | None) -> str:
        chosen = self.choice.currentData()
        is_here = known is not None and known.is_available
        if chosen == _NONE:
            return "The network must learn to see from your images alone: slower, and it ends lower."
        if chosen == _FILE:
            name = self._file.name if self._file else ""
            return f"{name}: torchvision's ImageNet weights for this network, as .pth or .safetensors."
        if is_here:
            return "They are on this computer: the network knows edges, colours and textures already."
        if chosen == _DOWNLOAD:
            return "They are fetched from PyTorch's server when the training starts, and kept for next time."
        if known is None:
            return "If they are not, the network starts from random numbers: slower, and it ends lower."
        return "They are not on this computer, so the network starts from random numbers: slower, and it ends lower."

    def sizeHint(self) -> QSize:
        """As high as its choice and three lines of help."""
        return QSize(super().sizeHint().width(), self.choice.sizeHint().height() + self.hint.minimumHeight() + GAP)
