"""Measures the light, colour, sharpness and lines of images, by which the gate knows them without a network."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE = 64
"""Images are measured at so many pixels a side, where those of 200 x 150 and of 600 x 450 look alike."""
BANDS = 4
"""Scales at which detail is measured: of 1, 2, 4 and 8 pixels at `SIDE`."""
_BINS = 12  # of each colour channel in the palette
_BLOCK = 128  # images at a time
_TINY = 1e-6

NAMES: tuple[str, ...] = (
    *(f"light_{name}" for name in ("p02", "p25", "p50", "p75", "p98")),
    "share_black",
    "share_white",
    *(f"{axis}_{what}" for axis in ("red_green", "yellow_blue") for what in ("mean", "spread")),
    "light_red_green",
    "light_yellow_blue",
    *(f"detail_{2**band}" for band in range(BANDS)),
    *(f"sparse_{2**band}" for band in range(2)),
    "tint_detail_2",
    "axis_lines",
    "line_evenness",
    "flat_share",
    "grey_peaks",
    "top_bottom",
    "left_right",
    "middle_edge",
    "tint_top_bottom",
    "tint_left_right",
    "edge_detail",
)
"""What stands in each column of `measure`."""


def measure(pixels: Pixels) -> Floats:
    """The measures of each image of uint8 [n, S, S, 3], as [n, len(NAMES)] in the order of `NAMES`."""
    blocks = [_measure(shrink(pixels[start : start + _BLOCK])) for start in range(0, len(pixels), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(NAMES)), np.float32)


def shrink(pixels: Pixels) -> Floats:
    """Images of uint8 [n, S, S, 3] at `SIDE`, each pixel the mean of those it covers, 0..255."""
    average = _average(pixels.shape[1])
    rows = np.einsum("ij,njkc->nikc", average, pixels.astype(np.float32), optimize=True)
    small: Floats = np.einsum("lk,nikc->nilc", average, rows, optimize=True)
    return small


def _measure(images: Floats) -> Floats:
    n = len(images)
    red, green, blue = np.moveaxis(images, -1, 0)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    opponents = (red - green, (red + green) / 2 - blue)
    flat_light = light.reshape(n, -1)
    columns: list[NDArray[np.floating]] = [*np.percentile(flat_light, (2, 25, 50, 75, 98), axis=1)]
    columns += [_log_share(flat_light < 12), _log_share(flat_light > 243)]
    for opponent in opponents:
        columns += [opponent.mean(axis=(1, 2)), _log(opponent.std(axis=(1, 2)))]
    columns += [_correlation(light, opponent) for opponent in opponents]
    bands = _bands(light)
    spreads = [_log(band.std(axis=(1, 2))) for band in bands]
    columns += spreads
    columns += [_log(np.abs(band).mean(axis=(1, 2))) - spread for band, spread in zip(bands[:2], spreads, strict=False)]
    columns.append(_log(_bands(opponents[0])[1].std(axis=(1, 2))))  # a JPEG of small size has no finer tints
    columns += _lines(light)
    columns += [_log_share((np.abs(bands[0]) < 0.5).reshape(n, -1)), _grey_peaks(flat_light)]
    columns += _layout(light)
    columns += _layout(opponents[1])[:2]
    frame = np.ones((SIDE, SIDE), bool)
    frame[SIDE // 6 : -SIDE // 6, SIDE // 6 : -SIDE // 6] = False
    columns.append(_log(bands[0][:, frame].std(axis=1)))
    return np.stack(columns, axis=1).astype(np.float32)


def _bands(planes: Floats) -> list[Floats]:
    """Detail at each scale, [n, s, s] with s halved each time."""
    bands, rest = [], planes
    for _ in range(BANDS):
        smooth = ndimage.gaussian_filter(rest, (0, 1, 1), mode="nearest")
        bands.append(rest - smooth)
        rest = smooth[:, ::2, ::2]
    return bands


def _lines(light: Floats) -> list[Floats]:
    """Share of the gradients that run along rows or columns; how evenly gradients spread over all directions, 0..1."""
    down, right = np.gradient(ndimage.gaussian_filter(light, (0, 0.7, 0.7), mode="nearest"), axis=(1, 2))
    strength = np.hypot(down, right).reshape(len(light), -1)
    angles = np.mod(np.arctan2(down, right), np.pi).reshape(len(light), -1)
    total = strength.sum(axis=1) + _TINY
    steps = np.minimum((angles / np.pi * 36 + 0.5).astype(np.int64) % 36, 35)
    shares = np.zeros((len(light), 36), np.float32)
    for step in range(36):
        shares[:, step] = (strength * (steps == step)).sum(axis=1) / total
    on_axis = shares[:, [35, 0, 1, 17, 18, 19]].sum(axis=1)
    entropy = -(shares * np.log(shares + _TINY)).sum(axis=1) / np.log(36)
    return [_log(on_axis), _log(1 - entropy)]


def _grey_peaks(light: Floats) -> Floats:
    """Share of the pixels in the two fullest of 32 levels of light."""
    levels = np.clip(light / 8, 0, 31).astype(np.int64)
    counts = np.stack([np.bincount(row, minlength=32) for row in levels])
    two: Floats = np.sort(counts, axis=1)[:, -2:].sum(axis=1) / light.shape[1]
    return two


def _layout(planes: Floats) -> list[Floats]:
    """How much halves differ (top and bottom, left and right) and the middle from the edge; the first two absolute."""
    half, sixth = SIDE // 2, SIDE // 6
    across, down = planes.mean(axis=2), planes.mean(axis=1)
    middle = planes[:, 2 * sixth : -2 * sixth, 2 * sixth : -2 * sixth].mean(axis=(1, 2))
    return [
        np.abs(across[:, :half].mean(axis=1) - across[:, half:].mean(axis=1)),
        np.abs(down[:, :half].mean(axis=1) - down[:, half:].mean(axis=1)),
        middle - (across[:, :sixth].mean(axis=1) + across[:, -sixth:].mean(axis=1)) / 2,
    ]


def _correlation(one: Floats, other: Floats) -> Floats:
    centred = [plane - plane.mean(axis=(1, 2), keepdims=True) for plane in (one, other)]
    product = (centred[0] * centred[1]).mean(axis=(1, 2))
    spread = centred[0].std(axis=(1, 2)) * centred[1].std(axis=(1, 2))
    result: Floats = product / (spread + 1.0)
    return result


def _log(values: NDArray[np.floating]) -> Floats:
    result: Floats = np.log(np.maximum(values, 0) + 0.01).astype(np.float32)
    return result


def _log_share(flags: NDArray[np.bool_]) -> Floats:
    return _log(flags.mean(axis=1))


@cache
def _average(size: int) -> Floats:
    """The matrix [SIDE, size] that averages pixels along one side."""
    edges = np.linspace(0, size, SIDE + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    result: Floats = (np.clip(overlap, 0, None) * (SIDE / size)).astype(np.float32)
    return result
