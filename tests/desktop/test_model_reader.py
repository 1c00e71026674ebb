"""Reading a model's card before it is used."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.model_reader import ModelReader
from desktop.state import AppState
from engine.errors import ModelFileError
from tests.desktop.samples import card
from tests.desktop.scripted_runner import ScriptedRunner

OTHER_KIND = ModelFileError("notes.safetensors is not a model.", "Choose another file.")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def reader(state: AppState, scripted: ScriptedRunner, qtbot: QtBot) -> ModelReader:
    return ModelReader(state, scripted)  # type: ignore[arg-type]


def test_model_is_used_once_its_card_was_read(reader: ModelReader, state: AppState, scripted: ScriptedRunner) -> None:
    """The state gets the model and its card together, and not before."""
    reader.open(Path("a.safetensors"))
    assert state.model is None
    scripted.latest("describe").succeed(card())
    assert state.model == Path("a.safetensors")
    assert state.model_card == card()
    assert reader.job is None
    assert scripted.names() == ["describe"]


def test_file_of_another_kind_keeps_the_model(
    reader: ModelReader, state: AppState, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """A file that is no model is refused; the one in use stays."""
    state.set_model(Path("a.safetensors"), card())
    reader.open(Path("notes.safetensors"))
    with qtbot.waitSignal(reader.failed) as failed:
        scripted.latest("describe").fail(OTHER_KIND)
    assert failed.args == [OTHER_KIND]
    assert state.model == Path("a.safetensors")
    assert state.model_card == card()


def test_card_is_read_for_a_model_without(reader: ModelReader, state: AppState, scripted: ScriptedRunner) -> None:
    """A model that another page put into use, or that was remembered, gets its card."""
    state.set_model(Path("a.safetensors"))
    scripted.latest("describe").succeed(card())
    assert state.model_card == card()


def test_remembered_model_that_is_gone_is_given_up(
    reader: ModelReader, state: AppState, scripted: ScriptedRunner
) -> None:
    """Without a card there is no model: nothing can answer with it."""
    state.set_model(Path("a.safetensors"))
    scripted.latest("describe").fail(OTHER_KIND)
    assert state.model is None


def test_last_choice_wins(reader: ModelReader, state: AppState, scripted: ScriptedRunner) -> None:
    """A second file chosen while the first is read takes its place."""
    reader.open(Path("a.safetensors"))
    first = scripted.latest("describe")
    reader.open(Path("b.safetensors"))
    assert first.is_cancelling
    first.succeed(card("first"))
    scripted.latest("describe").succeed(card("second"))
    assert state.model == Path("b.safetensors")
    assert state.model_card == card("second")
