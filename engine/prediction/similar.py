"""Finds the training images that the network finds most like an image, with their diagnoses."""

from pathlib import Path

import numpy as np

from engine.config import DeviceName
from engine.data.images import read_image, thumbnail
from engine.data.split import read_split
from engine.errors import ConfigError, DataError
from engine.events import Control, OnEvent, ignore_events
from engine.model.device import choose
from engine.prediction.loaded import open_model
from engine.prediction.logits import compute_logits_and_features
from engine.prediction.reading import make_picture, read_content
from engine.prediction.training_places import TrainingPlaces, find_data, find_run, read_places
from engine.prediction_results import SimilarImage, SimilarImages
from engine.runs import RunFolder

MOST = 8
"""How many similar images are named."""
_SIDE = 128  # of the thumbnails, in pixels

_NO_RUN = (
    "This model came without its run, so its training images are not known. Similar ones are found for models that "
    "were trained on this computer."
)
_NO_DATA = "The images that this model was trained on are not on this computer any more."


def find_similar(
    model: Path,
    path: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> SimilarImages:
    """The training images most like the image `path`, most similar first, or why there are none.

    Before the first time `index_training_images` has to look at them all; the result says so. Raises `DataError` for
    an image that cannot be read, `ModelFileError` and `Cancelled`.
    """
    control = control or Control()
    chosen = choose(device)
    loaded = open_model(model, chosen, on_event)
    picture = make_picture(path, read_content(path), loaded.card.preprocessing)
    folder = find_run(model)
    if folder is None:
        return SimilarImages(path=path, reason=_NO_RUN)
    known = read_places(folder, loaded.sha256)
    if known is None:
        return _ask_to_look(folder, path)
    features = compute_logits_and_features(loaded.module, picture.pixels[None], loaded.card.preprocessing, chosen)[1]
    similarity = np.clip(known.places @ known.place(features)[0], -1, 1)
    found: list[SimilarImage] = []
    for at in np.argsort(-similarity, kind="stable")[: 4 * MOST]:  # some files may be gone
        control.raise_if_cancelled()
        image = _describe(known, int(at), float(similarity[at]))
        if image is not None:
            found.append(image)
        if len(found) == MOST:
            break
    return SimilarImages(path=path, images=tuple(found), reason="" if found else _NO_DATA)


def _ask_to_look(folder: RunFolder, path: Path) -> SimilarImages:
    """That the training images have to be looked at once, if they are there."""
    try:
        n_images = int((read_split(folder.split, may_leak=True)["part"] == "train").sum())
    except (ConfigError, DataError):
        n_images = 0
    if find_data(folder) is None or not n_images:
        return SimilarImages(path=path, reason=_NO_DATA)
    return SimilarImages(path=path, n_to_look_at=n_images)


def _describe(known: TrainingPlaces, at: int, similarity: float) -> SimilarImage | None:
    """One training image; None if its file cannot be read any more."""
    name, image_id, lesion_id, dx = known.rows[at]
    try:
        small = thumbnail(read_image(Path(name)), _SIDE)
    except DataError:
        return None
    return SimilarImage(
        path=Path(name), image_id=image_id, lesion_id=lesion_id, dx=dx, similarity=similarity, thumbnail=small
    )
