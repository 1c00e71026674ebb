"""The designer of operating points: the slider decides, the words say what it costs, the files hold it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.widgets.operating_designer import OperatingDesigner, as_operating_point
from desktop.widgets.people_grid import PeopleGrid
from engine.errors import ConfigError
from engine.operating_results import Expected
from tests.desktop.made_up_curve import curve, empty_curve
from tests.desktop.samples import evaluation
from tests.desktop.scripted_runner import ScriptedRunner

RUN = Path("run")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def designer(qtbot: QtBot, scripted: ScriptedRunner) -> OperatingDesigner:
    designer = OperatingDesigner(scripted)  # type: ignore[arg-type]
    qtbot.addWidget(designer)
    designer.show_evaluation(evaluation(RUN))
    designer.resize(704, 500)
    return designer


@pytest.fixture
def ready(designer: OperatingDesigner, scripted: ScriptedRunner) -> OperatingDesigner:
    designer.show()
    scripted.latest("operating_curve").succeed(curve())
    scripted.latest("read_operating_points").succeed(())
    return designer


def test_nothing_is_read_before_somebody_looks(designer: OperatingDesigner, scripted: ScriptedRunner) -> None:
    """Then once; the slider stands at the least sensitivity of 0.95 or more, the prevalence is that of the data."""
    assert scripted.jobs == []
    designer.show()
    job = scripted.latest("operating_curve")
    assert job.call.arguments == {"run": RUN, "target": "group"}
    job.succeed(curve())
    assert designer.point is not None
    assert designer.point.validation.n_missed == 2
    assert designer.prevalence.value() == 20.0
    designer.hide()
    designer.show()
    assert scripted.names().count("operating_curve") == 1


def test_slider_and_prevalence_make_the_words(ready: OperatingDesigner, qtbot: QtBot) -> None:
    """Of 100 people, so many missed and needlessly alarmed; to the right fewer are missed."""
    assert ready.words.text() == (
        "Of 100 people, at 20 % prevalence, 1 of 20 malignant or pre-malignant lesions would be missed "
        "and 76 of 80 needlessly alarmed."
    )
    assert ready.people.counts == (1, 19, 76, 4)
    ready.slider.setFocus()
    for _ in range(2):
        qtbot.keyClick(ready.slider, Qt.Key.Key_Right)
    assert "0 of 20" in ready.words.text()
    assert "80 of 80 needlessly alarmed" in ready.words.text()
    ready.slider.setValue(ready.slider.value() - 20)
    assert "10 of 20" in ready.words.text()
    assert "0.50 on validation" in ready.sensitivity.text()
    ready.prevalence.setValue(50)
    assert "at 50 % prevalence, 25 of 50" in ready.words.text()


def test_rare_things_are_told_of_more_people(ready: OperatingDesigner) -> None:
    """At 1 % the words are about 1,000 people, and no hundred is drawn."""
    ready.slider.setValue(ready.slider.maximum() - 4)
    ready.prevalence.setValue(1)
    assert ready.words.text().startswith("Of 1,000 people, at 1 % prevalence, 1 of 10")
    assert not ready.people.isVisible()


def test_chosen_on_validation_reported_on_test(ready: OperatingDesigner, scripted: ScriptedRunner) -> None:
    """Before the test part is open it says so; afterwards the people are those of the test part, with interval."""
    assert "Open the test part to see" in ready.outcomes.text()
    ready.show_evaluation(evaluation(RUN, "test", openings=1))
    scripted.latest("operating_curve").succeed(curve(with_test=True))
    assert "2 of 20" in ready.words.text()  # 8 of 80 on test
    assert "On the test part it found 72 of 80" in ready.outcomes.text()
    assert "sensitivity 0.90 (0.85 to 0.93)" in ready.outcomes.text()
    ready.show_evaluation(evaluation(RUN))  # back to validation: nothing new is known
    assert scripted.names().count("operating_curve") == 2


def test_another_target_has_its_own_curve(ready: OperatingDesigner, scripted: ScriptedRunner) -> None:
    """Melanoma has its own prevalence; what validation does not have is said, with nothing to save."""
    ready.target.setCurrentIndex(ready.target.findData("mel"))
    ready.target.activated.emit(ready.target.currentIndex())
    assert not ready.save_button.isEnabled()
    job = scripted.latest("operating_curve")
    assert job.call.arguments["target"] == "mel"
    job.succeed(curve("mel", prevalence=0.1))
    assert ready.prevalence.value() == 10.0
    assert "1 of 10 melanomas would be missed" in ready.words.text() or "0 of 10 melanomas" in ready.words.text()
    ready.target.setCurrentIndex(ready.target.findData("df"))
    ready.target.activated.emit(ready.target.currentIndex())
    scripted.latest("operating_curve").succeed(empty_curve("df"))
    assert "does not hold both dermatofibromas and other lesions" in ready.words.text()
    assert not ready.save_button.isVisible()


def test_the_point_is_saved_beside_the_run(ready: OperatingDesigner, scripted: ScriptedRunner) -> None:
    """With the threshold of the slider; what was saved is named, and that the model stays as it was."""
    assert ready.point is not None
    ready.save_button.click()
    job = scripted.latest("save_operating_point")
    assert job.call.arguments == {"run": RUN, "target": "group", "threshold": ready.point.threshold}
    assert not ready.save_button.isEnabled()
    assert ready.job_view.isVisible()
    job.succeed(as_operating_point("group", ready.point))
    assert "95 % point (threshold 0.090, missed 2 of 40 lesions)" in ready.saved.text()
    assert ready.save_button.isEnabled()
    assert not ready.job_view.isVisible()


def test_the_point_goes_into_a_new_model_file(ready: OperatingDesigner, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """The user names the file; a refusal goes to the page and nothing is said to be written."""
    for error in (ConfigError("There is a file already.", "Choose a new name."), None):
        ready.export_button.click()
        assert ready.dialog is not None
        ready.dialog.fileSelected.emit(str(Path("folder") / "new.safetensors"))
        job = scripted.latest("export_with_operating_point")
        assert job.call.arguments["model"] == RUN / "model.safetensors"
        assert job.call.arguments["point"].name == "95 % point"
        assert job.call.arguments["path"] == Path("folder") / "new.safetensors"
        if error is not None:
            with qtbot.waitSignal(ready.failed) as failed:
                job.fail(error)
            assert failed.args == [error]
            assert ready.saved.text() == ""
        else:
            job.succeed(Path("folder") / "new.safetensors")
    assert ready.saved.text().startswith("Written: new.safetensors")


def test_what_was_saved_before_is_shown(designer: OperatingDesigner, scripted: ScriptedRunner) -> None:
    """So that nobody has to look into the folder."""
    designer.show()
    point = as_operating_point("mel", curve("mel").points[4])
    scripted.latest("read_operating_points").succeed((point,))
    assert designer.saved.text() == (
        "Saved beside the run so far: 90 % point for mel (threshold 0.130, missed 4 of 40 lesions)."
    )


def test_people_are_drawn_in_four_shapes(qtbot: QtBot) -> None:
    """A hundred people, each kind told in words to a screen reader."""
    grid = PeopleGrid()
    qtbot.addWidget(grid)
    blank = grid.grab().toImage()
    grid.show_people(Expected(n_ill=20, n_missed=1, n_well=80, n_alarmed=30))
    assert grid.accessibleName() == (
        "Of 100 people: 1 missed, 19 found, 30 needlessly alarmed, 50 rightly left in peace"
    )
    assert grid.grab().toImage() != blank
    grid.show_people(None)
    assert grid.grab().toImage() == blank
