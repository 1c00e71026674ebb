"""Takes in plain `.pth` state dicts, as the notebook writes them, and gives models out as such."""

import hashlib
import io
import json
import pickle
import re
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch

from engine import places
from engine.atomic import write_bytes, write_text
from engine.config import BACKBONES, NOTEBOOK_MULTIPLIERS, Preprocessing
from engine.errors import ConfigError, ModelFileError
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CODES, LIMITS, NOTICE
from engine.model import card as cards
from engine.model import network, plain_pickle
from engine.model.file import load_model, save_model, weights_sha256
from engine.results import ModelCard

MAX_BYTES = 2**30
_MOST_ENTRIES = 5000
_HAM10000_COUNTS = (327, 514, 1099, 115, 1113, 6705, 142)
_FORMAT = "lesion-lab card 1"
_ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)  # all that zipfile raises
_HINT = "Choose a file that torch.save(model.state_dict(), ...) wrote, of one of the backbones with seven classes."
_WHOLE = "Load it where it was made, and save it with torch.save(model.state_dict(), ...)."

Tensors = dict[str, torch.Tensor]


def import_weights(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Path:
    """Make a model file of the state dict in `path`, among the imported models, and return it.

    A card that `export_weights` left beside it is taken over; otherwise the file is taken for the notebook's: training
    data unknown, squashed to 224 px. Nothing in the file is run. Raises `ModelFileError` with the reason, `DiskError`
    and `Cancelled`.
    """
    on_event(StatusChanged(text=f"Reading {path.name}"))
    content = _read(path)
    control = control or Control()
    control.raise_if_cancelled()
    backbone, tensors = read_state_dict(content, path.name)
    module = network.build_empty(backbone)
    module.load_state_dict(tensors, assign=True)
    sha256 = hashlib.sha256(content).hexdigest()
    own = _read_card(path, weights_sha256(module))
    if own is not None and own.backbone != backbone:
        raise _refuse(path.name, f"the card beside it is of a {own.backbone}, the weights of a {backbone}")
    card = own or _card_of_notebook(path.name, backbone, sha256)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", path.stem)[:60] or "weights"
    model = places.models_dir() / f"{stem}_{hashlib.sha256(f'{sha256}{own}'.encode()).hexdigest()[:8]}.safetensors"
    control.raise_if_cancelled()
    if not model.exists():
        save_model(model, module, card, None)
    return model


def read_state_dict(content: bytes, name: str) -> tuple[str, Tensors]:
    """The backbone and its tensors, all there and finite, in a file's `content`; `name` is for messages.

    Nothing in it is run, and nothing is built from it that is larger than the file. Raises `ModelFileError`.
    """
    _check_archive(content, name)
    tensors = _strip(_unpack(content, name), name)
    backbone = _recognise(tensors, name)
    return backbone, _fit(tensors, _own_tensors(backbone), name)


def export_weights(
    model: Path, path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Path:
    """Write the weights of the model file `model` as a plain state dict, with its card beside it; returns `path`.

    The gate and the fingerprints of the training images stay behind. Raises `ConfigError`, `ModelFileError` and
    `DiskError`.
    """
    if path.suffix != ".pth":
        raise ConfigError(f"{path.name} does not end in .pth.", "Give the new file that ending.")
    for file in (path, card_beside(path)):
        if file.exists():
            raise ConfigError(f"There is a file {file.name} already.", "Choose a new name.")
    on_event(StatusChanged(text="Writing the weights"))
    loaded = load_model(model, torch.device("cpu"))
    if control is not None:
        control.raise_if_cancelled()
    buffer = io.BytesIO()
    torch.save(dict(loaded.module.state_dict()), buffer)
    card = {
        "format": _FORMAT,
        "weights_sha256": weights_sha256(loaded.module),
        "card": json.loads(cards.to_text(loaded.card)) | {"gate": None},
    }
    write_text(card_beside(path), json.dumps(card, ensure_ascii=False, indent=1) + "\n")
    write_bytes(path, buffer.getvalue())
    return path


def card_beside(path: Path) -> Path:
    """The card of a `.pth` file: "x.card.json" beside "x.pth"."""
    return path.with_name(f"{path.stem}.card.json")


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _refuse(path.name, "it is a folder")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ModelFileError(f"{path.name} could not be read: {error.strerror or error}.", "Check the path.") from error
    if len(content) > MAX_BYTES:
        raise _refuse(path.name, "it is larger than 1 GB")
    return content


def _check_archive(content: bytes, name: str) -> None:
    """See that the zip entries are sound, and that the pickle in it makes nothing but named tensors."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise _refuse(name, "it unpacks to more than a network needs")
            pickles = [entry for entry in entries if entry.filename.endswith("data.pkl")]
            if not pickles:
                raise _refuse(name, "it is a zip archive of something else")
            if any(entry.filename.endswith("constants.pkl") for entry in entries):
                raise _refuse(name, "it holds a TorchScript program, not only weights", _WHOLE)
            if any(entry.file_size > plain_pickle.MOST_BYTES for entry in pickles):
                raise _refuse(name, "it unpacks to more than a network needs")
            pickled = [archive.read(entry) for entry in pickles]
    except _ZIP_FAULTS as error:
        raise _refuse(name, "it is no whole zip archive, as PyTorch writes them since version 1.6") from error
    try:
        fault = next(filter(None, map(plain_pickle.find_fault, pickled)), "")
    except ValueError as error:
        raise _refuse(name, "it is damaged or holds something else than weights") from error
    if fault:
        words = "such as a whole pickled model, which could run any program"
        raise _refuse(name, f"it holds more than weights ({fault[:80]}), {words}", _WHOLE)


def _unpack(content: bytes, name: str) -> Mapping[Any, Any]:
    try:
        found: object = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        fault = "it holds more than weights, such as a whole pickled model, which could run any program"
        raise _refuse(name, fault, _WHOLE) from error
    except Exception as error:  # torch.load fails in many ways on a damaged file
        raise _refuse(name, "it is damaged or holds something else than weights") from error
    if not isinstance(found, dict) or not len(found):
        raise _refuse(name, "it holds something else than named tensors")
    return dict(dict.items(found))  # the class's own: an ordered dict from a file can have attributes of such names


def _strip(found: Mapping[Any, Any], name: str) -> Tensors:
    """Named tensors without the "module." that DataParallel puts before every name."""
    odd = next((key for key, value in found.items() if not isinstance(value, torch.Tensor)), None)
    if odd is not None:
        raise _refuse(name, f"{str(odd)[:40]!r} in it is no tensor, so it is a checkpoint and not a plain state dict")
    names = [str(key) for key in found]
    if all(key.startswith("module.") for key in names):
        names = [key.removeprefix("module.") for key in names]
    return dict(zip(names, found.values(), strict=True))


@cache
def _own_tensors(backbone: str) -> Tensors:
    """The names, shapes and types of a backbone, without memory."""
    return dict(network.build_empty(backbone).state_dict())


def _recognise(tensors: Tensors, name: str) -> str:
    """The backbone whose names and shapes these are, but for a head of another size."""
    scores = {}
    for backbone in BACKBONES:
        own = _own_tensors(backbone)
        fitting = sum(key in tensors and tensors[key].shape == tensor.shape for key, tensor in own.items())
        scores[backbone] = fitting / max(len(own), len(tensors))
    best = max(scores, key=lambda backbone: scores[backbone])
    if scores[best] < 0.5:
        raise _refuse(name, f"it is none of the networks {', '.join(BACKBONES)}")
    return best


def _fit(tensors: Tensors, own: Mapping[str, torch.Tensor], name: str) -> Tensors:
    """The tensors as the network has them: every one there, no other, of its shape, finite, as float32."""
    result: Tensors = {}
    unknown = sorted(tensors.keys() - own.keys())
    if unknown:
        raise _refuse(name, f"{unknown[0][:80]} is no tensor of its network")
    for key, expected in own.items():
        if key not in tensors:
            if key.endswith(".num_batches_tracked"):  # files older than PyTorch 0.4.1 lack it
                result[key] = torch.zeros((), dtype=torch.int64)
                continue
            raise _refuse(name, f"{key} is missing")
        tensor = tensors[key]
        if tensor.shape != expected.shape:
            raise _refuse(name, _describe_shape(key, tensor, expected))
        is_number = tensor.layout == torch.strided and not tensor.is_quantized and not tensor.is_complex()
        if not is_number or tensor.is_floating_point() != expected.is_floating_point():
            raise _refuse(name, f"{key} is of the type {str(tensor.dtype).removeprefix('torch.')}")
        result[key] = tensor.detach().to(expected.dtype, copy=True).contiguous()
        if not bool(torch.isfinite(result[key]).all()):
            raise _refuse(name, f"{key} holds values that are not finite numbers")
    return result


def _describe_shape(key: str, tensor: torch.Tensor, expected: torch.Tensor) -> str:
    if tensor.dim() == expected.dim() and tensor.shape[1:] == expected.shape[1:] and expected.shape[0] == len(CODES):
        return f"it tells {tensor.shape[0]} classes apart, not the {len(CODES)} of this program"
    sizes = ("x".join(map(str, one.shape)) or "a single number" for one in (tensor, expected))
    return f"{key} is {next(sizes)}, not {next(sizes)}"


def _read_card(path: Path, weights: str) -> ModelCard | None:
    """The card that `export_weights` left beside the file; None if there is none."""
    beside = card_beside(path)
    if not beside.is_file():
        return None
    hint = f"Move {beside.name} to another folder to import the weights without it."
    try:
        saved = json.loads(beside.read_text(encoding="utf-8"))
        if not isinstance(saved, dict) or saved.get("format") != _FORMAT:
            raise ModelFileError(f"{beside.name} is no card of this program.", hint)
        if saved.get("weights_sha256") != weights:
            raise ModelFileError(f"{beside.name} is the card of other weights than those in {path.name}.", hint)
        return cards.from_text(json.dumps({**saved["card"], "gate": None}))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, cards.CardError) as error:
        raise ModelFileError(f"{beside.name} cannot be read: {error}.", hint) from error


def _card_of_notebook(name: str, backbone: str, sha256: str) -> ModelCard:
    """What can be said of weights whose training nobody knows, taken to be like the notebook's."""
    drawn = [n * times for n, times in zip(_HAM10000_COUNTS, NOTEBOOK_MULTIPLIERS, strict=True)]
    now = datetime.now().astimezone()
    return ModelCard(
        name=f"{name}, imported {now:%d %b %Y %H:%M}",
        created=now.replace(tzinfo=None).isoformat(timespec="seconds"),
        backbone=backbone,
        weights=f"those of the file {name}, SHA-256 {sha256[:8]}, taken to be trained like the notebook's",
        preprocessing=Preprocessing(image_size=224, geometry="squash"),
        classes=CODES,
        training_prior=tuple(n / sum(drawn) for n in drawn),
        data_prior=tuple(n / sum(_HAM10000_COUNTS) for n in _HAM10000_COUNTS),
        temperature=1.0,
        operating_points=(),
        best_epoch=0,
        epochs_run=0,
        is_finished=True,
        validation={},
        split_sha256="",
        data_fingerprint="",
        data_licence="unknown; CC BY-NC 4.0 if that is HAM10000",
        is_demo=False,
        training=None,
        versions={},
        limits=LIMITS,
        notice=NOTICE,
    )


def _refuse(name: str, fault: str, hint: str = _HINT) -> ModelFileError:
    return ModelFileError(f"{name} cannot be imported: {fault}.", hint)
