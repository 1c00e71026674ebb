"""Checks torchvision's compiled operators: a bundle that lost them looks whole until somebody needs one."""

import torch
import torchvision
from torchvision.extension import _has_ops

from engine.build_info import read_build_info
from engine.errors import EngineError
from engine.events import Control, OnEvent, ignore_events


def check(*, control: Control | None = None, on_event: OnEvent = ignore_events) -> str:
    """Which operators there are, as a sentence, after one of them gave the right answer.

    Raises `EngineError` where torchvision is without its own and no build says so: nothing may lack them silently.
    """
    if not _has_ops() and (build := read_build_info()) is not None and build.shim:
        return f"none, as this build says: {build.shim}"
    if not _has_ops():
        raise EngineError(
            "torchvision is here without its compiled operators.",
            "Its build does not fit the build of torch; install the two that belong together.",
        )
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [0.0, 0.0, 10.0, 9.0], [20.0, 20.0, 30.0, 30.0]])
    kept = torchvision.ops.nms(boxes, torch.tensor([0.5, 0.9, 0.7]), 0.5).tolist()
    if kept != [1, 2]:
        raise EngineError("torchvision's operators compute wrong.", "Install torch and torchvision anew.")
    return f"torchvision {torchvision.__version__} has its own"
