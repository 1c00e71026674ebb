"""The model file: one .safetensors file with the weights, and the card and fingerprints in its header."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from engine.atomic import write_bytes
from engine.data.fingerprints import Fingerprints
from engine.errors import EngineError, ModelFileError
from engine.events import Control, OnEvent, ignore_events
from engine.model import card as cards
from engine.model import gate_tensors, network
from engine.results import ModelCard

MAX_BYTES = 2 * 2**30
_MAX_HEADER_BYTES = 100_000_000  # the limit of the safetensors format
_FORMAT = "lesion-lab model 1"
_TYPES: dict[str, torch.dtype] = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64}
_HINT = "Choose a model.safetensors that Lesion Lab wrote, from the folder of a run."
_DAMAGED = "Copy the file again from where it came, or train the model again."


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model ready to answer."""

    module: nn.Module
    """In eval mode, on the device asked for."""
    card: ModelCard
    fingerprints: Fingerprints | None
    """Of the training and validation images; None if the file has none."""
    gate: Mapping[str, torch.Tensor] | None
    """The gate's tables on the CPU, as `gate_tensors.shapes` has them; None if the card has no gate."""
    sha256: str
    """Of the file's bytes."""


def save_model(
    path: Path,
    module: nn.Module,
    card: ModelCard,
    fingerprints: Fingerprints | None,
    gate: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Write the model file, whole or not at all. Raises `DiskError`; `path` is then as it was before.

    `gate` has the tables of the card's gate, None where the card has none. Weights that 16 bits hold exactly, as
    `round_weights` makes them, are written with 16.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    metadata = {"format": _FORMAT, "card": cards.to_text(card), "weights_sha256": _hash(tensors)}
    if gate is not None:
        metadata["gate_sha256"] = _hash(gate)
        tensors |= {gate_tensors.PREFIX + name: tensor.contiguous() for name, tensor in gate.items()}
    if fingerprints is not None:
        metadata["fingerprints"] = fingerprints.to_json()
    metadata["seal"] = _seal(metadata)
    write_bytes(path, _pack({name: _shorten(tensor) for name, tensor in tensors.items()}, metadata))


def load_model(path: Path, device: torch.device) -> LoadedModel:
    """Read and check the model file in `path`; names, shapes and types before its weights.

    Raises `ModelFileError` that says what is wrong with it.
    """
    try:
        with path.open("rb") as file:
            header, card = _read_header(file, path.name)
            module = network.build_empty(card.backbone)
            _check_tensors(header, {**module.state_dict(), **gate_tensors.expected(card.gate)}, path.name)
            file.seek(0)
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    weights, gate = gate_tensors.part(_read_tensors(content, path.name))
    for tensors, key in ((weights, "weights_sha256"), (gate, "gate_sha256")):
        if (tensors or key in header["__metadata__"]) and _hash(tensors) != header["__metadata__"].get(key):
            fault = "its weights are not those that were saved; the file was changed or damaged"
            raise _not_ours(path.name, fault, _DAMAGED)
    module.load_state_dict(weights, assign=True)
    return LoadedModel(
        module=module.to(device).eval(),
        card=card,
        fingerprints=_read_fingerprints(header["__metadata__"].get("fingerprints"), path.name),
        gate=None if card.gate is None else gate,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def read_card(path: Path) -> ModelCard:
    """The card of the model file in `path`, from its header alone. Raises `ModelFileError`."""
    try:
        with path.open("rb") as file:
            return _read_header(file, path.name)[1]
    except OSError as error:
        raise _unreadable(path, error) from error


def describe(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> ModelCard:
    """What the model file in `path` says about itself. Raises `ModelFileError`."""
    return read_card(path)


def weights_sha256(module: nn.Module) -> str:
    """SHA-256 over the names, types, shapes and bytes of all tensors: the same bits give the same value."""
    return _hash(module.state_dict())


def round_weights(module: nn.Module) -> None:
    """Round the matrices and filters of `module` to what 16 bits hold; what else is in it needs no room."""
    with torch.no_grad():
        for tensor in module.parameters():
            if tensor.dim() > 1:
                tensor.copy_(tensor.half())


def _shorten(tensor: torch.Tensor) -> torch.Tensor:
    """`tensor` with 16 bits if it is a matrix or filter that loses nothing by it."""
    if tensor.dim() < 2 or not tensor.is_floating_point():
        return tensor
    short = tensor.half()
    return short if torch.equal(short.to(tensor.dtype), tensor) else tensor


def _hash(tensors: Mapping[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).numpy().data)
    return digest.hexdigest()


def _pack(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a .safetensors file. The library's own writer shuffles the metadata, so that no two are the same."""
    header: dict[str, object] = {"__metadata__": metadata}
    pieces: list[Any] = []
    at = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):  # keeps them aligned
        kind = next(kind for kind, dtype in _TYPES.items() if dtype == tensor.dtype)
        end = at + tensor.nbytes
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, end]}
        pieces.append(tensor.reshape(-1).numpy().data)
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *pieces])


def _seal(metadata: Mapping[str, Any]) -> str:
    """SHA-256 over everything else in the header's metadata, so that no flipped bit in it goes unseen."""
    rest = {key: value for key, value in metadata.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _read_header(file: BinaryIO, name: str) -> tuple[dict[str, Any], ModelCard]:
    """The parsed header and its card; checks size, lengths, JSON and kind."""
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise ModelFileError(f"{name} is empty.", _DAMAGED)
    if size > MAX_BYTES:
        raise ModelFileError(f"{name} is larger than 2 GB, too large for a model file.", _HINT)
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or not 2 <= length <= min(size - 8, _MAX_HEADER_BYTES):
        raise _not_ours(name, "it is no .safetensors file" if _looks_foreign(start) else "it is cut or damaged")
    try:
        header = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise _not_ours(name, "its header is damaged", _DAMAGED) from error
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or metadata.get("format") != _FORMAT:
        raise _not_ours(name, "it is a .safetensors file of another kind")
    is_whole = {"card", "weights_sha256"} <= metadata.keys() and all(isinstance(one, str) for one in metadata.values())
    if metadata.get("seal") != _seal(metadata) or not is_whole:
        raise _not_ours(name, "its header is damaged", _DAMAGED)
    try:
        card = cards.from_text(metadata["card"])
    except cards.CardError as error:
        raise _not_ours(name, str(error), "It may come from a newer version of Lesion Lab. " + _DAMAGED) from error
    _check_length(header, size - 8 - length, name)
    return header, card


def _looks_foreign(start: bytes) -> bool:
    """A zip (.pth), an old pickle, or text: anything whose first bytes are no plausible header length."""
    return len(start) < 8 or int.from_bytes(start, "little") > _MAX_HEADER_BYTES


def _check_length(header: Mapping[str, Any], n_bytes: int, name: str) -> None:
    try:
        expected = max((entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"), default=0)
        fits = expected == n_bytes
    except (TypeError, KeyError, IndexError) as error:
        raise _not_ours(name, "its header is damaged", _DAMAGED) from error
    if not fits:
        raise _not_ours(name, f"it is cut: {n_bytes:,} bytes of weights are there, {expected} belong to it", _DAMAGED)


def _check_tensors(header: Mapping[str, Any], expected: Mapping[str, torch.Tensor], name: str) -> None:
    """Every tensor of the network and its gate is there, with its shape and type, and no other."""
    for key in sorted((header.keys() - {"__metadata__"}) ^ expected.keys()):
        raise _not_ours(name, f"{key} {'is missing' if key in expected else 'is no tensor of its network'}")
    for key, tensor in expected.items():
        entry = header[key]
        found = _TYPES.get(str(entry.get("dtype")))
        is_short = found == torch.float16 and tensor.dtype == torch.float32
        if (found != tensor.dtype and not is_short) or entry.get("shape") != list(tensor.shape):
            raise _not_ours(name, f"{key} is not as its network has it")
        start, end = entry["data_offsets"][0], entry["data_offsets"][1]
        if type(start) is not int or type(end) is not int or end - start != tensor.nbytes // (2 if is_short else 1):
            raise _not_ours(name, "its header is damaged", _DAMAGED)


def _read_tensors(content: bytes, name: str) -> dict[str, torch.Tensor]:
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise _not_ours(name, f"its weights cannot be read ({error})", _DAMAGED) from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values() if tensor.is_floating_point()):
        raise _not_ours(name, "some of its weights are not finite numbers", "Train the model again.")
    return {key: tensor.float() if tensor.dtype == torch.float16 else tensor for key, tensor in tensors.items()}


def _read_fingerprints(text: object, name: str) -> Fingerprints | None:
    if text is None:
        return None
    try:
        return Fingerprints.from_json(str(text))
    except (EngineError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _not_ours(name, "the fingerprints in its header are damaged", _DAMAGED) from error


def _not_ours(name: str, fault: str, hint: str = _HINT) -> ModelFileError:
    return ModelFileError(f"{name} is not a model this program can use: {fault}.", hint)


def _unreadable(path: Path, error: OSError) -> ModelFileError:
    if path.is_dir():
        return ModelFileError(f"{path.name} is a folder, not a model file.", _HINT)
    return ModelFileError(f"{path.name} could not be read: {error.strerror or error}.", "Check the path.")
