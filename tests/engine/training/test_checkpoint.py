"""Two slots: what is written into them, what is refused, and what a broken disk leaves."""

import errno
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config import TrainingConfig
from engine.errors import DiskError, TrainingError
from engine.results import EpochRecord
from engine.runs import MANIFEST, RunFolder
from engine.training import checkpoint as checkpoints
from engine.training.checkpoint import Slots, TrainingState, put_best_back, read_newest
from tests.engine.evaluation.untrained_run import CARD

_RECORD = EpochRecord(
    epoch=1,
    train_loss=1.1,
    val_loss=0.1 + 0.2,
    train_balanced_accuracy=0.3,
    val_balanced_accuracy=1 / 3,
    val_recall=(0.5, None, 1.0, 0.0, 0.25, 0.75, None),
    learning_rate=1e-3,
    seconds=2.5,
)


def _state(step: int) -> TrainingState:
    return TrainingState(
        config=TrainingConfig(data=Path("d"), out=Path("o")),
        card=CARD,
        history=(_RECORD,),
        step=step,
        seconds=0.1 * step,
        halvings=1,
        portion=16,
        scoring_portion=64,
    )


def _tensors(step: int) -> dict[str, torch.Tensor]:
    return {"model.a": torch.full((2, 3), float(step)), "optimizer.0.step": torch.tensor(float(step))}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.checkpoints.mkdir(parents=True)
    folder.best_so_far.write_bytes(b"the best of epoch 1")
    return folder


def _write(folder: RunFolder, steps: int) -> None:
    """By a training that goes on afterwards."""
    slots = Slots(folder)
    for step in range(1, steps + 1):
        slots.write(_state(step), _tensors(step))
    slots.wait()


def test_what_was_written_is_read_to_the_bit(folder: RunFolder) -> None:
    """State, tensors and the best model of that moment; the newer of two is taken."""
    _write(folder, 3)
    newest = read_newest(folder)
    assert newest.state == _state(3)
    assert newest.number == 3
    assert newest.tensors.keys() == _tensors(3).keys()
    assert all(torch.equal(tensor, _tensors(3)[name]) for name, tensor in newest.tensors.items())
    assert newest.best is not None
    assert newest.best.read_bytes() == b"the best of epoch 1"
    assert folder.is_resumable
    names = {path.relative_to(folder.checkpoints).as_posix() for path in folder.checkpoints.rglob("*.*")}
    of_slot = ("best.safetensors", "manifest.json", "state.json", "tensors.safetensors")
    assert names == {"best.safetensors", *(f"slot{n}/{name}" for n in (1, 2) for name in of_slot)}


def test_a_checkpoint_keeps_its_best_model(folder: RunFolder) -> None:
    """A later best model changes nothing of it, and it can be put back."""
    _write(folder, 1)
    folder.best_so_far.with_name("new").write_bytes(b"the best of epoch 2")
    folder.best_so_far.with_name("new").replace(folder.best_so_far)
    newest = read_newest(folder)
    put_best_back(folder, newest)
    assert folder.best_so_far.read_bytes() == b"the best of epoch 1"


def test_where_files_have_one_name_only_the_best_model_is_copied(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memory stick knows no second names."""

    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(checkpoints.os, "link", refuse)
    _write(folder, 2)
    best = read_newest(folder).best
    assert best is not None
    assert best.read_bytes() == b"the best of epoch 1"


def test_writing_goes_on_beside_the_training(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """`write` comes back before the disk has answered, `wait` after it; the cost is known then."""
    gate = threading.Event()
    true_write = checkpoints.write_bytes

    def slow(path: Path, content: bytes) -> None:
        assert gate.wait(10)
        true_write(path, content)

    monkeypatch.setattr(checkpoints, "write_bytes", slow)
    with Slots(folder) as slots:
        slots.write(_state(1), _tensors(1))
        assert not folder.is_resumable
        assert slots.cost is None
        assert slots.is_writing
        gate.set()
        slots.wait()
        assert not slots.is_writing
        assert folder.is_resumable
        assert slots.cost is not None
        assert slots.cost < 5


def test_what_waits_for_the_one_before_counts(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The training stands still meanwhile."""
    true_write = checkpoints.write_bytes

    def slow(path: Path, content: bytes) -> None:
        time.sleep(0.2)
        true_write(path, content)

    with Slots(folder) as slots:
        with monkeypatch.context() as patch:
            patch.setattr(checkpoints, "write_bytes", slow)
            slots.write(_state(1), _tensors(1))
            slots.write(_state(2), _tensors(2))
        slots.wait()
        assert slots.cost is not None
        assert slots.cost > 0.2


def test_1000_of_1000_changed_bytes_are_refused(folder: RunFolder) -> None:
    """One byte of any file of the newer slot, its manifest included, becomes another: the older slot is taken."""
    _write(folder, 2)
    slot = read_newest(folder).slot
    files = sorted(slot.iterdir())
    assert MANIFEST in [file.name for file in files]
    chance = random.Random(0)
    for number in range(1000):
        file = files[number % len(files)]
        content = bytearray(file.read_bytes())
        at = chance.randrange(len(content))
        before = content[at]
        content[at] = (before + chance.randrange(1, 256)) % 256
        file.write_bytes(content)
        assert read_newest(folder).state == _state(1), (file, at, before)
        content[at] = before
        file.write_bytes(content)
    assert read_newest(folder).state == _state(2)


@pytest.mark.parametrize("name", ["best.safetensors", MANIFEST, "state.json", "tensors.safetensors"])
def test_a_slot_that_is_cut_or_lacks_a_file_is_passed_over(folder: RunFolder, name: str) -> None:
    """Whatever is missing at its end, the older slot is taken; with both broken the error says so."""
    _write(folder, 2)
    file = read_newest(folder).slot / name
    for length in (file.stat().st_size - 1, 1, 0):
        os.truncate(file, length)
        assert read_newest(folder).state == _state(1)
    file.unlink()
    older = read_newest(folder)
    assert older.state == _state(1)
    (older.slot / name).unlink()
    with pytest.raises(TrainingError, match="damaged in both"):
        read_newest(folder)


def test_the_slot_that_was_gone_on_from_is_not_written_over(folder: RunFolder) -> None:
    """Where the newer one is damaged, it is the one that makes room."""
    _write(folder, 2)
    (read_newest(folder).slot / "state.json").write_bytes(b"{}")
    older = read_newest(folder)
    with Slots(folder, older) as slots:
        slots.write(_state(7), _tensors(7))
    newest = read_newest(folder)
    assert (newest.state.step, newest.number) == (7, 2)
    assert newest.slot != older.slot


def test_a_run_without_checkpoints_is_a_sentence(folder: RunFolder) -> None:
    """Nothing to go on from."""
    assert not folder.is_resumable
    with pytest.raises(TrainingError, match="no checkpoint"):
        read_newest(folder)


def test_discarded_checkpoints_are_gone(folder: RunFolder) -> None:
    """The best model stays."""
    with Slots(folder) as slots:
        slots.write(_state(1), _tensors(1))
        slots.discard()
    assert not folder.is_resumable
    assert folder.best_so_far.exists()


class _BadDisk:
    """Counts the calls that write, and spoils one of them."""

    def __init__(self, spoil: int, fault: int | None) -> None:
        self.n_calls, self._spoil, self._fault = 0, spoil, fault

    def over(self, true: Callable[..., Any], is_write: bool) -> Callable[..., Any]:
        """`true`, but for the call with the number `spoil`: an error, or (None) half a write without one."""

        def call(*arguments: Any, **named: Any) -> Any:
            self.n_calls += 1
            if self.n_calls != self._spoil:
                return true(*arguments, **named)
            if is_write:
                true(arguments[0], arguments[1][: len(arguments[1]) // 2])
            if self._fault is not None:
                raise OSError(self._fault, os.strerror(self._fault))
            return None if is_write else true(*arguments, **named)

        return call

    def put_in(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Path, "write_bytes", self.over(Path.write_bytes, is_write=True))
        for name in ("fsync", "replace", "link"):
            patch.setattr(os, name, self.over(getattr(os, name), is_write=False))
        for name in ("mkdir", "unlink"):
            patch.setattr(Path, name, self.over(getattr(Path, name), is_write=False))


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, None], ids=["ENOSPC", "EIO", "short write"])
def test_a_bad_disk_at_every_call_leaves_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int | None
) -> None:
    """Each call of the third checkpoint fails once: the second one, or the third, is there and whole, the error is a
    sentence that says how much room is needed, and a checkpoint written afterwards is read back."""
    spoil, is_over = 0, False
    failures: list[DiskError] = []
    while not is_over:
        spoil += 1
        folder = RunFolder(tmp_path / str(spoil))
        folder.checkpoints.mkdir(parents=True)
        folder.best_so_far.write_bytes(b"the best of epoch 1")
        disk = _BadDisk(spoil, fault)
        with Slots(folder) as slots:
            for step in (1, 2):
                slots.write(_state(step), _tensors(step))
            slots.wait()
            n_failures = len(failures)
            with monkeypatch.context() as patch:
                disk.put_in(patch)
                try:
                    slots.write(_state(3), _tensors(3))
                    slots.wait()
                except DiskError as error:
                    failures.append(slots.as_pause(error))
            assert read_newest(folder).state.step in ((2, 3) if len(failures) > n_failures else (3,))
            slots.write(_state(4), _tensors(4))
        assert read_newest(folder).state.step == 4
        assert not list(folder.path.rglob("*.tmp"))
        is_over = disk.n_calls < spoil
    assert len(failures) >= (8 if fault is not None else 3)
    assert all("the training was paused" in error.message for error in failures)
    assert all("A checkpoint needs 0 MB; " in error.hint and "MB are free" in error.hint for error in failures)


def test_what_a_checkpoint_needs_counts_its_copy_of_the_best_model(folder: RunFolder) -> None:
    """In this process and, before it has tried to write one, by the one that was resumed; half of one makes room."""
    folder.best_so_far.write_bytes(bytes(5_000_000))
    tensors = {"model.a": torch.zeros(1_000_000)}
    full = DiskError("The disk is full: history.csv could not be written.", "Free some space.")
    with Slots(folder) as slots:
        assert slots.as_pause(full) is full
        slots.write(_state(1), tensors)
        slots.wait()
        half = next(slot for slot in folder.slots if not slot.exists())
        half.mkdir()
        (half / "tensors.safetensors").write_bytes(b"half")
        error = slots.as_pause(full)
        assert error.message == "The disk is full: history.csv could not be written, so the training was paused."
        assert error.hint.startswith("Free some space. Then resume the training: it goes on from its last checkpoint.")
        assert " A checkpoint needs 9 MB; " in error.hint
        assert not half.exists()
    assert " A checkpoint needs 9 MB; " in Slots(folder, read_newest(folder)).as_pause(full).hint


def test_after_the_last_epoch_one_checkpoint_is_enough(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older one makes room for the finished model; one that could not be written any more is no fault then."""
    with Slots(folder) as slots:
        slots.write(_state(1), _tensors(1))
        slots.write(_state(2), _tensors(2))
    assert read_newest(folder).number == 2
    assert [slot.exists() for slot in folder.slots].count(True) == 1
    true_write = checkpoints.write_bytes

    def write(path: Path, content: bytes) -> None:
        if path.name == MANIFEST:
            raise DiskError("The disk is full.", "Free some space.")
        true_write(path, content)

    monkeypatch.setattr(checkpoints, "write_bytes", write)
    with Slots(folder, read_newest(folder)) as slots:
        slots.write(_state(3), _tensors(3))
    assert read_newest(folder).number == 2
    assert [slot.exists() for slot in folder.slots].count(True) == 1
