"""Scores a model on other labelled images, once those that it met in its training are left out."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from engine import places
from engine.data.cache import PixelCache, open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.readers import Dataset
from engine.data.split import read_split, split_sha256
from engine.errors import ConfigError, DataError, ModelFileError
from engine.evaluation.evaluate import assess, origin_of
from engine.evaluation.overlap import find_named, find_overlap
from engine.evaluation.predictions import make_table
from engine.evaluation.report import METRICS, read_report, write_report
from engine.evaluation_results import Evaluation, ExternalData
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.model.device import choose
from engine.model.file import LoadedModel, load_model
from engine.prediction.logits import compute_logits
from engine.runs import RunFolder
from engine.wording import count

FOLDER = "external"
"""Beside the runs, where results go unless the user names a folder."""

_OTHER_DATA = "A model is tested on images that it has not met: choose other data, or open the test part of its run."


@dataclass(frozen=True)
class _Kept:
    """What is left of a data set for a fair test."""

    rows: pd.DataFrame
    left_out: pd.DataFrame
    """image_id, lesion_id, dx and reason of the others."""
    about: ExternalData


def evaluate_external(
    model: Path,
    data: Path,
    out: Path | None = None,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Evaluation:
    """Score the model file or run `model` on the data set `data`, and write the result into the folder `out`.

    Images that the model met in its training are left out and named in overlap.csv, and so are those of its split's
    test part. Refused where none is left. `out` is new or empty, or holds an older result; None makes a folder beside
    the runs. Raises `ConfigError`, `DataError`, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    path, run = _find_model(model.absolute())
    folder = _choose_folder(out, path, run, data)
    on_event(StatusChanged(text="Loading the model"))
    device = choose()
    loaded = load_model(path, device)
    dataset = open_checked(data, control=control, on_event=on_event)
    _refuse_own_data(dataset, loaded)
    cache = open_cache(dataset, loaded.card.preprocessing, control=control, on_event=on_event)
    kept = _leave_out(dataset, cache, loaded, run, control, on_event)
    on_event(StatusChanged(text=f"Scoring {count(len(kept.rows), 'image')} of {dataset.path.name}"))
    progress = Progress(len(kept.rows), "images", control, on_event)
    positions = _positions(kept.rows, cache)
    preprocessing = loaded.card.preprocessing
    logits = compute_logits(loaded.module, cache.pixels, preprocessing, device, positions=positions, progress=progress)
    if not np.isfinite(logits).all():
        raise ModelFileError("The model's answers are not numbers.", "Its weights are of no use; choose another model.")
    on_event(StatusChanged(text="Computing figures and intervals"))
    table = make_table(kept.rows.assign(part="external"), logits, loaded.card, kept.rows)
    evaluation = assess(RunFolder(folder), path, "external", table, loaded.card, 0, is_demo=dataset.is_demo)
    evaluation = replace(evaluation, external=kept.about)
    on_event(StatusChanged(text="Writing tables and figures"))
    control.raise_if_cancelled()
    origin = {**origin_of(loaded.card, loaded.sha256), "data": str(dataset.path)}
    return write_report(folder, evaluation, table, origin, kept.left_out)


def read_external(
    folder: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Evaluation | None:
    """What `evaluate_external` wrote into `folder`; None if nothing can be read."""
    evaluation = read_report(folder.absolute())
    if evaluation is None or evaluation.external is None:
        return None
    return replace(evaluation, run=folder.absolute())


def _find_model(path: Path) -> tuple[Path, RunFolder | None]:
    """The model file that `path` means, and the run that it is of; None where only the file is at hand."""
    folder = RunFolder(path) if path.is_dir() else RunFolder(path.parent)
    found = folder.model if path.is_dir() else path
    if found is None:
        raise ModelFileError(f"There is no model in {path.name}.", "Name a model file, or the folder of a run.")
    return found, folder if folder.config.is_file() and folder.split.is_file() else None


def _choose_folder(out: Path | None, model: Path, run: RunFolder | None, data: Path) -> Path:
    if out is not None:
        folder = out.absolute()
        if folder.is_dir() and any(folder.iterdir()) and not (folder / METRICS).is_file():
            raise ConfigError(f"The folder {folder.name} is not empty.", "Name a new folder for the result.")
        return folder
    home = places.runs_dir() if run is None else run.path.parent
    words = re.sub(r"[^\w-]+", "_", f"{run.path.name if run else model.stem} on {data.absolute().stem}")
    return home / FOLDER / f"{datetime.now():%Y-%m-%d_%H%M%S}_{words[:80]}"


def _refuse_own_data(dataset: Dataset, model: LoadedModel) -> None:
    if fingerprint(dataset) == model.card.data_fingerprint:
        raise DataError(f"{dataset.path.name} is the data set that this model was trained on.", _OTHER_DATA)


def _leave_out(
    dataset: Dataset,
    cache: PixelCache,
    model: LoadedModel,
    run: RunFolder | None,
    control: Control,
    on_event: OnEvent,
) -> _Kept:
    """The images of the data set that the model can be tested on. Raises `DataError` where there is none."""
    rows = dataset.rows
    reasons = pd.Series("", index=rows.index)
    if model.fingerprints is not None:
        on_event(StatusChanged(text="Looking for images that the model met in its training"))
        progress = Progress(len(rows), "images", control, on_event)
        reasons = find_overlap(rows, cache.pixels, _positions(rows, cache), model.fingerprints, progress)
    is_met = reasons != ""
    is_sealed = _sealed(rows, run, model) & ~is_met
    reasons = reasons.mask(is_sealed, "test part of its own split")
    kept = rows[reasons == ""].reset_index(drop=True)
    if kept.empty:
        raise DataError(
            f"This model cannot be tested on {dataset.path.name}: all of {count(len(rows), 'image')} were met in its "
            "training, show a lesion that was, or are of the test part of its own split.",
            _OTHER_DATA,
        )
    left_out = rows.loc[reasons != "", ["image_id", "lesion_id", "dx"]].assign(reason=reasons[reasons != ""])
    about = ExternalData(
        name=dataset.path.name,
        layout=dataset.layout,
        data_fingerprint=fingerprint(dataset),
        n_images=len(rows),
        n_met=int(is_met.sum()),
        n_sealed=int(is_sealed.sum()),
        is_training_known=model.fingerprints is not None,
        n_without_lesion=int((kept["lesion_id"] == kept["image_id"]).sum()),
    )
    return _Kept(kept, left_out, about)


def _sealed(rows: pd.DataFrame, run: RunFolder | None, model: LoadedModel) -> "pd.Series[bool]":
    """Which of `rows` are of the test part of the split that the model was trained with, as far as ids tell."""
    if run is None or split_sha256(run.split) != model.card.split_sha256:
        return pd.Series(False, index=rows.index)
    split = read_split(run.split, may_leak=True)
    return find_named(rows, split[split["part"] == "test"])


def _positions(rows: pd.DataFrame, cache: PixelCache) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([cache.positions[image_id] for image_id in rows["image_id"]], dtype=np.int64)
