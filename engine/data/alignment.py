"""Lays one image over another as well as it can, and says how alike their fine structure then is."""

from dataclasses import dataclass

import torch

from engine.data.blocks import cut, work_on
from engine.data.proposals import Proposals
from engine.data.resampling import blur, points, sample, shrink, texture
from engine.events import Progress

SIDE = 128
"""Images are compared at up to so many pixels a side."""

_BATCH = 128
_MIN_OVERLAP = 0.15  # of the area of an image
_MAX_STEP = 0.08  # of half an image, in one step of the fit
_BLOCKS = 8  # along each side
_MIN_BLOCK = 0.6  # of a block's pixels must count
_MIN_BLOCKS = 6  # fewer cannot make an image alike


@dataclass(frozen=True)
class _Pass:
    """One round of fitting, which pairs must survive."""

    size: int
    sigma: float
    """Structure finer than so many pixels is fitted."""
    steps: int
    min_correlation: float


# Each is cheaper than the next and rids of most pairs; of true pairs all together lose a few in a hundred.
_PASSES = (_Pass(32, 2.6, 4, 0.60), _Pass(64, 3.1, 1, 0.42), _Pass(64, 3.1, 4, 0.48))
_JUDGED_AT, _JUDGED_SIGMA, _OUTLINE_SIGMA = 96, 2.6, 4.0


def compare(images: torch.Tensor, proposals: Proposals, progress: Progress) -> torch.Tensor:
    """How alike the proposed pairs of grey images (uint8 [n, SIDE, SIDE]) are when laid over each other: [m], 0 to 1.

    That is the correlation of fine structure (hair, pores, pigment net, outline), every place counting the same; 0
    where they could not be laid over each other. Counts a step per pair.
    """

    def compare_block(pairs: slice) -> torch.Tensor:
        first, second = images[proposals.first[pairs]].float(), images[proposals.second[pairs]].float()
        return _compare(first, second, proposals.views[pairs])

    alike = []
    for of_block in work_on(cut(len(proposals.first), _BATCH), compare_block):
        alike.append(of_block)
        progress.advance(len(of_block))
    return torch.cat(alike) if alike else torch.zeros(0)


def _compare(first: torch.Tensor, second: torch.Tensor, views: torch.Tensor) -> torch.Tensor:
    """How alike n pairs of images [n, SIDE, SIDE] are, starting from these views of the first: [n]."""
    alike = torch.zeros(len(first))
    left = torch.arange(len(first))
    for one in _PASSES:
        views, correlations = _fit(shrink(first[left], 2 * one.size), shrink(second[left], one.size), views, one)
        survives = correlations >= one.min_correlation
        left, views = left[survives], views[survives]
        if not len(left):
            return alike
    alike[left] = _judge(first[left], second[left], views)
    return alike


def _fit(
    first: torch.Tensor, second: torch.Tensor, views: torch.Tensor, one: _Pass
) -> tuple[torch.Tensor, torch.Tensor]:
    """Better views [n, 2, 3] of the first images onto the second, and the correlation in them, [n].

    The first images are twice as fine as the second, since the views enlarge them.
    """
    wanted = texture(second, one.sigma)
    best, best_views = torch.full((len(first),), -1.0), views
    for step in range(one.steps + 1):
        seen, counts = sample(first, views, one.size)
        seen = texture(seen, one.sigma)
        correlation = torch.where(counts.mean((1, 2)) > _MIN_OVERLAP, _correlate(seen, wanted, counts), -1.0)
        better = correlation > best
        best = torch.where(better, correlation, best)
        best_views = torch.where(better[:, None, None], views, best_views)
        if step < one.steps:
            views = views + _step(seen, wanted, counts, views)
    return best_views, best


def _step(seen: torch.Tensor, wanted: torch.Tensor, counts: torch.Tensor, views: torch.Tensor) -> torch.Tensor:
    """The change of the views [n, 2, 3] that brings `seen` closest to `wanted`, to first order (Gauss and Newton).

    Brightness and contrast of the second image may differ: gain and offset are fitted along.
    """
    n, size, _ = seen.shape
    x, y = points(size)
    down = (torch.roll(seen, -1, 1) - torch.roll(seen, 1, 1)) * (size / 4)
    right = (torch.roll(seen, -1, 2) - torch.roll(seen, 1, 2)) * (size / 4)
    slopes = (_inverse(views[:, :, :2]).transpose(1, 2) @ torch.stack([right, down], 1).reshape(n, 2, -1)).reshape(
        n, 2, size, size
    )  # in the first
    columns = [seen, *(slopes[:, axis] * by for axis in (0, 1) for by in (x, y, 1.0)), torch.ones_like(seen)]
    design = torch.stack(columns, 1).reshape(n, len(columns), -1)
    weighted = design * counts.reshape(n, 1, -1)
    normal = weighted @ design.transpose(1, 2)
    normal = normal + torch.diag_embed(normal.diagonal(dim1=1, dim2=2) * 1e-3 + 1e-6)
    solution = torch.linalg.solve(normal, weighted @ wanted.reshape(n, -1, 1))[..., 0]
    change: torch.Tensor = solution[:, 1:7] / solution[:, :1].clamp(min=0.1)
    return change.reshape(n, 2, 3).clamp(-_MAX_STEP, _MAX_STEP)


def _inverse(matrices: torch.Tensor) -> torch.Tensor:
    """The inverse of matrices [n, 2, 2]; something finite where there is none, as for images that fit nowhere."""
    (a, b), (c, d) = matrices[:, 0].unbind(1), matrices[:, 1].unbind(1)
    determinant = a * d - b * c
    determinant = torch.where(determinant.abs() < 0.01, torch.full_like(determinant, 0.01), determinant)
    return torch.stack([d, -b, -c, a], 1).reshape(-1, 2, 2) / determinant[:, None, None]


def _judge(first: torch.Tensor, second: torch.Tensor, views: torch.Tensor) -> torch.Tensor:
    """How alike the fine structure of the second images and of the first in these views [n, 2, 3] is: [n], at least 0.

    It is the mean correlation over the half of the blocks where the outline of the lesion is weakest: two dark round
    moles can be laid over each other so that their outlines agree, but nothing else does.
    """
    seen, counts = sample(first, views, _JUDGED_AT)
    wanted = shrink(second, _JUDGED_AT)
    outline = torch.sqrt(_slope(seen) * _slope(wanted))
    seen, wanted = texture(seen, _JUDGED_SIGMA), texture(wanted, _JUDGED_SIGMA)
    counts, outline, seen, wanted = (_blocks(one) for one in (counts, outline, seen, wanted))
    is_judged = counts.mean((-2, -1)) > _MIN_BLOCK
    outline = torch.where(is_judged, outline.mean((-2, -1)), torch.nan)
    is_judged = outline <= outline.nanmedian(1, keepdim=True).values
    correlations = (_correlate(seen, wanted, counts) * is_judged).sum(1)
    return (correlations / is_judged.sum(1).clamp(min=_MIN_BLOCKS)).clamp(min=0)


def _slope(images: torch.Tensor) -> torch.Tensor:
    """How steep the large shapes in images [n, S, S] are, at every pixel."""
    shapes = blur(images, _OUTLINE_SIGMA)
    down, right = torch.gradient(shapes, dim=(1, 2))
    return torch.sqrt(down * down + right * right)


def _blocks(images: torch.Tensor) -> torch.Tensor:
    """Images [n, S, S] cut into squares: [n, _BLOCKS * _BLOCKS, side, side]."""
    side = images.shape[-1] // _BLOCKS
    return images.unfold(1, side, side).unfold(2, side, side).reshape(len(images), -1, side, side)


def _correlate(first: torch.Tensor, second: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Correlation of images [..., S, S] over the pixels that count (0 or 1): [...]."""
    total = counts.sum((-2, -1), keepdim=True).clamp(min=1)
    first, second = ((one - (one * counts).sum((-2, -1), keepdim=True) / total) * counts for one in (first, second))
    product, first_square, second_square = (
        (one * other).sum((-2, -1)) for one, other in ((first, second), (first, first), (second, second))
    )
    return product / torch.sqrt(first_square * second_square + 1e-6)
