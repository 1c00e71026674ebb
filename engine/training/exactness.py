"""PyTorch's settings while a training runs: exact repeats on the CPU, speed on a GPU; put back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def exact(device: torch.device, threads: int) -> Iterator[None]:
    """On a CPU the same sums in the same order with `threads` threads; on a GPU the fastest way is looked for.

    The random state of the caller is untouched.
    """
    threads_before, state_before = torch.get_num_threads(), torch.get_rng_state()
    exact_before = torch.are_deterministic_algorithms_enabled()
    warns_before = torch.is_deterministic_algorithms_warn_only_enabled()
    search_before = torch.backends.cudnn.benchmark
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(device.type == "cpu")
    torch.backends.cudnn.benchmark = device.type == "cuda"
    try:
        yield
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(exact_before, warn_only=warns_before)
        torch.backends.cudnn.benchmark = search_before
        torch.set_rng_state(state_before)
