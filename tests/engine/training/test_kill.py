"""Real processes, really killed: every run goes on and ends with the weights of one that nothing happened to."""

import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

from engine.config import TrainingConfig
from engine.runs import RunFolder, list_resumable, list_runs, read_history
from engine.training.checkpoint import read_newest
from tests.engine.training.conftest import MakeConfig
from tests.engine.training.killable import Attempt, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows neither SIGKILL nor fork servers")

_KILLS_PER_RUN = 8
_MOST_POINTS = 120  # of writing: about four checkpoints
_SECONDS = 240


@dataclass
class _Runs:
    """Trainings of one config, and what was done to them."""

    config: TrainingConfig
    home: Path
    chance: random.Random
    n_killed_anywhere: int = 0
    n_killed_writing: int = 0
    hashes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """That an uninterrupted one takes after its first batch could begin."""

    def attempt(self, out: Path, fatal_point: int | None, kill_after: float | None) -> str | None:
        """The hash of the finished model; None if the process was killed before it was there."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.engine.training.killable"])
        ours, theirs = context.Pipe()
        config = TrainingConfig(**{**vars(self.config), "out": out})
        process = context.Process(target=run, args=(Attempt(config, self.home, fatal_point), theirs))
        process.start()
        theirs.close()
        found: list[str] = []
        try:
            _hear(ours, found)
            began = time.monotonic()
            if kill_after is not None and not ours.poll(kill_after):
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
            while _hear(ours, found):
                pass
            self.seconds = self.seconds or time.monotonic() - began
        finally:
            process.join(_SECONDS)
            ours.close()
        assert process.exitcode in (0, -signal.SIGKILL), f"it ended with {process.exitcode}"
        return next((text for text in found if text != "started"), None)

    def kill_until_done(self, out: Path, n_kills: int) -> None:
        """Kill a run `n_kills` times, by turns at any time and while it writes; then let it end."""
        furthest, n_done = (0, 0), 0
        while n_done < n_kills:
            is_writing = (self.n_killed_writing + self.n_killed_anywhere) % 2 == 0
            point = self.chance.randint(1, _MOST_POINTS) if is_writing else None
            moment = None if is_writing else self.chance.uniform(0, 0.8 * self.seconds)
            had_checkpoint = bool(list_resumable(out))
            if (result := self.attempt(out, point, moment)) is not None:
                self.hashes.append(result)
                return
            n_done += 1
            self.n_killed_writing += is_writing
            self.n_killed_anywhere += not is_writing
            if (ended := _finished(out)) is not None:  # killed between its last byte and its last word
                self.hashes.append(ended)
                return
            furthest = self._check(out, had_checkpoint, furthest)
        result = self.attempt(out, None, None)
        assert result is not None
        self.hashes.append(result)

    def _check(self, out: Path, had_checkpoint: bool, furthest: tuple[int, int]) -> tuple[int, int]:
        """After a kill: what was safe before is safe still, and the best model is whole."""
        waiting = list_resumable(out)
        assert waiting or not had_checkpoint
        if not waiting:
            return furthest
        state = read_newest(RunFolder(waiting[0].path)).state
        reached = (len(state.history), state.step)
        assert reached >= furthest
        return reached


def _finished(out: Path) -> str | None:
    """The hash of the finished model in `out`, as the file has it; None where there is none."""
    models = [RunFolder(run.path).final_model for run in list_runs(out) if run.state == "finished"]
    if not models:
        return None
    with safe_open(models[0], "pt") as file:
        return str(file.metadata()["weights_sha256"])


def _hear(connection: Any, found: list[str]) -> bool:
    """Take in one message; False at the end of the process."""
    try:
        if not connection.poll(_SECONDS):
            return False
        found.append(connection.recv())
    except EOFError:
        return False
    return True


@pytest.fixture
def runs(make_config: MakeConfig, home: Path) -> Iterator[_Runs]:
    """A tiny network with dropout, six epochs of four steps, and how it ends when nothing happens."""
    config = make_config(epochs=6, weights="none")
    runs = _Runs(config, home, random.Random(1))
    whole = runs.attempt(config.out, None, None)
    assert whole is not None
    runs.hashes.append(whole)
    (folder,) = config.out.iterdir()
    assert len(read_history(folder / "history.csv")) == 6
    yield runs
    assert len(runs.hashes) > 1
    assert set(runs.hashes) == {whole}


def _kill(runs: _Runs, tmp_path: Path, n_kills: int) -> None:
    n_runs = 0
    while (n_killed := runs.n_killed_anywhere + runs.n_killed_writing) < n_kills:
        n_runs += 1
        runs.kill_until_done(tmp_path / f"killed{n_runs}", min(_KILLS_PER_RUN, n_kills - n_killed))
    print(  # noqa: T201 - the count is what the long one is for
        f"{n_killed} kills ({runs.n_killed_anywhere} at any moment, {runs.n_killed_writing} while writing) "
        f"of {n_runs} runs: {len(runs.hashes) - 1} of {n_runs} ended with the weights of the uninterrupted one"
    )


def test_a_killed_training_is_resumed_to_the_same_weights(runs: _Runs, tmp_path: Path) -> None:
    """Three kills of one run."""
    _kill(runs, tmp_path, 3)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_200_kills_change_nothing(runs: _Runs, tmp_path: Path) -> None:
    """Half of them at any moment, half in the middle of writing, flushing or renaming a file."""
    _kill(runs, tmp_path, 200)
