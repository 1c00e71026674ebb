"""Measures how fast a training goes and tells how long it will still take."""

import time

_FIRST_GUESS = 3.0  # an image is validated about so many times as fast as it is learned from


class Pace:
    """The speed of a training, from what it has done so far."""

    def __init__(self, epochs: int, n_positions: int, n_val: int) -> None:
        """`n_positions` images are learned from in each epoch, `n_val` are scored after it."""
        self._epochs, self._n_positions, self._n_val = epochs, n_positions, n_val
        self._epoch, self._n_done = 0, 0
        self._started = self._trained_until = 0.0
        self._validation_seconds: float | None = None

    def start_epoch(self, epoch: int, *, n_done: int = 0, seconds: float = 0.0) -> None:
        """The epoch (1-based) begins now, or goes on after `n_done` images in so many seconds."""
        self._epoch, self._n_done = epoch, n_done
        self._trained_until = time.perf_counter()
        self._started = self._trained_until - seconds

    def count(self, n_images: int) -> None:
        """So many more images were learned from."""
        self._n_done += n_images
        self._trained_until = time.perf_counter()

    def end_epoch(self) -> float:
        """The validation is over too; returns the seconds of the whole epoch."""
        now = time.perf_counter()
        self._validation_seconds = now - self._trained_until
        return now - self._started

    @property
    def seconds(self) -> float:
        """Since the epoch began."""
        return time.perf_counter() - self._started

    @property
    def images_per_second(self) -> float:
        """Learned from in this epoch."""
        return self._n_done / max(self._trained_until - self._started, 1e-9)

    @property
    def seconds_left(self) -> float:
        """Until the last epoch ends, validations included, from somewhere in the training of an epoch."""
        speed = max(self.images_per_second, 1e-9)
        n_left = (self._epochs - self._epoch + 1) * self._n_positions - self._n_done
        return n_left / speed + (self._epochs - self._epoch + 1) * self._validation(speed)

    @property
    def seconds_left_after_epoch(self) -> float:
        """The same once this epoch's validation is over."""
        speed = max(self.images_per_second, 1e-9)
        return (self._epochs - self._epoch) * (self._n_positions / speed + self._validation(speed))

    def _validation(self, speed: float) -> float:
        if self._validation_seconds is None:
            return self._n_val / speed / _FIRST_GUESS
        return self._validation_seconds
