"""Tests of engine.prediction.hiding."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.data.drawing import Kind, Scene, View, draw
from engine.prediction.hiding import find_paint, hide

SKIN, BROWN = (214, 160, 140), (92, 52, 40)


def _skin(width: int, height: int) -> Image.Image:
    """Plain skin with a little noise, darker towards its right side."""
    random = np.random.default_rng(3)
    shade = np.linspace(1.0, 0.85, width)[None, :, None]
    pixels = np.array(SKIN) * shade + random.normal(0, 2, size=(height, width, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _with_spot(box: tuple[int, int, int, int], width: int = 200, height: int = 150) -> Image.Image:
    image = _skin(width, height)
    ImageDraw.Draw(image).ellipse(box, fill=BROWN)
    return image


def _distance(a: Image.Image, b: Image.Image, where: NDArray[np.bool_]) -> float:
    difference = np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)).mean(axis=2)
    return float(difference[where].mean())


def test_a_spot_is_painted_over_and_the_rest_stays() -> None:
    """Nothing of the spot is left, the skin in its place has the colour it has there, and the border is untouched."""
    box = (70, 45, 130, 100)
    image, bare = _with_spot(box), _skin(200, 150)
    paint = find_paint(image)
    assert paint is not None
    hidden = hide(image, paint)
    assert hidden.size == image.size
    spot = np.asarray(image).sum(axis=2) < sum(BROWN) + 30
    assert _distance(hidden, bare, spot) < 6
    border = np.ones((150, 200), dtype=bool)
    border[20:-20, 20:-20] = False
    assert _distance(hidden, image, border) == 0
    assert spot.mean() < paint.share < 2.5 * spot.mean()


@pytest.mark.parametrize("kind", list(Kind))
def test_drawn_lesions_of_every_kind_are_hidden(kind: Kind) -> None:
    """Most are gone: the painted image is far nearer to the same scene without a lesion than the original is."""
    assert np.median([_left_over(kind, seed) for seed in range(5)]) < 0.5


def _left_over(kind: Kind, seed: int) -> float:
    """How much of the lesion's difference from bare skin is left when it is hidden, 0..1."""
    random = np.random.default_rng((seed, 7))
    scene, view = Scene.invent(kind, random), View.invent(random)
    image = Image.fromarray(draw(scene, view, np.random.default_rng(1)))
    bare = Image.fromarray(draw(replace(scene, radius=1e-3), view, np.random.default_rng(1)))
    difference = np.abs(np.asarray(image, dtype=np.float64) - np.asarray(bare, dtype=np.float64)).mean(axis=2)
    lesion = difference > 0.5 * difference.max()
    paint = find_paint(image)
    assert paint is not None
    return _distance(hide(image, paint), bare, lesion) / _distance(image, bare, lesion)


@pytest.mark.parametrize("size", [(200, 150), (64, 64), (12, 200), (1, 1)])
def test_plain_skin_has_nothing_to_hide(size: tuple[int, int]) -> None:
    """Noise and the fall of light are no lesion, and an image of a few pixels is none either."""
    assert find_paint(_skin(*size)) is None


@pytest.mark.parametrize("color", ["black", "white", "red"])
def test_one_colour_has_nothing_to_hide(color: str) -> None:
    """An image that is the same everywhere divides by no zero."""
    assert find_paint(Image.new("RGB", (120, 90), color)) is None


def test_the_black_around_a_round_view_is_no_lesion() -> None:
    """The lens's frame stays black, and the spot in the middle is found all the same."""
    image = _with_spot((80, 55, 120, 95))
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((0, -20, 199, 169), fill=255)
    round_view = Image.composite(image, Image.new("RGB", image.size, "black"), mask)
    paint = find_paint(round_view)
    assert paint is not None
    hidden = np.asarray(hide(round_view, paint))
    assert hidden[75, 100].min() > 100
    assert hidden[2, 2].max() < 30


def test_a_second_spot_at_the_edge_is_left() -> None:
    """The lesion is the one in the middle."""
    image = _with_spot((75, 50, 125, 95))
    ImageDraw.Draw(image).ellipse((2, 2, 22, 20), fill=BROWN)
    paint = find_paint(image)
    assert paint is not None
    hidden = np.asarray(hide(image, paint))
    assert hidden[72, 100].min() > 100
    assert hidden[11, 12].max() < 130
