"""Where a run's training images lie in the space of the network's features: computed once, kept beside the run."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from engine.atomic import write_bytes
from engine.config import DeviceName, TrainingConfig
from engine.data.cache import open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.split import read_split
from engine.errors import ConfigError, DataError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.model.device import choose
from engine.model.file import LoadedModel
from engine.prediction.loaded import open_model
from engine.prediction.logits import compute_logits_and_features
from engine.records import from_json
from engine.runs import RunFolder
from engine.wording import count

Floats = NDArray[np.float32]

COLUMNS = ("path", "image_id", "lesion_id", "dx")
MOST_DIRECTIONS = 64
_FORMAT = "places 1"
_HINT = "Open the data that the model was trained on at its old place, or train a new model."


@dataclass(frozen=True, eq=False)
class TrainingPlaces:
    """The training images of a run, each by its table's words and its place.

    Features of one network all point nearly the same way, so that raw cosines between them are all about 1. Places are
    taken from their mean, along the widest directions, each divided by its spread (PCA whitening): 0 is nothing in
    common, 1 the same.
    """

    rows: tuple[tuple[str, ...], ...]
    """`COLUMNS` of each."""
    places: Floats
    """[n, k], each of length 1."""
    mean: Floats
    """[d]"""
    directions: Floats
    """[d, k]"""

    def place(self, features: Floats) -> Floats:
        """Places [n, k], each of length 1, of features [n, d]."""
        moved: Floats = np.asarray((features - self.mean) @ self.directions, dtype=np.float32)
        return _to_length_one(moved)


_known: dict[tuple[str, str], TrainingPlaces] = {}
"""Those of the model in use, by the file and the model's SHA-256."""


def index_training_images(
    model: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> int:
    """Look at all training images of the run that the file `model` lies in, keep where they lie, and say how many.

    Raises `DataError` where the run's data is gone or another by now, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    chosen = choose(device)
    loaded = open_model(model, chosen, on_event)
    folder = find_run(model)
    if folder is None:
        raise DataError("This model lies in no run, so nobody knows where its training images are.", _HINT)
    found = _compute(folder, loaded, chosen, control or Control(), on_event)
    _write(folder.features, loaded.sha256, found)
    return len(found.rows)


def find_run(model: Path) -> RunFolder | None:
    """The run that a model file lies in; None for one that lies elsewhere."""
    for folder in map(RunFolder, model.absolute().parents[:2]):
        if model.absolute() in (folder.final_model, folder.best_so_far) and folder.config.is_file():
            return folder
    return None


def find_data(folder: RunFolder) -> Path | None:
    """The data set that a run was trained on; None where it is not on this disk any more."""
    try:
        settings = json.loads(folder.config.read_text(encoding="utf-8"))
        data = from_json(TrainingConfig, settings["training"]).data
    except (OSError, ValueError, KeyError, TypeError, ConfigError):  # that of the starter model names no folders
        return None
    return data if data.exists() else None


def read_places(folder: RunFolder, model_sha256: str) -> TrainingPlaces | None:
    """What was kept beside the run for this model; None if there is nothing, or it cannot be used."""
    key = (str(folder.features), model_sha256)
    if key not in _known:
        found = _read(folder.features, model_sha256)
        if found is None:
            return None
        _known.clear()
        _known[key] = found
    return _known[key]


def _compute(
    folder: RunFolder, model: LoadedModel, device: torch.device, control: Control, on_event: OnEvent
) -> TrainingPlaces:
    data = find_data(folder)
    if data is None:
        raise DataError("The data that this model was trained on is not on this computer.", _HINT)
    dataset = open_checked(data, control=control, on_event=on_event)
    if fingerprint(dataset) != model.card.data_fingerprint:
        raise DataError("The data that this model was trained on has changed since.", _HINT)
    split = read_split(folder.split, may_leak=True)
    rows = dataset.rows[dataset.rows["image_id"].isin(split["image_id"])]
    learned = rows[rows["image_id"].isin(split.loc[split["part"] == "train", "image_id"])]
    shaping = model.card.preprocessing
    cache = open_cache(replace(dataset, rows=rows), shaping, control=control, on_event=on_event)
    positions = np.array([cache.positions[image_id] for image_id in learned["image_id"]], dtype=np.int64)
    if len(positions) < 2:
        raise DataError("This model was trained on too few images to tell which are alike.", "Choose another model.")
    on_event(StatusChanged(text=f"Looking at {count(len(positions), 'training image')}, this once"))
    progress = Progress(len(positions), "images", control, on_event)
    features = compute_logits_and_features(
        model.module, cache.pixels, shaping, device, positions=positions, progress=progress
    )[1]
    named = tuple(map(tuple, learned[list(COLUMNS)].astype(str).to_numpy().tolist()))
    return _spread_out(named, features)


def _spread_out(rows: tuple[tuple[str, ...], ...], features: Floats) -> TrainingPlaces:
    n_directions = min(MOST_DIRECTIONS, features.shape[0], features.shape[1])
    fitted = PCA(n_directions, svd_solver="covariance_eigh").fit(features.astype(np.float64))
    spread = np.sqrt(np.maximum(fitted.explained_variance_, 1e-12))
    mean, directions = fitted.mean_.astype(np.float32), (fitted.components_.T / spread).astype(np.float32)
    return TrainingPlaces(rows, _to_length_one((features - mean) @ directions), mean, directions)


def _write(path: Path, model_sha256: str, found: TrainingPlaces) -> None:
    """Keep the places, in half precision: the order of the most similar does not need more."""
    metadata = {"format": _FORMAT, "model_sha256": model_sha256, "rows": json.dumps(found.rows)}
    tensors = {
        "places": torch.from_numpy(found.places).half(),
        "mean": torch.from_numpy(found.mean),
        "directions": torch.from_numpy(found.directions),
    }
    write_bytes(path, safetensors.torch.save(tensors, metadata))


def _read(path: Path, model_sha256: str) -> TrainingPlaces | None:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT or metadata.get("model_sha256") != model_sha256:
                return None
            rows = tuple(map(tuple, json.loads(metadata["rows"])))
            names = ("places", "mean", "directions")
            places, mean, directions = (file.get_tensor(name).float().numpy() for name in names)
    except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError):
        return None
    fits = places.ndim == 2 and len(places) == len(rows) and directions.shape == (*mean.shape, places.shape[1])
    if not fits or not all(len(row) == len(COLUMNS) and all(isinstance(one, str) for one in row) for row in rows):
        return None
    return TrainingPlaces(rows, places, mean, directions)


def _to_length_one(places: Floats) -> Floats:
    lengths = np.linalg.norm(places, axis=1, keepdims=True)
    scaled: Floats = (places / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
