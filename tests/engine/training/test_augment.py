"""How training images are varied."""

import colorsys

import numpy as np
import pytest
import torch

from engine.config import Augmentation, Preprocessing
from engine.training.augment import Variations, draw_variations, vary

_STILL = Augmentation(
    flips=False, rotation=0, scale=(1, 1), translation=0, brightness=0, contrast=0, saturation=0, hue=0
)
_PREPROCESSING = Preprocessing(image_size=32)
_MEAN = torch.tensor(_PREPROCESSING.mean).view(1, 3, 1, 1)
_STD = torch.tensor(_PREPROCESSING.std).view(1, 3, 1, 1)
_CPU = torch.device("cpu")


def _images(n: int = 8) -> torch.Tensor:
    """Smooth random pictures with colours from 0 to 1."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(n, 3, 4, 4, generator=generator)
    return torch.nn.functional.interpolate(coarse, size=32, mode="bilinear")


def _vary(colours: torch.Tensor, augmentation: Augmentation, seed: int = 0) -> torch.Tensor:
    variations = draw_variations(augmentation, _PREPROCESSING, len(colours), seed, 1)
    return vary((colours - _MEAN) / _STD, variations) * _STD + _MEAN


def test_nothing_asked_changes_nothing() -> None:
    """With all strengths at 0 images come out as they went in."""
    torch.testing.assert_close(_vary(_images(), _STILL), _images(), atol=1e-5, rtol=0)


def test_variations_depend_on_seed_epoch_and_position_alone() -> None:
    """The same tables each time; another epoch or seed gives others; a batch has the rows of its positions."""

    def draw(seed: int, epoch: int) -> Variations:
        return draw_variations(Augmentation(), _PREPROCESSING, 20, seed, epoch)

    assert torch.equal(draw(1, 1).placing, draw(1, 1).placing)
    assert torch.equal(draw(1, 1).mixing, draw(1, 1).mixing)
    assert not torch.equal(draw(1, 1).placing, draw(1, 2).placing)
    assert not torch.equal(draw(1, 1).placing, draw(2, 1).placing)
    assert torch.equal(draw(1, 1).of(slice(4, 9)).shift, draw(1, 1).shift[4:9])


def test_an_image_is_varied_the_same_in_any_batch() -> None:
    """Images do not influence each other."""
    images, variations = _images(), draw_variations(Augmentation(), _PREPROCESSING, 8, 0, 1)
    together = vary(images, variations)
    alone = vary(images[3:4], variations.of(slice(3, 4)))
    torch.testing.assert_close(together[3:4], alone)


def test_flips_mirror_half_of_the_images_each_way() -> None:
    """Every image comes out as one of its four mirrorings, each about as often."""
    images = _images(1).expand(400, 3, 32, 32)
    mirrored = _vary(images, Augmentation(**{**_STILL.__dict__, "flips": True}))
    counts = []
    for dims in ((), (2,), (3,), (2, 3)):
        wanted = torch.flip(images[:1], dims) if dims else images[:1]
        counts.append(int(((mirrored - wanted).abs().amax((1, 2, 3)) < 1e-4).sum()))
    assert sum(counts) == 400
    assert min(counts) > 60


def test_rotation_turns_by_all_angles_up_to_its_limit() -> None:
    """A bright spot at the right edge lands on a circle, at angles that fill the range and stay inside it."""
    images = torch.zeros(300, 3, 32, 32)
    images[:, :, 14:18, 26:30] = 1
    turned = _vary(images, Augmentation(**{**_STILL.__dict__, "rotation": 90.0}))
    y, x = torch.meshgrid(torch.arange(32) - 15.5, torch.arange(32) - 15.5, indexing="ij")
    weight = turned[:, 0]
    total = weight.sum((1, 2))
    angles = torch.rad2deg(torch.atan2((weight * y).sum((1, 2)) / total, (weight * x).sum((1, 2)) / total))
    assert angles.abs().max() < 93
    assert angles.min() < -75
    assert angles.max() > 75


def test_scale_zooms_within_its_limits() -> None:
    """The area of a disc in the middle changes by the square of the zoom, evenly either way."""
    y, x = torch.meshgrid(torch.arange(32) - 15.5, torch.arange(32) - 15.5, indexing="ij")
    disc = ((x**2 + y**2) < 25).float().expand(200, 3, 32, 32)
    zoomed = _vary(disc, Augmentation(**{**_STILL.__dict__, "scale": (0.7, 2.0)}))
    zoom = (zoomed[:, 0].sum((1, 2)) / disc[0, 0].sum()).sqrt()
    assert 0.66 < zoom.min() < 0.75
    assert 1.85 < zoom.max() < 2.1
    assert zoom.log().mean() == pytest.approx(np.log([0.7, 2.0]).mean(), abs=0.06)


def test_outside_of_the_image_is_its_mirror() -> None:
    """A turned image has no black corners."""
    grey = torch.full((50, 3, 32, 32), 0.6)
    turned = _vary(grey, Augmentation(**{**_STILL.__dict__, "rotation": 180.0, "scale": (0.8, 0.8)}))
    torch.testing.assert_close(turned, grey, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("brightness", lambda c, f: c * f),
        ("contrast", lambda c, f: (c - _grey(c).mean((2, 3), keepdim=True)) * f + _grey(c).mean((2, 3), keepdim=True)),
        ("saturation", lambda c, f: (c - _grey(c)) * f + _grey(c)),
    ],
)
def test_colour_changes_are_the_textbook_ones(name: str, transform: object) -> None:
    """Brightness multiplies, contrast turns around the mean grey, saturation around each pixel's grey."""
    colours = _images(64) * 0.4 + 0.3  # far from black and white, which would cut
    changed = _vary(colours, Augmentation(**{**_STILL.__dict__, name: 0.2}))
    factors = []
    for before, after in zip(colours.split(1), changed.split(1), strict=True):
        full, none = transform(before, 1.2) - before, after - before  # type: ignore[operator]
        factor = float((full * none).sum() / (full * full).sum())  # least squares, in units of the limit
        torch.testing.assert_close(transform(before, 1 + 0.2 * factor), after, atol=1e-4, rtol=0)  # type: ignore[operator]
        factors.append(factor)
    assert -1.001 < min(factors) < -0.8
    assert 0.8 < max(factors) < 1.001


def _grey(colours: torch.Tensor) -> torch.Tensor:
    return (colours * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)


def test_hue_turns_the_colour_circle_and_leaves_grey() -> None:
    """A strong colour moves along the circle by about the limit at most, in both directions; grey stays grey."""
    red = torch.tensor([0.6, 0.3, 0.3]).view(1, 3, 1, 1).expand(200, 3, 32, 32)
    turned = _vary(red, Augmentation(**{**_STILL.__dict__, "hue": 0.1}))[:, :, 0, 0].numpy()
    hues = np.array([(colorsys.rgb_to_hsv(*map(float, pixel))[0] + 0.5) % 1 - 0.5 for pixel in turned])
    assert np.abs(hues).max() < 0.15
    assert hues.min() < -0.05
    assert hues.max() > 0.05
    grey = torch.full((20, 3, 32, 32), 0.4)
    torch.testing.assert_close(_vary(grey, Augmentation(**{**_STILL.__dict__, "hue": 0.5})), grey, atol=1e-5, rtol=0)


def test_colours_end_at_black_and_white() -> None:
    """However strong the change, no colour leaves the range that images can have."""
    strong = Augmentation(brightness=1, contrast=1, saturation=1, hue=0.5)
    varied = _vary(_images(64), strong)
    assert varied.min() > -1e-5
    assert varied.max() < 1 + 1e-5
