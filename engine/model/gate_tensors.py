"""Names the tables of a gate in a model file, beside the network's own tensors."""

from collections.abc import Mapping

import torch

from engine.results import GateSettings

PREFIX = "gate."
"""No tensor of a network begins so."""


def shapes(gate: GateSettings) -> dict[str, tuple[int, ...]]:
    """The tables of a gate, all float32.

    An image's measures and features are taken less their mean and times the directions; examples are training images
    after that.
    """
    m, f, d, n = gate.n_measures, gate.n_features, gate.n_directions, gate.n_examples
    return {
        "measure_mean": (m,),
        "measure_directions": (m, m),
        "measure_examples": (n, m),
        "feature_mean": (f,),
        "feature_directions": (f, d),
        "feature_examples": (n, d),
    }


def expected(gate: GateSettings | None) -> dict[str, torch.Tensor]:
    """The tables as a model file has them, on the "meta" device: no memory. None where there is no gate."""
    tables = {} if gate is None else shapes(gate)
    return {PREFIX + name: torch.empty(shape, device="meta") for name, shape in tables.items()}


def part(tensors: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The tensors of the network, and the gate's tables without `PREFIX`."""
    weights = {name: tensor for name, tensor in tensors.items() if not name.startswith(PREFIX)}
    gate = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
    return weights, gate
