"""The form says exactly what is trained: recipes, the computer's starting values, and every field."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QCheckBox, QComboBox, QFileDialog, QRadioButton
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.widgets.recipe_form import RecipeForm
from engine.config import BACKBONES, RecipeName
from engine.errors import ConfigError
from engine.recipes import RECIPES, from_recipe
from engine.results import WeightsInfo
from tests.desktop.made_up_training import CPU, GPU, StillRunner

DATA, OUT = Path("/data"), Path("/runs")


@pytest.fixture
def runner() -> StillRunner:
    return StillRunner()


@pytest.fixture
def form(qtbot: QtBot, runner: StillRunner) -> RecipeForm:
    form = RecipeForm(cast(JobRunner, runner))
    qtbot.addWidget(form)
    return form


def choose(box: QComboBox, value: object) -> None:
    """As a user would, which also says so."""
    index = box.findData(value)
    assert index >= 0
    box.setCurrentIndex(index)
    box.activated.emit(index)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_gpu_gets_the_recipe_as_it_is(form: RecipeForm, recipe: RecipeName) -> None:
    """On a GPU nothing is taken off the recipe, and reading it into fields and back changes no value."""
    form.set_device(GPU)
    form.recipes[recipe].click()
    assert form.config(DATA, OUT) == from_recipe(recipe, data=DATA, out=OUT)
    assert not form.is_changed


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_cpu_starts_small(form: RecipeForm, recipe: RecipeName) -> None:
    """Without a GPU the form starts with what ends the same day, and says why."""
    form.set_device(CPU)
    form.recipes[recipe].click()
    config = form.config(DATA, OUT)
    side = 224 if recipe == "quick" else 96  # each image is looked at once only
    assert (config.backbone, config.preprocessing.image_size) == ("resnet18", side)
    assert config.preprocessing.geometry == ("squash" if recipe == "notebook" else "crop")
    assert not form.is_changed
    assert "no GPU" in form.note


def test_demo_data_start_smaller_still(form: RecipeForm) -> None:
    """The demo data are learned in a minute anywhere."""
    form.set_device(GPU)
    form.set_demo(True)
    config = form.config(DATA, OUT)
    assert (config.backbone, config.preprocessing.image_size, config.epochs) == ("resnet18", 64, 5)
    form.set_demo(False)
    assert form.config(DATA, OUT) == from_recipe("recommended", data=DATA, out=OUT)


def test_every_field_reaches_the_config(form: RecipeForm) -> None:
    """What is set is what is trained."""
    form.set_device(GPU)
    choose(form.backbone, "efficientnet_b0")
    form.image_size.setValue(160)
    form.epochs.setValue(7)
    choose(form.weights.choice, "none")
    more = form.more
    more.batch_size.setValue(48)
    more.learning_rate.setValue(0.0005)
    choose(more.balancing, "equal")
    more.averaging.setValue(30)
    choose(more.shape, "squash")
    more.patience.setValue(4)
    more.seed.setValue(11)
    more.has_limit.setChecked(True)
    more.limit.setValue(800)
    choose(more.device, "cpu")
    more.flips.setChecked(False)
    more.rotation.setValue(30)
    more.zoom.setValue(50)
    more.color.setValue(0)
    start = from_recipe("recommended", data=DATA, out=OUT)
    augmentation = replace(
        start.augmentation,
        flips=False,
        rotation=30.0,
        scale=(1 / 1.5, 1.5),
        brightness=0.0,
        contrast=0.0,
        saturation=0.0,
        hue=0.0,
    )
    assert form.config(DATA, OUT) == replace(
        start,
        recipe="custom",
        backbone="efficientnet_b0",
        preprocessing=replace(start.preprocessing, image_size=160, geometry="squash"),
        epochs=7,
        weights="none",
        batch_size=48,
        learning_rate=0.0005,
        balancing="equal",
        averaging=0.3,
        patience=4,
        seed=11,
        limit=800,
        device="cpu",
        augmentation=augmentation,
    )


def test_what_a_recipe_decides_makes_it_custom_until_reset(form: RecipeForm) -> None:
    """Nobody takes his own settings for the recipe's; choosing a recipe is the way back too."""
    form.set_device(GPU)
    form.more.rotation.setValue(90)
    assert form.is_changed
    assert (form.recipe, form.note) == ("custom", "Custom, begun from Recommended.")
    form.recipes["notebook"].click()
    assert form.config(DATA, OUT) == from_recipe("notebook", data=DATA, out=OUT)
    form.recipes["recommended"].click()
    form.more.rotation.setValue(90)
    assert not form.reset_button.isHidden()
    form.reset_button.click()
    assert form.config(DATA, OUT) == from_recipe("recommended", data=DATA, out=OUT)
    assert form.reset_button.isHidden()
    assert "changed" not in form.note
    assert form.more.rotation.value() == 180


def test_network_size_and_length_leave_the_recipe_its_name(form: RecipeForm) -> None:
    """They are chosen for the computer and the time there is."""
    form.set_device(GPU)
    form.epochs.setValue(3)
    assert (form.recipe, form.note) == ("recommended", "Recommended, changed.")
    form.more.patience.setValue(3)
    assert form.config(DATA, OUT).recipe == "custom"
    form.more.patience.setValue(10)
    assert form.config(DATA, OUT).recipe == "recommended"


def test_custom_can_be_chosen(form: RecipeForm) -> None:
    """It opens the settings, and stays whatever is changed then."""
    form.show()
    form.set_device(GPU)
    form.recipes["custom"].click()
    assert form.more.isVisible()
    form.epochs.setValue(3)
    form.set_demo(True)
    assert form.recipe == form.config(DATA, OUT).recipe == "custom"
    form.reset_button.click()
    assert (form.recipe, form.config(DATA, OUT).epochs) == ("recommended", 5)


def test_quick_is_not_offered_without_imagenet_weights(form: RecipeForm, runner: StillRunner) -> None:
    """Greyed, with the reason and what to do; with a download or a file it can be chosen."""
    form.show()
    form.set_device(GPU)
    quick = form.recipes["quick"]
    assert quick.isEnabled()
    form.weights.look()
    runner.latest("describe").succeeded.emit(WeightsInfo(backbone="resnet50", is_available=False, megabytes=97.8))
    assert not quick.isEnabled()
    assert "Needs ImageNet weights" in quick.toolTip()
    choose(form.weights.choice, "download")
    assert quick.isEnabled()
    assert quick.toolTip() == RECIPES["quick"].description
    quick.click()
    config = form.config(DATA, OUT)
    assert (config.recipe, config.is_frozen, config.weights) == ("quick", True, "download")
    assert not form.more.rotation.isEnabled()
    choose(form.weights.choice, "none")
    with pytest.raises(ConfigError, match="needs ImageNet weights"):
        form.config(DATA, OUT)
    form.recipes["recommended"].click()
    assert form.more.rotation.isEnabled()
    assert form.config(DATA, OUT).weights == "none"


def test_seed_limit_device_and_weights_are_no_part_of_the_recipe(form: RecipeForm) -> None:
    """They say on what and where it is carried out, so the recipe stays what it is."""
    form.more.seed.setValue(5)
    form.more.has_limit.setChecked(True)
    choose(form.more.device, "cpu")
    choose(form.weights.choice, "none")
    assert not form.is_changed


def test_own_settings_survive_what_is_learned_later(form: RecipeForm) -> None:
    """The device is known some seconds after the window: what was set by then stays."""
    form.epochs.setValue(3)
    form.set_device(GPU)
    form.set_demo(True)
    assert form.config(DATA, OUT).epochs == 3


def test_each_change_is_said_once(qtbot: QtBot, form: RecipeForm) -> None:
    """A recipe sets many fields but asks for one new estimate."""
    said: list[None] = []
    form.changed.connect(lambda: said.append(None))
    form.recipes["notebook"].click()
    assert len(said) == 1
    form.epochs.setValue(9)
    assert len(said) == 2


def test_weights_that_are_here_are_said_to_be(form: RecipeForm, runner: StillRunner) -> None:
    """The hint tells what the choice means on this computer."""
    form.show()
    form.weights.look()
    backbone = form.backbone.currentData()
    runner.latest("describe").succeeded.emit(WeightsInfo(backbone=backbone, is_available=False, megabytes=44.7))
    assert "not on this computer" in form.weights.hint.text()
    assert "45 MB" in form.weights.choice.itemText(form.weights.choice.findData("download"))
    choose(form.weights.choice, "download")
    assert "PyTorch's server" in form.weights.hint.text()
    assert form.weights.value == "download"
    other = next(name for name in BACKBONES if name != backbone)
    choose(form.backbone, other)
    runner.latest("describe").succeeded.emit(WeightsInfo(backbone=other, is_available=True, megabytes=97.8))
    choose(form.weights.choice, "auto")
    assert form.weights.hint.text().startswith("They are on this computer")


def test_nothing_is_looked_up_before_the_form_is_seen(form: RecipeForm, runner: StillRunner) -> None:
    """A hidden form starts no process."""
    choose(form.backbone, "resnet50")
    assert runner.jobs == []


def test_a_file_of_weights_can_be_chosen(form: RecipeForm) -> None:
    """Its path is the config's `weights`; without a file the choice goes back to what it was."""
    form.show()
    choose(form.weights.choice, "file")
    form.findChildren(QFileDialog)[-1].reject()
    assert form.weights.value == "auto"
    choose(form.weights.choice, "file")
    form.findChildren(QFileDialog)[-1].fileSelected.emit("/somewhere/resnet18.pth")
    assert form.config(DATA, OUT).weights == str(Path("/somewhere/resnet18.pth"))
    assert "resnet18.pth" in form.weights.hint.text()


def test_the_rest_is_folded_away(form: RecipeForm) -> None:
    """Few need it; it opens with one click."""
    form.show()
    assert not form.more.isVisible()
    form.fold.set_open(True)
    assert form.more.isVisible()


def test_every_field_has_a_name_and_a_sentence(form: RecipeForm) -> None:
    """A screen reader says what each field is, and the pointer finds help on each."""
    kinds = (QAbstractSpinBox, QComboBox, QCheckBox, QRadioButton)
    fields = [field for kind in kinds for field in form.findChildren(kind)]
    assert len(fields) >= 16
    for field in fields:
        assert field.accessibleName()
        assert field.toolTip().endswith(".")
        assert field.accessibleDescription() == field.toolTip()


def test_the_wheel_scrolls_past_numbers(qtbot: QtBot, form: RecipeForm) -> None:
    """Scrolling the form never changes a setting under the pointer."""
    form.show()
    before, box = form.epochs.value(), form.epochs
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(box.mapToGlobal(QPoint(5, 5))),
        QPoint(0, 120),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    form.setFocus()
    QApplication.sendEvent(box, event)
    assert form.epochs.value() == before
