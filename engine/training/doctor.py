"""Examines the device that a training would compute on: what it is, whether it computes right, and how fast."""

import copy
import math
import platform
import re
import subprocess
import sys

import torch
from torch import nn

from engine.config import TrainingConfig
from engine.doctor_results import DeviceReport
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CLASSES
from engine.model import network
from engine.model.device import CORES, card_without_kernels, choose, describe, half_type, has_nvidia_driver
from engine.training.estimate import estimate_time, time_steps
from engine.training.exactness import exact

_BUDGET_SECONDS = 10.0
_TOLERANCE = 1e-2
"""Share of the largest value. TF32 and fused kernels reach 2e-3; a faulty device is off by far more."""
_HALF_TOLERANCES = {torch.bfloat16: (0.05, 0.6, 0.05), torch.float16: (0.01, 0.4, 0.01)}
"""The same of logits and of the gradients of the first and the last layer, some four times what rounding does on a CPU.
It decides which units are on, which the gradient of a convolution hangs on; what is left shows that it points there."""
_INSTALL = "uv pip install --reinstall torch torchvision --torch-backend="
_LEAST_DRIVERS = {"11": 450, "12": 525, "13": 580}
"""By CUDA's major version: NVIDIA's table of minor version compatibility."""


def examine(
    config: TrainingConfig, *, has_data: bool, control: Control | None = None, on_event: OnEvent = ignore_events
) -> DeviceReport:
    """Examine the device of `config` with its network and size; takes about 15 seconds.

    With `has_data` also how long the whole training would take. Raises `ConfigError`, `DataError`, `Cancelled`, and
    `TrainingError` where there is too little memory to train at all.
    """
    control = control or Control()
    device = choose(config.device)
    with exact(device, config.threads or CORES):
        on_event(StatusChanged(text="Checking that the device computes right"))
        difference, half = largest_difference(device), half_type(device)
        is_right = difference is not None and difference <= _TOLERANCE
        is_right = is_right and (half is None or is_right_in_half(device, half))
        control.raise_if_cancelled()
        on_event(StatusChanged(text=f"Timing {config.backbone} at {config.preprocessing.image_size} px for 10 seconds"))
        learning, scoring = time_steps(config, device, control, _BUDGET_SECONDS, on_event)
    estimate = estimate_time(config, control=control, on_event=on_event) if has_data else None
    driver = nvidia_driver()
    return DeviceReport(
        device=describe(config.device),
        build=_name_build(),
        driver=driver,
        advice=advise(device.type, driver, torch.version.cuda, is_frozen=bool(getattr(sys, "frozen", False))),
        largest_difference=difference,
        is_right=is_right,
        half="" if half is None else str(half).removeprefix("torch."),
        backbone=config.backbone,
        image_size=config.preprocessing.image_size,
        images_per_second=1 / learning,
        images_per_second_scoring=1 / scoring,
        estimate=estimate,
    )


def largest_difference(device: torch.device) -> float | None:
    """How far answers and gradients of a small network on `device` are from double precision on the CPU.

    As a share of the largest value; None where something is not finite.
    """
    found = _differences(device, None)
    return max(found) if all(map(math.isfinite, found)) else None


def is_right_in_half(device: torch.device, half: torch.dtype) -> bool:
    """Whether `device` is as near to that as half precision can be, computing as a training there does."""
    return all(one <= most for one, most in zip(_differences(device, half), _HALF_TOLERANCES[half], strict=True))


def _differences(device: torch.device, half: torch.dtype | None) -> tuple[float, ...]:
    """Of the logits, and of the gradients of the first and the last layer; not finite where something there is not."""
    torch.manual_seed(0)
    module = network.build("resnet18").eval()  # no running statistics that would differ by the batch
    images, labels = torch.rand(4, 3, 64, 64), torch.arange(4)
    exact_answers = _answers(copy.deepcopy(module).double(), images.double(), labels, None)
    module = module.to(device).to(memory_format=torch.channels_last)
    images = images.to(device).contiguous(memory_format=torch.channels_last)
    answers = _answers(module, images, labels.to(device), half)
    pairs = zip(exact_answers, answers, strict=True)
    return tuple(float((one.double().cpu() - exact).abs().max() / exact.abs().max()) for exact, one in pairs)


def _answers(
    module: nn.Module, images: torch.Tensor, labels: torch.Tensor, half: torch.dtype | None
) -> tuple[torch.Tensor, ...]:
    """The logits, and the gradients of the first and the last layer; with autocast to `half` where that is given."""
    with torch.autocast(images.device.type, dtype=half, enabled=half is not None):
        logits = module(images)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    nn.functional.cross_entropy(logits, labels % len(CLASSES)).backward()  # type: ignore[no-untyped-call]
    parameters = [one for one in module.parameters() if one.ndim > 1]
    gradients = [one.grad for one in (parameters[0], parameters[-1]) if one.grad is not None]
    return (logits.detach(), *gradients)


def advise(kind: str, driver: str, cuda: str | None, *, is_frozen: bool) -> tuple[str, ...]:
    """What would make it faster, given the kind of device, NVIDIA's driver ("" if none) and PyTorch's CUDA version."""
    if kind == "cpu" and (card := card_without_kernels()):
        how = "" if is_frozen else f" One for an older CUDA may be: {_INSTALL}cu126"
        return (f"This PyTorch was not compiled for your {card}.{how}",)
    if kind != "cpu" or not has_nvidia_driver():
        return ()
    if cuda is None:
        how = (
            "Get the GPU variant of this program." if is_frozen else f"Install the build for your card: {_INSTALL}auto"
        )
        return (f"This PyTorch is a CPU build, so your NVIDIA card is not used. {how}",)
    least = _LEAST_DRIVERS.get(cuda.partition(".")[0])
    number = re.match(r"\d+", driver)
    if least is not None and number is not None and int(number[0]) < least:
        return (f"The NVIDIA driver {driver} is too old for CUDA {cuda}: install version {least} or newer.",)
    return (f"The NVIDIA driver does not work with CUDA {cuda}: install the newest one and restart the computer.",)


def nvidia_driver() -> str:
    """Version of the NVIDIA driver; "" where there is none, or it does not answer."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.splitlines()[0].strip() if answer.returncode == 0 and answer.stdout.strip() else ""


def _name_build() -> str:
    version = str(torch.__version__).partition("+")[0]
    if torch.version.cuda is not None:
        return f"{version} for CUDA {torch.version.cuda}"
    return f"{version} for {'Apple computers' if platform.system() == 'Darwin' else 'CPUs only'}"
