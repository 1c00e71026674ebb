"""Lets Cancel be heard in the middle of a step: on a CPU one batch of a large network takes many seconds."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from engine.events import Control


@contextmanager
def interruptible(module: nn.Module, control: Control) -> Iterator[None]:
    """Within, each convolution of `module` raises `Cancelled` once the user cancelled, forward and backward."""

    def check_backward(gradient: torch.Tensor) -> None:
        control.raise_if_cancelled()

    def check(layer: nn.Module, inputs: object, output: torch.Tensor) -> None:
        control.raise_if_cancelled()
        if output.requires_grad:
            output.register_hook(check_backward)  # type: ignore[no-untyped-call]

    handles = [layer.register_forward_hook(check) for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
