"""Configs: ranges, and a run's file that repeats it."""

import json
from pathlib import Path

import pytest

from engine.config import TrainingConfig, read_config, with_image_size
from engine.errors import ConfigError
from engine.recipes import from_recipe
from engine.records import as_json

DATA, OUT = Path("data"), Path("runs")


def test_the_config_of_an_older_run_still_means_the_same(tmp_path: Path) -> None:
    """A run from before weights were averaged is repeated without that, while the recipe of today has it."""
    config = from_recipe("recommended", data=DATA, out=OUT)
    older = {name: value for name, value in as_json(config).items() if name != "averaging"}
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"training": older}))
    assert (config.averaging, read_config(file).averaging) == (0.2, 0.0)
    assert from_recipe("notebook", data=DATA, out=OUT).averaging == 0.0


@pytest.mark.parametrize(
    "settings",
    [{"epochs": 0}, {"batch_size": 1}, {"learning_rate": 0.0}, {"seed": -1}, {"limit": 5}, {"backbone": "vgg"}],
)
def test_out_of_range_is_a_sentence(settings: dict[str, object]) -> None:
    """A value out of range is refused with the setting's name and the range."""
    with pytest.raises(ConfigError) as caught:
        from_recipe("recommended", data=DATA, out=OUT, **settings)
    assert next(iter(settings)).replace("_", " ") in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("field", "value", "range_"),
    [
        ("rotation", -1, "0 and 180"),
        ("scale", [0, 1], "0.1 and 10"),
        ("scale", [0.5, float("inf")], "0.1 and 10"),
        ("translation", 0.6, "0 and 0.5"),
        ("brightness", 1.5, "0 and 1"),
        ("contrast", float("nan"), "0 and 1"),
        ("saturation", 2, "0 and 1"),
        ("hue", 0.7, "0 and 0.5"),
        ("mean", [0.5, 124.0, 0.5], "0 and 1"),
        ("std", [0.2, 0.0, 0.2], "0.01 and 1"),
    ],
)
def test_a_file_with_a_number_out_of_range_is_a_sentence(
    tmp_path: Path, field: str, value: object, range_: str
) -> None:
    """Of the augmentation and the preprocessing too: before any image is read, not in the middle of the first epoch."""
    content = as_json(from_recipe("recommended", data=DATA, out=OUT))
    part = content["preprocessing" if field in ("mean", "std") else "augmentation"]
    assert field in part
    part[field] = value
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"training": content}))
    with pytest.raises(ConfigError, match=f"^{field} must be between {range_}, not "):
        read_config(file)


def test_config_file_repeats_a_run(tmp_path: Path) -> None:
    """A run's config.json gives the same config, and changes replace single fields."""
    config = from_recipe("recommended", data=DATA, out=OUT, image_size=64, limit=100)
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"training": as_json(config), "is_demo": True, "versions": {}}))
    assert read_config(file) == config
    assert read_config(file, epochs=2, out=Path("elsewhere")).epochs == 2
    assert with_image_size(config, 96).preprocessing.image_size == 96


def test_a_config_that_is_handed_on_needs_no_folder_for_runs(tmp_path: Path, home: Path) -> None:
    """Whoever repeats it gets the run where all runs are; a folder that it names counts."""
    content = as_json(from_recipe("recommended", data=DATA, out=OUT))
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"training": content}))
    assert read_config(file).out == OUT
    del content["out"]
    file.write_text(json.dumps({"training": content}))
    assert read_config(file).out == home / "runs"
    assert read_config(file, out=OUT).out == OUT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"training": 3}', '{"training": {"epochs": "many"}}'])
def test_a_broken_config_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, it is a `ConfigError` and never another exception."""
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(ConfigError):
        read_config(file)
    with pytest.raises(ConfigError):
        read_config(tmp_path / "missing.json")


def test_defaults_are_valid() -> None:
    """The defaults lie within their own ranges."""
    assert TrainingConfig(data=DATA, out=OUT).backbone == "resnet50"


def test_a_fold_needs_a_table_that_holds_it() -> None:
    """A number alone would be passed over in silence."""
    with pytest.raises(ConfigError, match="no table that holds folds"):
        TrainingConfig(data=Path("data"), out=Path("runs"), fold=1)
    assert TrainingConfig(data=Path("data"), out=Path("runs"), split="folds.csv", fold=1).fold == 1
