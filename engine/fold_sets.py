"""The folder of a set of folds: what was asked, its split, one run for each fold, and what they came to together."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.errors import ConfigError
from engine.records import as_json, from_json
from engine.results import RunInfo
from engine.run_lock import is_in_use
from engine.runs import RunFolder, read_run, when_of


@dataclass(frozen=True, kw_only=True)
class AskedFolds:
    """What was asked of a set of folds."""

    training: TrainingConfig
    """Of every fold, but for its split, its fold and its folder."""
    n_folds: int
    open_test: bool
    """Open the test part of every fold at the end; otherwise the validation parts are pooled."""
    split_sha256: str
    """Of the table that holds all folds."""
    is_demo: bool


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """Which fold cannot be trained, and why."""

    fold: int
    """0 for the first."""
    message: str
    hint: str


@dataclass(frozen=True)
class FoldSet:
    """The files of one set of folds. Its runs lie in its folder, so that no list of runs offers one as "the" model."""

    path: Path

    @property
    def asked_file(self) -> Path:
        """An `AskedFolds` as JSON."""
        return self.path / "folds.json"

    @property
    def split(self) -> Path:
        """All folds one under the other, told apart by the column fold."""
        return self.path / "folds.csv"

    @property
    def pooled(self) -> Path:
        """A `PooledEvaluation` as JSON, written last."""
        return self.path / "pooled.json"

    @property
    def given_up(self) -> Path:
        """A `GivenUp` as JSON, where a fold cannot be trained with these settings."""
        return self.path / "given_up.json"

    def why_given_up(self) -> "GivenUp | None":
        """Why there is no use in going on; None where there is, or the file cannot be read."""
        try:
            return from_json(GivenUp, json.loads(self.given_up.read_text(encoding="utf-8")), self.given_up.name)
        except (OSError, ValueError, ConfigError):
            return None

    def asked(self) -> AskedFolds:
        """What was asked. Raises `ConfigError`."""
        try:
            value = json.loads(self.asked_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            fault = f"{self.path.name} is not the folder of a set of folds."
            raise ConfigError(fault, "Name the folder that `train --folds` printed.") from error
        return from_json(AskedFolds, value, self.asked_file.name)

    def runs_of(self, fold: int) -> tuple[RunFolder, ...]:
        """The runs of a fold (0 the first), the newest first: none before it began, usually one."""
        found = []
        for config in sorted(self.path.glob("*/config.json"), reverse=True):
            try:
                if json.loads(config.read_text(encoding="utf-8"))["training"]["fold"] == fold:
                    found.append(RunFolder(config.parent))
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return tuple(found)

    def finished(self, fold: int) -> RunFolder | None:
        """The run of a fold (0 the first) that is trained to its end; None if there is none yet."""
        return next((run for run in self.runs_of(fold) if run.final_model.is_file()), None)


def is_fold_set(path: Path) -> bool:
    """Whether `path` is the folder of a set of folds."""
    return FoldSet(path).asked_file.is_file()


def list_fold_sets(out: Path) -> tuple[RunInfo, ...]:
    """All sets of folds in `out`, newest first."""
    found = sorted(out.glob("*/folds.json"), key=lambda file: file.parent.name, reverse=True) if out.is_dir() else []
    sets = (read_fold_set(file.parent) for file in found)
    return tuple(one for one in sets if one is not None)


def list_resumable_sets(out: Path) -> tuple[RunInfo, ...]:
    """The sets of folds in `out` that were interrupted, newest first; not those that are being trained now."""
    return tuple(one for one in list_fold_sets(out) if one.is_resumable and not is_in_use(one.path))


def read_fold_set(path: Path) -> RunInfo | None:
    """What lists show of the set of folds in `path`; None if it cannot be read."""
    folds = FoldSet(path)
    try:
        asked = folds.asked()
    except ConfigError:
        return None
    n_done = sum(folds.finished(fold) is not None for fold in range(asked.n_folds))
    under_way = folds.runs_of(n_done)[:1] if n_done < asked.n_folds else ()
    run = read_run(under_way[0].path) if under_way else None
    goes_on = run is not None and run.is_resumable  # otherwise the fold begins
    is_finished = n_done == asked.n_folds and folds.pooled.is_file()
    mark = ", demo" if asked.is_demo else ""
    return RunInfo(
        path=path,
        name=f"{asked.training.backbone}, {asked.n_folds} folds, {when_of(path.name)}{mark}",
        state="finished" if is_finished else "interrupted",
        model=None,
        epochs_run=run.epochs_run if run is not None else 0,
        epochs=asked.training.epochs,
        best_epoch=None,
        val_balanced_accuracy=None,
        is_demo=asked.is_demo,
        is_resumable=not is_finished,
        saved_epochs=run.saved_epochs if run is not None and goes_on else 0,
        saved_steps=run.saved_steps if run is not None and goes_on else 0,
        n_folds=asked.n_folds,
        folds_done=n_done,
    )


def write_asked(folds: FoldSet, asked: AskedFolds) -> None:
    """Write what was asked. Raises `DiskError`."""
    write_json(folds.asked_file, as_json(asked))


def discard_fold_set(path: Path) -> None:
    """Delete a set of folds with all its runs; anything that is no such set is left alone."""
    if is_fold_set(path) or (path.is_dir() and not any(path.iterdir())):  # the latter was begun and not laid out
        shutil.rmtree(path, ignore_errors=True)
