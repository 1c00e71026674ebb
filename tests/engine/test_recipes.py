"""Named sets of defaults."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import NO_AUGMENTATION, Preprocessing
from engine.errors import ConfigError
from engine.recipes import RECIPES, from_recipe, named_rightly

DATA, OUT = Path("data"), Path("runs")


def test_notebook_recipe_is_faithful() -> None:
    """The Notebook recipe has the notebook's settings."""
    config = from_recipe("notebook", data=DATA, out=OUT)
    assert (config.backbone, config.preprocessing.image_size, config.preprocessing.geometry) == (
        "resnet50",
        224,
        "squash",
    )
    assert (config.optimizer, config.learning_rate, config.batch_size) == ("adam", 1e-3, 128)
    assert (config.augmentation.rotation, config.augmentation.brightness, config.augmentation.flips) == (20, 0.1, True)
    assert (config.patience, config.stop_on, config.balancing) == (10, "loss", "notebook")


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_settings_replace_the_recipes(recipe: str) -> None:
    """What the user sets wins over the recipe, and the image size keeps the recipe's geometry."""
    plain = from_recipe(recipe, data=DATA, out=OUT)
    changed = from_recipe(recipe, data=DATA, out=OUT, image_size=64, epochs=3, seed=7)
    assert (changed.preprocessing.image_size, changed.epochs, changed.seed) == (64, 3, 7)
    assert changed.preprocessing.geometry == plain.preprocessing.geometry
    assert changed.recipe == recipe


def test_what_differs_from_its_recipe_is_called_custom() -> None:
    """Another network, size, length, seed or computer leaves the name; what the recipe decides does not."""
    for recipe in RECIPES:
        other = from_recipe(recipe, data=DATA, out=OUT, backbone="resnet18", limit=100, device="cpu", weights="auto")
        assert other.recipe == recipe
        changed = from_recipe(recipe, data=DATA, out=OUT, learning_rate=2e-3)
        assert changed.recipe == "custom"
        assert named_rightly(changed) == changed
        shaped = replace(other, preprocessing=Preprocessing(mean=(0.5, 0.5, 0.5)))
        assert named_rightly(shaped).recipe == "custom"


def test_quick_leaves_the_network_as_it_is() -> None:
    """Its head alone learns, from images as they are; that makes no sense with random weights."""
    config = from_recipe("quick", data=DATA, out=OUT)
    assert config.is_frozen
    assert config.augmentation == NO_AUGMENTATION
    assert not from_recipe("recommended", data=DATA, out=OUT).is_frozen
    with pytest.raises(ConfigError, match="needs ImageNet weights"):
        from_recipe("quick", data=DATA, out=OUT, weights="none")


def test_unknown_recipe_is_a_sentence() -> None:
    """A recipe that does not exist is refused with the names of those that do."""
    with pytest.raises(ConfigError) as caught:
        from_recipe("magic", data=DATA, out=OUT)
    assert "recommended" in caught.value.hint
