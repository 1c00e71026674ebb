"""Mirror, turn, zoom and colour as people set them."""

import pytest

from engine.config import Augmentation
from engine.errors import ConfigError
from engine.variation import vary_more


def test_what_is_not_given_stays() -> None:
    """To the bit, for a config must repeat its run."""
    assert vary_more(Augmentation(scale=(0.7, 1.9))) == Augmentation(scale=(0.7, 1.9))
    assert vary_more(Augmentation(), rotation=20) == Augmentation(rotation=20.0)


def test_one_setting_stands_for_several() -> None:
    """Zoom goes both ways, colour is brightness, contrast and saturation; without any the hue stays too."""
    varied = vary_more(Augmentation(), flips=False, zoom=0.5, color=0.0)
    assert varied.scale == (1 / 1.5, 1.5)
    assert (varied.brightness, varied.contrast, varied.saturation, varied.hue) == (0.0, 0.0, 0.0, 0.0)
    assert not varied.flips


@pytest.mark.parametrize("setting", [{"zoom": -0.1}, {"color": 2.0}])
def test_out_of_range_is_a_sentence(setting: dict[str, float]) -> None:
    """Which setting, and what it may be."""
    (name,) = setting
    with pytest.raises(ConfigError, match=f"{name} must be between 0 and"):
        vary_more(Augmentation(), **setting)  # type: ignore[arg-type]
