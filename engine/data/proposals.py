"""Proposes pairs of images that may show one lesion: each image, in many views, against all others as they are."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from engine.data.blocks import cut, work_on
from engine.data.resampling import points
from engine.events import Progress

SIDE = 32
"""Images are compared at so many pixels a side."""

_PATCH = 12  # samples across the disc that is compared
_N_FEATURES = 40  # directions in which such patches differ most
_FLOOR = 0.003  # of the strongest direction's variance: what is weaker than that counts less
_BLOCK = 128  # images at a time
_TILE = 1024  # others at a time, so that what is compared stays in the processor's cache
_MIN_LIKENESS = 0.6  # cosine; 99 in 100 true pairs that are first on somebody's list are above
_SHIFT = 0.12


@dataclass(frozen=True)
class _Pose:
    """How an image is looked at: its part around (x, y), enlarged by `zoom`, turned by `turn`, perhaps mirrored."""

    zoom: float
    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    mirrored: bool = False

    def view(self) -> torch.Tensor:
        """As an affine matrix [2, 3]."""
        cos, sin = math.cos(self.turn) / self.zoom, math.sin(self.turn) / self.zoom
        up = -1.0 if self.mirrored else 1.0
        return torch.tensor([[cos, -sin, self.x], [up * sin, up * cos, self.y]])


@dataclass(frozen=True)
class _Search:
    """Views that compete with each other, and how many images each image may propose through them."""

    poses: tuple[_Pose, ...]
    n_proposals: int


def _upright() -> _Search:
    """Photographs of one lesion as they are taken: nearer or from farther away, not in the same place of the image."""
    steps = [(x, y) for x in range(-2, 3) for y in range(-2, 3) if abs(x) + abs(y) < 4]
    poses = [
        _Pose(zoom, _SHIFT * x / zoom, _SHIFT * y / zoom) for zoom in (1, 1.2, 1.45, 1.75, 2.1, 2.5) for x, y in steps
    ]
    return _Search(tuple(poses), 5)


def _turned() -> _Search:
    """Photographs of one lesion for which the camera was held otherwise."""
    poses = [_Pose(zoom, turn=2 * math.pi * step / 24) for zoom in (1, 1.25, 1.6) for step in range(24)]
    return _Search(tuple(poses), 3)


def _copied() -> _Search:
    """Copies as programs make them: turned by any angle, with or without new corners, mirrored, cropped a little."""
    poses = [
        _Pose(1.1, _SHIFT * x / 1.1, _SHIFT * y / 1.1, 2 * math.pi * step / 24, mirrored)
        for x in range(-1, 2)
        for y in range(-1, 2)
        for mirrored in (False, True)
        for step in range(24)
    ]
    return _Search(tuple(poses), 6)


@dataclass(frozen=True)
class Proposals:
    """Pairs of images, each pair once."""

    first: torch.Tensor
    """Row of the image that is looked at through the view, int64 [m]."""
    second: torch.Tensor
    """Row of the other, int64 [m]."""
    views: torch.Tensor
    """Of the first, in which it looks most like the second, [m, 2, 3]."""


class _Features:
    """What tells images apart when they are looked at coarsely; a linear function of the pixels for each pose."""

    def __init__(self, images: torch.Tensor) -> None:
        """Learn the directions in which the images [n, SIDE * SIDE] differ."""
        plain = _probe(_Pose(1))
        patches = images @ plain
        mean = patches.mean(0)
        centred = patches - mean
        variances, directions = torch.linalg.eigh(centred.T @ centred / len(patches))
        variances, directions = variances[-_N_FEATURES:].clamp(min=0), directions[:, -_N_FEATURES:]
        self._scaling = directions / torch.sqrt(variances + _FLOOR * variances[-1].clamp(min=1e-3))
        self._offset = mean @ self._scaling

    def of(self, images: torch.Tensor, probes: torch.Tensor) -> torch.Tensor:
        """Unit vectors [p, n, f] of images [n, SIDE * SIDE] in the poses of the scaled probes [p, SIDE * SIDE, f]."""
        return functional.normalize(images @ probes - self._offset, dim=-1)

    def scaled(self, poses: tuple[_Pose, ...]) -> torch.Tensor:
        """The probes of the poses, in these directions: [p, SIDE * SIDE, f]."""
        return torch.stack([_probe(pose) @ self._scaling for pose in poses])


def propose(images: torch.Tensor, lesions: torch.Tensor, progress: Progress) -> Proposals:
    """Pairs of grey images [n, SIDE, SIDE] of different lesions (int64 [n]) that look alike in some view.

    Counts a step per image.
    """
    pixels = images.reshape(len(images), -1)
    features = _Features(pixels)
    plain = features.of(pixels, features.scaled((_Pose(1),)))[0]
    searches = [
        (features.scaled(search.poses), torch.stack([pose.view() for pose in search.poses]), search.n_proposals)
        for search in (_upright(), _turned(), _copied())
    ]

    def look(block: slice) -> list[tuple[torch.Tensor, ...]]:
        rows = torch.arange(block.start, block.stop)
        of_lesion = lesions[rows, None] == lesions
        found: list[tuple[torch.Tensor, ...]] = []
        for probes, views, number in searches:
            likeness, others, poses = _most_alike(features.of(pixels[rows], probes), plain, of_lesion, number)
            kept = likeness > _MIN_LIKENESS
            firsts = rows[:, None].expand_as(others)
            found.append((firsts[kept], others[kept], views[poses[kept]], likeness[kept]))
        return found

    found: list[tuple[torch.Tensor, ...]] = []
    blocks = cut(len(images), _BLOCK)
    for block, of_block in zip(blocks, work_on(blocks, look), strict=True):
        found += of_block
        progress.advance(block.stop - block.start)
    first, second, seen_through, alike = (torch.cat(parts) for parts in zip(*found, strict=True))
    return _each_once(first, second, seen_through, alike, len(images))


def _most_alike(
    looked_at: torch.Tensor, plain: torch.Tensor, excluded: torch.Tensor, number: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For each of b images in p poses ([p, b, f]), the most alike of n others ([n, f]): likeness, row, pose, [b, k]."""
    best = torch.empty(excluded.shape)
    for start in range(0, len(plain), _TILE):
        others = plain[start : start + _TILE].T.contiguous()
        tile = torch.full((looked_at.shape[1], others.shape[1]), -1.0)
        product = torch.empty_like(tile)
        for one in looked_at:
            torch.maximum(tile, torch.mm(one, others, out=product), out=tile)
        best[:, start : start + _TILE] = tile
    best[excluded] = -1.0
    likeness, rows = best.topk(min(number, len(plain)), 1)
    poses = torch.bmm(looked_at.transpose(0, 1), plain[rows].transpose(1, 2)).argmax(1)
    return likeness, rows, poses


def _each_once(
    first: torch.Tensor, second: torch.Tensor, views: torch.Tensor, likeness: torch.Tensor, n_images: int
) -> Proposals:
    """Each pair in the direction and view in which it is most alike."""
    order = likeness.argsort(descending=True, stable=True)
    keys = torch.minimum(first, second)[order] * n_images + torch.maximum(first, second)[order]
    by_key = keys.argsort(stable=True)
    is_first = torch.ones(len(keys), dtype=torch.bool)
    is_first[1:] = keys[by_key][1:] != keys[by_key][:-1]
    chosen = order[by_key[is_first]]
    return Proposals(first[chosen], second[chosen], views[chosen])


def _probe(pose: _Pose) -> torch.Tensor:
    """The matrix [SIDE * SIDE, samples] from an image to samples of its disc in a pose, free of their mean brightness.

    Each sample is blurred so far as the samples are apart; past the edge the image goes on as it ends.
    """
    x, y = points(_PATCH)
    inside = x * x + y * y <= 1
    where = torch.stack([x[inside], y[inside], torch.ones(int(inside.sum()))], -1) @ pose.view().T
    pixels = points(SIDE)[0][0]
    sigma = 1 / (_PATCH * pose.zoom)
    weights = torch.exp(-(((where.clamp(-1, 1)[:, :, None] - pixels) / sigma) ** 2) / 2)
    across, down = (weights / weights.sum(2, keepdim=True)).unbind(1)
    samples = (down[:, :, None] * across[:, None, :]).reshape(-1, SIDE * SIDE).T
    return samples - samples.mean(1, keepdim=True)
