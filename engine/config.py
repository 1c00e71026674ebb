"""What is asked of a training: frozen dataclasses that are only data, and their JSON."""

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from engine import places
from engine.errors import ConfigError
from engine.records import as_json, from_json

Backbone = Literal["resnet50", "resnet18", "mobilenet_v3_large", "efficientnet_b0"]
BACKBONES: tuple[Backbone, ...] = ("resnet50", "resnet18", "mobilenet_v3_large", "efficientnet_b0")
RecipeName = Literal["recommended", "quick", "notebook", "custom"]
Geometry = Literal["crop", "squash"]
Balancing = Literal["none", "sqrt", "equal", "notebook"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]
NAMED_SPLITS = ("auto", "new", "notebook")
"""Values of `TrainingConfig.split` that are no path."""

NOTEBOOK_MULTIPLIERS: tuple[int, ...] = (15, 10, 5, 50, 5, 1, 40)
"""How often the notebook repeats a row of each class, in logit order."""


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """How any image becomes the network's input: in the cache, in training, evaluation, prediction and the web demo."""

    image_size: int = 224
    """Side of the square input in pixels, 32 to 512."""
    geometry: Geometry = "crop"
    """"crop" takes the central square and keeps the lesion's shape; "squash" squeezes the whole image into a square."""
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    """Per channel (RGB), of values scaled to 0..1, 0 to 1; those of ImageNet."""
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    """Like `mean`, 0.01 to 1."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How training images are varied, each with its own random parameters."""

    flips: bool = True
    """Mirror left-right and upside-down, each for half of the images."""
    rotation: float = 180.0
    """Largest rotation either way in degrees, 0 to 180."""
    scale: tuple[float, float] = (0.8, 1.25)
    """Smallest and largest zoom, 0.1 to 10, drawn evenly on a log scale; 1 is none."""
    translation: float = 0.05
    """Largest shift in each direction as a share of the side, 0 to 0.5."""
    brightness: float = 0.2
    """Largest relative change, 0 to 1."""
    contrast: float = 0.2
    """Largest relative change, 0 to 1."""
    saturation: float = 0.2
    """Largest relative change, 0 to 1."""
    hue: float = 0.02
    """Largest turn of the colour circle, 0 to 0.5."""


NO_AUGMENTATION = Augmentation(
    flips=False, rotation=0.0, scale=(1.0, 1.0), translation=0.0, brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0
)
"""Images as they are."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides what a training does. The same config on the same CPU gives the same bits."""

    data: Path
    """Folder of the data set."""
    out: Path
    """Folder that holds the runs; the run makes its own folder in there."""
    recipe: RecipeName = "recommended"
    """Where the defaults came from, "custom" where a setting that a recipe decides is another; the fields below are
    what counts."""
    backbone: Backbone = "resnet50"
    """The network without its head."""
    weights: str = "auto"
    """What the backbone starts from: "auto" (ImageNet weights where they are on this computer, otherwise none), "none",
    "download" (fetches ImageNet weights from PyTorch's server), or the path of a file with ImageNet weights."""
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    """Size and geometry of the input."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    """How training images are varied."""
    is_frozen: bool = False
    """The backbone stays as its ImageNet weights are, and only the head learns, from features that are computed once:
    seconds on any computer. Images are then taken as they are, so that `augmentation` must be `NO_AUGMENTATION`."""
    epochs: int = 30
    """Largest number of epochs, 1 to 1000."""
    batch_size: int = 32
    """Images per optimizer step, 2 to 1024."""
    balancing: Balancing = "sqrt"
    """How often a class is drawn: "none" as it occurs, "sqrt" by the square root of its size, "equal" all the same,
    "notebook" repeats each row by the notebook's multipliers."""
    optimizer: Literal["adamw", "adam"] = "adamw"
    """As in torch.optim."""
    learning_rate: float = 1e-3
    """Highest rate, above 0, up to 1."""
    weight_decay: float = 0.05
    """Decoupled decay of weights that are matrices or filters, 0 to 1; only for "adamw"."""
    warmup_epochs: float = 1.0
    """Epochs over which the rate rises from nearly 0; only for "cosine"."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """The rate after the warm-up."""
    averaging: float = 0.0
    """Share of the steps so far, 0 to 1, over which weights are averaged (an exponential moving average); the average
    is what is scored and kept, as it is steadier than the last step. 0 for none, as before there was this setting."""
    weight_bits: Literal[16, 32] = 32
    """Of each number in the finished model: 16 halve its file; the numbers are rounded before the last look at the
    validation part, so that all figures on the card are those of the file."""
    patience: int = 10
    """Epochs without improvement after which the training stops, 1 to 1000."""
    stop_on: Literal["balanced_accuracy", "loss"] = "balanced_accuracy"
    """The validation figure that `patience` watches. The best epoch is always chosen by balanced accuracy."""
    seed: int = 0
    """Decides the split, the first weights, the order and the augmentation; 0 to 2**32 - 1."""
    split: str = "auto"
    """Which images are for training: "auto" (the split that the data set brings, unless it leaks; otherwise 70/15/15 by
    lesion), "new" (always 70/15/15 by lesion), "notebook" (copies of rows split at random, to show how that leaks), or
    the path of a table with the columns image_id and part."""
    fold: int | None = None
    """Of a table that holds several, 0 for the first; None where it holds one split."""
    allow_leaking_split: bool = False
    """Train even if images of one lesion stand in several parts of the user's own split; every output is marked."""
    limit: int | None = None
    """Train on about so many images only, whole lesions, each class in proportion; None for all."""
    device: DeviceName = "auto"
    """Where to compute; "auto" takes the fastest there is."""
    threads: int = 0
    """CPU threads, 0 for one per core. Sums are rounded differently with another number."""

    def __post_init__(self) -> None:
        _check_ranges(self)


_RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch_size": (2, 1024),
    "learning_rate": (1e-8, 1),
    "weight_decay": (0, 1),
    "warmup_epochs": (0, 1000),
    "averaging": (0, 1),
    "patience": (1, 1000),
    "seed": (0, 2**32 - 1),
    "limit": (21, 10**9),
    "threads": (0, 1024),
    "image_size": (32, 512),
    "mean": (0, 1),
    "std": (0.01, 1),
    "rotation": (0, 180),
    "scale": (0.1, 10),
    "translation": (0, 0.5),
    **dict.fromkeys(("brightness", "contrast", "saturation"), (0, 1)),
    "hue": (0, 0.5),
}
"""Of the fields of a config, its preprocessing and its augmentation; of each number where a field holds several."""


def _check_ranges(config: TrainingConfig) -> None:
    owners = (config, config.preprocessing, config.augmentation)
    for name, (low, high) in _RANGES.items():
        found = next(getattr(owner, name) for owner in owners if hasattr(owner, name))
        for value in found if isinstance(found, tuple) else (found,):
            if value is not None and not low <= value <= high:
                raise ConfigError(
                    f"{name.replace('_', ' ')} must be between {low:g} and {high:g}, not {value:g}.",
                    f"Choose a value between {low:g} and {high:g}.",
                )
    if config.fold is not None and config.split in NAMED_SPLITS:
        raise ConfigError("A fold was chosen, but no table that holds folds.", "Name the table with --split.")
    if config.backbone not in BACKBONES:
        raise ConfigError(f"There is no backbone {config.backbone!r}.", f"Choose one of {', '.join(BACKBONES)}.")
    if config.is_frozen and config.weights == "none":
        raise ConfigError(
            "A network that stays as it is needs ImageNet weights: random numbers see nothing.", FROZEN_HINT
        )
    if config.is_frozen and config.augmentation != NO_AUGMENTATION:
        raise ConfigError(
            "A network that stays as it is learns from images as they are; they cannot be varied.",
            "Leave the augmentation out, or choose another recipe.",
        )


FROZEN_HINT = (
    "Let the program download ImageNet weights, choose a file that holds them, or choose another recipe than Quick."
)


def with_image_size(config: TrainingConfig, image_size: int) -> TrainingConfig:
    """The same config at another size of the input. Raises `ConfigError`."""
    return replace(config, preprocessing=replace(config.preprocessing, image_size=image_size))


def read_config(path: Path, **changes: object) -> TrainingConfig:
    """The config in the JSON file `path` (a run's `config.json`), with `changes` to its fields.

    Fields that only a run adds (fingerprint, versions) are passed over; a config that names no folder for its run
    means the usual one. Raises `ConfigError`.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path.name} could not be read: {error.strerror or error}.", "Check the path.") from error
    except ValueError as error:
        raise ConfigError(f"{path.name} is not JSON: {error}.", "Use the config.json of a run.") from error
    config = value.get("training", value) if isinstance(value, dict) else value
    if isinstance(config, dict):
        names = {one.name for one in fields(TrainingConfig)}
        changed = {name: as_json(change) for name, change in changes.items() if name in names}
        config = {"out": str(places.runs_dir()), **config, **changed}
    return from_json(TrainingConfig, config, path.name)
