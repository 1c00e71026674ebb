"""Looks at an image from eight sides: the flips and rotations of the network's square input."""

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError

CHOICES = (1, 8)
"""How many views an answer can be made of."""


def check_views(views: int) -> None:
    """Raise `ConfigError` for a number of views that there is not."""
    if views not in CHOICES:
        raise ConfigError(f"An image cannot be looked at in {views} views.", "Choose 1, or 8 for flips and rotations.")


def turn(pixels: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """View `number` (0 to 7) of each of `pixels` [n, S, S, 3], without a copy; 0 is the image as it is.

    They are the symmetries of a square: mirrored left-right (1), upside-down (2), along the diagonal (4), and these
    together. A lesion has no up and no left, so that each is as good a photograph of it as the first.
    """
    turned = pixels.transpose(0, 2, 1, 3) if number & 4 else pixels
    turned = turned[:, ::-1] if number & 2 else turned
    return turned[:, :, ::-1] if number & 1 else turned
