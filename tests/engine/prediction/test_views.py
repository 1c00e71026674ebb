"""Tests of engine.prediction.views."""

import numpy as np
import pytest
import torch

from engine.config import Preprocessing
from engine.errors import ConfigError
from engine.model.network import build
from engine.prediction.logits import compute_logits
from engine.prediction.views import CHOICES, check_views, turn


def test_the_eight_views_are_the_symmetries_of_a_square() -> None:
    """All differ, the first is the image as it is, and turning any of them gives one of the eight again."""
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    views = [turn(pixels, number) for number in range(8)]
    assert np.array_equal(views[0], pixels)
    assert len({view.tobytes() for view in views}) == 8
    for view in views:
        assert np.rot90(view, axes=(1, 2)).tobytes() in {one.tobytes() for one in views}


def test_an_image_that_is_turned_has_the_same_mean() -> None:
    """The mean over the views does not depend on how the photograph was held, but for rounding."""
    torch.manual_seed(0)
    module, small, cpu = build("resnet18").eval(), Preprocessing(image_size=32), torch.device("cpu")
    pixels = np.random.default_rng(1).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)

    def mean(image: np.ndarray) -> np.ndarray:
        return np.mean([compute_logits(module, turn(image, number), small, cpu) for number in range(8)], axis=0)

    assert np.abs(mean(pixels) - mean(np.rot90(pixels, axes=(1, 2)))).max() < 1e-5


@pytest.mark.parametrize("views", [0, 2, 7, 9])
def test_another_number_of_views_is_an_error(views: int) -> None:
    """One or eight, nothing between."""
    with pytest.raises(ConfigError, match="views"):
        check_views(views)
    for choice in CHOICES:
        check_views(choice)
