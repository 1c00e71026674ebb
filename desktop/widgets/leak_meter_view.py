"""Shows what the common recipe's split would have done to this data: one button, two bars, three sentences."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.theme import GAP, colors
from desktop.widgets.bar_chart import Bar, BarChart
from desktop.widgets.job_line import JobLine
from desktop.widgets.section import make_label, make_readable
from engine import calls
from engine.config import TrainingConfig, read_config
from engine.errors import ConfigError
from engine.evaluation_results import Evaluation
from engine.evaluation_wording import name_interval
from engine.leak_results import LeakMeter
from engine.leak_wording import EXPLANATION, describe_leak
from engine.results import TrainingResult
from engine.runs import RunFolder

_COUNTERFACTUAL = (
    "The training of this run once more, as long as it took, with its images split as the notebook does. It shows what "
    "the network itself would have scored; the score is marked everywhere as no result."
)


class LeakMeterView(QWidget):
    """About the data set of a run, not about its model; what was measured stays while the data are the same."""

    failed = Signal(object)
    """It could not be measured: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Path | None = None
        self._data: Path | None = None
        self._meter: LeakMeter | None = None
        self._measuring = SingleJob(runner)
        self._training = SingleJob(runner)
        self.start_button = QPushButton("Measure the leak")
        self.train_button = QPushButton("Train the same under the notebook's split")
        self.trained = make_label("small", _COUNTERFACTUAL)
        self.job_view = JobLine(self._measuring, self._training)
        self.bars = BarChart("Balanced accuracy of looking up the most similar thumbnail, under both splits")
        self.words = make_readable(make_label())
        self._result = QWidget()
        below = QVBoxLayout(self._result)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(2 * GAP)
        below.addWidget(make_label("heading", "Balanced accuracy of a program that has learned nothing"))
        below.addWidget(self.bars)
        below.addWidget(self.words)
        below.addWidget(self.train_button, 0, Qt.AlignmentFlag.AlignLeft)
        below.addWidget(self.trained)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        column.addWidget(make_label("", EXPLANATION))
        column.addWidget(self.start_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.job_view)
        column.addWidget(self._result)
        self._result.hide()
        self.start_button.clicked.connect(self._on_start_clicked)
        self.train_button.clicked.connect(self._on_train_clicked)
        self._training.succeeded.connect(self._on_trained)
        self._training.failed.connect(self.failed)
        self._training.changed.connect(self._on_job_changed)
        self._measuring.succeeded.connect(self._on_measured)
        self._measuring.failed.connect(self.failed)
        self._measuring.changed.connect(self._on_job_changed)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return self.start_button, self.train_button

    @property
    def shows_result(self) -> bool:
        """Whether something was measured."""
        return not self._result.isHidden()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Measure on the data of this run from now on."""
        if evaluation.run == self._run:
            return
        self._run = evaluation.run
        try:
            data = read_config(RunFolder(evaluation.run).config).data
        except ConfigError:
            data = None  # the button says what is wrong
        if data is None or data != self._data:
            self._measuring.let_go()
            self._result.hide()
            self.start_button.show()
        self._data = data

    @Slot()
    def _on_start_clicked(self) -> None:
        config = self._read_config()
        if config is not None:
            self._data = config.data
            self._measuring.start(calls.measure_leak(config.data), "Measuring the leak")

    @Slot()
    def _on_train_clicked(self) -> None:
        """The whole counterfactual: this run's settings, only the split is the notebook's."""
        config = self._read_config()
        if self._run is not None and config is not None:
            leaking = replace(config, split="notebook", allow_leaking_split=True, out=self._run.parent)
            self.trained.setText(_COUNTERFACTUAL)
            self._training.start(calls.train(leaking), "Training under the notebook's split")

    @Slot(object)
    def _on_trained(self, result: TrainingResult) -> None:
        self.trained.setText(
            f"Done: the run {result.run.name} is in the list of runs, marked “leaking split”. Its score is no result."
        )

    def _read_config(self) -> TrainingConfig | None:
        """What was asked of the run; None where that cannot be read, which the page says."""
        if self._run is None:
            return None
        try:
            return read_config(RunFolder(self._run).config)
        except ConfigError as error:
            self.failed.emit(error)
            return None

    def changeEvent(self, event: QEvent) -> None:
        """Follow the switch between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._meter is not None:
            self._show_bars(self._meter)

    @Slot(object)
    def _on_measured(self, meter: LeakMeter) -> None:
        self._meter = meter
        self._show_bars(meter)
        self.words.setText("\n\n".join(describe_leak(meter)))
        self._result.show()

    def _show_bars(self, meter: LeakMeter) -> None:
        scores = (("The notebook's split", meter.notebook), ("Split by lesion", meter.by_lesion))
        lines = (colors().train_line, colors().val_line)
        self.bars.set_bars(
            [
                Bar(
                    label=label,
                    value=score.balanced_accuracy.value,
                    text=name_interval(score.balanced_accuracy),
                    color=color,
                )
                for (label, score), color in zip(scores, lines, strict=True)
            ],
            maximum=1.0,
        )

    @Slot()
    def _on_job_changed(self) -> None:
        self.train_button.setEnabled(not self.job_view.is_busy)
        self.start_button.setVisible(not self.job_view.is_busy and not self.shows_result)
