"""Batches of images, one after the other."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.prediction_queue import PredictionQueue
from desktop.state import AppState
from engine.errors import DataError
from engine.events import PredictionsDone
from engine.results import DeviceInfo
from tests.desktop.samples import card, prediction
from tests.desktop.scripted_runner import ScriptedRunner

MODEL = Path("model.safetensors")
A, B = Path("a.jpg"), Path("b.jpg")


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def queue(state: AppState, scripted: ScriptedRunner, qtbot: QtBot) -> PredictionQueue:
    state.set_model(MODEL, card())
    return PredictionQueue(state, scripted)  # type: ignore[arg-type]


def test_answers_are_told_as_they_come(queue: PredictionQueue, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """Each answer carries the model that gave it."""
    queue.ask([A, B])
    with qtbot.waitSignal(queue.answered) as told:
        scripted.latest("predict").report(PredictionsDone(predictions=(prediction(A),)))
    (answer,) = told.args[0]
    assert (answer.prediction.path, answer.model, answer.model_name) == (A, MODEL, card().name)
    assert scripted.latest("predict").call.arguments["paths"] == (A, B)


def test_new_batch_waits_for_the_one_before(queue: PredictionQueue, scripted: ScriptedRunner) -> None:
    """What is dropped while a batch runs is asked about afterwards, also when that batch fails."""
    queue.ask([A])
    queue.ask([B])
    assert len(scripted.jobs) == 1
    scripted.jobs[0].fail(DataError("The folder is gone.", "Look for it."))
    assert scripted.jobs[1].call.arguments["paths"] == (B,)
    scripted.jobs[1].succeed(())
    assert queue.job is None


def test_cancel_forgets_what_waits(queue: PredictionQueue, scripted: ScriptedRunner) -> None:
    """Cancel stops everything that was asked."""
    queue.ask([A])
    queue.ask([B])
    queue.cancel()
    assert scripted.jobs[0].is_cancelling
    scripted.jobs[0].end_cancelled()
    assert len(scripted.jobs) == 1
    assert queue.job is None


def test_cancel_from_the_status_bar_does_the_same(queue: PredictionQueue, scripted: ScriptedRunner) -> None:
    """Whoever cancels the batch stops those that wait, too."""
    queue.ask([A])
    queue.ask([B])
    scripted.jobs[0].end_cancelled()
    assert len(scripted.jobs) == 1


def test_batch_waits_for_a_model_that_is_being_read(
    queue: PredictionQueue, state: AppState, scripted: ScriptedRunner
) -> None:
    """Images dropped together with a model are answered by that model."""
    queue.set_held(True)
    queue.ask([A])
    assert scripted.jobs == []
    state.set_model(Path("other.safetensors"), card("other"))
    queue.set_held(False)
    assert scripted.latest("predict").call.arguments["model"] == Path("other.safetensors")


@pytest.mark.parametrize(("kind", "is_training", "device"), [("cuda", True, "cpu"), ("cuda", False, "auto")])
def test_graphics_card_is_left_to_a_training(
    kind: str, is_training: bool, device: str, state: AppState, queue: PredictionQueue, scripted: ScriptedRunner
) -> None:
    """While a training holds the graphics card, the processor answers."""
    state.set_device(DeviceInfo(kind=kind, name="NVIDIA", reason="The fastest there is."))  # type: ignore[arg-type]
    state._set_training(is_training)
    queue.ask([A])
    assert scripted.latest("predict").call.arguments["device"] == device
