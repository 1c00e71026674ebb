"""Finds ImageNet weights for a backbone: on this computer, from PyTorch's server if asked to, or in a file."""

import hashlib
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch

from engine.config import BACKBONES
from engine.errors import ConfigError, EngineError, ModelFileError
from engine.events import Control, OnEvent, ignore_events
from engine.fetch import Meter, RemoteFile, fetch_file
from engine.places import weights_dir
from engine.results import WeightsInfo

MAX_BYTES = 2**30
_OFFLINE = "Check the connection to the internet, or choose a file with the weights, or train without them."


@dataclass(frozen=True)
class Source:
    """Where ImageNet weights are to be had."""

    url: str
    sha256: str
    """The first digits, as torchvision has them in the file's name."""
    megabytes: float

    @property
    def path(self) -> Path:
        """Where they are kept on this computer."""
        return weights_dir() / self.url.rsplit("/", 1)[-1]


_SERVER = "https://download.pytorch.org/models/"
SOURCES: dict[str, Source] = {
    "resnet50": Source(_SERVER + "resnet50-11ad3fa6.pth", "11ad3fa6", 97.8),
    "resnet18": Source(_SERVER + "resnet18-f37072fd.pth", "f37072fd", 44.7),
    "mobilenet_v3_large": Source(_SERVER + "mobilenet_v3_large-5c1a4163.pth", "5c1a4163", 21.1),
    "efficientnet_b0": Source(_SERVER + "efficientnet_b0_rwightman-7f5810bc.pth", "7f5810bc", 20.5),
}
"""torchvision's default weights of each backbone, as its own tables name them."""


def describe(backbone: str, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> WeightsInfo:
    """Whether ImageNet weights for `backbone` are on this computer. Raises `ConfigError` for an unknown backbone."""
    source = _source(backbone)
    return WeightsInfo(backbone=backbone, is_available=source.path.is_file(), megabytes=source.megabytes)


def download(backbone: str, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> WeightsInfo:
    """Fetch ImageNet weights for `backbone` from PyTorch's server, unless they are here already, and check them.

    What arrived of an interrupted download is kept for the next one, under a name that nothing takes for weights.
    Raises `EngineError` when the server cannot be reached or sends something else, `DiskError` and `Cancelled`.
    """
    source = _source(backbone)
    remote = RemoteFile(
        url=source.url,
        name=f"the ImageNet weights for {backbone}",
        server="PyTorch's server",
        hint=_OFFLINE,
        max_bytes=MAX_BYTES,
        size=None,
        algorithm="sha256",
        checksum=source.sha256,
    )
    meter = Meter(math.ceil(source.megabytes * 2**20), on_event)
    fetch_file(remote, source.path, meter, control=control or Control(), on_event=on_event)
    meter.settle()
    return describe(backbone)


def find(
    backbone: str, weights: str, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[dict[str, torch.Tensor] | None, str]:
    """The tensors that `weights` asks for (None for random ones) and what they are, in one line.

    `weights` is as in `TrainingConfig`; only "download" touches the network. The tensors are finite-checked and held
    against the backbone by `network.load_backbone`. Raises `ModelFileError` for a file that is no weights, and what
    `download` raises.
    """
    source = _source(backbone)
    if weights == "none":
        return None, "random weights, as asked"
    if weights == "auto" and not source.path.is_file():
        return None, "random weights, since no ImageNet weights are on this computer"
    if weights not in ("auto", "download"):
        path = Path(weights)
        return _read(path), f"weights from the file {path.name}, SHA-256 {_sha256(path)[:8]}"
    if weights == "download":
        download(backbone, control=control, on_event=on_event)
    if not _sha256(source.path).startswith(source.sha256):
        fault = f"The ImageNet weights in {source.path.name} are damaged."
        raise ModelFileError(fault, "Download them again, or delete the file.")
    return _read(source.path), f"ImageNet weights ({source.path.stem}, torchvision)"


def _source(backbone: str) -> Source:
    if backbone not in SOURCES:
        raise ConfigError(f"There is no backbone {backbone!r}.", f"Choose one of {', '.join(BACKBONES)}.")
    return SOURCES[backbone]


def _read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in a .pth or .safetensors file, without running anything that is in it."""
    hint = "Choose a .pth or .safetensors file with torchvision's ImageNet weights."
    try:
        if _unpacked_size(path) > MAX_BYTES:
            raise ModelFileError(f"{path.name} is larger than 1 GB, too large for these weights.", hint)
        if path.suffix.lower() == ".safetensors":
            found: object = safetensors.torch.load_file(path)
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except EngineError:
        raise
    except OSError as error:
        raise ModelFileError(f"{path.name} could not be read: {error.strerror or error}.", "Check the path.") from error
    except Exception as error:  # torch.load fails in many ways on a file that is something else
        raise ModelFileError(f"{path.name} is no file of weights that can be read safely.", hint) from error
    if not isinstance(found, Mapping) or not all(isinstance(tensor, torch.Tensor) for tensor in found.values()):
        raise ModelFileError(f"{path.name} holds something else than named tensors.", hint)
    return {str(name): tensor for name, tensor in found.items()}


def _unpacked_size(path: Path) -> int:
    """Bytes that reading the file may need: a .pth is a zip archive, which may be packed."""
    size = path.stat().st_size
    if size <= MAX_BYTES and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(entry.file_size for entry in archive.infolist()))
    return size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
