"""Tests of engine.model.gate_tensors, and of what a model file does with damaged ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from engine.errors import ModelFileError
from engine.model import gate_tensors
from engine.model.file import load_model, save_model
from engine.results import GateSettings
from tests.engine.evaluation.untrained_run import CARD, make_network

CPU = torch.device("cpu")
GATE = GateSettings(
    ranges=(),
    sharpness_limit=0.5,
    looks_limit=3.0,
    features_limit=3.0,
    n_measures=4,
    n_features=512,
    n_directions=3,
    n_examples=10,
)
Tensors = dict[str, torch.Tensor]


@pytest.fixture
def tables() -> Tensors:
    torch.manual_seed(1)
    return {name: torch.randn(shape) for name, shape in gate_tensors.shapes(GATE).items()}


@pytest.fixture
def model(tmp_path: Path, tables: Tensors) -> Path:
    """A model file with a gate."""
    path = tmp_path / "model.safetensors"
    save_model(path, make_network(), replace(CARD, gate=GATE), None, tables)
    return path


def test_tables_are_read_as_they_were_written(model: Path, tables: Tensors) -> None:
    """Bit by bit, apart from the network's own tensors."""
    loaded = load_model(model, CPU)
    assert loaded.card.gate == GATE
    assert loaded.gate is not None
    assert loaded.gate.keys() == tables.keys()
    assert all(torch.equal(loaded.gate[name], table) for name, table in tables.items())
    assert not any(name.startswith(gate_tensors.PREFIX) for name in loaded.module.state_dict())


MEAN, EXAMPLES = "gate.feature_mean", "gate.feature_examples"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.pop(MEAN), "is missing"),
        (lambda t: t.update({"gate.other": torch.zeros(1)}), "is no tensor of its network"),
        (lambda t: t.update({MEAN: t[MEAN][:-1].clone()}), "is not as its network has it"),
        (lambda t: t.update({MEAN: t[MEAN].double()}), "is not as its network has it"),
        (lambda t: t.update({EXAMPLES: t[EXAMPLES].T.contiguous()}), "is not as its network has it"),
        (lambda t: t[EXAMPLES].view(-1)[5:6].fill_(float("nan")), "not finite"),
        (lambda t: t[EXAMPLES].view(-1)[5:6].fill_(float("inf")), "not finite"),
        (lambda t: t[EXAMPLES].view(-1)[5:6].add_(1), "."),
        (lambda t: [t.pop(name) for name in list(t) if name.startswith("gate.")], "is missing"),
    ],
)
def test_damaged_tables_are_refused_with_the_reason(
    model: Path, tmp_path: Path, change: Callable[[Tensors], Any], reason: str
) -> None:
    """Missing, unknown, of another shape or type, no numbers, or other numbers than were sealed: never a crash."""
    with safe_open(model, framework="pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(tensors)
    save_file(tensors, tmp_path / "damaged.safetensors", metadata)
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model(tmp_path / "damaged.safetensors", CPU)
    assert caught.value.hint
