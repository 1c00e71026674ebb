"""Works on fewer images at a time where memory is short."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

from engine.errors import TrainingError
from engine.events import OnEvent, TrainingAdjusted
from engine.wording import count

Result = TypeVar("Result")

_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED", "unable to find an engine")
"""How CUDA, the CPU's allocator on Linux and on Windows, cuBLAS or cuDNN, and a convolution of cuDNN that found no room
to work in, say that memory is short."""
_HINT = "Close other programs, or use smaller images or a smaller network."


class Portion:
    """How many images are worked on at a time."""

    def __init__(
        self,
        size: int,
        smallest: int,
        consequence: str,
        on_event: OnEvent,
    ) -> None:
        """`consequence` ends the sentence that tells of a smaller portion."""
        self.size = self._most = size
        self._smallest, self._consequence = smallest, consequence
        self._on_event = on_event

    def run(self, work: Callable[[int], Result]) -> Result:
        """What `work` gives for so many images at a time, tried again with half as many while memory is short.

        Raises `TrainingError` when even the smallest portion does not fit.
        """
        while True:
            try:
                return work(self.size)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.size <= self._smallest:
                    raise _too_little(f"even for {count(self.size, 'image')} at a time", error) from error
            self._halve()  # not before the error is gone: it holds on to what was computed

    def tell(self) -> None:
        """Say so where it is smaller than it was meant to be."""
        if self.size < self._most:
            text = f"Memory is short: {count(self.size, 'image')} at a time from now on, {self._consequence}."
            self._on_event(TrainingAdjusted(text=text))

    def _halve(self) -> None:
        self.size = max(self._smallest, self.size // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.tell()


@contextlib.contextmanager
def enough_memory(purpose: str) -> Iterator[None]:
    """Within, a lack of memory is a `TrainingError` that says for what, so that nothing is tried a second time."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise _too_little(purpose, error) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device, or the computer, has no memory left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS)


def _too_little(purpose: str, error: BaseException) -> TrainingError:
    reason = str(error).partition("\n")[0]
    return TrainingError(f"There is not enough memory {purpose} ({reason}).", _HINT)
