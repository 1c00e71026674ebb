"""Does one optimizer step: network, optimizer and the precision that the device is fast at."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from engine.config import TrainingConfig
from engine.training.optimizer import build_optimizer, set_learning_rate


class Learner:
    """A network on its device with what it takes to improve it."""

    def __init__(
        self, module: nn.Module, config: TrainingConfig, training_prior: Sequence[float], device: torch.device
    ) -> None:
        """Moves `module` to `device`; a class counts as named at equal priors, hence `training_prior`."""
        self.device = device
        # Channels last is several times faster for small images on a CPU, and what tensor cores work on.
        self.module: nn.Module = module.to(device).to(memory_format=torch.channels_last)
        self._optimizer = build_optimizer(self.module, config)
        self._half = _half_type(device)
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._half is torch.float16)
        self._log_prior = torch.tensor(training_prior).log().to(device)

    def step(self, images: torch.Tensor, labels: torch.Tensor, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from normalised `images` [n, 3, S, S] and `labels` [n]; both on the device.

        Returns the mean loss before the step and the class [n] named for each image, both still on the device.
        """
        self.module.train()
        set_learning_rate(self._optimizer, rate)
        self._optimizer.zero_grad()
        with torch.autocast(self.device.type, dtype=self._half, enabled=self._half is not None):
            logits = self.module(images.contiguous(memory_format=torch.channels_last)).float()
        loss = functional.cross_entropy(logits, labels)
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self._scaler.step(self._optimizer)
        self._scaler.update()
        corrected = logits.detach() - self._log_prior
        named = corrected.masked_fill(torch.isinf(self._log_prior), -torch.inf).argmax(dim=1)
        return loss.detach(), named


def _half_type(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the card has it, otherwise float16; None for full precision."""
    if device.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
