"""Tests of engine.prediction.gate_measures."""

import numpy as np
from PIL import Image

from engine.config import Preprocessing
from engine.data.images import to_pixels
from engine.prediction.gate_measures import NAMES, SIDE, measure, shrink
from tests.engine.prediction.gate_samples import draw_lesions


def test_there_is_a_measure_for_every_name() -> None:
    """Finite, for odd images too, and for none at all."""
    odd = np.stack([np.zeros((40, 40, 3), np.uint8), np.full((40, 40, 3), 255, np.uint8)])
    measures = measure(odd)
    assert measures.shape == (2, len(NAMES))
    assert np.isfinite(measures).all()
    assert measure(odd[:0]).shape == (0, len(NAMES))
    assert len(set(NAMES)) == len(NAMES)


def test_an_image_measures_alike_at_every_size() -> None:
    """Of an image at 600 x 450 and its reduction to 200 x 150, the measures differ far less than between images."""
    large = Image.fromarray(draw_lesions()[0]).resize((600, 450), Image.Resampling.BICUBIC)
    other = Image.fromarray(draw_lesions()[1]).resize((600, 450), Image.Resampling.BICUBIC)
    small = large.resize((200, 150), Image.Resampling.LANCZOS)
    shaping = Preprocessing(image_size=128)
    one, same, another = measure(np.stack([to_pixels(image, shaping) for image in (large, small, other)]))
    assert np.abs(one - same).mean() < 0.1 * np.abs(one - another).mean()


def test_shrinking_keeps_the_mean() -> None:
    """Each pixel is the mean of those it covers, at sizes that do not divide too."""
    pixels = np.random.default_rng(0).integers(0, 256, (2, 97, 97, 3), dtype=np.uint8)
    small = shrink(pixels)
    assert small.shape == (2, SIDE, SIDE, 3)
    np.testing.assert_allclose(small.mean(axis=(1, 2)), pixels.mean(axis=(1, 2)), rtol=1e-4)


def test_measures_know_what_they_are_named_for() -> None:
    """Darker is darker, a smooth image has less detail, stripes run along an axis."""
    lesion = draw_lesions()[:1]
    stripes = np.zeros((1, 64, 64, 3), np.uint8)
    stripes[:, ::8] = 200
    at = {name: column for column, name in enumerate(NAMES)}
    assert measure(lesion // 2)[0, at["light_p50"]] < measure(lesion)[0, at["light_p50"]]
    assert measure(lesion)[0, at["detail_1"]] > measure(np.full_like(lesion, 128))[0, at["detail_1"]]
    assert measure(stripes)[0, at["axis_lines"]] > measure(lesion)[0, at["axis_lines"]]
