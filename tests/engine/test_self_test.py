"""The self-test tells a whole installation from a broken one."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from engine import places, self_test
from engine.calls import Call
from engine.errors import Cancelled, EngineError
from engine.events import Control, OnEvent

ROOT = Path(__file__).parents[2]
PARTS = [
    "resources",
    "libraries",
    "operators",
    "window",
    "demo data",
    "training",
    "evaluation",
    "prediction",
    "model file",
    "web demo",
]


class _BrokenLane:
    """A child in which nothing works."""

    def __init__(self, name: str, log_dir: Path) -> None:
        pass

    def run(self, call: Call[Any], on_event: OnEvent, control: Control) -> object:
        raise EngineError(f"{call.target} is broken.", "Mend it.")

    def close(self) -> None:
        pass


def test_the_source_passes(home: Path, tmp_path: Path) -> None:
    """All parts work here, with exit code 0; nothing of it is left, in the user's home or among temporary files."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "main.py", "self-test", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert [step["name"] for step in report["steps"]] == PARTS
    assert [step for step in report["steps"] if not step["passed"]] == []
    assert report["passed"] is True
    assert done.returncode == 0
    assert list(home.iterdir()) == []
    assert list(tmp_path.glob("lesion-lab*")) == []


def test_a_broken_installation_fails_in_every_part(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """One broken part does not end the test; what stands on it says that it was not tried; the home is given back."""
    monkeypatch.setattr(self_test, "Lane", _BrokenLane)
    steps = self_test.run_all(Call("desktop.window_check:check", {}))
    assert [step.name for step in steps] == PARTS
    assert [step.name for step in steps if step.passed] == ["resources"]
    details = {step.name: step.detail for step in steps}
    assert details["operators"] == "engine.model.operators:check is broken. Mend it."
    assert details["training"] == "Not tried: it needs demo data."
    assert details["web demo"] == "Not tried: it needs training."
    assert places.home_dir() == home


def test_missing_resources_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bundle without its data files fails, and says which."""
    monkeypatch.setattr(self_test, "Lane", _BrokenLane)
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path)
    first = self_test.run_all()[0]
    assert not first.passed
    assert "style/style.qss" in first.detail


def test_cancelling_leaves_nothing(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> None:
    """The folder is removed and the home given back."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        self_test.run_all(control=control)
    assert list(tmp_path.iterdir()) == []
    assert places.home_dir() == home
