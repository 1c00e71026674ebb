"""Tests of engine.prediction.gate_fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import Cancelled
from engine.events import Control, Event, ProgressDone, TrainingAdjusted, ignore_events
from engine.model import gate_tensors
from engine.model.file import load_model, save_model
from engine.prediction import gate_fit
from engine.prediction.gate_fit import GateImages, fit_gate
from engine.prediction.non_lesions import HELD_OUT, TUNING
from engine.prediction.predictor import predict
from tests.engine.evaluation.untrained_run import CARD, make_network
from tests.engine.prediction.gate_samples import CPU, PREPROCESSING, draw_lesions, fit


def _images(n_train: int = 150, n_val: int = 60) -> GateImages:
    rows = np.arange(260)
    return GateImages(draw_lesions(), rows[:n_train], rows[150 : 150 + n_val], rows[210:])


def test_it_is_judged_on_images_that_no_choice_has_seen() -> None:
    """The test part and the kinds kept back stand on the card; of the kinds it was designed on, none."""
    families = fit().settings.families
    assert [(family.name, family.n_images) for family in families if family.is_lesion] == [("the test part", 50)]
    others = {family.name for family in families if not family.is_lesion}
    assert others == {"photographs of other things", *HELD_OUT}
    assert not others & set(TUNING)
    assert sum(family.n_refused for family in families if not family.is_lesion) > 200


def test_the_test_part_does_not_change_the_gate() -> None:
    """Other test images give the same tables and limits, and only other figures."""
    other = replace(_images(), test=np.arange(5))
    again = fit_gate(make_network(), PREPROCESSING, CPU, other, Control(), ignore_events)
    assert again is not None
    assert replace(again.settings, families=()) == replace(fit().settings, families=())
    assert all(bool((again.tables[name] == table).all()) for name, table in fit().tables.items())


def test_tables_are_as_the_model_file_wants_them() -> None:
    """Names, shapes and type."""
    shapes = gate_tensors.shapes(fit().settings)
    assert {name: tuple(table.shape) for name, table in fit().tables.items()} == shapes


def test_few_images_make_no_gate() -> None:
    """Where limits would be guesses there is none."""
    for few in (_images(n_train=50), _images(n_val=10)):
        assert fit_gate(make_network(), PREPROCESSING, CPU, few, Control(), ignore_events) is None


def test_it_tells_how_far_it_is_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress over all images, and Cancel within a batch."""
    seen: list[Event] = []
    monkeypatch.setattr(gate_fit, "HELD_OUT", ())
    fit_gate(make_network(), PREPROCESSING, CPU, _images(), Control(), seen.append)
    last = [event for event in seen if isinstance(event, ProgressDone)][-1]
    assert last.done == last.total == 260
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        fit_gate(make_network(), PREPROCESSING, CPU, _images(), control, ignore_events)


def test_too_little_memory_for_many_images_at_a_time_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halved once for all that is looked at, told of, and the gate is the same but for rounding."""
    told: list[Event] = []
    module = make_network()

    def check(layer: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > 40:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    module.get_submodule("layer3").register_forward_pre_hook(check)
    monkeypatch.setattr(gate_fit, "HELD_OUT", ())
    fitted = fit_gate(module, PREPROCESSING, CPU, _images(), Control(), told.append)
    assert fitted is not None
    assert fitted.settings.features_limit == pytest.approx(fit().settings.features_limit, rel=1e-3)
    (adjusted,) = [event for event in told if isinstance(event, TrainingAdjusted)]
    assert adjusted.text.startswith("Memory is short: 32 images at a time")


def test_the_gate_travels_in_the_model_file_and_judges_there(tmp_path: Path, photos: list[Path]) -> None:
    """Saved and loaded again, it is the same; predictions carry its verdict, and coloured patches are refused."""
    path = tmp_path / "model.safetensors"
    save_model(path, make_network(), replace(CARD, gate=fit().settings), None, fit().tables)
    loaded = load_model(path, CPU)
    assert loaded.card.gate == fit().settings
    assert loaded.gate is not None
    assert all(bool((loaded.gate[name] == table).all()) for name, table in fit().tables.items())
    answers = predict(path, photos[:6], views=8)
    assert all(answer.gate is not None and answer.is_refused for answer in answers)
