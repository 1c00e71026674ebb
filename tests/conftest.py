"""What all tests share: a home of their own, no display, and the real data where it is at hand."""

import os
from pathlib import Path

import pytest

from engine.threads import share_cpu

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
share_cpu()  # the children of several tests at once do not hold each other up


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home for every test, so that none sees the runs, caches or settings of another or of the user."""
    path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LESION_LAB_HOME", str(path))
    return path


@pytest.fixture(scope="session")
def ham10000() -> Path:
    """The folder of real HAM10000 images; tests that need it are skipped where it is not at hand."""
    folder = os.environ.get("LESION_LAB_HAM10000")
    if not folder:
        pytest.skip("LESION_LAB_HAM10000 does not name a folder with HAM10000")
    return Path(folder)
