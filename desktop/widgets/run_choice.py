"""The list of runs to choose one from, with what each reached."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from engine import wording
from engine.results import RunInfo


class RunChoice(QComboBox):
    """A box that drops down; as wide as there is room, each run told in one line."""

    run_chosen = Signal()
    """The user chose another run; see `run`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunInfo, ...] = ()
        self.setAccessibleName("Run")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(20)
        self.activated.connect(self._on_activated)
        self._told: Path | None = None

    @property
    def run(self) -> RunInfo | None:
        """The chosen run, None while there is none."""
        return self._runs[self.currentIndex()] if 0 <= self.currentIndex() < len(self._runs) else None

    @property
    def runs(self) -> tuple[RunInfo, ...]:
        """All that can be chosen."""
        return self._runs

    def set_runs(self, runs: tuple[RunInfo, ...]) -> None:
        """List `runs`, the first one on top; the choice stays where its run is still there."""
        before = self.run
        self._runs = runs
        self.clear()
        for row, run in enumerate(runs):
            line = wording.describe_run(run)
            self.addItem(line)
            self.setItemData(row, f"{line}\n{run.path}", Qt.ItemDataRole.ToolTipRole)
        if before is not None:
            self.choose(before.path)
        self._tell()

    def choose(self, path: Path) -> None:
        """Choose the run in the folder `path`; an unknown one changes nothing."""
        row = next((row for row, run in enumerate(self._runs) if run.path == path), -1)
        if row >= 0:
            self.setCurrentIndex(row)
        self._tell()

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        before = self._told
        self._tell()
        if self._told != before:
            self.run_chosen.emit()

    def _tell(self) -> None:
        self._told = self.run.path if self.run is not None else None
        self.setToolTip(self.currentText())
