"""Work in too little memory."""

from typing import Any

import pytest
import torch

from engine.errors import TrainingError
from engine.events import ignore_events
from engine.prediction.portion import Portion, enough_memory, is_out_of_memory

_CUDA_WORDS = "CUDA out of memory. Tried to allocate 20.00 MiB."
_CUDNN_WORDS = "FIND was unable to find an engine to execute this computation"
_CPU_WORDS = (
    "[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 b"
)
_WINDOWS_WORDS = (
    "[enforce fail at alloc_cpu.cpp:116] . DefaultCPUAllocator: not enough memory: you tried to allocate 9 b"
)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError(_CUDA_WORDS),
        RuntimeError(_CUDNN_WORDS),
        RuntimeError(_CPU_WORDS),
        RuntimeError(_WINDOWS_WORDS),
        MemoryError(),
    ],
    ids=["CUDA", "cuDNN", "CPU on Linux", "CPU on Windows", "Python"],
)
def test_lack_of_memory_is_known_by_its_words(error: Exception) -> None:
    """On every kind of device."""
    assert is_out_of_memory(error)


def test_other_errors_are_not_lack_of_memory() -> None:
    """And end the work at once."""
    calls: list[int] = []

    def fail(size: int) -> None:
        calls.append(size)
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        Portion(32, 2, "as before", ignore_events).run(fail)
    assert calls == [32]


@pytest.mark.parametrize(("fits", "expected"), [(32, 32), (31, 16), (16, 16), (9, 8), (2, 2)])
def test_it_ends_at_the_largest_halving_that_fits(fits: int, expected: int) -> None:
    """Each smaller portion is told of in a sentence, and kept."""
    events: list[Any] = []
    portion = Portion(32, 2, "32 per step as before", events.append)

    def work(size: int) -> int:
        if size > fits:
            raise torch.OutOfMemoryError(_CUDA_WORDS)
        return size

    assert portion.run(work) == expected
    assert portion.run(work) == portion.size == expected
    n_halvings = {32: 0, 16: 1, 8: 2, 2: 4}[expected]
    assert len(events) == n_halvings
    if expected == 8:
        assert events[-1].text == "Memory is short: 8 images at a time from now on, 32 per step as before."


def test_where_not_even_the_smallest_portion_fits_it_is_said() -> None:
    """A sentence with the reason, and what can be done."""

    def fail(size: int) -> None:
        raise RuntimeError(_CPU_WORDS)

    with pytest.raises(TrainingError, match="even for 2 images at a time") as caught:
        Portion(8, 2, "as before", ignore_events).run(fail)
    assert "smaller" in caught.value.hint


def test_what_is_not_tried_again_is_a_sentence_too() -> None:
    """With what the memory was for; other errors stay what they are."""
    words = r"not enough memory to improve the network \(CUDA out of memory"
    with pytest.raises(TrainingError, match=words), enough_memory("to improve the network"):
        raise torch.OutOfMemoryError(_CUDA_WORDS)
    with pytest.raises(RuntimeError, match="shapes"), enough_memory("to improve the network"):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
