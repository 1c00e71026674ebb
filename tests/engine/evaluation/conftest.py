"""A run of its own for each test, made once."""

from pathlib import Path

import pytest

from engine.runs import RunFolder
from tests.engine.evaluation.answered_run import copy_run
from tests.engine.evaluation.untrained_run import make_shared_run


@pytest.fixture(scope="module")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFolder]:
    """The home and the run that all tests share and none changes."""
    return make_shared_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def own_run(made_run: tuple[Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of it that the test may change."""
    monkeypatch.setenv("LESION_LAB_HOME", str(made_run[0]))
    return copy_run(made_run[1], tmp_path / "runs" / "run_a")
