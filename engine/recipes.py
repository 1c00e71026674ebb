"""The recipes of a training: named sets of defaults."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.config import (
    NO_AUGMENTATION,
    Augmentation,
    Preprocessing,
    RecipeName,
    TrainingConfig,
    with_image_size,
)
from engine.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A named set of defaults."""

    name: RecipeName
    title: str
    description: str
    """What it is for, in a sentence or two."""


RECIPES: dict[RecipeName, Recipe] = {
    "recommended": Recipe(
        name="recommended",
        title="Recommended",
        description="Keeps the shape of the lesion, turns and colours every image anew, shows rare classes more often, "
        "lets the learning rate fade out, and keeps the average of the last steps.",
    ),
    "quick": Recipe(
        name="quick",
        title="Quick",
        description="Leaves a network with ImageNet weights as it is, looks at every image once, and trains only its "
        "last layer, in seconds. How good that is was not measured here.",
    ),
    "notebook": Recipe(
        name="notebook",
        title="Notebook",
        description="The settings of the public notebook this program grew out of (squashed images, repeated rows, "
        "Adam), but split by lesion and with the best epoch really restored.",
    ),
}
"""What can be chosen by name."""

CUSTOM = Recipe(
    name="custom",
    title="Custom",
    description="Your own settings, begun from a recipe; choosing a recipe sets all of them back.",
)

_SETTINGS: dict[RecipeName, dict[str, Any]] = {
    "recommended": {"averaging": 0.2},
    "quick": {"averaging": 0.2, "is_frozen": True, "augmentation": NO_AUGMENTATION, "epochs": 50},
    "notebook": {
        "batch_size": 128,
        "balancing": "notebook",
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "weight_decay": 0.0,
        "warmup_epochs": 0.0,
        "schedule": "constant",
        "patience": 10,
        "stop_on": "loss",
        "augmentation": Augmentation(
            rotation=20.0, scale=(1.0, 1.0), translation=0.0, brightness=0.1, contrast=0.1, saturation=0.1, hue=0.1
        ),
        "preprocessing": Preprocessing(geometry="squash"),
    },
}

_NOT_DECIDED = (
    *("data", "out", "recipe", "backbone", "weights", "epochs", "seed", "split", "fold", "allow_leaking_split"),
    *("limit", "device", "threads", "weight_bits", "preprocessing"),
)
"""Fields that no recipe is about: on what, where and for how long it is carried out. Of the preprocessing, the size."""


def from_recipe(
    name: str, *, data: Path, out: Path, image_size: int | None = None, **settings: object
) -> TrainingConfig:
    """The config of the recipe `name`, with `settings` (fields of `TrainingConfig`) in place of its own.

    It is named "custom" where they change what the recipe decides. Raises `ConfigError` for an unknown recipe or a
    setting out of range.
    """
    if name not in RECIPES:
        raise ConfigError(f"There is no recipe {name!r}.", f"Choose one of {', '.join(RECIPES)}.")
    values: dict[str, Any] = {"recipe": name, **_SETTINGS[name], **settings}
    config = TrainingConfig(data=data, out=out, **values)
    return named_rightly(config if image_size is None else with_image_size(config, image_size))


def named_rightly(config: TrainingConfig) -> TrainingConfig:
    """`config`, named "custom" where it differs from its recipe in what that decides."""
    if config.recipe == "custom":
        return config
    plain = TrainingConfig(data=config.data, out=config.out, recipe=config.recipe, **_SETTINGS[config.recipe])
    return config if decide_alike(config, plain) else replace(config, recipe="custom")


def decide_alike(one: TrainingConfig, other: TrainingConfig) -> bool:
    """Whether both are the same in all that a recipe decides."""
    names = [field.name for field in fields(TrainingConfig) if field.name not in _NOT_DECIDED]
    shaped = replace(other.preprocessing, image_size=one.preprocessing.image_size)
    return one.preprocessing == shaped and all(getattr(one, name) == getattr(other, name) for name in names)
