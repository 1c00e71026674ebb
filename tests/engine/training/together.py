"""Processes that train one network together, started as torchrun starts them but without its watch over them."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.config import TrainingConfig
from engine.errors import EngineError, Paused
from engine.events import BatchesDone, Control, Event
from engine.model import network
from engine.model.probabilities import EQUAL_PRIOR
from engine.training.distributed import joined, own_part
from engine.training.interval import Interval
from engine.training.learner import Learner
from engine.training.trainer import resume, train

SECONDS = 120


def start(
    work: Callable[..., object], size: int, arguments: Sequence[object], home: Path
) -> list[tuple[multiprocessing.process.BaseProcess, "Connection[Any, Any]"]]:
    """One process for each rank, which sends what `work(rank, *arguments)` gives."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.training.together"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = []
    for rank in range(size):
        ours, theirs = context.Pipe()
        process = context.Process(target=_run, args=(rank, size, port, home, work, arguments, theirs))
        process.start()
        theirs.close()
        started.append((process, ours))
    return started


def run_together(work: Callable[..., object], size: int, arguments: Sequence[object], home: Path) -> list[Any]:
    """What `work` gave in each process."""
    found = []
    for process, connection in start(work, size, arguments, home):
        assert connection.poll(SECONDS)
        found.append(connection.recv())
        process.join(SECONDS)
        assert process.exitcode == 0
    return found


def _run(
    rank: int,
    size: int,
    port: int,
    home: Path,
    work: Callable[..., object],
    arguments: Sequence[object],
    connection: "Connection[Any, Any]",
) -> None:
    told = {"RANK": rank, "WORLD_SIZE": size, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": size, "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in told.items()})
    os.environ.update({"MASTER_ADDR": "127.0.0.1", "LESION_LAB_HOME": str(home)})
    torch.set_num_threads(1)
    connection.send(work(rank, *arguments))


def learn_in_float64(rank: int, config: TrainingConfig) -> list[list[float]]:
    """The weights after some steps of a network in float64 whose BatchNorm is frozen, and the losses."""
    with joined(Control(), torch.device("cpu")) as peers:
        learner = Learner(frozen_network(), config, EQUAL_PRIOR, torch.device("cpu"))
        if peers is not None:
            learner.join(peers)
        images, labels = torch.randn(60, 3, 8, 8, dtype=torch.float64), torch.arange(60) % 7
        losses = []
        for first in range(0, 60, 15):
            part, share = own_part(peers, slice(first, first + 15))
            loss, named = learner.step(images[part], labels[part], 0.01, 4, share)
            assert len(named) == 15
            losses.append(float(loss))
        weights = torch.cat([tensor.double().reshape(-1) for tensor in learner.module.state_dict().values()])
        return [weights.tolist(), losses]


def frozen_network() -> nn.Module:
    """Small, in float64; the statistics of its BatchNorm are used and not changed."""
    torch.manual_seed(0)
    frozen = nn.BatchNorm2d(8)
    frozen.train = lambda mode=True: frozen  # type: ignore[assignment, method-assign, return-value]
    frozen.training = False
    layers = (nn.Conv2d(3, 8, 3), frozen, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 7))
    return nn.Sequential(*layers).double()


def train_tiny(
    rank: int,
    config: TrainingConfig,
    run: Path | None,
    fatal: tuple[int, int] | None,
    pause: bool = False,
    broken: int | None = None,
) -> str:
    """The hash of the weights, or the error, of a tiny training, or of the resumed `run`.

    `fatal` names a rank and a step, counted from 1, at which it kills itself, or with `pause` is told to pause. After
    the step `broken` the weights are no numbers in any process.
    """
    network.build = _build_tiny
    Interval.is_due = lambda self, cost, *, at_epoch_end=False: True  # type: ignore[method-assign]
    control = Control()
    steps = [0]
    true_step = Learner.step

    def step(learner: Learner, *arguments: Any, **named: Any) -> Any:
        outcome = true_step(learner, *arguments, **named)
        steps[0] += 1
        if steps[0] == broken:
            with torch.no_grad():
                next(learner.module.parameters()).fill_(torch.nan)
        if fatal is not None and rank == fatal[0] and steps[0] == fatal[1]:
            if pause:
                control.pause()
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    Learner.step = step  # type: ignore[method-assign]
    try:
        if run is not None:
            return resume(run, control=control, on_event=_silent).weights_sha256
        return train(config, control=control, on_event=_silent).weights_sha256
    except EngineError as error:
        return f"{type(error).__name__}: {error}"
    except Paused as paused:
        return f"paused {paused.epochs_run}"


def _silent(event: Event) -> None:
    if isinstance(event, BatchesDone):
        assert len(event.losses) == 1


def _build_tiny(backbone: str) -> nn.Module:
    layers = (nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, nn.Dropout(0.5), nn.Linear(8, 7))
