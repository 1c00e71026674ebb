"""Tests of engine.prediction.non_lesions and engine.prediction.photographs."""

import numpy as np
import pytest

from engine.config import Preprocessing
from engine.prediction.non_lesions import DRAWN, HELD_OUT, SPOILT, TUNING, draw_family
from engine.prediction.photographs import cut_photographs
from tests.engine.prediction.gate_samples import draw_lesions


@pytest.mark.parametrize("name", [*DRAWN, *SPOILT])
def test_each_kind_is_drawn_the_same_every_time(name: str) -> None:
    """As many as asked for, in the size asked for, each another; more of them begin with the same."""
    lesions = draw_lesions()[:4]
    images = draw_family(name, 4, 32, lesions)
    assert images.shape == (4, 32, 32, 3)
    assert images.dtype == np.uint8
    assert (draw_family(name, 6, 32, lesions)[:4] == images).all()
    assert len({image.tobytes() for image in images}) == 4


def test_kinds_are_for_the_design_or_for_the_judgement() -> None:
    """None is for both."""
    assert not set(TUNING) & set(HELD_OUT)
    assert set(TUNING) | set(HELD_OUT) == set(DRAWN) | set(SPOILT)


def test_nothing_is_spoilt_where_there_is_nothing() -> None:
    """Without lesions the kinds that spoil them are empty."""
    assert draw_family("shaken lesions", 3, 32, draw_lesions()[:0]).shape == (0, 32, 32, 3)


def test_photographs_are_real_and_the_same_every_time() -> None:
    """Views of the sample images of installed packages, each another."""
    views = cut_photographs(8, Preprocessing(image_size=32))
    assert views.shape == (8, 32, 32, 3)
    assert (views == cut_photographs(8, Preprocessing(image_size=32))).all()
    assert len({view.tobytes() for view in views}) == 8
