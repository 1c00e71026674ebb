"""The web demo's folder, without a server: tests/web tries the rest."""

import os
import time
from pathlib import Path

import pytest

from engine import web_demo
from engine.errors import DiskError


def test_what_a_killed_demo_left_is_removed_by_the_next(home: Path) -> None:
    """Uploads do not stay on the disk; those of a demo that runs beside, which touches its folder, are left alone."""
    above = home / "cache" / "web"
    left, in_use = above / "left", above / "in_use"
    for folder in (left, in_use):
        folder.mkdir(parents=True)
        (folder / "upload.jpg").write_bytes(b"x")
    two_minutes_ago = time.time() - 120
    os.utime(left, (two_minutes_ago, two_minutes_ago))
    with web_demo._own_folder() as own:
        assert not left.exists()
        assert (in_use / "upload.jpg").is_file()
        assert own.parent == above
    assert not own.exists()


def test_without_a_place_for_its_folder_it_says_so(home: Path) -> None:
    """A file stands where the folder should be."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "cache").write_text("no folder")
    with pytest.raises(DiskError), web_demo._own_folder():
        pass
