"""What the tests of the window share: a runner that is shut down, and the state and settings of a fresh home."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.settings import Settings
from desktop.state import AppState


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """A runner with its own children; none is left when the test ends."""
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def state(qtbot: QtBot) -> AppState:
    return AppState()


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()
