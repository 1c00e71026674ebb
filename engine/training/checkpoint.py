"""Keeps what a training needs to go on in two slots of its run folder, written by turns beside the training."""

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import safetensors.torch
import torch
from safetensors import SafetensorError

from engine.atomic import disk_error, write_bytes, write_with
from engine.config import TrainingConfig
from engine.errors import ConfigError, DiskError, TrainingError
from engine.records import as_json, from_json
from engine.results import EpochRecord, ModelCard
from engine.runs import MANIFEST, RunFolder

_FORMAT = "lesion-lab checkpoint 1"
_STATE, _TENSORS, _BEST = "state.json", "tensors.safetensors", "best.safetensors"


@dataclass(frozen=True, kw_only=True)
class TrainingState:
    """Where a training stands, but for its tensors."""

    config: TrainingConfig
    card: ModelCard
    """As it was before the first epoch."""
    history: tuple[EpochRecord, ...]
    """The epochs that are done."""
    step: int
    """Batches done in the epoch after them."""
    seconds: float
    """Spent in that epoch."""
    halvings: int
    """How often the learning rate was halved because the loss ran away."""
    portion: int
    """Images that are learned from at a time."""
    scoring_portion: int
    """Images that are scored at a time."""


@dataclass(frozen=True)
class Checkpoint:
    """What a slot holds."""

    state: TrainingState
    tensors: dict[str, torch.Tensor]
    """By name, on the CPU; the prefix says whose they are ("model.", "optimizer.", "scaler.", "meter.")."""
    best: Path | None
    """The model file of the best epoch at that time, None before the first epoch."""
    slot: Path
    number: int
    """Counts the checkpoints of a run from 1."""


class Slots:
    """Writes checkpoints; a context manager, at whose end nothing is being written any more."""

    def __init__(self, folder: RunFolder, newest: Checkpoint | None = None) -> None:
        """`newest` is the checkpoint that a resumed training went on from; the other slot is written first."""
        self._folder = folder
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoint")
        self._writing: Future[None] | None = None
        self._newest = newest.slot if newest is not None else None
        self._number = newest.number if newest is not None else 0
        self._needed = 0
        self.cost: float | None = None
        """Seconds that the last one took from the training; None before the first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown(wait=True)
        if error is None:  # the last epoch is done: one checkpoint will do, and the finished model needs room
            for slot in self._folder.slots:
                if slot != self._newest:
                    shutil.rmtree(slot, ignore_errors=True)

    def write(self, state: TrainingState, tensors: Mapping[str, torch.Tensor]) -> None:
        """Begin to write a checkpoint over the older one; `tensors` must not change any more.

        Raises `DiskError` if the one before could not be written, or this one cannot be begun.
        """
        started = time.perf_counter()
        self.wait()
        slot = next(slot for slot in self._folder.slots if slot != self._newest)
        on_cpu = {name: tensor.cpu() for name, tensor in tensors.items()}
        self._needed = sum(tensor.nbytes for tensor in on_cpu.values())
        try:
            _empty(slot)
            if state.history:
                self._needed += self._folder.best_so_far.stat().st_size
                _keep_copy(self._folder.best_so_far, slot / _BEST)
        except OSError as error:
            raise disk_error(error, slot) from error
        blocked = time.perf_counter() - started
        self._writing = self._writer.submit(self._fill, slot, self._number + 1, state, on_cpu, blocked)

    @property
    def is_writing(self) -> bool:
        """Whether the next one would have to wait for the last, as on a slow disk."""
        return self._writing is not None and not self._writing.done()

    def wait(self) -> None:
        """Until the last checkpoint is on the disk. Raises `DiskError` if it could not be written."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def raise_if_failed(self) -> None:
        """Raise the `DiskError` of the last checkpoint, if it is over and has one."""
        if self._writing is not None and self._writing.done():
            self.wait()

    def discard(self) -> None:
        """Remove both: there is nothing to go on with. The model of the best epoch stays."""
        with contextlib.suppress(DiskError):
            self.wait()
        for slot in self._folder.slots:
            shutil.rmtree(slot, ignore_errors=True)
        self._newest = None

    def as_pause(self, error: DiskError) -> DiskError:
        """`error`, which ended the training, with how it goes on from its last checkpoint; as it is if it has none."""
        if not self._folder.is_resumable:
            return error
        for slot in self._folder.slots:
            if not (slot / MANIFEST).exists():  # half of one is of no use, and in the way
                shutil.rmtree(slot, ignore_errors=True)
        hint = f"{error.hint} Then resume the training: it goes on from its last checkpoint."
        with contextlib.suppress(OSError):
            kept = sum(file.stat().st_size for file in self._newest.iterdir()) if self._newest else 0
            free = shutil.disk_usage(self._folder.path).free
            hint = f"{hint} A checkpoint needs {(self._needed or kept) / 1e6:,.0f} MB; {free / 1e6:,.0f} MB are free."
        return DiskError(f"{error.message.rstrip('.')}, so the training was paused.", hint)

    def _fill(
        self, slot: Path, number: int, state: TrainingState, tensors: dict[str, torch.Tensor], blocked: float
    ) -> None:
        """In the writer's thread."""
        started = time.thread_time()  # what waits for the disk costs the training nothing
        try:
            hashes = {
                _TENSORS: _write(slot / _TENSORS, safetensors.torch.save(tensors)),
                _STATE: _write(slot / _STATE, json.dumps(as_json(state), allow_nan=False).encode()),
            }
            if (slot / _BEST).exists():  # so far it is the same file as the run's: what damages one damages both
                hashes[_BEST] = _write(slot / _BEST, (slot / _BEST).read_bytes())
            write_bytes(slot / MANIFEST, _seal({"format": _FORMAT, "number": number, "sha256": hashes}))
        except OSError as error:
            raise disk_error(error, slot) from error
        self._newest, self._number = slot, number
        self.cost = blocked + time.thread_time() - started


def read_newest(folder: RunFolder) -> Checkpoint:
    """The newest checkpoint that is whole, every byte checked. Raises `TrainingError` where there is none."""
    manifests = _read_manifests(folder)
    for slot, _ in manifests:
        with contextlib.suppress(_DamagedError):
            return _read_slot(slot)
    if any(slot.exists() for slot in folder.slots):
        fault, hint = "is damaged in both its checkpoints", "Start the training again; its best model may still be used"
    else:
        fault, hint = "has no checkpoint to go on from", "Start the training again"
    raise TrainingError(f"The run {folder.path.name} {fault}.", f"{hint}.")


class _DamagedError(Exception):
    """A slot is not whole."""


def _read_manifests(folder: RunFolder) -> list[tuple[Path, int]]:
    """The slots with a whole manifest and their numbers, the newest first."""
    found = []
    for slot in folder.slots:
        with contextlib.suppress(_DamagedError):
            found.append((slot, int(_read_manifest(slot)["number"])))
    return sorted(found, key=lambda one: one[1], reverse=True)


def _read_manifest(slot: Path) -> dict[str, Any]:
    try:
        content = (slot / MANIFEST).read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise _DamagedError from error
    # Made again from what it says, it must be the same to the byte, so that not even a blank can have changed.
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT or _seal(manifest) != content:
        raise _DamagedError
    return manifest


def _read_slot(slot: Path) -> Checkpoint:
    manifest = _read_manifest(slot)
    contents: dict[str, bytes] = {}
    for name, sha256 in manifest["sha256"].items():
        try:
            contents[name] = (slot / name).read_bytes()
        except OSError as error:
            raise _DamagedError from error
        if hashlib.sha256(contents[name]).hexdigest() != sha256:
            raise _DamagedError
    try:
        state = from_json(TrainingState, json.loads(contents[_STATE]), "the checkpoint")
        tensors = safetensors.torch.load(contents[_TENSORS])
    except (ConfigError, ValueError, KeyError, SafetensorError) as error:  # of another version of the program
        raise _DamagedError from error
    return Checkpoint(state, tensors, slot / _BEST if _BEST in contents else None, slot, manifest["number"])


def put_best_back(folder: RunFolder, checkpoint: Checkpoint) -> None:
    """Make the best model that of `checkpoint`: a later one may have been written before the training broke off."""
    if checkpoint.best is not None:
        _keep_copy(checkpoint.best, folder.best_so_far)


def _seal(manifest: Mapping[str, Any]) -> bytes:
    """The manifest as bytes, with a SHA-256 over all else that is in it."""
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    seal = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    return json.dumps({**rest, "seal": seal}, sort_keys=True, indent=1).encode()


def _write(path: Path, content: bytes) -> str:
    write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()  # of what was meant, not of what the disk made of it


def _empty(slot: Path) -> None:
    """Make the slot ready; from the first moment it does not count as a checkpoint any more."""
    (slot / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(slot, ignore_errors=True)
    slot.mkdir(parents=True, exist_ok=True)


def _keep_copy(model: Path, copy: Path) -> None:
    """A second name for the file, which stays what it is when the first is given to another file."""
    write_with(copy, lambda temporary: _link(model, temporary))


def _link(model: Path, name: Path) -> None:
    try:
        os.link(model, name)
    except OSError:  # a disk whose files have one name only
        shutil.copyfile(model, name)
