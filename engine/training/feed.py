"""Hands out the pixels of the training part: from the mapped cache, or kept on the GPU where they fit."""

import numpy as np
import numpy.typing as npt
import torch

_SHARE_OF_GPU = 0.25  # of its free memory; the rest is for the network
_CHUNK = 512  # images at a time on their way to the GPU


class Feed:
    """The images of one part, by their rows."""

    def __init__(self, pixels: npt.NDArray[np.uint8], positions: npt.NDArray[np.int64], device: torch.device) -> None:
        """`pixels` uint8 [m, S, S, 3], of which the part has those at `positions`."""
        self._pixels, self._positions, self._device = pixels, positions, device
        self._resident = self._load() if self._fits() else None
        self.begin_epoch(np.arange(len(positions)))

    def begin_epoch(self, rows: npt.NDArray[np.int64]) -> None:
        """From now on batches are of the part's `rows`, in this order."""
        self._rows = torch.from_numpy(rows)
        if self._resident is not None:
            self._rows = self._rows.to(self._device)  # once: sent batch by batch, each would wait for the GPU

    def take(self, batch: slice) -> torch.Tensor:
        """The pixels of a batch, uint8 [n, S, S, 3]: on the GPU where they are kept there, else ready to be copied.

        From pinned memory they go to the GPU while it is still at work on the steps before.
        """
        if self._resident is not None:
            return self._resident[self._rows[batch]]
        pixels = torch.from_numpy(self._pixels[self._positions[self._rows[batch].numpy()]])
        return pixels.pin_memory() if self._device.type == "cuda" else pixels

    def _fits(self) -> bool:
        if self._device.type != "cuda":
            return False
        torch.cuda.empty_cache()  # what an estimate or a training before this one has left counts as taken
        free: int = torch.cuda.mem_get_info(self._device)[0]
        needed: int = len(self._positions) * self._pixels[0].nbytes
        return needed < _SHARE_OF_GPU * free

    def _load(self) -> torch.Tensor:
        shape = (len(self._positions), *self._pixels.shape[1:])
        resident = torch.empty(shape, dtype=torch.uint8, device=self._device)
        for start in range(0, len(self._positions), _CHUNK):
            chunk = self._pixels[self._positions[start : start + _CHUNK]]
            resident[start : start + len(chunk)] = torch.from_numpy(chunk)
        return resident
