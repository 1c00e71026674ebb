"""The run folder: its names and files, the list of runs, and the count of test openings."""

import contextlib
import csv
import json
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.atomic import disk_error, write_json
from engine.errors import DataError
from engine.results import EpochRecord, RunInfo
from engine.run_lock import is_in_use

MANIFEST = "manifest.json"
"""Written last into a slot: a checkpoint without it does not count."""
_STATE = "state.json"
_OPENINGS = "test_openings.json"


@dataclass(frozen=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def config(self) -> Path:
        """What was asked: `{"training": TrainingConfig, "data_fingerprint": ..., "is_demo": ..., "versions": ...}`."""
        return self.path / "config.json"

    @property
    def split(self) -> Path:
        return self.path / "split.csv"

    @property
    def history(self) -> Path:
        return self.path / "history.csv"

    @property
    def checkpoints(self) -> Path:
        """What a training needs to go on; removed when it is finished."""
        return self.path / "checkpoints"

    @property
    def slots(self) -> tuple[Path, Path]:
        """The two folders that checkpoints are written to by turns."""
        return self.checkpoints / "slot1", self.checkpoints / "slot2"

    @property
    def best_so_far(self) -> Path:
        """The model of the best epoch while the training runs; a whole model file with its card."""
        return self.checkpoints / "best.safetensors"

    @property
    def is_resumable(self) -> bool:
        """Whether the training was interrupted and has a checkpoint, which may yet prove damaged."""
        return not self.final_model.is_file() and any((slot / MANIFEST).is_file() for slot in self.slots)

    @property
    def final_model(self) -> Path:
        """The model file of a finished training."""
        return self.path / "model.safetensors"

    @property
    def model(self) -> Path | None:
        """The best model there is: the final one, or the best epoch of an interrupted training."""
        return next((path for path in (self.final_model, self.best_so_far) if path.is_file()), None)

    @property
    def features(self) -> Path:
        """Features of the training images by the run's model, once somebody asked for similar ones."""
        return self.path / "features.safetensors"

    def evaluation(self, part: str) -> Path:
        """The folder for the evaluation of one part."""
        return self.path / "evaluation" / part


def create_run(out: Path, backbone: str, now: datetime) -> RunFolder:
    """A new empty run folder in `out`, named by time and backbone. Raises `DiskError`."""
    name = f"{now:%Y-%m-%d_%H%M%S}_{backbone}"
    for number in range(1, 1000):
        path = out / (name if number == 1 else f"{name}_{number}")
        try:
            path.mkdir(parents=True)
            return RunFolder(path)
        except FileExistsError:
            if not path.exists():  # a file stands where a folder should be
                raise disk_error(FileExistsError(17, "A file is in the way", str(out)), path) from None
        except OSError as error:
            raise disk_error(error, path) from error
    raise disk_error(OSError("Too many runs in one second"), out)


def discard_run(run: Path) -> None:
    """Delete the folder of a run; anything that is not a run folder is left alone."""
    if (run / "config.json").is_file() or not any(run.glob("*")):
        shutil.rmtree(run, ignore_errors=True)


def list_runs(out: Path) -> tuple[RunInfo, ...]:
    """All runs in `out`, newest first; folders that are no runs, and runs without a model, are passed over."""
    folders = sorted(out.glob("*/config.json"), key=lambda path: path.parent.name, reverse=True) if out.is_dir() else []
    runs = (read_run(config.parent) for config in folders)
    return tuple(run for run in runs if run is not None and run.model is not None)


def list_resumable(out: Path) -> tuple[RunInfo, ...]:
    """The runs in `out` that can be resumed, newest first; those that are being trained now are not among them."""
    folders = sorted((path.parent for path in out.glob("*/config.json")), key=lambda path: path.name, reverse=True)
    waiting = (path for path in folders if RunFolder(path).is_resumable and not is_in_use(path))
    return tuple(run for run in map(read_run, waiting) if run is not None)


def read_run(path: Path) -> RunInfo | None:
    """What the list shows of the run in `path`; None if its config cannot be read."""
    folder = RunFolder(path)
    try:
        config = json.loads(folder.config.read_text(encoding="utf-8"))
        training = config["training"]
        epochs, backbone = int(training["epochs"]), str(training["backbone"])
        is_demo = bool(config.get("is_demo", False))
        leaking_split = bool(config.get("leaking_split", False))
        fold = int(training["fold"]) if training.get("fold") is not None else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    marks = {f", fold {(fold or 0) + 1}": fold is not None, ", demo": is_demo, ", leaking split": leaking_split}
    history = read_history(folder.history)
    saved_epochs, saved_steps = _read_saved(folder)
    best = max(history, key=lambda record: (record.val_balanced_accuracy, -record.epoch), default=None)
    return RunInfo(
        path=path,
        name=f"{backbone}, {when_of(path.name)}{''.join(mark for mark, holds in marks.items() if holds)}",
        state="finished" if folder.final_model.is_file() else "interrupted",
        model=folder.model,
        epochs_run=len(history),
        epochs=epochs,
        best_epoch=best.epoch if best else None,
        val_balanced_accuracy=best.val_balanced_accuracy if best else None,
        is_demo=is_demo,
        leaking_split=leaking_split,
        is_resumable=folder.is_resumable,
        saved_epochs=saved_epochs,
        saved_steps=saved_steps,
        fold=fold,
    )


def _read_saved(folder: RunFolder) -> tuple[int | None, int]:
    """Epochs in the newest checkpoint, and batches of the next one; None where that cannot be read."""
    found: list[tuple[int, int, int]] = []
    for slot in folder.slots:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            number = json.loads((slot / MANIFEST).read_text(encoding="utf-8"))["number"]
            state = json.loads((slot / _STATE).read_text(encoding="utf-8"))
            found.append((int(number), len(state["history"]), int(state["step"])))
    return max(found)[1:] if found else (None, 0)


def read_history(path: Path) -> tuple[EpochRecord, ...]:
    """The rows of a `history.csv`; what cannot be read ends the list."""
    records: list[EpochRecord] = []
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError), path.open(encoding="utf-8", newline="") as file:
        records.extend(_read_record(row) for row in csv.DictReader(file))
    return tuple(records)


def history_columns(record: EpochRecord, codes: tuple[str, ...]) -> dict[str, object]:
    """One row of `history.csv`; an empty cell where there is no value."""
    recalls = {f"val_recall_{code}": "" if r is None else r for code, r in zip(codes, record.val_recall, strict=True)}
    plain = {name: getattr(record, name) for name in _PLAIN_COLUMNS}
    return {**plain, **recalls, "learning_rate": record.learning_rate, "seconds": record.seconds}


_PLAIN_COLUMNS = ("epoch", "train_loss", "val_loss", "train_balanced_accuracy", "val_balanced_accuracy")


def _read_record(row: dict[str, str]) -> EpochRecord:
    return EpochRecord(
        epoch=int(row["epoch"]),
        train_loss=float(row["train_loss"]),
        val_loss=float(row["val_loss"]),
        train_balanced_accuracy=float(row["train_balanced_accuracy"]),
        val_balanced_accuracy=float(row["val_balanced_accuracy"]),
        val_recall=tuple(float(v) if v else None for name, v in row.items() if name.startswith("val_recall_")),
        learning_rate=float(row["learning_rate"]),
        seconds=float(row["seconds"]),
    )


def when_of(folder_name: str) -> str:
    """When a run began, from the name of its folder: "23 Nov 10:15"."""
    found = re.match(r"(\d{4}-\d{2}-\d{2}_\d{6})", folder_name)
    if found is None:
        return folder_name
    return f"{datetime.strptime(found.group(1), '%Y-%m-%d_%H%M%S'):%d %b %H:%M}"


def openings_dir(run: Path) -> Path:
    """The folder whose count of test openings the run in `run` belongs to: that of all runs, also for a fold's run."""
    return run.parents[1] if (run.parent / "folds.json").is_file() else run.parent


def count_test_openings(out: Path, split_sha256: str) -> int:
    """How often the test part of this split was opened, by any run in `out`."""
    return len(_read_openings(out).get(split_sha256, []))


def record_test_opening(out: Path, split_sha256: str, run: Path, when: datetime) -> int:
    """Count one more opening and return the new count. Raises `DiskError`: what cannot be counted is not opened."""
    openings = _read_openings(out)
    entries = openings.setdefault(split_sha256, [])
    entries.append({"run": run.name, "when": when.isoformat(timespec="seconds")})
    write_json(out / _OPENINGS, openings)
    return len(entries)


def _read_openings(out: Path) -> dict[str, list[dict[str, str]]]:
    path = out / _OPENINGS
    if not path.exists():
        return {}
    try:
        openings = json.loads(path.read_text(encoding="utf-8"))
        return {split: list(entries) for split, entries in openings.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError(
            f"The count of test openings ({path}) cannot be read.",
            "Restore it from a backup, or delete it to begin a new count.",
        ) from error
