"""What a training leaves behind, be it a run or a set of folds: read, told, resumed and discarded alike."""

from pathlib import Path

from engine import calls, fold_sets, runs, wording
from engine.calls import Call
from engine.comparison_results import FoldsResult
from engine.results import RunInfo, TrainingResult

describe_place = wording.describe_place


def read(path: Path) -> RunInfo | None:
    """What lists show of the run or the set of folds in `path`; None if it cannot be read."""
    return fold_sets.read_fold_set(path) if fold_sets.is_fold_set(path) else runs.read_run(path)


def can_go_on(training: RunInfo) -> bool:
    """Whether resuming it is of use: a fold whose numbers run away every time ends its set."""
    is_given_up = training.n_folds is not None and fold_sets.FoldSet(training.path).why_given_up() is not None
    return training.is_resumable and not is_given_up


def resume(path: Path) -> Call[TrainingResult] | Call[FoldsResult]:
    """Go on with the training in `path`."""
    return calls.resume_folds(path) if fold_sets.is_fold_set(path) else calls.resume(path)


def discard(path: Path) -> None:
    """Delete the training in `path`; anything that is none is left alone."""
    if fold_sets.is_fold_set(path):
        fold_sets.discard_fold_set(path)
    else:
        runs.discard_run(path)


def list_resumable(out: Path) -> tuple[RunInfo, ...]:
    """What was interrupted in `out` and can be resumed, newest first."""
    return _newest_first(runs.list_resumable(out) + fold_sets.list_resumable_sets(out))


def list_finished(out: Path, trained: tuple[RunInfo, ...]) -> tuple[RunInfo, ...]:
    """The runs `trained` and the sets of folds in `out` that have results, newest first."""
    sets = tuple(one for one in fold_sets.list_fold_sets(out) if one.state == "finished")
    return _newest_first(trained + sets)


def _newest_first(found: tuple[RunInfo, ...]) -> tuple[RunInfo, ...]:
    return tuple(sorted(found, key=lambda one: one.path.name, reverse=True))
