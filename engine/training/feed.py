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

    def take(self, rows: npt.NDArray[np.int64]) -> torch.Tensor:
        """The pixels of the part's `rows`, uint8 [n, S, S, 3]; on the GPU already where they are kept there."""
        if self._resident is not None:
            return self._resident[torch.from_numpy(rows).to(self._device)]
        return torch.from_numpy(self._pixels[self._positions[rows]])

    def _fits(self) -> bool:
        if self._device.type != "cuda":
            return False
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
