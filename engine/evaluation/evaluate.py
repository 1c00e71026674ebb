"""Scores a run's model on one part of its split, and finds what was scored before."""

import hashlib
import json
import platform
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from engine import __version__, runs
from engine.config import read_config
from engine.data.cache import open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.readers import Dataset
from engine.data.split import read_split, split_sha256
from engine.errors import ConfigError, DataError, ModelFileError
from engine.evaluation.report import read_report, write_report
from engine.evaluation.scores import answer_images, score
from engine.evaluation_results import Evaluation
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.labels import PART_NAMES
from engine.model.device import choose
from engine.model.file import LoadedModel, load_model
from engine.prediction.predictor import compute_logits
from engine.results import Part
from engine.runs import RunFolder
from engine.wording import count

_LEAK_ABOVE = 0.90


def evaluate(
    run: Path, part: Part = "val", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Evaluation:
    """Score the model in the run folder `run` on the validation or test part and write the result beside it.

    "test" is an opening of the test part: it is counted before anything of it is scored. Also takes a run that was
    interrupted. Raises `ConfigError`, `DataError`, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    _refuse_other_parts(part)
    folder, device = RunFolder(run.absolute()), choose()
    path, model = _load_run(folder, device, on_event)
    dataset, rows = _open_part(folder, part, model.card.leaking_split, control, on_event)
    cache = open_cache(dataset, model.card.preprocessing, control=control, on_event=on_event)
    positions = np.array([cache.positions[image_id] for image_id in rows["image_id"]])
    control.raise_if_cancelled()
    openings = _count_opening(folder, part, model.card.split_sha256)
    on_event(StatusChanged(text=f"Scoring {count(len(rows), 'image')} of the {PART_NAMES[part]}"))
    progress = Progress(len(rows), "images", control, on_event)
    logits = compute_logits(
        model.module, cache.pixels, model.card.preprocessing, device, positions=positions, progress=progress
    )
    if not np.isfinite(logits).all():
        raise ModelFileError("The model's answers are not numbers.", "Train again, with a lower learning rate.")
    scores = score(rows, logits, model.card)
    is_demo = dataset.is_demo or model.card.is_demo
    evaluation = Evaluation(
        run=folder.path,
        model=path,
        part=part,
        split_sha256=model.card.split_sha256,
        test_openings=openings,
        n_images=len(rows),
        n_lesions=int(rows["lesion_id"].nunique()),
        **vars(scores),
        history=runs.read_history(folder.history),
        best_epoch=model.card.best_epoch,
        is_demo=is_demo,
        files=(),
        leak_suspected=scores.balanced_accuracy.low > _LEAK_ABOVE and not is_demo,
        leaking_split=model.card.leaking_split,
    )
    on_event(StatusChanged(text="Writing tables and figures"))
    control.raise_if_cancelled()
    predictions = answer_images(rows, logits, model.card)
    return write_report(folder.evaluation(part), evaluation, predictions, _provenance(model))


def read(
    run: Path, part: Part = "val", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Evaluation | None:
    """What `evaluate` wrote for the model that the run has now, with today's count of openings; None if nothing."""
    folder = RunFolder(run.absolute())
    found = read_report(folder.evaluation(part))
    if found is None:
        return None
    evaluation, provenance = found
    model = folder.model
    if model is None or provenance.get("model_sha256") != _hash_file(model):
        return None
    openings = runs.count_test_openings(folder.path.parent, evaluation.split_sha256)
    return replace(evaluation, run=folder.path, model=model, test_openings=openings)


def _refuse_other_parts(part: str) -> None:
    if part not in ("val", "test"):
        raise ConfigError(
            "The training part is not scored: the model has learned its images, the score would be memory."
            if part == "train"
            else f"There is no part {part!r}.",
            "Choose the validation part, or open the test part.",
        )


def _load_run(folder: RunFolder, device: torch.device, on_event: OnEvent) -> tuple[Path, LoadedModel]:
    """The best model of the run, and where it is; its split must be the one it was trained with."""
    if not folder.config.is_file():
        raise ConfigError(f"{folder.path.name} is not the folder of a run.", "Choose a folder that a training made.")
    path = folder.model
    if path is None:
        raise ModelFileError(
            f"The run {folder.path.name} has no model yet.", "Wait for its first epoch, or choose another run."
        )
    on_event(StatusChanged(text="Loading the model"))
    model = load_model(path, device)
    if split_sha256(folder.split) != model.card.split_sha256:
        raise DataError(
            f"{folder.split.name} is not the split that this model was trained with.",
            "Images could be scored that it has learned. Put the old file back, or train again.",
        )
    return path, model


def _open_part(
    folder: RunFolder, part: Part, may_leak: bool, control: Control, on_event: OnEvent
) -> tuple[Dataset, pd.DataFrame]:
    """The images that the run's split names, and the split's rows of one part. Raises `DataError`."""
    path = read_config(folder.config).data
    if not path.exists():
        raise DataError(
            f"The data set of this run is not at {path} any more.",
            f'Move it back, or write its new place behind "data" in {folder.config}.',
        )
    dataset = open_checked(path, control=control, on_event=on_event)
    if fingerprint(dataset) != json.loads(folder.config.read_text(encoding="utf-8")).get("data_fingerprint"):
        raise DataError(
            f"The data set at {path} is not as it was in training: images or diagnoses were added, removed or changed.",
            "Put back what was there, or train again on what is there now.",
        )
    split = read_split(folder.split, may_leak=may_leak)
    named = dataset.rows["image_id"].isin(split["image_id"])
    if int(named.sum()) != len(split):
        raise DataError("The split names images that the data set does not have.", "Train again.")
    rows = split[split["part"] == part].reset_index(drop=True)
    if rows.empty:
        raise DataError(f"The {PART_NAMES[part]} of this split has no image.", "Train with more images.")
    return replace(dataset, rows=dataset.rows[named].reset_index(drop=True)), rows


def _count_opening(folder: RunFolder, part: Part, split: str) -> int:
    """How often the test part was opened, this time included."""
    out = folder.path.parent
    if part == "test":
        return runs.record_test_opening(out, split, folder.path, datetime.now())
    return runs.count_test_openings(out, split)


def _provenance(model: LoadedModel) -> dict[str, object]:
    return {
        "created": datetime.now().isoformat(timespec="seconds"),
        "model_sha256": model.sha256,
        "data_fingerprint": model.card.data_fingerprint,
        "versions": {
            "lesion-lab": __version__,
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    }


def _hash_file(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
