"""The optimizer and how its learning rate rises and fades."""

import math

import torch
from torch import nn

from engine.config import TrainingConfig


def build_optimizer(module: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """AdamW or Adam over the parameters of `module`; weight decay only on matrices and filters of "adamw"."""
    decayed = [parameter for parameter in module.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in module.parameters() if parameter.ndim <= 1]
    decay = config.weight_decay if config.optimizer == "adamw" else 0.0
    groups = [{"params": decayed, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    kind = torch.optim.AdamW if config.optimizer == "adamw" else torch.optim.Adam
    fused = decayed[0].device.type in ("cpu", "cuda")  # one pass over the weights, several times as fast
    return kind(groups, lr=config.learning_rate, fused=fused)


def learning_rate(config: TrainingConfig, step: int, steps_per_epoch: int) -> float:
    """The rate of a step, counted from 0 over all epochs.

    "cosine" rises evenly over the warm-up (half of the training at most) and then fades along a cosine to nearly 0.
    """
    if config.schedule == "constant":
        return config.learning_rate
    n_steps = config.epochs * steps_per_epoch
    n_warmup = min(config.warmup_epochs * steps_per_epoch, n_steps / 2)
    if step < n_warmup:
        return config.learning_rate * min(1.0, (step + 1) / n_warmup)
    progress = (step - n_warmup) / (n_steps - n_warmup)
    return config.learning_rate * (1 + math.cos(math.pi * progress)) / 2


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use `rate` for all parameters from now on."""
    for group in optimizer.param_groups:
        group["lr"] = rate
