"""Trains a network, from a config to a run folder with the model of its best epoch."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from engine.config import TrainingConfig
from engine.errors import Cancelled, TrainingError
from engine.events import Control, EpochDone, OnEvent, RunStarted, StatusChanged, ignore_events
from engine.model import network, weights
from engine.model.device import CORES, choose, describe
from engine.model.file import load_model, save_model, weights_sha256
from engine.prediction.predictor import to_input
from engine.results import EpochRecord, ModelCard, TrainingResult
from engine.runs import RunFolder, create_run, discard_run
from engine.training.augment import draw_variations, vary
from engine.training.batches import count_positions, draw_epoch, split_batches
from engine.training.best import Best
from engine.training.chance import Purpose, stream
from engine.training.exactness import exact
from engine.training.feed import Feed
from engine.training.interruption import interruptible
from engine.training.learner import Learner
from engine.training.material import Material, prepare
from engine.training.meter import Meter, not_finite
from engine.training.optimizer import learning_rate
from engine.training.pace import Pace
from engine.training.run_files import write_history, write_start
from engine.training.validation import Score, calibrate, score_validation

Stop = Literal["finished", "patience", "early"]

_GPU_TOLERANCE = 0.005  # a GPU may round another way the second time, which can move single images


def train(
    config: TrainingConfig, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> TrainingResult:
    """Train the network that `config` asks for; the same config on the same CPU gives the same bits.

    Cancelling leaves nothing behind; after any other end the best model so far stays in the run folder. Raises
    `Cancelled`, `DataError`, `ConfigError`, `ModelFileError`, `DiskError`, and `TrainingError` for a loss that is not
    finite.
    """
    control = control or Control()
    device = choose(config.device)
    config = replace(config, data=config.data.absolute(), out=config.out.absolute(), threads=config.threads or CORES)
    if config.split not in ("auto", "new"):
        config = replace(config, split=str(Path(config.split).absolute()))
    with exact(device, config.threads):
        module, config, started_from = _start_network(config, control, on_event)
        material = prepare(config, control, on_event)
        now = datetime.now()
        with _run_folder(config, now) as folder, interruptible(module, control):
            card = write_start(folder, config, material, describe(config.device), started_from, now)
            learner = Learner(module, config, material.training_prior, device)
            training = _Training(config, material, learner, folder, card, control, on_event)
            training.announce()
            return training.finish(training.run_epochs())


def _start_network(
    config: TrainingConfig, control: Control, on_event: OnEvent
) -> tuple[nn.Module, TrainingConfig, str]:
    """The network with its first weights, the config that says which, and what they are in one line.

    "auto" is settled here, so that a run can be repeated where other weights are at hand.
    """
    on_event(StatusChanged(text=f"Building {config.backbone}"))
    tensors, described = weights.find(config.backbone, config.weights, control=control, on_event=on_event)
    torch.manual_seed(config.seed)
    module = network.build(config.backbone)
    if tensors is not None:
        network.load_backbone(module, config.backbone, tensors)
    if config.weights == "auto":
        config = replace(config, weights="none" if tensors is None else "download")
    return module, config, described


@contextmanager
def _run_folder(config: TrainingConfig, now: datetime) -> Iterator[RunFolder]:
    """A new run folder; removed when the user cancels, or when something fails before there is a model in it."""
    folder = create_run(config.out, config.backbone, now)
    try:
        yield folder
    except BaseException as error:
        if isinstance(error, Cancelled) or folder.model is None:
            discard_run(folder.path)
        raise


class _Training:
    """One training, from its first batch to its finished model."""

    def __init__(
        self,
        config: TrainingConfig,
        material: Material,
        learner: Learner,
        folder: RunFolder,
        card: ModelCard,
        control: Control,
        on_event: OnEvent,
    ) -> None:
        self._config, self._material, self._learner = config, material, learner
        self._folder, self._card = folder, card
        self._control, self._on_event = control, on_event
        n_positions = count_positions(material.train.labels, config.balancing)
        self._batches = split_batches(n_positions, config.batch_size)
        self._feed = Feed(material.pixels, material.train.positions, learner.device)
        self._pace = Pace(config.epochs, n_positions, len(material.val))
        self._best = Best(config)
        self._history: list[EpochRecord] = []

    def announce(self) -> None:
        """Say that the first batch follows."""
        device = describe(self._config.device)
        self._on_event(
            RunStarted(
                run=self._folder.path,
                epochs=self._config.epochs,
                steps_per_epoch=len(self._batches),
                n_train=len(self._material.train),
                n_val=len(self._material.val),
                device=f"{device.name}. {device.reason}",
                weights=self._card.weights,
            )
        )

    def run_epochs(self) -> Stop:
        """Learn and validate epoch by epoch, keeping the best; returns why it stopped."""
        for epoch in range(1, self._config.epochs + 1):
            self._pace.start_epoch(epoch)
            self._on_event(StatusChanged(text=f"Training, epoch {epoch} of {self._config.epochs}"))
            train_loss, train_balanced_accuracy, rate = self._learn(epoch)
            score = self._validate(f"after epoch {epoch}")
            record = EpochRecord(
                epoch=epoch,
                train_loss=train_loss,
                val_loss=score.loss,
                train_balanced_accuracy=train_balanced_accuracy,
                val_balanced_accuracy=score.balanced_accuracy,
                val_recall=score.recall,
                learning_rate=rate,
                seconds=self._pace.end_epoch(),
            )
            stop = self._keep(record, score)
            if stop is not None:
                return stop
        return "finished"

    def finish(self, stopped: Stop) -> TrainingResult:
        """Restore the best epoch from its file, check that it scores as logged, and write the finished model."""
        self._on_event(StatusChanged(text="Checking the best model"))
        best = load_model(self._folder.best_so_far, torch.device("cpu"))
        self._learner.module.load_state_dict(best.module.state_dict())
        again = self._validate("of the best model").balanced_accuracy
        tolerance = 0.0 if self._learner.device.type == "cpu" else _GPU_TOLERANCE
        if abs(again - self._best.balanced_accuracy) > tolerance:
            raise TrainingError(
                f"The saved model scores {again:.4f}, not {self._best.balanced_accuracy:.4f} as logged.",
                "Memory or disk of this computer may be faulty. Do not trust this run; train again.",
            )
        card = replace(best.card, is_finished=True, epochs_run=len(self._history))
        save_model(self._folder.final_model, best.module, card, best.fingerprints)
        shutil.rmtree(self._folder.best_so_far.parent, ignore_errors=True)
        return TrainingResult(
            run=self._folder.path,
            model=self._folder.final_model,
            split_sha256=card.split_sha256,
            best_epoch=card.best_epoch,
            epochs_run=card.epochs_run,
            stopped=stopped,
            validation=card.validation,
            weights_sha256=weights_sha256(best.module),
            is_demo=card.is_demo,
            leaking_split=card.leaking_split,
        )

    def _learn(self, epoch: int) -> tuple[float, float, float]:
        """One epoch, or what the user leaves of it: mean loss, balanced accuracy and the last learning rate."""
        config, device = self._config, self._learner.device
        labels = self._material.train.labels
        drawn = draw_epoch(labels, config.balancing, config.seed, epoch)
        variations = draw_variations(config.augmentation, config.preprocessing, len(drawn), config.seed, epoch)
        seeds = stream(config.seed, epoch, Purpose.DROPOUT).integers(2**63, size=len(self._batches))
        meter = Meter(epoch, self._pace, self._on_event)
        rate = config.learning_rate
        for step, batch in enumerate(self._batches):
            self._control.raise_if_cancelled()
            rows = drawn[batch]
            torch.manual_seed(int(seeds[step]))
            rate = learning_rate(config, (epoch - 1) * len(self._batches) + step, len(self._batches))
            images = to_input(self._feed.take(rows), config.preprocessing, device)
            varied = vary(images, variations.of(batch, device))
            meter.add(*self._learner.step(varied, torch.from_numpy(labels[rows]).to(device), rate))
            if self._control.is_finishing_early:
                break
        return *meter.sum_up(labels[drawn]), rate

    def _validate(self, when: str) -> Score:
        self._on_event(StatusChanged(text=f"Scoring the validation part {when}"))
        score = score_validation(
            self._learner.module,
            self._material,
            self._config.preprocessing,
            self._learner.device,
            self._control,
            self._on_event,
        )
        if score.loss != score.loss:  # nan
            raise not_finite(f"The network's answers for the validation part {when} are not finite numbers.")
        return score

    def _keep(self, record: EpochRecord, score: Score) -> Stop | None:
        """Write the epoch down, and its model if it is the best so far; returns a reason to stop, if there is one."""
        self._history.append(record)
        if self._best.update(record):
            card = replace(self._card, best_epoch=record.epoch, epochs_run=record.epoch)
            card = calibrate(card, score, self._material)
            save_model(self._folder.best_so_far, self._learner.module, card, self._material.fingerprints)
        write_history(self._folder.history, self._history)
        stop: Stop | None = None
        if self._control.is_finishing_early:
            stop = "early"
        elif self._best.is_patience_over:
            stop = "patience"
        self._on_event(
            EpochDone(
                record=record,
                best_epoch=self._best.epoch,
                epochs_without_improvement=self._best.epochs_without_improvement,
                patience=self._config.patience,
                seconds_left=0.0 if stop else self._pace.seconds_left_after_epoch,
            )
        )
        return stop
