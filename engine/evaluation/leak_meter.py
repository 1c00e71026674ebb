"""Measures what the notebook's split would have done to a data set: test images seen in training, inflated scores."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.config import Preprocessing
from engine.data.cache import PixelCache, open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.split import make_split
from engine.data.split_modes import notebook_split
from engine.errors import DataError
from engine.evaluation.intervals import bootstrap
from engine.evaluation.metrics import labels_of
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.leak_results import LeakMeter, NeighbourScore

SIDE = 16
"""Of the thumbnails, in pixels: too small for any sign of a disease, large enough to know an image again."""

_BLOCK = 256  # test images at a time: 17 MB of distances to 8,000 images

Ints = npt.NDArray[np.int64]


def measure_leak(
    data: Path, seed: int = 0, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> LeakMeter:
    """Score a 1-nearest-neighbour on thumbnails of the data set under the notebook's split and under one by lesion.

    Raises `DataError` where a part of a split would be empty, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    dataset = open_checked(data, control=control, on_event=on_event)
    rows = dataset.rows
    splits = {"notebook": notebook_split(rows, seed), "by_lesion": make_split(rows, seed)}
    for split in splits.values():
        if not {"train", "test"} <= set(split["part"]):
            raise DataError(
                f"{len(rows):,} images are too few: a part of the split would be empty.",
                "Use a data set with at least three lesions of a class.",
            )
    preprocessing = Preprocessing(image_size=SIDE, geometry="squash")
    cache = open_cache(dataset, preprocessing, control=control, on_event=on_event)
    on_event(StatusChanged(text="Looking for the most similar image of each test image"))
    total = sum(int((split["part"] == "test").sum()) for split in splits.values())
    progress = Progress(total, "images", control, on_event)
    scores = {name: _score(split, cache, progress) for name, split in splits.items()}
    return LeakMeter(
        path=dataset.path,
        data_fingerprint=fingerprint(dataset),
        is_demo=dataset.is_demo,
        seed=seed,
        thumbnail_side=SIDE,
        n_images=len(rows),
        n_lesions=int(rows["lesion_id"].nunique()),
        **scores,
    )


def _score(split: pd.DataFrame, cache: PixelCache, progress: Progress) -> NeighbourScore:
    """The score of one split, copies of an image being rows of their own."""
    train, test = (split[split["part"] == part] for part in ("train", "test"))
    known = train.drop_duplicates("image_id")
    at_known, at_test = (
        np.array([cache.positions[image_id] for image_id in part["image_id"]], np.int64) for part in (known, test)
    )
    labels, known_labels = labels_of(test["dx"].tolist()), labels_of(known["dx"].tolist())
    named = known_labels[find_nearest(cache.pixels, at_known, at_test, progress)]
    figures = bootstrap(labels, named, test["lesion_id"].tolist())
    return NeighbourScore(
        n_train=len(train),
        n_test=len(test),
        n_images_seen=int(test["image_id"].isin(known["image_id"]).sum()),
        n_lesions_seen=int(test["lesion_id"].isin(known["lesion_id"]).sum()),
        accuracy=figures.accuracy,
        balanced_accuracy=figures.balanced_accuracy,
    )


def find_nearest(pixels: npt.NDArray[np.uint8], known: Ints, asked: Ints, progress: Progress) -> Ints:
    """For each image at `asked` the index into `known` of the one that is most alike, [len(asked)].

    Both are positions in `pixels`, uint8 [n, S, S, 3]. Most alike is the smallest sum of squared differences; of equals
    the first. An image that is itself known is its own neighbour. Raises `Cancelled` through `progress`.
    """
    own = np.full(len(pixels), -1, np.int64)
    own[known[::-1]] = np.arange(len(known))[::-1]  # of equals the first
    nearest = own[asked]
    new, position = np.unique(asked[nearest < 0], return_inverse=True)
    progress.advance(int((nearest >= 0).sum()))
    found = np.empty(len(new), np.int64)
    n_rows = np.bincount(position, minlength=len(new))
    flat = pixels.reshape(len(pixels), -1)
    candidates = flat[known].astype(np.float64)  # sums of squares are whole numbers here, so that ties are exact
    squares = np.einsum("ij,ij->i", candidates, candidates)
    for start in range(0, len(new), _BLOCK):
        block = flat[new[start : start + _BLOCK]].astype(np.float64)
        found[start : start + _BLOCK] = (squares - 2 * (block @ candidates.T)).argmin(axis=1)
        progress.advance(int(n_rows[start : start + _BLOCK].sum()))
    nearest[nearest < 0] = found[position]
    return nearest
