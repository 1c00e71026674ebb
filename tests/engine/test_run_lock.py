"""One training at a time in a run folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine import run_lock
from engine.errors import TrainingError
from engine.run_lock import held, is_in_use

_ROOT = Path(__file__).parents[2]
_HOLD = """
import sys, time
from pathlib import Path
from engine.run_lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_is_in_use_while_it_is_held(tmp_path: Path) -> None:
    """And free before and after; nothing is left in its folder."""
    assert not is_in_use(tmp_path)
    with held(tmp_path):
        assert is_in_use(tmp_path)
    assert not is_in_use(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_process_is_kept_out_until_it_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one gets a sentence; a killed holder, whose file stays, holds nothing any more."""
    monkeypatch.setattr(run_lock, "_PATIENCE_SECONDS", 0.1)
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_in_use(tmp_path)
        with pytest.raises(TrainingError, match="another window"), held(tmp_path):
            pass
        holder.kill()
    assert list(tmp_path.iterdir()) != []
    with held(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_not_locked(tmp_path: Path) -> None:
    """What the training writes there next tells of it."""
    with held(tmp_path / "missing"):
        assert not is_in_use(tmp_path / "missing")
