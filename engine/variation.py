"""The four settings that people have for how training images are varied: mirror, turn, zoom, colour."""

from dataclasses import replace
from typing import Any

from engine.config import Augmentation
from engine.errors import ConfigError


def vary_more(
    augmentation: Augmentation,
    *,
    flips: bool | None = None,
    rotation: float | None = None,
    zoom: float | None = None,
    color: float | None = None,
) -> Augmentation:
    """`augmentation` with what is given in place of its own; `zoom` and `color` are shares, 0 to 1.

    `color` is that of brightness, contrast and saturation; with 0 the hue stays too. Raises `ConfigError` for the two
    that no config has under this name; the others are checked there.
    """
    for name, value in (("zoom", zoom), ("color", color)):
        if value is not None and not 0 <= value <= 1:
            raise ConfigError(f"{name} must be between 0 and 1, not {value:g}.", "Choose a value in this range.")
    changed: dict[str, Any] = {} if flips is None else {"flips": flips}
    if rotation is not None:
        changed["rotation"] = float(rotation)
    if zoom is not None:
        changed["scale"] = (1 / (1 + zoom), 1 + zoom)
    if color is not None:
        changed |= dict.fromkeys(("brightness", "contrast", "saturation"), color)
        changed["hue"] = augmentation.hue if color else 0.0
    return replace(augmentation, **changed)
