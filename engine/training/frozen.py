"""Takes the features of all images from a backbone that stays as it is: once, and kept beside the pixels."""

import copy
import hashlib
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from engine import places
from engine.atomic import write_bytes
from engine.config import TrainingConfig
from engine.events import Control, OnEvent, Progress, StatusChanged
from engine.model.device import describe
from engine.model.file import weights_sha256
from engine.model.network import HEADS
from engine.prediction.features import find_head
from engine.prediction.logits import compute_logits_and_features
from engine.prediction.portion import Portion
from engine.training.material import Material

_FORMAT = 1  # raise it whenever the same network and pixels would give other features
_IN_A_FILE = 256  # images; what is in a whole file is not computed again after Cancel or a power cut
_AT_A_TIME = 32

Floats = npt.NDArray[np.float32]


def compute_features(
    module: nn.Module,
    config: TrainingConfig,
    material: Material,
    device: torch.device,
    control: Control,
    on_event: OnEvent,
) -> Floats:
    """The features [n, d] of all `material.pixels` by `module`, which is on `device`; only those that are not kept yet.

    They are those of every part of the split, so that another split, or the next fold, needs no others; they know no
    diagnosis. Raises `Cancelled`, after which the next time goes on from here, `TrainingError` where memory is too
    short, and `DiskError`.
    """
    n, width = len(material.pixels), find_head(module).in_features
    folder = places.cache_dir() / "features" / _name(module, config, material)
    files = [_File(folder, start, min(start + _IN_A_FILE, n), width) for start in range(0, n, _IN_A_FILE)]
    kept = [file.read() for file in files]
    n_missing = sum(file.stop - file.start for file, features in zip(files, kept, strict=True) if features is None)
    if n_missing:
        on_event(
            StatusChanged(text=f"Taking the features of {n_missing:,} images; they are kept for the next training")
        )
    portion = Portion(_AT_A_TIME, 1, "where features are taken", on_event)
    progress = Progress(n_missing, "images", control, on_event)

    def compute(file: _File) -> Floats:
        rows, pixels = np.arange(file.start, file.stop), material.pixels
        both = compute_logits_and_features(
            module, pixels, config.preprocessing, device, positions=rows, batch_size=portion, progress=progress
        )
        return file.write(both[1])

    return np.concatenate(
        [compute(file) if features is None else features for file, features in zip(files, kept, strict=True)]
    )


def _name(module: nn.Module, config: TrainingConfig, material: Material) -> str:
    """Of the features of these pixels by these weights, on a device that rounds like this one."""
    trunk = copy.deepcopy(module)
    trunk.set_submodule(HEADS[config.backbone], nn.Identity())
    told = (
        f"format {_FORMAT}",
        material.pixels_name,
        repr(config.preprocessing),
        config.backbone,
        weights_sha256(trunk),
        describe(config.device).name,
        str(torch.__version__),
    )
    return f"{config.backbone}-{hashlib.sha256(chr(10).join(told).encode()).hexdigest()[:32]}"


class _File:
    """The features of some images in a row."""

    def __init__(self, folder: Path, start: int, stop: int, width: int) -> None:
        self.start, self.stop = start, stop
        self._path, self._shape = folder / f"{start:06}.npy", (stop - start, width)

    def read(self) -> Floats | None:
        """None where they are not there, or not whole."""
        try:
            features = np.load(self._path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        is_whole = isinstance(features, np.ndarray) and features.shape == self._shape and features.dtype == np.float32
        return features if is_whole and bool(np.isfinite(features).all()) else None

    def write(self, features: Floats) -> Floats:
        """Keep `features`, and give them back. Raises `DiskError`."""
        content = io.BytesIO()
        np.save(content, features, allow_pickle=False)
        write_bytes(self._path, content.getvalue())
        return features
