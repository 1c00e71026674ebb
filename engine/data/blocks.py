"""Works on independent blocks of images at once, each on one core."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

T = TypeVar("T")


def cut(n: int, size: int) -> list[slice]:
    """Slices of `size` that cover 0 to `n`; the last ends there."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def work_on(blocks: Iterable[slice], work: Callable[[slice], T]) -> Generator[T, None, None]:
    """What `work` makes of each block, in the order of the blocks; what it raises ends the others.

    PyTorch releases Python's lock, so threads do. Each computes alone: shared out among threads, tensors as small as
    these keep the cores waiting for each other; and a sum is then rounded alike on any number of cores.
    """
    with _one_thread_each(), ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as executor:
        try:
            yield from executor.map(work, blocks)
        finally:
            executor.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
