"""Answers for images: pixels through a network to logits, and a model file's whole answer for files and folders."""

import contextlib
import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.config import DeviceName, Preprocessing
from engine.data.fingerprints import perceptual_hash
from engine.data.images import decode_image, list_images, read_image_bytes, thumbnail, to_pixels
from engine.errors import DataError, EngineError, ModelFileError
from engine.events import Control, OnEvent, PredictionsDone, Progress, StatusChanged, ignore_events
from engine.labels import CODES
from engine.model.device import choose
from engine.model.file import LoadedModel, load_model
from engine.model.probabilities import EQUAL_PRIOR, decide, group_prevalence, group_probability, posterior
from engine.prediction_results import Prediction
from engine.wording import count

THUMBNAIL_SIDE = 128
_CHUNKS = (1, 4, 16)  # the first answer comes at once; the last size goes on
_AHEAD = 32  # images decoded before they are needed: at least a chunk, and no more than memory bears
_HINT = "Choose one or more JPEG or PNG images, or a folder that holds some."


def to_input(pixels: torch.Tensor, preprocessing: Preprocessing, device: torch.device) -> torch.Tensor:
    """The network's input, normalised float32 [n, 3, S, S] on `device`, from uint8 pixels [n, S, S, 3].

    Its memory stays channels-last, which convolutions on a CPU like better.
    """
    images = pixels.to(device).permute(0, 3, 1, 2).to(torch.float32)
    mean, std = (
        torch.tensor(values, dtype=torch.float32, device=device).mul_(255).view(1, 3, 1, 1)
        for values in (preprocessing.mean, preprocessing.std)
    )
    return images.sub_(mean).div_(std)


def compute_logits(
    module: nn.Module,
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    *,
    positions: NDArray[np.integer] | None = None,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Logits [n, 7] of `pixels` [n, S, S, 3], or of those at `positions`, read batch by batch from a mapped file.

    The network answers each image by itself: `batch_size` changes the result by rounding only. `module` must be on
    `device` and is left in the mode (train or eval) it came in. Raises `Cancelled` through `progress`.
    """
    chosen = np.arange(len(pixels)) if positions is None else positions
    batches = [np.zeros((0, len(CODES)), dtype=np.float32)]
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode(), torch.autocast(device.type, enabled=device.type == "cuda"):
            for start in range(0, len(chosen), batch_size):
                batch = torch.from_numpy(np.ascontiguousarray(pixels[chosen[start : start + batch_size]]))
                batches.append(module(to_input(batch, preprocessing, device)).float().cpu().numpy())
                if progress is not None:
                    progress.advance(len(batch))
    finally:
        module.train(was_training)
    return np.concatenate(batches)


class Predictor:
    """A model file, loaded and ready to answer."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Raises `ModelFileError`."""
        self._model = load_model(path, device)
        self._device = device

    def answer(self, paths: Sequence[Path], control: Control, on_event: OnEvent) -> tuple[Prediction, ...]:
        """One answer per path, in order; ready ones are told as `PredictionsDone`. Raises `Cancelled`.

        A file that cannot be read has an answer with `error` and `hint` in place of a class.
        """
        progress = Progress(len(paths), "images", control, on_event)
        answers: list[Prediction] = []
        with contextlib.closing(_read_ahead(paths, self._model)) as images:
            for size in _chunk_sizes(len(paths)):
                chunk: list[_Readable | Prediction] = []
                for image in islice(images, size):
                    progress.advance()
                    chunk.append(image)
                new = self._answer_chunk(chunk)
                on_event(PredictionsDone(predictions=new))
                answers += new
        return tuple(answers)

    def _answer_chunk(self, chunk: Sequence["_Readable | Prediction"]) -> tuple[Prediction, ...]:
        readable = [image for image in chunk if isinstance(image, _Readable)]
        if not readable:
            return tuple(image for image in chunk if isinstance(image, Prediction))
        card = self._model.card
        pixels = np.stack([image.pixels for image in readable])
        logits = compute_logits(self._model.module, pixels, card.preprocessing, self._device)
        if not np.isfinite(logits).all():
            raise ModelFileError(
                "The model's answer is not a number.", "Its weights are of no use; choose another model."
            )
        named = decide(logits, card.training_prior)
        classes = posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature)
        groups = group_probability(posterior(logits, card.training_prior, card.data_prior, card.temperature))
        answers = (
            self._describe(image, CODES[named[row]], classes[row], float(groups[row]))
            for row, image in enumerate(readable)
        )
        return tuple(image if isinstance(image, Prediction) else next(answers) for image in chunk)

    def _describe(self, image: "_Readable", code: str, classes: NDArray[np.float64], group: float) -> Prediction:
        card = self._model.card
        return Prediction(
            path=image.path,
            code=code,
            probabilities=tuple(float(probability) for probability in classes),
            group_probability=group,
            prevalence=group_prevalence(card.data_prior),
            operating_point=next((point for point in card.operating_points if point.target == "group"), None),
            seen_in_training=image.seen_in_training,
            error=None,
            hint=None,
            leaking_split=card.leaking_split,
            thumbnail=image.thumbnail,
        )


def predict(
    model: Path,
    paths: Sequence[Path],
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> tuple[Prediction, ...]:
    """Answers of the model file `model` for images and all images in folders, in order.

    The last model stays loaded until its file changes or another is asked for. Raises `ModelFileError`, `DataError`
    when there is no image at all, and `Cancelled`.
    """
    control = control or Control()
    predictor = _load(model, choose(device), on_event)
    images = [image for path in paths for image in list_images([path]) or [path]]
    if all(path.is_dir() for path in images):
        named = ", ".join(path.name or str(path) for path in paths)
        raise DataError(f"There is no image in {named}." if named else "No image was named.", _HINT)
    on_event(StatusChanged(text=f"Looking at {count(len(images), 'image')}"))
    return predictor.answer(images, control, on_event)


_loaded: dict[tuple[str, int, int, str], Predictor] = {}
"""The predictor in use, by its file's path, size and time of change, and the device."""


def _load(path: Path, device: torch.device, on_event: OnEvent) -> Predictor:
    try:
        status = path.stat()
    except OSError as error:
        reason = (
            "is not there any more" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        )
        raise ModelFileError(f"The model {path.name} {reason}.", "Choose another model, or train one.") from error
    key = (str(path.absolute()), status.st_size, status.st_mtime_ns, str(device))
    if key not in _loaded:
        on_event(StatusChanged(text="Loading the model"))
        _loaded.clear()  # first: two large models need not fit in memory
        _loaded[key] = Predictor(path, device)
    return _loaded[key]


@dataclass(frozen=True, eq=False)
class _Readable:
    """An image that could be read."""

    path: Path
    pixels: NDArray[np.uint8]
    seen_in_training: bool | None
    thumbnail: bytes


def _read(path: Path, model: LoadedModel) -> _Readable | Prediction:
    try:
        if path.is_dir():
            raise DataError(f"There is no image in {path.name}.", _HINT)
        content = read_image_bytes(path)
        image = decode_image(content, path.name)
    except EngineError as error:
        return _refuse(path, error)
    pixels, seen = to_pixels(image, model.card.preprocessing), None
    if model.fingerprints is not None:
        appearance = perceptual_hash(pixels[None])[0]
        seen = model.fingerprints.contains(image_id=path.stem, content=content, appearance=appearance)
    return _Readable(path, pixels, seen, thumbnail(image, THUMBNAIL_SIDE))


def _refuse(path: Path, error: EngineError) -> Prediction:
    return Prediction(
        path=path,
        code=None,
        probabilities=(),
        group_probability=None,
        prevalence=None,
        operating_point=None,
        seen_in_training=None,
        error=error.message,
        hint=error.hint,
    )


def _read_ahead(paths: Sequence[Path], model: LoadedModel) -> Generator[_Readable | Prediction, None, None]:
    """Images in order, read in threads while the network works on those before."""
    remaining = iter(paths)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        waiting: deque[Future[_Readable | Prediction]] = deque()
        try:
            waiting.extend(pool.submit(_read, path, model) for path in islice(remaining, _AHEAD))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(_read, path, model) for path in islice(remaining, 1))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _chunk_sizes(total: int) -> Generator[int, None, None]:
    """1, 4, then 16 at a time until `total` is reached."""
    number = 0
    while total > 0:
        size = min(total, _CHUNKS[min(number, len(_CHUNKS) - 1)])
        yield size
        total -= size
        number += 1
