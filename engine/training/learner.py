"""Does one optimizer step: network, optimizer and the precision that the device is fast at."""

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import nn
from torch.nn import functional

from engine.config import TrainingConfig
from engine.model.device import half_type
from engine.prediction.features import find_head
from engine.prediction.portion import enough_memory
from engine.training.average import Average
from engine.training.batches import split_batches
from engine.training.distributed import Peers, Share
from engine.training.optimizer import build_optimizer, set_learning_rate


class Learner:
    """A network on its device with what it takes to improve it."""

    def __init__(
        self, module: nn.Module, config: TrainingConfig, training_prior: Sequence[float], device: torch.device
    ) -> None:
        """Moves `module` to `device`; a class counts as named at equal priors, hence `training_prior`.

        Where the config freezes the network, only its head learns, and is given features instead of images.
        """
        self.device = device
        # Channels last is several times faster for small images on a CPU, and what tensor cores work on.
        self.module: nn.Module = module.to(device).to(memory_format=torch.channels_last)
        self._learning = find_head(self.module) if config.is_frozen else self.module
        self._optimizer = build_optimizer(self._learning, config)
        self._half = half_type(device)
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._half is torch.float16)
        self._log_prior = torch.tensor(training_prior).log().to(device)
        self._average = Average(self._learning, config.averaging) if config.averaging else None
        self._scored = self._choose_scored()
        self._peers: Peers | None = None

    def join(self, peers: Peers) -> None:
        """From now on every step is made together with `peers`."""
        self._peers = peers

    @property
    def scored(self) -> nn.Module:
        """What is scored and kept: the average of the network over its last steps, or the network as it is."""
        return self._scored

    def _choose_scored(self) -> nn.Module:
        if self._average is None:
            return self.module
        if self._learning is self.module:
            return self._average.module
        shared: dict[int, object] = {id(one): one for one in (*self.module.parameters(), *self.module.buffers())}
        return copy.deepcopy(self.module, {**shared, id(self._learning): self._average.module})

    def step(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        rate: float,
        portion: int | None = None,
        share: Share | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from normalised `images` [n, 3, S, S] (or features [n, d]) and `labels` [n]; both on the device.

        At most `portion` images go through the network at a time; the step is that of all of them, but for what batch
        normalisation makes of smaller batches. Returns the mean loss before the step and the class [n] named for each
        image, both still on the device; where the images are a `share` of a batch, those of the whole batch. Where
        memory runs short before the weights change, that is an error as PyTorch has it; afterwards a `TrainingError`.
        """
        self._learning.train()
        set_learning_rate(self._optimizer, rate)
        self._optimizer.zero_grad()
        portions = split_batches(len(labels), portion or len(labels))
        n_in_all = len(labels) if share is None else share.n_in_all
        done = [self._backward(images[rows], labels[rows], n_in_all) for rows in portions]
        loss, named = torch.stack([loss for loss, _ in done]).sum(), torch.cat([named for _, named in done])
        with enough_memory(
            "to improve the network"
        ):  # tried again, it would be a second step, or one without the peers
            if self._peers is not None and share is not None:
                loss, named = self._peers.combine(self._learning, loss, named, share)
            self._scaler.step(self._optimizer)
            self._scaler.update()
            if self._average is not None:
                self._average.update(self._learning)
        return loss, named

    def tensors(self) -> dict[str, torch.Tensor]:
        """Copies of all that steps change, by name, on the device."""
        found = {f"model.{name}": tensor for name, tensor in self.module.state_dict().items()}
        for number, state in self._optimizer.state_dict()["state"].items():
            found |= {f"optimizer.{number}.{name}": tensor for name, tensor in state.items()}
        for name, value in self._scaler.state_dict().items():
            found[f"scaler.{name}"] = torch.tensor(value, dtype=torch.float64)
        if self._average is not None:
            found |= {f"average.{name}": tensor for name, tensor in self._average.tensors().items()}
        return {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in found.items()}

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Put back what `tensors` gave, to the bit; tensors of others are passed over."""
        self.module.load_state_dict(of_network(tensors))
        if self._average is not None:
            self._average.load(_those_of("average.", tensors))
        state_dict = self._optimizer.state_dict()
        parameters = [parameter for group in self._optimizer.param_groups for parameter in group["params"]]
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in _those_of("optimizer.", tensors).items():
            number, _, key = name.partition(".")
            states.setdefault(int(number), {})[key] = _laid_out_like(parameters[int(number)], tensor)
        self._optimizer.load_state_dict({**state_dict, "state": states})
        scaler = {name: tensor.item() for name, tensor in _those_of("scaler.", tensors).items()}
        if scaler and self._scaler.is_enabled():  # neither is there on a device that needs none
            counts = {name: int(scaler[name]) for name in ("growth_interval", "_growth_tracker")}
            self._scaler.load_state_dict({**scaler, **counts})

    def _backward(self, images: torch.Tensor, labels: torch.Tensor, n_in_all: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the gradients of some of the `n_in_all` images; their share of the mean loss, and the classes named."""
        with torch.autocast(self.device.type, dtype=self._half, enabled=self._half is not None):
            logits = self._learning(_laid_out(images))
        logits = logits.to(
            torch.promote_types(logits.dtype, torch.float32)
        )  # half precision is too coarse from here on
        loss = functional.cross_entropy(logits, labels) * (len(labels) / n_in_all)
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        corrected = logits.detach() - self._log_prior
        named = corrected.masked_fill(torch.isinf(self._log_prior), -torch.inf).argmax(dim=1)
        return loss.detach(), named


def are_finite(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Whether all weights among what `Learner.tensors` gave are numbers."""
    weights = (tensor for name, tensor in tensors.items() if name.startswith("model.") and tensor.is_floating_point())
    return all(bool(torch.isfinite(tensor).all()) for tensor in weights)


def of_network(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The network's own among what `Learner.tensors` gave, as its state dict."""
    return _those_of("model.", tensors)


def _those_of(owner: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(owner): tensor for name, tensor in tensors.items() if name.startswith(owner)}


def _laid_out(images: torch.Tensor) -> torch.Tensor:
    """Images as convolutions like them; features as they are."""
    return images.contiguous(memory_format=torch.channels_last) if images.ndim == 4 else images


def _laid_out_like(parameter: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """A copy with the strides of `parameter`: a fused optimizer goes through both as they lie in memory."""
    if tensor.shape != parameter.shape:
        return tensor.clone()
    return torch.empty_like(parameter).copy_(tensor)
