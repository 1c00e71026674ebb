"""PyTorch's settings while a training runs."""

import pytest
import torch

from engine.training.exactness import exact

_CPU = torch.device("cpu")


def test_exact_settings_hold_inside_and_are_put_back_after_an_error() -> None:
    """Threads, deterministic algorithms and random state: as asked inside, as before afterwards, whatever happens."""

    def settings() -> tuple[int, bool, list[int]]:
        return torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.get_rng_state().tolist()

    def fail_inside() -> None:
        with exact(_CPU, threads=before[0] + 1):
            torch.manual_seed(7)
            inside.extend(settings()[:2])
            raise KeyError

    before, inside = settings(), []
    with pytest.raises(KeyError):
        fail_inside()
    assert inside == [before[0] + 1, True]
    assert settings() == before


def test_a_graphics_card_goes_for_speed() -> None:
    """On a GPU the fastest convolution is looked for, and nothing is forbidden for being inexact."""
    with exact(torch.device("cuda"), threads=1):
        assert torch.backends.cudnn.benchmark
        assert not torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cudnn.benchmark
