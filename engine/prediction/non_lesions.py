"""Draws images that show no lesion, or spoil one, by the kind: what the gate was designed on, and what judges it.

Each image is a pure function of its kind, its number, the size and, where a lesion is spoilt, of that image.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

Pixels = NDArray[np.uint8]
Draw = Callable[[np.random.Generator, int], Pixels]
Spoil = Callable[[np.random.Generator, Pixels], NDArray[np.floating]]

_LETTERS = "aeionrstldcumpgbvhfy AEIRST 0123456789 .,"


def draw_family(name: str, n: int, side: int, lesions: Pixels) -> Pixels:
    """The first `n` images of a kind, uint8 [n, side, side, 3]; `lesions` [m, side, side, 3] are those that it spoils.

    Empty where it spoils lesions and there are none.
    """
    images = []
    for number in range(n):
        random = np.random.default_rng([zlib.crc32(name.encode()), number])
        if name in SPOILT:
            if not len(lesions):
                break
            lesion = lesions[number % len(lesions)]
            images.append(_as_pixels(SPOILT[name](random, lesion)))
        else:
            images.append(DRAWN[name](random, side))
    return np.stack(images) if images else np.zeros((0, side, side, 3), np.uint8)


def _as_pixels(drawn: NDArray[Any]) -> Pixels:
    pixels: Pixels = np.clip(drawn, 0, 255).astype(np.uint8)
    return pixels


def _canvas(side: int, color: tuple[int, ...]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (side, side), color)
    return image, ImageDraw.Draw(image)


def _color(random: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, ...]:
    return tuple(int(value) for value in random.integers(low, high, 3))


def _words(random: np.random.Generator, n: int) -> str:
    return "".join(random.choice(list(_LETTERS), n))


def _text(random: np.random.Generator, side: int) -> Pixels:
    """A printed page: dark letters on light paper."""
    image, pen = _canvas(side, _color(random, 225, 256))
    size = max(6, int(side * random.uniform(0.05, 0.14)))
    font, ink = ImageFont.load_default(size), _color(random, 0, 60)
    for top in np.arange(side * 0.05, side, size * random.uniform(1.1, 1.6)):
        pen.text((side * 0.05, top), _words(random, int(random.integers(8, 40))), ink, font)
    return np.asarray(image)


def _plot(random: np.random.Generator, side: int) -> Pixels:
    """Curves in a frame on white."""
    image, pen = _canvas(side, (255, 255, 255))
    left, right = 0.12 * side, 0.95 * side
    pen.rectangle((left, side - right, right, side - left), outline=(0, 0, 0))
    at = np.linspace(left, right, 60)
    for _ in range(random.integers(1, 5)):
        heights = 0.5 + 0.35 * np.sin(random.uniform(1, 12) * np.linspace(0, 1, 60) + random.uniform(0, 6))
        line = [(float(x), float(side * y)) for x, y in zip(at, heights, strict=True)]
        pen.line(line, _color(random, 0, 200), max(1, side // 60))
    return np.asarray(image)


def _noise(random: np.random.Generator, side: int) -> Pixels:
    cell = int(random.integers(1, 5))
    small = random.integers(0, 256, (side // cell + 1, side // cell + 1, 3), dtype=np.uint8)
    return np.kron(small, np.ones((cell, cell, 1), np.uint8))[:side, :side]


def _gradient(random: np.random.Generator, side: int) -> Pixels:
    """One colour fading into another."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:side, :side] / side - 0.5
    share = np.clip(0.5 + columns * np.cos(angle) + rows * np.sin(angle), 0, 1)[..., None]
    drawn = share * random.integers(0, 256, 3) + (1 - share) * random.integers(0, 256, 3)
    return _as_pixels(drawn)


def _checkerboard(random: np.random.Generator, side: int) -> Pixels:
    cell = int(random.integers(max(2, side // 24), side // 4))
    rows, columns = np.mgrid[:side, :side] // cell
    dark, light = random.integers(0, 120, 3), random.integers(130, 256, 3)
    return np.where(((rows + columns) % 2)[..., None] == 0, dark, light).astype(np.uint8)


def _plain(random: np.random.Generator, side: int) -> Pixels:
    """Nothing but one tone of skin, or another colour, with a sensor's noise."""
    tone = random.integers(0, 256, 3) if random.random() < 0.3 else np.array((215, 165, 150)) * random.uniform(0.4, 1.1)
    return _as_pixels(tone + random.normal(0, 3, (side, side, 3)))


def _scene(random: np.random.Generator, side: int) -> Pixels:
    """Sky, ground, and houses or trees."""
    image, pen = _canvas(side, (int(random.integers(90, 180)), int(random.integers(150, 220)), 245))
    horizon = side * random.uniform(0.4, 0.75)
    pen.rectangle((0, horizon, side, side), _color(random, 30, 170))
    for _ in range(random.integers(2, 7)):
        left, width, height = (side * random.uniform(*reach) for reach in ((0, 0.9), (0.08, 0.3), (0.1, 0.5)))
        shape = pen.ellipse if random.random() < 0.5 else pen.rectangle
        shape((left, horizon - height, left + width, horizon + side * 0.1), _color(random, 10, 220))
    noisy = np.asarray(image) + random.normal(0, 8, (side, side, 1))
    return _as_pixels(noisy)


def _screen(random: np.random.Generator, side: int) -> Pixels:
    """A program's window: bars, boxes and labels."""
    image, pen = _canvas(side, _color(random, 20, 60) if random.random() < 0.5 else _color(random, 220, 250))
    pen.rectangle((0, 0, side, side * 0.1), _color(random))
    pen.rectangle((0, side * 0.1, side * random.uniform(0.15, 0.3), side), _color(random))
    font = ImageFont.load_default(max(6, side // 16))
    for _ in range(random.integers(4, 10)):
        left, top = side * random.uniform(0.3, 0.7), side * random.uniform(0.12, 0.85)
        pen.rectangle((left, top, left + side * random.uniform(0.1, 0.3), top + side * 0.1), _color(random))
        pen.text((left, top), _words(random, 8), _color(random), font)
    return np.asarray(image)


def _handwriting(random: np.random.Generator, side: int) -> Pixels:
    """Pen strokes on paper, white to yellow."""
    paper = (int(random.integers(225, 256)), int(random.integers(215, 250)), int(random.integers(170, 245)))
    image, pen = _canvas(side, paper)
    ink = tuple(int(value) for value in random.choice([[20, 20, 60], [10, 10, 10], [30, 60, 150]]))
    for top in np.arange(0.12, 0.95, random.uniform(0.1, 0.2)):
        steps = np.linspace(0.06, 0.94, 120)
        waves = np.sin(steps * random.uniform(80, 150)) * np.sin(steps * random.uniform(15, 40) + random.uniform(0, 6))
        line = [(float(side * x), float(side * (top + 0.04 * y))) for x, y in zip(steps, waves, strict=True)]
        pen.line(line, ink, max(1, side // 80))
    return np.asarray(image)


def _map(random: np.random.Generator, side: int) -> Pixels:
    """Coloured regions with borders."""
    n = int(random.integers(5, 16))
    points, colors = random.uniform(0, side, (n, 2)), random.integers(60, 256, (n, 3))
    rows, columns = np.mgrid[:side, :side]
    distances = np.stack([np.hypot(rows - y, columns - x) for y, x in points])
    owner = distances.argmin(axis=0)
    two = np.sort(distances, axis=0)[:2]
    drawn = colors[owner]
    drawn[two[1] - two[0] < side / 50] = 30
    return _as_pixels(drawn)


def _bars(random: np.random.Generator, side: int) -> Pixels:
    """A bar chart, or a pie."""
    image, pen = _canvas(side, _color(random, 235, 256))
    if random.random() < 0.4:
        ends = np.cumsum(random.dirichlet(np.ones(5))) * 360
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            pen.pieslice((side * 0.1, side * 0.1, side * 0.9, side * 0.9), float(start), float(end), _color(random))
        return np.asarray(image)
    n, color = int(random.integers(3, 9)), _color(random)
    for number in range(n):
        left, top = side * (0.1 + 0.8 * number / n), side * random.uniform(0.1, 0.85)
        pen.rectangle((left, top, left + side * 0.55 / n, side * 0.9), color)
    pen.line((side * 0.08, side * 0.9, side * 0.95, side * 0.9), (0, 0, 0), 1)
    return np.asarray(image)


def _cloth(random: np.random.Generator, side: int) -> Pixels:
    """Stripes, or two sets of them woven."""
    rows, columns = np.mgrid[:side, :side] / side
    angle, waves = random.uniform(0, np.pi), random.uniform(4, 20)
    stripes = np.sin(2 * np.pi * waves * (columns * np.cos(angle) + rows * np.sin(angle)))
    if random.random() < 0.5:
        stripes = stripes * np.sin(2 * np.pi * waves * (rows * np.cos(angle) - columns * np.sin(angle)))
    share = (stripes[..., None] + 1) / 2
    drawn = share * random.integers(0, 256, 3) + (1 - share) * random.integers(0, 256, 3)
    return _as_pixels(drawn + random.normal(0, 6, (side, side, 1)))


def _scan(random: np.random.Generator, side: int) -> Pixels:
    """A grey scan: bright and dark ovals on black, grainy."""
    image, pen = _canvas(side, (5, 5, 5))
    for shrink in (0.0, *random.uniform(0.1, 0.35, 4)):
        left, top = side * (0.1 + shrink * random.uniform(0, 2)), side * (0.06 + shrink * random.uniform(0, 2))
        size = side * (0.8 - 2 * shrink)
        level = int(random.integers(60, 230))
        pen.ellipse((left, top, left + size, top + size * 1.1), (level, level, level))
    grainy = ndimage.gaussian_filter(np.asarray(image, np.float32), (side / 100, side / 100, 0))
    return _as_pixels(grainy + random.normal(0, 8, (side, side, 1)))


def _blur(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    sigma = len(lesion) * random.uniform(0.04, 0.08)
    return np.asarray(ndimage.gaussian_filter(lesion.astype(np.float32), (sigma, sigma, 0)))


def _underexpose(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    return lesion * random.uniform(0.05, 0.2) + random.normal(0, 2, lesion.shape)


def _overexpose(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    return np.asarray(lesion * random.uniform(2.5, 4))


def _shake(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    """Moved while the picture was taken, by an eighth to a quarter of its side."""
    size = max(3, int(len(lesion) * random.uniform(0.125, 0.25)))
    turned = lesion if random.random() < 0.5 else lesion.transpose(1, 0, 2)
    once = ndimage.uniform_filter1d(turned.astype(np.float32), size, axis=0, mode="nearest")
    return np.asarray(ndimage.gaussian_filter(once, (0, size / 6, 0)))


def _invert(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    return 255.0 - lesion


def _tint(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    """Red and blue or green exchanged: colours that skin does not have."""
    return np.asarray(lesion[..., random.permutation([[2, 1, 0], [1, 0, 2], [2, 0, 1]])[0]], np.float32)


def _fog(random: np.random.Generator, lesion: Pixels) -> NDArray[np.floating]:
    """Hardly any contrast left."""
    return np.asarray(200 + (lesion - lesion.mean(axis=(0, 1))) * random.uniform(0.03, 0.08))


DRAWN: Mapping[str, Draw] = {
    "printed text": _text,
    "line plots": _plot,
    "noise": _noise,
    "colour gradients": _gradient,
    "checkerboards": _checkerboard,
    "plain colours": _plain,
    "drawn landscapes": _scene,
    "screens": _screen,
    "handwriting": _handwriting,
    "maps": _map,
    "bar and pie charts": _bars,
    "cloth": _cloth,
    "grey scans": _scan,
}
SPOILT: Mapping[str, Spoil] = {
    "blurred lesions": _blur,
    "underexposed lesions": _underexpose,
    "overexposed lesions": _overexpose,
    "shaken lesions": _shake,
    "lesions as negatives": _invert,
    "lesions in wrong colours": _tint,
    "lesions in fog": _fog,
}
TUNING: tuple[str, ...] = (
    *("printed text", "line plots", "noise", "colour gradients", "checkerboards", "plain colours", "drawn landscapes"),
    *("blurred lesions", "underexposed lesions", "overexposed lesions"),
)
"""The kinds on which the gate's measures and shares were chosen."""
HELD_OUT: tuple[str, ...] = tuple(name for name in (*DRAWN, *SPOILT) if name not in TUNING)
"""The kinds that took part in no choice, and judge the gate of each model."""
