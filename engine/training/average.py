"""Averages a network over its last steps: the average names classes more steadily than any one step does."""

import copy
from collections.abc import Mapping

import torch
from torch import nn


class Average:
    """The exponential moving average of a network's weights and of BatchNorm's statistics.

    It reaches back over a share of the steps so far, so that the poor first ones are forgotten soon and one setting
    serves trainings of any length.
    """

    def __init__(self, module: nn.Module, share: float) -> None:
        """Starts as a copy of `module`, on the same device; `share` above 0, up to 1."""
        self.module: nn.Module = copy.deepcopy(module).eval().requires_grad_(False)
        self._share = share
        self._n_steps = 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in `module` after its next step; nothing waits for a GPU."""
        weight = 1 / (1 + self._share * self._n_steps)  # 1 at first: the weights from before any step do not count
        self._n_steps += 1
        averaged, current = self.module.state_dict(), module.state_dict()
        moving = [name for name, tensor in averaged.items() if tensor.is_floating_point()]
        torch._foreach_lerp_([averaged[name] for name in moving], [current[name] for name in moving], weight)
        for name in averaged.keys() - moving:  # BatchNorm's count of batches
            averaged[name].copy_(current[name])

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that `update` changes, by name; not copies."""
        return {"steps": torch.tensor(self._n_steps), **self.module.state_dict(prefix="model.")}

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Put back what `tensors` gave."""
        self._n_steps = int(tensors["steps"])
        self.module.load_state_dict(
            {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        )
