"""The list of models with their cards."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.state import AppState
from desktop.widgets.models_dialog import ModelsDialog
from engine.errors import ModelFileError
from engine.labels import NOTICE
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import card
from tests.desktop.scripted_runner import ScriptedRunner

ELSEWHERE = Path("/elsewhere/model.safetensors")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


def make_dialog(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> ModelsDialog:
    dialog = ModelsDialog(state, scripted)  # type: ignore[arg-type]
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_models_are_listed_and_described(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """The one in use from elsewhere on top, then the runs; the card of the chosen one in words, with the notice."""
    make_run()
    state.set_model(ELSEWHERE, card())
    dialog = make_dialog(qtbot, state, scripted)
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert texts[0] == "model.safetensors (in use)"
    assert texts[1].startswith("resnet18, 23 Nov 10:15")
    assert scripted.latest("describe").call.arguments["path"] == ELSEWHERE
    scripted.latest("describe").succeed(card())
    assert NOTICE in dialog.words.text()
    assert "resnet18" in dialog.words.text()
    assert not dialog.use_button.isEnabled()


def test_another_model_is_put_into_use(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """Once its card was read; the one before is dropped when the choice moves on."""
    run = make_run()
    state.set_model(ELSEWHERE, card())
    dialog = make_dialog(qtbot, state, scripted)
    first = scripted.latest("describe")
    dialog.list.setCurrentRow(1)
    assert first.is_cancelling
    assert not dialog.use_button.isEnabled()
    scripted.latest("describe").succeed(card("other"))
    with qtbot.waitSignal(dialog.model_chosen) as chosen:
        dialog.use_button.click()
    assert chosen.args == [run / "model.safetensors"]
    assert not dialog.isVisible()


def test_a_damaged_model_says_so(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """Sentence and hint in place of the card; it cannot be used."""
    make_run()
    dialog = make_dialog(qtbot, state, scripted)
    scripted.latest("describe").fail(ModelFileError("model.safetensors is damaged.", "Choose another."))
    assert dialog.words.text() == "model.safetensors is damaged. Choose another."
    assert not dialog.use_button.isEnabled()


def test_without_a_model_it_says_how_to_get_one(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> None:
    """An empty list, and nothing is read."""
    dialog = make_dialog(qtbot, state, scripted)
    assert dialog.words.text().startswith("There is no model yet.")
    assert scripted.jobs == []


def test_weights_are_imported_and_then_looked_at(
    qtbot: QtBot, state: AppState, scripted: ScriptedRunner, tmp_path: Path
) -> None:
    """A file is asked for; the new model is chosen in the list, a refused one says why."""
    make_run()
    dialog = make_dialog(qtbot, state, scripted)
    dialog.import_button.click()
    assert dialog.dialog is not None
    dialog.dialog.fileSelected.emit(str(tmp_path / "notes.pth"))
    dialog.dialog.close()
    assert scripted.latest("import_weights").call.arguments["path"] == tmp_path / "notes.pth"
    scripted.latest("import_weights").fail(ModelFileError("notes.pth is no state dict.", "Choose another."))
    assert dialog.words.text() == "notes.pth is no state dict. Choose another."


def test_weights_are_exported(qtbot: QtBot, state: AppState, scripted: ScriptedRunner, tmp_path: Path) -> None:
    """Of the model that is looked at, once its card was read; it says where they are."""
    run = make_run()
    dialog = make_dialog(qtbot, state, scripted)
    assert not dialog.export_button.isEnabled()
    scripted.latest("describe").succeed(card())
    dialog.export_button.click()
    assert dialog.dialog is not None
    dialog.dialog.fileSelected.emit(str(tmp_path / "out.pth"))
    dialog.dialog.close()
    arguments = scripted.latest("export_weights").call.arguments
    assert (arguments["model"], arguments["path"]) == (run / "model.safetensors", tmp_path / "out.pth")
    scripted.latest("export_weights").succeed(tmp_path / "out.pth")
    assert "out.pth" in dialog.words.text()
