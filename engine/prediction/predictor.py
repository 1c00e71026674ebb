"""Answers images: a model file's whole answer for files and folders, in order and with the first at once."""

import contextlib
import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config import DeviceName
from engine.data.images import is_folder, list_images
from engine.data.lesion_ids import find_lesion_id
from engine.errors import DataError, EngineError, ModelFileError
from engine.events import Control, OnEvent, PredictionsDone, Progress, StatusChanged, ignore_events
from engine.labels import CODES
from engine.model.device import choose
from engine.model.file import LoadedModel
from engine.model.probabilities import EQUAL_PRIOR, decide, group_prevalence, group_probability, posterior
from engine.prediction.fusion import fuse_lesions
from engine.prediction.gate import open_gate
from engine.prediction.loaded import open_model
from engine.prediction.logits import compute_logits, compute_logits_and_features
from engine.prediction.reading import HINT, Picture, make_picture, read_ahead, read_content, refuse
from engine.prediction.remembered import Answered, recall, remember
from engine.prediction.views import check_views, turn
from engine.prediction_results import GateVerdict, Prediction
from engine.wording import count

_CHUNKS = (1, 4, 16, 64)  # the first answer comes at once; the last size goes on
_PIXELS = 16 * 224 * 224  # of the network's input that a chunk may have on a CPU: Cancel is heard between two


def predict(
    model: Path,
    paths: Sequence[Path],
    device: DeviceName = "auto",
    *,
    views: int = 1,
    as_one_lesion: bool = False,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> tuple[Prediction, ...]:
    """Answers of the model file `model` for images and all images in folders, in order.

    With 8 `views` each image is also looked at flipped and rotated. At the end follows a fused answer for each lesion
    with several images, by a table beside them; with `as_one_lesion` one for all. Raises `ModelFileError`, `DataError`
    when there is no image at all, `ConfigError` for another number of views, and `Cancelled`.
    """
    check_views(views)
    control = control or Control()
    predictor = Predictor(open_model(model, choose(device), on_event), views)
    on_event(StatusChanged(text="Looking for images"))
    images = [image for path in paths for image in list_images([path], control) or [path]]
    if all(is_folder(path) for path in images):
        named = ", ".join(path.name or str(path) for path in paths)
        raise DataError(f"There is no image in {named}." if named else "No image was named.", HINT)
    on_event(StatusChanged(text=f"Looking at {count(len(images), 'image')}"))
    answers = predictor.answer(images, control, on_event)
    fused = fuse_lesions(answers, as_one_lesion)
    if fused:
        on_event(PredictionsDone(predictions=fused))
    return answers + fused


@dataclass(frozen=True, eq=False)
class _Seen:
    """An image that could be read."""

    picture: Picture
    in_training: bool | None
    lesion_id: str


class Predictor:
    """A loaded model that answers images."""

    def __init__(self, model: LoadedModel, views: int = 1) -> None:
        self._model, self._views = model, views
        self._gate = open_gate(model)
        self._device = next(model.module.parameters()).device

    def answer(self, paths: Sequence[Path], control: Control, on_event: OnEvent) -> tuple[Prediction, ...]:
        """One answer per path, in order; ready ones are told as `PredictionsDone`. Raises `Cancelled`.

        A file that cannot be read has an answer with `error` and `hint` in place of a class.
        """
        progress = Progress(len(paths), "images", control, on_event)
        answers: list[Prediction] = []
        with contextlib.closing(read_ahead(paths, self._read, self._device.type)) as images:
            for size in self._chunk_sizes(len(paths)):
                chunk: list[_Seen | Prediction] = []
                for image in islice(images, size):
                    progress.advance()
                    chunk.append(image)
                new = self._answer_chunk(chunk, control)
                on_event(PredictionsDone(predictions=new))
                answers += new
        return tuple(answers)

    def _read(self, path: Path) -> "_Seen | Prediction":
        try:
            content = read_content(path)
            known = recall(self._key(hashlib.sha256(content).hexdigest()))
            if known is not None:
                in_training = self._was_in_training(path, content, known.appearance)
                lesion_id = find_lesion_id(path)
                return replace(known.prediction, path=path, seen_in_training=in_training, lesion_id=lesion_id)
            picture = make_picture(path, content, self._model.card.preprocessing)
        except EngineError as error:
            return refuse(path, error)
        return _Seen(picture, self._was_in_training(path, content, picture.appearance), find_lesion_id(path))

    def _was_in_training(self, path: Path, content: bytes, appearance: NDArray[np.uint8]) -> bool | None:
        fingerprints = self._model.fingerprints
        if fingerprints is None:
            return None
        return fingerprints.contains(image_id=path.stem, content=content, appearance=appearance)

    def _key(self, content_sha256: str) -> tuple[str, str, int]:
        return self._model.sha256, content_sha256, self._views

    def _answer_chunk(self, chunk: Sequence["_Seen | Prediction"], control: Control) -> tuple[Prediction, ...]:
        seen = [image for image in chunk if isinstance(image, _Seen)]
        if not seen:
            return tuple(image for image in chunk if isinstance(image, Prediction))
        card = self._model.card
        logits, verdicts = self._look(np.stack([one.picture.pixels for one in seen]), control)
        named = decide(logits, card.training_prior)
        classes = posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature)
        groups = group_probability(posterior(logits, card.training_prior, card.data_prior, card.temperature))
        describe = partial(self._describe, prevalence=group_prevalence(card.data_prior))
        answers = iter(map(describe, seen, logits, (CODES[index] for index in named), classes, groups, verdicts))
        return tuple(image if isinstance(image, Prediction) else next(answers) for image in chunk)

    def _look(
        self, pixels: NDArray[np.uint8], control: Control
    ) -> tuple[NDArray[np.float64], tuple[GateVerdict | None, ...]]:
        """Logits [n, 7], the mean over the views, and the gate's verdict, which is on the image as it is.

        The mean of logits is the mean of log-probabilities, whatever prior and temperature come after: the same rule
        by which several images of one lesion are fused.
        """
        total = np.zeros((len(pixels), len(CODES)))
        verdicts: tuple[GateVerdict | None, ...] = (None,) * len(pixels)
        network = self._model.module, self._model.card.preprocessing, self._device
        for number in range(self._views):
            control.raise_if_cancelled()
            turned = turn(pixels, number)
            if number == 0 and self._gate is not None:
                logits, features = compute_logits_and_features(network[0], turned, *network[1:])
                verdicts = self._gate.judge(pixels, features)
            else:
                logits = compute_logits(network[0], turned, *network[1:])
            total += logits
        if not np.isfinite(total).all():
            raise ModelFileError(
                "The model's answer is not a number.", "Its weights are of no use; choose another model."
            )
        return total / self._views, verdicts

    def _describe(
        self,
        seen: _Seen,
        logits: NDArray[np.float64],
        code: str,
        classes: NDArray[np.float64],
        group: float,
        gate: GateVerdict | None,
        prevalence: float,
    ) -> Prediction:
        card, picture = self._model.card, seen.picture
        prediction = Prediction(
            path=picture.path,
            code=code,
            probabilities=tuple(classes.tolist()),
            group_probability=float(group),
            prevalence=prevalence,
            operating_point=next((point for point in card.operating_points if point.target == "group"), None),
            seen_in_training=seen.in_training,
            error=None,
            hint=None,
            leaking_split=card.leaking_split,
            thumbnail=picture.thumbnail,
            logits=tuple(logits.tolist()),
            views=self._views,
            gate=gate,
            lesion_id=seen.lesion_id,
            content_sha256=picture.content_sha256,
            model_sha256=self._model.sha256,
        )
        remember(self._key(picture.content_sha256), Answered(prediction, picture.appearance))
        return prediction

    def _chunk_sizes(self, total: int) -> Generator[int, None, None]:
        """1, 4, 16, then 64 at a time until `total` is reached; on a CPU fewer of large images or in eight views."""
        most = _CHUNKS[-1]
        if self._device.type == "cpu":
            side = self._model.card.preprocessing.image_size
            most = min(most, max(1, _PIXELS // (side**2 * self._views)))
        number = 0
        while total > 0:
            size = min(total, most, _CHUNKS[min(number, len(_CHUNKS) - 1)])
            yield size
            total -= size
            number += 1
