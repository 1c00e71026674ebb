"""Looks at grey images through other views: zoomed, moved, turned and mirrored, blurred and freed of light and colour.

Coordinates are those of `torch.nn.functional.grid_sample`: x to the right, y down, -1 and 1 at the edges of the image.
A view is an affine matrix [2, 3]: for each point of a second image it says where that is found in the first.
"""

from functools import cache

import torch
from torch.nn import functional

RADIUS = 0.97
"""Only the inscribed disc of an image is compared: it stays inside when the image is turned, and has no corners."""
_FAINTEST = 4.0  # of 255 grey levels: structure below is noise of the camera or of the compression


@cache
def points(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """x and y of every pixel of an image, each [size, size]."""
    along = (torch.arange(size) + 0.5) / size * 2 - 1
    return along.expand(size, size), along[:, None].expand(size, size)


@cache
def disc(size: int) -> torch.Tensor:
    """1 in the inscribed disc and 0 elsewhere, [size, size]."""
    x, y = points(size)
    return (x * x + y * y <= RADIUS**2).float()


@cache
def blurring(size: int, sigma: float) -> torch.Tensor:
    """The matrix [size, size] that blurs columns by a Gaussian of `sigma` pixels, the edges as bright as the rest."""
    pixel = torch.arange(size).float()
    weights = torch.exp(-((pixel[:, None] - pixel) ** 2) / (2 * sigma * sigma))
    return weights / weights.sum(1, keepdim=True)


def blur(images: torch.Tensor, sigma: float) -> torch.Tensor:
    """Square images [..., S, S], blurred by `sigma` pixels."""
    matrix = blurring(images.shape[-1], sigma)
    return matrix @ images @ matrix.T


def texture(images: torch.Tensor, sigma: float) -> torch.Tensor:
    """The structure of images [..., S, S] (0 to 255) finer than `sigma` pixels, equally strong everywhere.

    Light, colour of light and the contrast between a lesion and its surroundings leave no trace in it.
    """
    details = images - blur(images, sigma)
    return details / torch.sqrt(blur(details * details, sigma) + _FAINTEST**2)


def sample(images: torch.Tensor, views: torch.Tensor, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images [n, S, S] seen through views [n, 2, 3], and which of these pixels count (0 or 1), both [n, size, size]."""
    x, y = points(size)
    rows = views[:, :, :, None, None]
    where = torch.stack([rows[:, axis, 0] * x + rows[:, axis, 1] * y + rows[:, axis, 2] for axis in (0, 1)], -1)
    seen = functional.grid_sample(images[:, None], where, align_corners=False, padding_mode="border")[:, 0]
    return seen, (where.square().sum(-1) <= RADIUS**2) * disc(size)


def shrink(images: torch.Tensor, size: int) -> torch.Tensor:
    """Square images [n, S, S] at `size` pixels a side, each new pixel the mean of the old ones it covers."""
    return functional.interpolate(images[:, None], (size, size), mode="area")[:, 0]
