"""The examination of a device: right or wrong, how fast, and what would help."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.errors import Cancelled
from engine.events import Control
from engine.model import network
from engine.recipes import from_recipe
from engine.training import doctor
from tests.engine.training.conftest import MakeConfig

CPU = torch.device("cpu")


def test_this_cpu_computes_right_and_its_speed_is_measured(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With data the report says how long the whole training takes."""
    monkeypatch.setattr(doctor, "_BUDGET_SECONDS", 0.1)
    report = doctor.examine(make_config(device="cpu"), has_data=True)
    assert report.is_right
    assert report.largest_difference is not None
    assert 0 < report.largest_difference < 1e-4
    assert report.images_per_second > 0
    assert report.images_per_second_scoring > report.images_per_second
    assert report.estimate is not None
    assert report.estimate.seconds_in_all > 0


def test_without_data_nothing_is_said_about_a_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder need not exist."""
    monkeypatch.setattr(doctor, "_BUDGET_SECONDS", 0.1)
    config = from_recipe("recommended", data=tmp_path / "none", out=tmp_path, image_size=32, backbone="resnet18")
    assert doctor.examine(config, has_data=False).estimate is None


@pytest.mark.parametrize(("fault", "is_small"), [(1.03, False), (float("nan"), False), (1.0, True)])
def test_a_device_that_computes_wrong_is_found(fault: float, is_small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three per cent off in single precision, or not a number at all."""

    class Faulty(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.inner(images)
            return logits * fault if images.dtype == torch.float32 else logits

    build = network.build
    monkeypatch.setattr(doctor.network, "build", lambda backbone: Faulty(build(backbone)))
    difference = doctor.largest_difference(CPU)
    assert (difference is not None and difference <= doctor._TOLERANCE) == is_small


@pytest.mark.parametrize("half", [torch.bfloat16, pytest.param(torch.float16, marks=pytest.mark.slow)])
def test_the_half_precision_of_a_training_is_checked_too(
    half: torch.dtype, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is wrong in half precision alone is found; one that rounds as this CPU does is right."""

    class Faulty(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.inner(images)
            return logits * 1.1 if logits.dtype == half else logits

    build = network.build
    monkeypatch.setattr(doctor, "half_type", lambda device: half)
    monkeypatch.setattr(doctor, "time_steps", lambda *_: (0.1, 0.05))
    config = make_config(device="cpu")
    report = doctor.examine(config, has_data=False)
    assert (report.is_right, report.half) == (True, str(half).removeprefix("torch."))
    monkeypatch.setattr(doctor.network, "build", lambda backbone: Faulty(build(backbone)))
    report = doctor.examine(config, has_data=False)
    assert report.largest_difference is not None
    assert report.largest_difference < doctor._TOLERANCE
    assert not report.is_right


@pytest.mark.parametrize(
    ("driver", "cuda", "said"),
    [
        ("550.1", None, "CPU build"),
        ("470.82", "12.6", "install version 525 or newer"),
        ("550.54", "13.0", "install version 580 or newer"),
        ("999.1", "13.0", "does not work with CUDA 13.0"),
        ("", "13.0", "does not work with CUDA 13.0"),
    ],
)
def test_an_nvidia_card_that_is_not_used(
    driver: str, cuda: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence: which of PyTorch and driver is at fault, and what to install."""
    monkeypatch.setattr(doctor, "has_nvidia_driver", lambda: True)
    (sentence,) = doctor.advise("cpu", driver, cuda, is_frozen=False)
    assert said in sentence


@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_card_that_pytorch_was_not_compiled_for_gets_a_sentence(
    is_frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which card, and where the program is no package, what may help."""
    monkeypatch.setattr(doctor, "card_without_kernels", lambda: "GTX 1080")
    (sentence,) = doctor.advise("cpu", "580.1", "13.0", is_frozen=is_frozen)
    assert sentence.startswith("This PyTorch was not compiled for your GTX 1080.")
    assert ("uv pip" in sentence) != is_frozen


def test_there_is_no_advice_where_nothing_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """No NVIDIA card, or one that is used; in the packaged program nobody is told to install with uv."""
    monkeypatch.setattr(doctor, "has_nvidia_driver", lambda: False)
    assert doctor.advise("cpu", "", None, is_frozen=False) == ()
    monkeypatch.setattr(doctor, "has_nvidia_driver", lambda: True)
    assert doctor.advise("cuda", "580.1", "13.0", is_frozen=False) == ()
    assert "uv pip" not in doctor.advise("cpu", "580.1", None, is_frozen=True)[0]


def test_cancel_is_heard(tmp_path: Path) -> None:
    """Before the ten seconds begin."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        doctor.examine(from_recipe("recommended", data=tmp_path, out=tmp_path), has_data=False, control=control)
