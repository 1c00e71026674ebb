"""Scores a run's model on one part of its split, and finds what was scored before."""

import contextlib
import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from engine import __version__, runs
from engine.config import DeviceName, read_config
from engine.data.cache import open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.readers import Dataset
from engine.data.split import read_split, split_sha256
from engine.errors import ConfigError, DataError, DiskError, ModelFileError
from engine.evaluation.answers import answers_of
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.predictions import NAME as PREDICTIONS
from engine.evaluation.predictions import make_table, read_table
from engine.evaluation.rank_curves import trace
from engine.evaluation.report import read_provenance, read_report, write_report
from engine.evaluation.scores import group_threshold, score
from engine.evaluation.slices import cut
from engine.evaluation_results import Evaluation
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.labels import PART_NAMES
from engine.model.device import choose
from engine.model.file import LoadedModel, load_model, read_card
from engine.prediction.logits import compute_logits
from engine.results import ModelCard, Part
from engine.runs import RunFolder
from engine.wording import count

_LEAK_ABOVE = 0.90


def evaluate(
    run: Path,
    part: Part = "val",
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Evaluation:
    """Score the model in the run folder `run` on the validation or test part and write the result beside it.

    "test" is an opening of the test part: it is counted before anything of it is scored. Also takes a run that was
    interrupted. Raises `ConfigError`, `DataError`, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    _refuse_other_parts(part)
    folder, kind = RunFolder(run.absolute()), choose(device)
    path, model = _load_run(folder, kind, on_event)
    dataset, rows = _open_part(folder, part, model.card.leaking_split, control, on_event)
    cache = open_cache(dataset, model.card.preprocessing, control=control, on_event=on_event)
    positions = np.array([cache.positions[image_id] for image_id in rows["image_id"]])
    control.raise_if_cancelled()
    openings = _count_opening(folder, part, model.card.split_sha256)
    on_event(StatusChanged(text=f"Scoring {count(len(rows), 'image')} of the {PART_NAMES[part]}"))
    progress = Progress(len(rows), "images", control, on_event)
    logits = compute_logits(
        model.module, cache.pixels, model.card.preprocessing, kind, positions=positions, progress=progress
    )
    if not np.isfinite(logits).all():
        raise ModelFileError("The model's answers are not numbers.", "Train again, with a lower learning rate.")
    on_event(StatusChanged(text="Computing figures and intervals"))
    table = make_table(rows, logits, model.card, dataset.rows)
    evaluation = assess(folder, path, part, table, model.card, openings, is_demo=dataset.is_demo)
    on_event(StatusChanged(text="Writing tables and figures"))
    control.raise_if_cancelled()
    return write_report(folder.evaluation(part), evaluation, table, origin_of(model.card, model.sha256))


def assess(
    folder: RunFolder, model: Path, part: Part, table: pd.DataFrame, card: ModelCard, openings: int, *, is_demo: bool
) -> Evaluation:
    """The evaluation that follows from the table predictions.csv of one part; no file is written."""
    answers = answers_of(table, card)
    figures = score(answers, card)
    is_demo = is_demo or card.is_demo
    return Evaluation(
        run=folder.path,
        model=model,
        part=part,
        split_sha256=card.split_sha256,
        test_openings=openings,
        n_images=len(table),
        n_lesions=int(table["lesion_id"].nunique()),
        by_image=figures.by_image,
        by_lesion=figures.by_lesion,
        calibration=figures.calibration,
        slices=cut(answers, table, group_threshold(card)),
        history=runs.read_history(folder.history),
        best_epoch=card.best_epoch,
        is_demo=is_demo,
        files=(),
        leak_suspected=figures.by_image.balanced_accuracy.low > _LEAK_ABOVE and not is_demo,
        leaking_split=card.leaking_split,
        curves=trace(answers),
    )


def read(
    run: Path, part: Part = "val", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Evaluation | None:
    """What `evaluate` wrote for the model that the run has now, with today's count of openings; None if nothing.

    What an older version wrote is computed again from its predictions.csv, without a network.
    """
    folder = RunFolder(run.absolute())
    model, provenance = folder.model, read_provenance(folder.evaluation(part))
    if model is None or provenance is None or provenance.get("model_sha256") != hash_file(model):
        return None
    evaluation = read_report(folder.evaluation(part)) or _assess_again(folder, model, part, provenance, on_event)
    if evaluation is None:
        return None
    openings = runs.count_test_openings(runs.openings_dir(folder.path), evaluation.split_sha256)
    return replace(evaluation, run=folder.path, model=model, test_openings=openings)


def _assess_again(
    folder: RunFolder, model: Path, part: Part, provenance: Mapping[str, object], on_event: OnEvent
) -> Evaluation | None:
    """The evaluation by this version of the answers that an older one wrote, and its files; None if they are gone."""
    on_event(StatusChanged(text="Computing figures and intervals again"))
    card = read_card(model)
    try:
        table = read_table(folder.evaluation(part) / PREDICTIONS, card)
    except DataError:
        return None
    openings = runs.count_test_openings(runs.openings_dir(folder.path), card.split_sha256)
    evaluation = assess(folder, model, part, table, card, openings, is_demo=card.is_demo)
    with contextlib.suppress(DiskError):  # only costs time: it is computed again when it is next read
        sha256 = str(provenance["model_sha256"])
        return write_report(folder.evaluation(part), evaluation, table, origin_of(card, sha256))
    return evaluation


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
    if int(named.sum()) != split["image_id"].nunique():
        raise DataError("The split names images that the data set does not have.", "Train again.")
    rows = split[split["part"] == part].reset_index(drop=True)
    if rows.empty:
        raise DataError(f"The {PART_NAMES[part]} of this split has no image.", "Train with more images.")
    return replace(dataset, rows=dataset.rows[named].reset_index(drop=True)), rows


def _count_opening(folder: RunFolder, part: Part, split: str) -> int:
    """How often the test part was opened, this time included."""
    out = runs.openings_dir(folder.path)
    if part == "test":
        return runs.record_test_opening(out, split, folder.path, datetime.now())
    return runs.count_test_openings(out, split)


def origin_of(card: ModelCard, model_sha256: str) -> dict[str, object]:
    """What stands in metrics.json beside the figures: which model gave the answers, at what priors, and versions."""
    return {
        "created": datetime.now().isoformat(timespec="seconds"),
        "model_sha256": model_sha256,
        "data_fingerprint": card.data_fingerprint,
        "classes": card.classes,
        "training_prior": card.training_prior,
        "data_prior": card.data_prior,
        "temperature": card.temperature,
        "versions": {
            "lesion-lab": __version__,
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    }
