"""Which device is taken, and what is said about it."""

import pytest
import torch

from engine.errors import ConfigError
from engine.model import device


def _have_card(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int]) -> None:
    """An NVIDIA card of some generation, and a PyTorch compiled for a few."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75", "sm_80", "sm_90a", "sm_120", "compute_120"])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Old Card")


@pytest.mark.parametrize(
    ("capability", "is_used"),
    [
        ((6, 1), False),
        ((7, 0), False),
        ((7, 5), True),
        ((8, 6), True),
        ((9, 0), True),
        ((10, 0), False),
        ((13, 0), True),
    ],
)
def test_a_card_that_pytorch_was_not_compiled_for_is_not_used(
    capability: tuple[int, int], is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled code runs on later cards of one generation, what is compiled on the spot on all later ones; the rest
    would fail at its first step."""
    _have_card(monkeypatch, capability)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.choose("auto").type == ("cuda" if is_used else "cpu")
    assert bool(device.card_without_kernels()) != is_used
    if not is_used:
        assert "not compiled for the Old Card" in device.describe("auto").reason
        with pytest.raises(ConfigError, match="not compiled for the Old Card"):
            device.choose("cuda")


def test_auto_takes_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA before MPS before CPU."""
    _have_card(monkeypatch, (8, 6))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose("auto").type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.choose("auto").type == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.choose("auto").type == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_asking_for_a_gpu_that_is_not_there_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing GPU is a ConfigError with a way out, not a silent CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ConfigError) as caught:
        device.choose(name)  # type: ignore[arg-type]
    assert "cpu" in caught.value.hint


def test_describe_names_the_processor_and_its_threads() -> None:
    """The CPU is described with a name, its threads and a reason in words."""
    info = device.describe("cpu")
    assert info.kind == "cpu"
    assert info.name.endswith(("thread", "threads"))
    assert info.reason.endswith(".")


@pytest.mark.parametrize(("build", "said"), [(None, "CPU build"), ("13.0", "driver")])
def test_an_nvidia_card_that_cannot_be_used_is_explained(
    build: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an NVIDIA driver but no CUDA the reason says whether PyTorch or the driver is at fault."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(device, "has_nvidia_driver", lambda: True)
    monkeypatch.setattr(torch.version, "cuda", build)
    assert said in device.describe("auto").reason
