"""engine/data/drawing.py."""

import numpy as np
import pytest

from engine.data.drawing import HEIGHT, WIDTH, Kind, Scene, View, draw
from engine.labels import CODES


def _image(kind: Kind, lesion: int, view: int) -> np.ndarray:
    scene = Scene.invent(kind, np.random.default_rng(lesion))
    random = np.random.default_rng((lesion, view))
    return draw(scene, View.invent(random), random)


def test_there_is_a_kind_for_every_class() -> None:
    """The kinds are named like the seven diagnoses."""
    assert [kind.name.lower() for kind in Kind] == list(CODES)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_lesion_lies_on_skin(kind: Kind) -> None:
    """The middle has another colour than the rim, and the same numbers give the same image."""
    contrasts = []
    for lesion in range(5):
        image = _image(kind, lesion, 0)
        assert image.shape == (HEIGHT, WIDTH, 3)
        assert image.dtype == np.uint8
        middle = image[65:85, 90:110].reshape(-1, 3).mean(axis=0)
        rim = image[:10, 60:140].reshape(-1, 3).mean(axis=0)
        contrasts.append(np.abs(middle - rim).max())
        assert np.array_equal(image, _image(kind, lesion, 0))
    assert np.mean(contrasts) > 20


def test_views_of_a_lesion_are_closer_than_other_lesions() -> None:
    """Images of one lesion share its colours: that is what makes a split by image leak."""
    colors = np.array(
        [[_image(Kind.NV, lesion, view)[60:90, 85:115].mean(axis=(0, 1)) for view in range(3)] for lesion in range(20)]
    )
    within = np.linalg.norm(colors[:, 0] - colors[:, 1], axis=-1).mean()
    between = np.linalg.norm(colors[:-1, 0] - colors[1:, 1], axis=-1).mean()
    assert within < 0.7 * between
