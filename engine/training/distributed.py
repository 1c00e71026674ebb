"""Trains one network in several processes, on one computer or several: each learns from its share of every batch.

Started by torchrun. After each step all processes hold the same bits, so that each can go its own way until the next;
only the first one tells of the training and keeps what comes of it.
"""

import contextlib
import datetime
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import distributed as dist
from torch import nn

from engine.errors import ConfigError, TrainingError
from engine.events import Control, OnEvent, ignore_events
from engine.ranks import Rank, own_rank
from engine.runs import RunFolder
from engine.training.chance import Purpose, stream
from engine.wording import count

Result = TypeVar("Result")

_SECONDS = 120
"""That the others may be late in an exchange before they count as hung. Not less: one that waits for a slow disk, or
tries again with smaller portions where memory ran short, is only late, and to end a sound training costs more than two
minutes of waiting. One that died is noticed at once."""
_DAYS = 7  # that the data may take to be prepared


@dataclass(frozen=True)
class Share:
    """The images of a batch that a process learns from."""

    own: slice
    """Among those of the batch."""
    n_in_all: int
    """Images of the batch."""


def share_of(n_in_all: int, rank: int, size: int) -> Share:
    """The share of process `rank` of `size`: each image of the batch is in one, and none has two more than another."""
    return Share(slice(n_in_all * rank // size, n_in_all * (rank + 1) // size), n_in_all)


class Peers:
    """The processes that train together, as one of them sees them."""

    def __init__(self, rank: Rank, store: Any, control: Control, device: torch.device) -> None:
        """`store` is that of torch.distributed; `control` is what this process is told."""
        self.rank = rank
        self.agreed = Control()
        """What the user wants of all: each process hears of it after the same step, whoever was told."""
        self._store, self._control, self._device = store, control, device
        self._n_turns = 0

    def in_turn(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, done by one process of each computer first: the others find its work in the cache.

        Ends in all processes together, for computers differ in speed. Raises `TrainingError` where another one failed.
        """
        self._n_turns += 1
        try:
            result = self._work_in_turn(f"turn {self._n_turns} of {self.rank.node}", work)
        except BaseException:
            self._meet("no")
            raise
        if not self._meet("yes", is_waiting=True):
            raise _parted()
        return result

    def _meet(self, answer: str, *, is_waiting: bool = False) -> bool:
        """Tell how this turn went here, and with `is_waiting` hear whether it went well everywhere."""
        keys = [f"turn {self._n_turns} of process {number}" for number in range(self.rank.size)]
        self._store.set(keys[self.rank.number], answer)
        if not is_waiting:
            return False
        try:
            self._store.wait(keys, datetime.timedelta(days=_DAYS))
            return all(self._store.get(key) == b"yes" for key in keys)
        except RuntimeError as error:
            raise _parted() from error

    def _work_in_turn(self, key: str, work: Callable[[], Result]) -> Result:
        if self.rank.local != 0:
            try:
                self._store.wait([key], datetime.timedelta(days=_DAYS))
                has_worked = self._store.get(key) == b"yes"
            except RuntimeError as error:
                raise _parted() from error
            if not has_worked:
                raise _parted()
            return work()
        try:
            result = work()
        except BaseException:
            self._store.set(key, "no")
            raise
        self._store.set(key, "yes")
        return result

    def wait(self) -> None:
        """Until every process is here. Raises `TrainingError` where one is gone."""
        self.any_wants(False)

    def check_batches(self, batches: list[slice]) -> None:
        """Raise `TrainingError` if a share would be too small for batch normalisation."""
        smallest = min(batch.stop - batch.start for batch in batches)
        if smallest < 2 * self.rank.size:
            raise TrainingError(
                f"Batches of {smallest} images are too small for {self.rank.size} processes: each needs two or more.",
                "Use larger batches, or fewer processes.",
            )

    def share(self, batch: slice) -> Share:
        """This process's share of a batch."""
        return share_of(batch.stop - batch.start, self.rank.number, self.rank.size)

    def combine(
        self, module: nn.Module, loss: torch.Tensor, named: torch.Tensor, share: Share
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add up the gradients of all shares in `module`, and give it the first process's statistics of BatchNorm.

        `loss` is this share's part of the mean loss, `named` the classes of its images; returns those of the whole
        batch. All in one exchange after the last backward pass, so that a process which runs out of memory on the way
        tries again with smaller portions and the others only wait.
        """
        gradients = [one.grad for one in module.parameters() if one.grad is not None]
        statistics = [one for one in module.buffers() if one.is_floating_point()]
        told = torch.zeros(share.n_in_all, device=self._device)
        told[share.own] = named.float()
        control = self._control
        wishes = [control.is_cancelled, control.is_pausing, control.is_finishing_early]
        mine = 1.0 if self.rank.is_first else 0.0
        parts = [*gradients, *(one * mine for one in statistics), loss, told, torch.tensor(wishes).to(self._device)]
        flat = torch.cat([part.detach().reshape(-1).to(parts[0].dtype) for part in parts])
        self._sum(flat)
        *summed, loss, told, heard = torch.split(flat, [part.numel() for part in parts])
        with torch.no_grad():
            for tensor, total in zip((*gradients, *statistics), summed, strict=True):
                tensor.copy_(total.view_as(tensor))
        self._agree(heard)
        return loss.reshape(()), told.long()

    def any_wants(self, wish: bool) -> bool:
        """Whether any of the processes has this `wish`; all ask after the same step."""
        wishes = torch.tensor([float(wish)], device=self._device)
        self._sum(wishes)
        return bool(wishes.item() > 0)

    def gather(self, logits: npt.NDArray[np.float32], own: slice, n_in_all: int) -> npt.NDArray[np.float32]:
        """The rows [n_in_all, 7] of all processes, of which this one has computed those at `own`."""
        whole = torch.zeros(n_in_all, logits.shape[1], device=self._device)
        whole[own] = torch.from_numpy(logits).to(self._device)
        self._sum(whole)
        return whole.cpu().numpy()

    def _agree(self, heard: torch.Tensor) -> None:
        """Take up what any of the processes was told before this step."""
        cancel, pause, finish_early = (wish > 0 for wish in heard.tolist())
        if cancel:
            self.agreed.cancel()
        if pause:
            self.agreed.pause()
        if finish_early:
            self.agreed.finish_early()

    def _sum(self, tensor: torch.Tensor) -> None:
        try:
            dist.all_reduce(tensor)
        except RuntimeError as error:
            raise _parted() from error


def in_turn(peers: Peers | None, work: Callable[[], Result]) -> Result:
    """What `work` gives; with `peers` in turn."""
    return work() if peers is None else peers.in_turn(work)


def agreed(peers: Peers | None, control: Control) -> Control:
    """What a training heeds: what the user tells it, or what `peers` agree on."""
    return control if peers is None else peers.agreed


def own_part(peers: Peers | None, batch: slice) -> tuple[slice, Share | None]:
    """The positions of an epoch's batch that this process learns from, and which share of the batch they are."""
    if peers is None:
        return batch, None
    share = peers.share(batch)
    return slice(batch.start + share.own.start, batch.start + share.own.stop), share


def most_of(peers: Peers | None, batch_size: int) -> int:
    """The images of a batch that a process learns from at most."""
    return batch_size if peers is None else -(-batch_size // peers.rank.size)


def draw_seeds(peers: Peers | None, seed: int, epoch: int, n_steps: int) -> npt.NDArray[np.int64]:
    """What decides which activations each step of an epoch leaves out: a function of seed, epoch, step and process."""
    number, size = (0, 1) if peers is None else (peers.rank.number, peers.rank.size)
    seeds: npt.NDArray[np.int64] = stream(seed, epoch, Purpose.DROPOUT).integers(2**63, size=(size, n_steps))
    return seeds[number]  # type: ignore[no-any-return]


def is_keeper(peers: Peers | None) -> bool:
    """Whether this process keeps what comes of the training."""
    return peers is None or peers.rank.is_first


def any_wants(peers: Peers | None, wish: bool) -> bool:
    """Whether any process has this `wish`, or this one where it is alone."""
    return wish if peers is None else peers.any_wants(wish)


@contextlib.contextmanager
def joined(control: Control, device: torch.device) -> Iterator[Peers | None]:
    """Within, this process trains with the others that torchrun started; None where it is alone."""
    rank = own_rank()
    if rank is None:
        yield None
        return
    from torch.distributed.rendezvous import rendezvous  # not in every build of PyTorch

    if device.type == "cuda":
        _take_card(rank)
    store, _, _ = next(rendezvous("env://", rank.number, rank.size))
    dist.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        store=store,
        rank=rank.number,
        world_size=rank.size,
        timeout=datetime.timedelta(seconds=_SECONDS),
    )
    try:
        yield Peers(rank, store, control, device)
    finally:
        dist.destroy_process_group()


def _take_card(rank: Rank) -> None:
    n_cards = torch.cuda.device_count()
    if rank.local_size > n_cards:
        raise ConfigError(
            f"{rank.local_size} processes were started on this computer, which has {count(n_cards, 'graphics card')}.",
            "Start one for each card, or let all of them compute on the CPU with --device cpu.",
        )
    torch.cuda.set_device(rank.local)


def share_cores(cores: int) -> int:
    """The CPU threads of this process: the `cores` that PyTorch finds, or its share where torchrun started several."""
    rank = own_rank()
    if rank is None:
        return cores
    # torchrun lets PyTorch find one core only, so that processes do not get in each other's way.
    in_all = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, in_all // rank.local_size)


def heard_by(peers: Peers | None, on_event: OnEvent) -> OnEvent:
    """`on_event` in the first process; what the others do is the same and is not told."""
    return on_event if is_keeper(peers) else ignore_events


@contextlib.contextmanager
def scratch_run() -> Iterator[RunFolder]:
    """A folder for what a process writes that is not the first, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="lesion-lab-", ignore_cleanup_errors=True) as folder:
        yield RunFolder(Path(folder))


def _parted() -> TrainingError:
    return TrainingError(
        "Another process of this training has ended, so it cannot go on.",
        "Its own message says why. Resume the run in the same way with torchrun: it goes on from its last checkpoint.",
    )
