"""What the pages share: the data set, the model, the run and the device that are in use now."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop import trainings
from desktop.jobs import Job, JobRunner
from engine import places, runs
from engine.events import Event, RunStarted
from engine.results import DatasetSummary, DeviceInfo, ModelCard, RunInfo


class AppState(QObject):
    """The one place that knows them; pages read it, set it, and follow its signals."""

    dataset_changed = Signal()
    model_changed = Signal()
    runs_changed = Signal()
    """A run was added, removed or selected."""
    device_changed = Signal()
    training_changed = Signal()
    folds_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset: DatasetSummary | None = None
        self._model: Path | None = None
        self._model_card: ModelCard | None = None
        self._run: Path | None = None
        self._device: DeviceInfo | None = None
        self._is_training = False
        self._training_job: Job | None = None
        self._training_run: Path | None = None
        self._runs_dir = places.runs_dir()

    @property
    def dataset(self) -> DatasetSummary | None:
        """The checked data set, None before one was chosen."""
        return self._dataset

    @property
    def model(self) -> Path | None:
        """The model file that predicts."""
        return self._model

    @property
    def model_card(self) -> ModelCard | None:
        """What `model` says about itself; None until somebody has read it."""
        return self._model_card

    @property
    def runs_dir(self) -> Path:
        """The folder of the runs."""
        return self._runs_dir

    @property
    def run(self) -> Path | None:
        """The run or the set of folds that was trained or selected last."""
        return self._run

    @property
    def device(self) -> DeviceInfo | None:
        """The device that the engine computes on; None until the engine has answered."""
        return self._device

    @property
    def is_training(self) -> bool:
        """Whether a training is under way."""
        return self._is_training

    def list_runs(self) -> tuple[RunInfo, ...]:
        """All runs with a model, newest first, but for the one that is being trained: it has no result yet."""
        job = self._training_job
        current = self._training_run if job is not None and not job.is_over else None
        return tuple(run for run in runs.list_runs(self._runs_dir) if run.path != current)

    def list_resumable(self) -> tuple[RunInfo, ...]:
        """The runs and sets of folds that were interrupted and can be resumed, newest first."""
        return trainings.list_resumable(self._runs_dir)

    def list_results(self) -> tuple[RunInfo, ...]:
        """The runs of `list_runs` and the sets of folds that are pooled, newest first."""
        return trainings.list_finished(self._runs_dir, self.list_runs())

    def ask_for_folds(self) -> None:
        """Somebody was told that one split shows too little and wants to train folds."""
        self.folds_asked.emit()

    def set_dataset(self, dataset: DatasetSummary | None) -> None:
        """Use `dataset` from now on."""
        self._dataset = dataset
        self.dataset_changed.emit()

    def set_model(self, model: Path | None, card: ModelCard | None = None) -> None:
        """Use the model file `model` from now on; `card` where it is known already."""
        self._model, self._model_card = model, card
        self.model_changed.emit()

    def set_run(self, run: Path | None) -> None:
        """Select `run`; also called when a run was added or removed."""
        self._run = run
        self.runs_changed.emit()

    def set_device(self, device: DeviceInfo) -> None:
        """The engine said which device it computes on."""
        self._device = device
        self.device_changed.emit()

    def follow(self, runner: JobRunner) -> None:
        """Keep `is_training` true to the jobs of `runner`."""
        runner.job_started.connect(self._on_job_started)
        runner.job_ended.connect(self._on_job_ended)

    @Slot(object)
    def _on_job_started(self, job: Job) -> None:
        if job.is_training:
            self._training_job, self._training_run = job, None
            job.reported.connect(self._on_training_reported)
        self._set_training(job.is_training or self._is_training)

    @Slot(object)
    def _on_training_reported(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._training_run = event.run

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if job is self._training_job:
            self._training_job = None
        self._set_training(self._is_training and not job.is_training)

    def _set_training(self, is_training: bool) -> None:
        if is_training != self._is_training:
            self._is_training = is_training
            self.training_changed.emit()
