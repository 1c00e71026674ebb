"""Finds the lesion in an image and paints it over with the skin around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

_SIDE = 96  # of the copy in which the lesion is looked for: plenty for a blob, and quick
_RING = 0.06  # width of the border that should show skin, as a share of the shorter side
_FRAME_LEVEL = 45  # the brightest channel of the black around a round field of view stays below it, of 0..255
_SMOOTHING = 0.015  # hides hairs and pores, as a share of the shorter side
_CONTRAST = 0.12  # the least that a lesion differs from skin, in optical density summed over the channels
_NOISE = 3.0  # and it differs so many times more than the border does within itself
_SHARES = (0.003, 0.65)  # of the image; more than that leaves no skin to paint with
_MARGIN = 0.06  # painted beyond the lesion's rim, as a share of the shorter side
_SOFTNESS = 0.015  # over which the paint fades out, as a share of the shorter side

_Plane = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Paint:
    """What hides a lesion: two images in the proportions of the one that it was found in, and smaller."""

    skin: Image.Image
    """RGB: the colours of the skin around the lesion, carried on smoothly over it."""
    opacity: Image.Image
    """L: 255 over the lesion, fading to 0 around it."""
    share: float
    """Share of the image that is covered, 0..1."""


def find_paint(image: Image.Image) -> Paint | None:
    """What would hide the lesion in the upright RGB `image`; None where nothing stands out from the skin.

    The lesion is what differs most from the skin at the border of the image, in the middle rather than at the edge:
    the difference in optical density, smoothed, cut by Otsu's threshold, and the one component with the most of it.
    """
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, dtype=np.float64)
    side = min(pixels.shape[:2])
    if side < 16:
        return None
    inside = ~_find_frame(pixels)
    lesion = _find_lesion(pixels, inside)
    if lesion is None:
        return None
    radius = max(1, round(_MARGIN * side))
    wide = ndimage.binary_dilation(lesion, iterations=radius)
    skin = inside & ~wide
    if not skin.any():
        return None
    opacity = np.clip(ndimage.gaussian_filter(wide.astype(np.float64), _SOFTNESS * side) * 2, 0, 1) * inside
    return Paint(
        skin=Image.fromarray(_carry_on(pixels, skin, reach=np.sqrt(wide.sum() / np.pi)).round().astype(np.uint8)),
        opacity=Image.fromarray((255 * opacity).round().astype(np.uint8)),
        share=float(opacity.mean()),
    )


def hide(image: Image.Image, paint: Paint) -> Image.Image:
    """`image` with `paint` over it, at the size of `image`."""
    skin = paint.skin.resize(image.size, Image.Resampling.BICUBIC)
    return Image.composite(skin, image, paint.opacity.resize(image.size, Image.Resampling.BICUBIC))


def _find_frame(pixels: _Plane) -> NDArray[np.bool_]:
    """The black around a round field of view: dark, and connected with the edge of the image's corners."""
    dark = pixels.max(axis=2) < _FRAME_LEVEL
    labels, _ = ndimage.label(dark)
    corners = {int(labels[y, x]) for y in (0, -1) for x in (0, -1)} - {0}
    frame: NDArray[np.bool_] = np.isin(labels, list(corners))
    grown = max(1, round(0.02 * min(frame.shape)))  # the blurred rim of the lens is no skin either
    return ndimage.binary_dilation(frame, iterations=grown) if frame.any() else frame


def _find_lesion(pixels: _Plane, inside: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    side = min(inside.shape)
    ring = inside & ~ndimage.binary_erosion(inside, iterations=max(2, round(_RING * side)))
    if ring.sum() < side:
        return None
    density = -np.log((pixels + 8) / 263)  # of both shade and pigment; dark noise does not blow up
    density = ndimage.gaussian_filter(density, (_SMOOTHING * side, _SMOOTHING * side, 0))
    difference = np.abs(density - _fit_skin(density, inside, ring)).sum(axis=2) * inside
    if np.ptp(difference[inside]) == 0:
        return None
    threshold = _otsu(difference[inside])
    noise = float(np.median(difference[ring]))
    labels, n = ndimage.label(difference > threshold)
    if n == 0:
        return None
    weight = difference * _centrality(inside.shape)
    best = 1 + int(np.argmax(ndimage.sum_labels(weight, labels, range(1, n + 1))))
    lesion: NDArray[np.bool_] = ndimage.binary_fill_holes(labels == best)
    contrast = float(difference[lesion].mean())
    if contrast < max(_CONTRAST, _NOISE * noise) or not _SHARES[0] <= lesion.mean() <= _SHARES[1]:
        return None
    return lesion


def _fit_skin(density: _Plane, inside: NDArray[np.bool_], ring: NDArray[np.bool_]) -> _Plane:
    """The skin's density everywhere, as a quadratic surface: lenses darken their edge, and light falls from one side.

    First through the border, then through all that is like it, so that one hair at the border does not bend it.
    """
    y, x = (np.linspace(-1, 1, n) for n in inside.shape)
    columns, rows = np.meshgrid(x, y)
    terms = np.stack((np.ones_like(rows), rows, columns, rows**2, rows * columns, columns**2), axis=2)
    known, skin = ring, np.empty_like(density)
    for _ in range(3):
        coefficients = np.linalg.lstsq(terms[known], density[known], rcond=None)[0]
        skin = terms @ coefficients
        residual = np.abs(density - skin).sum(axis=2)
        known = inside & (residual <= 2 * np.median(residual[ring]))
    return skin


def _otsu(values: _Plane) -> float:
    """The threshold that parts `values` into two classes with the largest variance between them (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=128)
    centers = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * centers)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below - total * sums) ** 2 / (below * above)
    return float(edges[1 + int(np.nanargmax(between[:-1]))])


def _centrality(shape: tuple[int, ...]) -> _Plane:
    """1 in the middle, about a tenth in the corners."""
    y, x = (np.linspace(-1, 1, n) for n in shape[:2])
    centrality: _Plane = np.exp(-1.15 * (y[:, None] ** 2 + x[None, :] ** 2))
    return centrality


def _carry_on(pixels: _Plane, known: NDArray[np.bool_], reach: float) -> _Plane:
    """`pixels` where they are `known`, carried on smoothly over the others from as near as there are some."""
    filled = np.broadcast_to(pixels[known].mean(axis=0), pixels.shape).copy()
    trust = 1e-6
    for sigma in (reach / 2, reach / 4, reach / 8):  # from far to near: the nearer, the more it counts
        weight = ndimage.gaussian_filter(known.astype(np.float64), sigma)[..., None]
        near = ndimage.gaussian_filter(pixels * known[..., None], (sigma, sigma, 0))
        filled = (near + trust * filled) / (weight + trust)
        trust = 0.05
    return filled
