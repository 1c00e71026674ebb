"""Atomic writes: the old file or the new one, never half of one."""

import errno
import os
from pathlib import Path

import pytest

from engine import atomic
from engine.errors import DiskError


def test_writes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    """The file is there, its folder made, and no temporary file stays."""
    target = tmp_path / "new" / "file.json"
    atomic.write_json(target, {"a": [1, None, "é"]})
    atomic.write_text(target, "second\n")
    assert target.read_bytes() == b"second\n"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_failed_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    """Wherever writing fails, the old content stays, no temporary file is left, and the error is a sentence."""
    target = tmp_path / "file.txt"
    atomic.write_text(target, "old")

    def fail(*arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    owner, name = {"write": (Path, "write_bytes"), "fsync": (os, "fsync"), "replace": (os, "replace")}[step]
    monkeypatch.setattr(owner, name, fail)
    with pytest.raises(DiskError) as caught:
        atomic.write_text(target, "new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    assert ("full" in caught.value.message) == (code == errno.ENOSPC)


def test_a_file_held_by_another_program_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short hold on the target (a virus scanner on Windows) delays the write but does not fail it."""
    replace, refusals = os.replace, [PermissionError(errno.EACCES, "held")] * 3

    def held(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    atomic.write_text(tmp_path / "file.txt", "new")
    assert (tmp_path / "file.txt").read_text() == "new"


def test_nan_is_refused(tmp_path: Path) -> None:
    """JSON has no NaN; the writer does not invent one."""
    with pytest.raises(ValueError, match="JSON"):
        atomic.write_json(tmp_path / "file.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []
