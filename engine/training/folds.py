"""Trains one network for each fold, as one job that can be paused, killed and resumed, and pools their answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.atomic import write_json
from engine.comparison_results import FoldsResult, PooledEvaluation
from engine.config import TrainingConfig
from engine.data.checks import open_checked
from engine.data.duplicates import find_duplicates, join_groups
from engine.data.split import limit_rows, split_sha256, write_split
from engine.data.split_modes import make_folds
from engine.errors import Cancelled, ConfigError, Paused, TrainingError
from engine.evaluation.evaluate import evaluate, read
from engine.evaluation.folds import pool
from engine.evaluation.saved import find_saved
from engine.events import (
    Control,
    Event,
    FoldStarted,
    LearningDone,
    OnEvent,
    StatusChanged,
    TrainingAdjusted,
    ignore_events,
)
from engine.fold_sets import AskedFolds, FoldSet, GivenUp, discard_fold_set, read_fold_set, write_asked
from engine.model import weights
from engine.model.device import CORES
from engine.records import as_json
from engine.results import Part
from engine.run_lock import held
from engine.runs import RunFolder, create_run, discard_run
from engine.training.checkpoint import read_newest
from engine.training.meter import RanAwayError
from engine.training.trainer import resume, train


def train_folds(
    config: TrainingConfig,
    n_folds: int = 5,
    open_test: bool = False,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> FoldsResult:
    """Train `config` on each of `n_folds` folds by lesion, evaluate each, and pool the answers.

    With `open_test` the test part of every fold is opened at the end, which is counted: every image is then answered by
    a model that never saw it. Otherwise the validation parts are pooled, by which the best epochs were chosen.
    Finishing early ends the fold under way only; cancelling leaves nothing behind. Raises what `train` raises; `Paused`
    names the folder of the set.
    """
    control = control or Control()
    _refuse_other_splits(config)
    config = _settle(config)
    folder = create_run(config.out, f"{config.backbone}_{n_folds}_folds", datetime.now())
    folds = FoldSet(folder.path)
    with _kept_if_worth_it(folds), held(folds.path):
        asked = _lay_out(folds, config, n_folds, open_test, control, on_event)
        return _go_on(folds, asked, control, on_event)


def resume_folds(
    folds: Path, open_test: bool = False, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> FoldsResult:
    """Go on with a set of folds: those that are finished are not repeated, one that was interrupted is resumed.

    With `open_test` the test parts are opened at the end even if that was not asked for at first; finished folds are
    then only evaluated. The set may lie in another folder than before. Cancelling leaves everything as it was saved
    last. Raises what `resume` raises.
    """
    control = control or Control()
    own = FoldSet(folds.absolute())
    asked = own.asked()
    if split_sha256(own.split) != asked.split_sha256:
        raise TrainingError(f"The {own.split.name} of these folds was changed.", "Train the folds again.")
    if (why := own.why_given_up()) is not None:
        again = f"To try this fold once more all the same, delete {own.given_up.name} in its folder."
        raise TrainingError(why.message, f"{why.hint} {again}")
    with held(own.path):
        if open_test and not asked.open_test:
            asked = replace(asked, open_test=True)
            write_asked(own, asked)
        return _go_on(own, asked, control, on_event)


def read_pooled(
    folds: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> PooledEvaluation | None:
    """The figures of all folds together, from their saved answers; None before every fold was trained and evaluated.

    Where opening the test parts was broken off, those of the validation parts.
    """
    info = read_fold_set(folds.absolute())
    if info is None or info.state != "finished":
        return None
    own = FoldSet(folds.absolute())
    asked = own.asked()
    runs = [run.path for fold in range(asked.n_folds) if (run := own.finished(fold)) is not None]
    if asked.open_test and any(find_saved(run, "test") is None for run in runs):
        asked = replace(asked, open_test=False)
    return _pool(own, asked, control or Control(), on_event)


def _go_on(folds: FoldSet, asked: AskedFolds, control: Control, on_event: OnEvent) -> FoldsResult:
    """Train the folds that are not finished, then evaluate and pool all of them."""
    for fold in range(asked.n_folds):
        if folds.finished(fold) is None:
            control.forget_finish_early()
            on_event(FoldStarted(folds=folds.path, fold=fold + 1, n_folds=asked.n_folds))
            _train_fold(folds, asked, fold, control, on_event)
    on_event(LearningDone(can_pause=True))
    with control.hearing_pause():
        return _evaluate_all(folds, asked, control, on_event)


def _evaluate_all(folds: FoldSet, asked: AskedFolds, control: Control, on_event: OnEvent) -> FoldsResult:
    """Evaluate the folds that are not yet, and pool all. Raises `Paused`; what is evaluated by then is kept."""

    def tell(event: Event) -> None:
        on_event(event)
        if control.is_pausing:
            raise Paused(folds.path, asked.training.epochs, asked.training.epochs)

    for fold in range(asked.n_folds):
        run = folds.finished(fold)
        assert run is not None
        if read(run.path, _part(asked), on_event=tell) is None:
            tell(StatusChanged(text=f"Evaluating fold {fold + 1} of {asked.n_folds}"))
            evaluate(run.path, _part(asked), asked.training.device, control=control, on_event=tell)
    pooled = _pool(folds, asked, control, tell)
    write_json(folds.pooled, as_json(pooled))
    return FoldsResult(path=folds.path, pooled=pooled)


def _train_fold(folds: FoldSet, asked: AskedFolds, fold: int, control: Control, on_event: OnEvent) -> None:
    """Train a fold to its end, from its checkpoint where it has one. Raises `Paused` with the folder of the set."""
    try:
        for run in folds.runs_of(fold):
            if run.is_resumable and _is_whole(run, fold, on_event):
                resume(run.path, control=control, on_event=on_event)
                return
            discard_run(run.path)  # it was killed before its first checkpoint, or both are damaged
        config = replace(asked.training, split=str(folds.split), fold=fold, out=folds.path)
        train(config, control=control, on_event=on_event)
    except RanAwayError as error:
        text = f"Fold {fold + 1} of {asked.n_folds}: {error.message}"
        hint = "Train the folds again with a lower learning rate: this one would end the same way if it were resumed."
        write_json(folds.given_up, as_json(GivenUp(fold=fold, message=text, hint=hint)))
        raise TrainingError(text, hint) from error
    except Paused as paused:
        raise Paused(folds.path, paused.epochs_run, paused.epochs) from paused


def _is_whole(run: RunFolder, fold: int, on_event: OnEvent) -> bool:
    """Whether a fold has a checkpoint to go on from; says so where both are damaged, which must not end its set."""
    try:
        read_newest(run)
    except TrainingError as error:
        on_event(TrainingAdjusted(text=f"{error.message} Fold {fold + 1} is trained again from its start."))
        return False
    return True


def _pool(folds: FoldSet, asked: AskedFolds, control: Control, on_event: OnEvent) -> PooledEvaluation:
    runs = [run.path for fold in range(asked.n_folds) if (run := folds.finished(fold)) is not None]
    return pool(runs, _part(asked), control=control, on_event=on_event)


def _part(asked: AskedFolds) -> Part:
    return "test" if asked.open_test else "val"


def _refuse_other_splits(config: TrainingConfig) -> None:
    if config.split not in ("auto", "new") or config.fold is not None:
        raise ConfigError(
            "Folds are made by lesion; they cannot be made of another split.",
            "Leave the split out, or train on each fold of a table of your own with --split and --fold.",
        )


def _settle(config: TrainingConfig) -> TrainingConfig:
    """`config` with what could differ from fold to fold decided once."""
    choice = config.weights
    if choice == "auto":
        choice = "download" if weights.describe(config.backbone).is_available else "none"
    elif choice not in ("none", "download"):
        choice = str(Path(choice).absolute())
    return replace(
        config,
        data=config.data.absolute(),
        out=config.out.absolute(),
        weights=choice,
        threads=config.threads or CORES,
        allow_leaking_split=False,
    )


def _lay_out(
    folds: FoldSet, config: TrainingConfig, n_folds: int, open_test: bool, control: Control, on_event: OnEvent
) -> AskedFolds:
    """Split the data that `config` names into folds, and write down what is to be done."""
    dataset = open_checked(config.data, control=control, on_event=on_event)
    if config.limit is not None:
        dataset = replace(dataset, rows=limit_rows(dataset.rows, config.limit, config.seed).reset_index(drop=True))
    rows = join_groups(dataset.rows, find_duplicates(dataset, control=control, on_event=on_event))
    asked = AskedFolds(
        training=config,
        n_folds=n_folds,
        open_test=open_test,
        split_sha256=write_split(make_folds(rows, n_folds, config.seed), folds.split),
        is_demo=dataset.is_demo,
    )
    write_asked(folds, asked)
    return asked


@contextmanager
def _kept_if_worth_it(folds: FoldSet) -> Iterator[None]:
    """Within, a new set is filled; it is removed when the user cancels, or when there is nothing to go on with."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, Cancelled) or not any(folds.path.glob("*/config.json")):
            folds.split.unlink(missing_ok=True)
            discard_fold_set(folds.path)
        raise
