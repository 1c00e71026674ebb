"""Finds the training images that the network finds most like an image, with their diagnoses."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray

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
from engine.prediction.reading import make_picture, read_content
from engine.prediction_results import SimilarImage
from engine.records import from_json
from engine.runs import RunFolder
from engine.wording import count

MOST = 8
"""How many similar images are named."""

_COLUMNS = ("path", "image_id", "lesion_id", "dx")


@dataclass(frozen=True, eq=False)
class _TrainingImages:
    rows: tuple[tuple[str, ...], ...]
    """`_COLUMNS` of each."""
    features: NDArray[np.float32]
    """[n, d], each of length 1."""


_known: dict[tuple[str, str], _TrainingImages] = {}
"""Those of the model in use, by the file of features and the model's SHA-256."""


def find_similar(
    model: Path,
    path: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> tuple[SimilarImage, ...]:
    """The training images most like the image `path`, most similar first; empty where the run's data is not here.

    The first time the features of all training images are computed and kept beside the run. Raises `DataError` for an
    image that cannot be read, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    chosen = choose(device)
    loaded = open_model(model, chosen, on_event)
    picture = make_picture(path, read_content(path), loaded.card.preprocessing)
    folder = _find_run(model)
    known = None if folder is None else _open(folder, loaded, chosen, control, on_event)
    if known is None:
        return ()
    found = compute_logits_and_features(loaded.module, picture.pixels[None], loaded.card.preprocessing, chosen)[1]
    similarity = np.clip(known.features @ _to_length_one(found)[0], -1, 1)
    ranked = np.argsort(-similarity, kind="stable")[: 4 * MOST]  # some files may be gone
    there = [at for at in ranked if Path(known.rows[at][0]).is_file()]
    return tuple(
        SimilarImage(
            path=Path(known.rows[at][0]),
            image_id=known.rows[at][1],
            lesion_id=known.rows[at][2],
            dx=known.rows[at][3],
            similarity=float(similarity[at]),
        )
        for at in there[:MOST]
    )


def _find_run(model: Path) -> RunFolder | None:
    """The run that a model file lies in; None for one that lies elsewhere."""
    for folder in map(RunFolder, model.absolute().parents[:2]):
        if model.absolute() in (folder.final_model, folder.best_so_far) and folder.config.is_file():
            return folder
    return None


def _open(
    folder: RunFolder, model: LoadedModel, device: torch.device, control: Control, on_event: OnEvent
) -> _TrainingImages | None:
    """The run's training images: as kept beside it, or computed now; None where the data is not here any more."""
    key = (str(folder.features), model.sha256)
    if key not in _known:
        images = _read(folder.features, model.sha256)
        if images is None:
            images = _compute(folder, model, device, control, on_event)
            if images is not None:
                _write(folder.features, model.sha256, images)
        if images is None:
            return None
        _known.clear()
        _known[key] = images
    return _known[key]


def _compute(
    folder: RunFolder, model: LoadedModel, device: torch.device, control: Control, on_event: OnEvent
) -> _TrainingImages | None:
    try:
        config = from_json(TrainingConfig, json.loads(folder.config.read_text(encoding="utf-8"))["training"])
        split = read_split(folder.split, may_leak=True)
        if not config.data.exists():
            return None
        dataset = open_checked(config.data, control=control, on_event=on_event)
    except (OSError, ValueError, KeyError, TypeError, ConfigError, DataError):
        return None
    if fingerprint(dataset) != model.card.data_fingerprint:
        return None  # it is other data by now
    rows = dataset.rows[dataset.rows["image_id"].isin(split["image_id"])]
    learned = rows[rows["image_id"].isin(split.loc[split["part"] == "train", "image_id"])]
    shaping = model.card.preprocessing
    cache = open_cache(replace(dataset, rows=rows), shaping, control=control, on_event=on_event)
    positions = np.array([cache.positions[image_id] for image_id in learned["image_id"]], dtype=np.int64)
    if not len(positions):
        return None
    on_event(StatusChanged(text=f"Looking at {count(len(positions), 'training image')}, this once"))
    progress = Progress(len(positions), "images", control, on_event)
    found = compute_logits_and_features(
        model.module, cache.pixels, shaping, device, positions=positions, progress=progress
    )[1]
    named = tuple(map(tuple, learned[list(_COLUMNS)].astype(str).to_numpy().tolist()))
    return _TrainingImages(named, _to_length_one(found))


def _write(path: Path, model_sha256: str, images: _TrainingImages) -> None:
    """Keep the features, in half precision: the order of the most similar does not need more."""
    metadata = {"model_sha256": model_sha256, "rows": json.dumps(images.rows)}
    tensors = {"features": torch.from_numpy(images.features).half()}
    write_bytes(path, safetensors.torch.save(tensors, metadata))


def _read(path: Path, model_sha256: str) -> _TrainingImages | None:
    """What was kept for this model; None if there is nothing, or it cannot be used."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            rows = tuple(map(tuple, json.loads(metadata["rows"])))
            features = file.get_tensor("features").float().numpy()
    except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError):
        return None
    fits = metadata.get("model_sha256") == model_sha256 and features.ndim == 2 and len(features) == len(rows)
    if not fits or not all(len(row) == len(_COLUMNS) and all(isinstance(one, str) for one in row) for row in rows):
        return None
    return _TrainingImages(rows, features)


def _to_length_one(features: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (features / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
