"""Learns epoch by epoch, from any point on: validates, keeps the best, writes checkpoints, and heeds the user."""

from dataclasses import dataclass, replace

import torch

from engine.config import TrainingConfig
from engine.errors import DiskError, Paused
from engine.events import Control, EpochDone, Event, LearningDone, OnEvent, RunStarted, StatusChanged, TrainingAdjusted
from engine.model.device import describe
from engine.model.file import save_model
from engine.prediction.portion import Portion
from engine.results import EpochRecord, ModelCard, TrainingResult
from engine.runs import RunFolder
from engine.training.batches import count_positions, draw_epoch, split_batches
from engine.training.best import Best
from engine.training.checkpoint import Checkpoint, Slots, TrainingState, put_best_back
from engine.training.distributed import Peers, any_wants, draw_seeds, in_turn, is_keeper, most_of, own_part
from engine.training.finish import Stop, finish
from engine.training.inputs import inputs_of
from engine.training.interval import Interval
from engine.training.learner import Learner
from engine.training.material import Material
from engine.training.memory import learning_portion
from engine.training.meter import Meter, NotFiniteError, RanAwayError, not_finite, only_finite
from engine.training.optimizer import learning_rate
from engine.training.pace import Pace
from engine.training.run_files import write_history
from engine.training.validation import Score, calibrate

_MOST_HALVINGS = 3  # of the learning rate, when the loss runs away
_SCORED_AT_A_TIME = 64


@dataclass(frozen=True)
class _Start:
    """A point of an epoch that can be gone back to."""

    epoch: int
    step: int
    seconds: float
    tensors: dict[str, torch.Tensor]


class TrainingLoop:
    """One training, from its first batch, or the one after its checkpoint, to its finished model."""

    def __init__(
        self,
        config: TrainingConfig,
        material: Material,
        learner: Learner,
        folder: RunFolder,
        card: ModelCard,
        control: Control,
        on_event: OnEvent,
        checkpoint: Checkpoint | None = None,
        peers: Peers | None = None,
    ) -> None:
        """`card` is of a model that has not learned; `checkpoint` is to go on from; `control` what `peers` agree on."""
        self._config, self._material, self._learner, self._peers = config, material, learner, peers
        self._folder, self._card = folder, card
        self._control, self._on_event = control, on_event
        n_positions = count_positions(material.train.labels, config.balancing)
        self._batches = split_batches(n_positions, config.batch_size)
        self._inputs = inputs_of(config, material, learner.device)
        self._pace = Pace(config.epochs, n_positions, len(material.val))
        self._portion = learning_portion(learner, config, most_of(peers, config.batch_size), on_event)
        self._scoring = Portion(_SCORED_AT_A_TIME, 1, "where images are scored", on_event)
        self._slots, self._interval = Slots(folder, checkpoint), Interval()
        self._best = Best(config)
        self._history: list[EpochRecord] = []
        self._halvings = self._step = 0
        self._is_resumed = checkpoint is not None
        if checkpoint is None:
            self._start = _Start(1, 0, 0.0, learner.tensors())
        else:
            self._start = self._restore(checkpoint)
        self._meter = Meter(self._start.epoch, self._pace, on_event)
        if peers is not None:
            peers.check_batches(self._batches)
            learner.join(peers)

    def run(self) -> TrainingResult:
        """Train to the end. Raises `Paused`, `Cancelled`, `TrainingError` and `DiskError`."""
        self._announce()
        try:
            with self._control.hearing_pause(), self._slots:
                stopped = self._run_epochs()
            return self._finish(stopped)
        except DiskError as error:
            raise self._slots.as_pause(error) from error

    def _run_epochs(self) -> Stop:
        """Learn and validate epoch by epoch, keeping the best; returns why it stopped."""
        while (stop := self._reason_to_stop()) is None:
            epoch = len(self._history) + 1
            self._on_event(StatusChanged(text=f"Training, epoch {epoch} of {self._config.epochs}"))
            try:
                train_loss, train_balanced_accuracy, rate = self._learn(epoch)
                score = self._validate(f"after epoch {epoch}")
                reached = self._finite_tensors()
            except NotFiniteError as error:
                self._go_back(error)
                continue
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
            self._keep(record, score)
            self._start = _Start(epoch + 1, 0, 0.0, reached)
            self._save_if_due(at_epoch_end=True)
        return stop

    def _learn(self, epoch: int) -> tuple[float, float, float]:
        """The rest of an epoch, or what the user leaves of it: mean loss, balanced accuracy, the last learning rate."""
        config, device, start = self._config, self._learner.device, self._start
        labels = self._material.train.labels
        drawn = draw_epoch(labels, config.balancing, config.seed, epoch)
        self._inputs.begin_epoch(epoch, drawn)
        shown = torch.from_numpy(labels[drawn]).to(device)
        seeds = draw_seeds(self._peers, config.seed, epoch, len(self._batches))
        n_done = self._batches[start.step - 1].stop if start.step else 0
        self._pace.start_epoch(epoch, n_done=n_done, seconds=start.seconds)
        self._meter, self._step = Meter(epoch, self._pace, self._on_event), start.step
        self._meter.load(start.tensors)

        def learn(portion: int) -> tuple[torch.Tensor, torch.Tensor]:
            batch, share = own_part(self._peers, self._batches[self._step])
            torch.manual_seed(int(seeds[self._step]))
            rate = self._rate(epoch, self._step)
            return self._learner.step(self._inputs.take(batch), shown[batch], rate, portion, share)

        while self._step < len(self._batches):
            self._heed()
            self._meter.add(*self._portion.run(learn))
            if self._peers is not None:
                self._meter.report()  # so that all hear of a loss that is not finite after the same step
            self._step += 1
            if self._control.is_finishing_early:
                break
            self._save_if_due()
        return *self._meter.sum_up(labels[drawn]), self._rate(epoch, self._step - 1)

    def _rate(self, epoch: int, step: int) -> float:
        in_all = (epoch - 1) * len(self._batches) + step
        return learning_rate(self._config, in_all, len(self._batches)) * 0.5**self._halvings

    def _validate(self, when: str, *, is_last: bool = False) -> Score:
        self._on_event(StatusChanged(text=f"Scoring the validation part {when}"))

        def tell(event: Event) -> None:
            self._on_event(event)
            if not is_last:
                self._heed()

        scored, control = self._learner.scored, self._control
        result = self._inputs.score(scored, control, tell, self._scoring, self._peers, from_pixels=is_last)
        if result.loss != result.loss:  # nan
            raise not_finite(f"The network's answers for the validation part {when} are not finite numbers.")
        return result

    def _keep(self, record: EpochRecord, score: Score) -> None:
        """Write the epoch down, and its model if it is the best so far."""
        self._history.append(record)
        self._step, self._meter = 0, Meter(record.epoch + 1, self._pace, self._on_event)
        if self._best.update(record):
            card = replace(self._card, best_epoch=record.epoch, epochs_run=record.epoch)
            card = calibrate(card, score, self._material)
            save_model(self._folder.best_so_far, self._learner.scored, card, self._material.fingerprints)
        write_history(self._folder.history, self._history)
        self._on_event(
            EpochDone(
                record=record,
                best_epoch=self._best.epoch,
                epochs_without_improvement=self._best.epochs_without_improvement,
                patience=self._config.patience,
                seconds_left=0.0 if self._reason_to_stop() else self._pace.seconds_left_after_epoch,
            )
        )

    def _reason_to_stop(self) -> Stop | None:
        """Why no other epoch follows; None if one does."""
        if self._history and self._control.is_finishing_early:
            return "early"
        if self._best.is_patience_over:
            return "patience"
        return "finished" if len(self._history) == self._config.epochs else None

    def _heed(self) -> None:
        """Cancel or pause where the user wants it, or where no checkpoint can be written any more."""
        self._control.raise_if_cancelled()
        self._slots.raise_if_failed()
        if self._control.is_pausing:
            self._on_event(StatusChanged(text="Writing a checkpoint"))
            self._save()
            in_turn(self._peers, self._slots.wait)  # who ends first ends all
            raise Paused(self._folder.path, len(self._history), self._config.epochs)

    def _go_back(self, error: NotFiniteError) -> None:
        """To the start of the epoch (or where it was resumed) with half the learning rate; in the end, give up."""
        if self._halvings == _MOST_HALVINGS:
            self._slots.discard()
            tried = f"The learning rate was halved {_MOST_HALVINGS} times before."
            raise RanAwayError(f"{error.message} {tried}", error.hint) from error
        self._halvings += 1
        self._learner.load(self._start.tensors)
        self._step, self._meter = self._start.step, Meter(self._start.epoch, self._pace, self._on_event)
        self._meter.load(self._start.tensors)
        self._save()  # so that a later checkpoint of the epoch that ran away is never resumed
        how = "It goes on from the start of the epoch with half the learning rate"
        self._on_event(TrainingAdjusted(text=f"{error.message} {how} ({self._halvings} of {_MOST_HALVINGS} times)."))

    def _save_if_due(self, *, at_epoch_end: bool = False) -> None:
        is_due = self._interval.is_due(self._slots.cost, at_epoch_end=at_epoch_end) and not self._slots.is_writing
        if any_wants(self._peers, is_due and is_keeper(self._peers)):
            self._save()

    def _save(self) -> None:
        """Begin to write a checkpoint, in the first process. Raises `NotFiniteError`, in all, for a worthless one."""
        of_meter, of_learner = self._meter.tensors(), self._finite_tensors()
        state = TrainingState(
            config=self._config,
            card=self._card,
            history=tuple(self._history),
            step=self._step,
            seconds=self._pace.seconds if self._step else 0.0,
            halvings=self._halvings,
            portion=self._portion.size,
            scoring_portion=self._scoring.size,
        )
        if is_keeper(self._peers):
            self._slots.write(state, {**of_learner, **of_meter})
        self._interval.begin()

    def _finite_tensors(self) -> dict[str, torch.Tensor]:
        return only_finite(self._learner.tensors(), f"after epoch {len(self._history) + 1}, step {self._step}")

    def _restore(self, checkpoint: Checkpoint) -> _Start:
        """Take up where the checkpoint was written."""
        state = checkpoint.state
        self._history, self._halvings = list(state.history), state.halvings
        if self._learner.device.type == "cpu":  # others have just found out what fits now
            self._portion.size = state.portion
        self._scoring.size = state.scoring_portion
        for record in self._history:
            self._best.update(record)
        if self._history:
            put_best_back(self._folder, checkpoint)
            write_history(self._folder.history, self._history)
        self._learner.load(checkpoint.tensors)
        return _Start(len(self._history) + 1, state.step, state.seconds, checkpoint.tensors)

    def _announce(self) -> None:
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
                history=tuple(self._history),
                best_epoch=self._best.epoch or None,
            )
        )
        self._portion.tell()  # not before: what begins to show a run forgets what was said until then

    def _finish(self, stopped: Stop) -> TrainingResult:
        self._on_event(LearningDone(can_pause=False))
        self._on_event(StatusChanged(text="Checking the best model"))
        # Where one CPU scored all, in the same batches: a resumed training may have been begun elsewhere, and features
        # are scored in other batches than images.
        is_same = self._learner.device.type == "cpu" and not self._is_resumed and not self._config.is_frozen
        return finish(
            self._folder,
            self._learner,
            self._config,
            self._material,
            self._history[self._best.epoch - 1],
            lambda when: self._validate(when, is_last=True),
            self._scoring,
            self._control,
            self._on_event,
            is_exact=is_same and self._scoring.size == _SCORED_AT_A_TIME,
            epochs_run=len(self._history),
            stopped=stopped,
        )
