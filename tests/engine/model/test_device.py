"""Which device is taken, and what is said about it."""

import pytest
import torch

from engine.errors import ConfigError
from engine.model import device


def test_auto_takes_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA before MPS before CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
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
