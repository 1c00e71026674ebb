"""Several processes train one network: the same weights as one, none left waiting, and resumed like any training."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed as dist

from engine.config import TrainingConfig
from engine.errors import ConfigError, DiskError, EngineError
from engine.events import Control
from engine.ranks import Rank, own_rank
from engine.runs import list_resumable, list_runs, read_history
from engine.training import distributed
from engine.training.batches import split_batches
from engine.training.distributed import Peers, draw_seeds, share_cores, share_of
from tests.engine.training import together
from tests.engine.training.conftest import MakeConfig
from tests.engine.training.together import run_together

needs_forkserver = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows neither SIGKILL nor fork servers")


@pytest.fixture
def config(make_config: MakeConfig) -> TrainingConfig:
    """Three epochs of a few steps."""
    return make_config(epochs=3, weights="none", batch_size=12)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_no_position_twice_or_missed(size: int) -> None:
    """The shares of all processes of all batches of an epoch are its positions, in order, about equally many."""
    for n_positions in (16, 97, 1000):
        batches = split_batches(n_positions, 32)
        learned = []
        for batch in batches:
            n_in_all = batch.stop - batch.start
            shares = [share_of(n_in_all, rank, size).own for rank in range(size)]
            assert all(one.stop == other.start for one, other in pairwise(shares))
            sizes = [one.stop - one.start for one in shares]
            assert max(sizes) - min(sizes) <= 1
            learned += [batch.start + n for one in shares for n in range(one.start, one.stop)]
        assert learned == list(range(n_positions))


def test_alone_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torchrun, or with one process only, a training is what it always was."""
    assert own_rank() is None
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost"}.items():
        monkeypatch.setenv(name, value)
    assert own_rank() is None
    assert np.array_equal(draw_seeds(None, 1, 2, 5), draw_seeds(None, 1, 2, 5))


def test_cores_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone a process has what PyTorch finds; torchrun hides all but one core, which does not count."""
    assert share_cores(6) == 6
    for name, value in {"RANK": "1", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "here"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert share_cores(1) == 8
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert share_cores(1) == 1


def test_more_processes_than_cards_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a card's number that is not there."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ConfigError, match="2 processes were started on this computer, which has 1 graphics card"):
        distributed._take_card(Rank(number=0, size=2, local=0, local_size=2, node=0))


@pytest.mark.parametrize("failing", [None, 0, 1, 2])
def test_a_turn_ends_in_all_processes_together(failing: int | None) -> None:
    """A slow computer is waited for, as long as it takes; where one process fails, no other is left waiting."""
    store, began, lock = dist.HashStore(), [], threading.Lock()

    def work(number: int) -> int:
        with lock:
            began.append(number)
        if number == failing:
            raise DiskError("The disk is full.", "Make room.")
        return number

    def take_turn(number: int) -> str:
        # Two on one computer, of which the first goes first, and one on another.
        rank = Rank(number=number, size=3, local=number % 2, local_size=2, node=number // 2)
        try:
            return str(Peers(rank, store, Control(), torch.device("cpu")).in_turn(lambda: work(number)))
        except EngineError as error:
            return type(error).__name__

    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(take_turn, range(3)))
    if failing is None:
        assert found == ["0", "1", "2"]
        assert began.index(0) < began.index(1)
    else:
        assert found == ["DiskError" if number == failing else "TrainingError" for number in range(3)]


@needs_forkserver
def test_two_processes_learn_what_one_does(config: TrainingConfig, home: Path) -> None:
    """In float64 with frozen BatchNorm the weights agree to 1e-12, and so do the losses; of the two, to the bit."""
    (alone,) = run_together(together.learn_in_float64, 1, (config,), home)
    first, second = run_together(together.learn_in_float64, 2, (config,), home)
    assert first == second
    for one, other in zip(alone, first, strict=True):
        assert np.abs(np.array(one) - np.array(other)).max() < 1e-12


@needs_forkserver
def test_a_killed_process_ends_the_other_and_the_run_resumes(config: TrainingConfig, home: Path) -> None:
    """Within 30 s, with a sentence; resumed by both, it ends with the weights of the run that nothing happened to.

    The first process alone keeps anything, and a pause that only the other hears is heard by both.
    """
    whole, same = run_together(together.train_tiny, 2, (config, None, None), home)
    assert whole == same
    (finished,) = list_runs(config.out)
    assert len(read_history(finished.path / "history.csv")) == 3

    (first, heard), (second, _) = together.start(together.train_tiny, 2, (config, None, (1, 9)), home)
    second.join(together.SECONDS)
    died = time.monotonic()
    assert heard.poll(30)
    assert heard.recv().startswith("TrainingError: Another process")
    first.join(30)
    assert time.monotonic() - died < 30
    (waiting,) = list_resumable(config.out)
    one, other = run_together(together.train_tiny, 2, (config, waiting.path, (1, 2), True), home)
    assert one == other
    assert one.startswith("paused")
    assert run_together(together.train_tiny, 2, (config, waiting.path, None), home) == [whole] * 2


@needs_forkserver
def test_weights_that_ran_away_send_all_back_to_the_same_step(config: TrainingConfig, home: Path) -> None:
    """Noticed when a checkpoint is due, which only the first process writes: all go back, and end with the same."""
    config = replace(config, schedule="constant")
    first, second = run_together(together.train_tiny, 2, (config, None, None, False, 3), home)
    assert first == second
    (finished,) = list_runs(config.out)
    rates = [record.learning_rate for record in read_history(finished.path / "history.csv")]
    assert rates == [config.learning_rate / 2] * 3
