"""The folder that the user chose for the program's things: obeyed by every start, missed when it is gone."""

import errno
import os
from pathlib import Path

import pytest

from engine import cli, home_choice, places
from engine.errors import DiskError


@pytest.fixture(autouse=True)
def own_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No home from outside, and a choice that is not the user's."""
    monkeypatch.delenv("LESION_LAB_HOME")
    monkeypatch.setattr(home_choice, "choice_file", lambda: tmp_path / "settings" / "home.json")


def test_a_choice_moves_everything_at_the_next_start(tmp_path: Path) -> None:
    """Runs, cache and logs lie in the chosen folder, for the children too, by way of the environment."""
    before = places.runs_dir()
    chosen = tmp_path / "elsewhere"
    home_choice.choose(chosen)
    assert places.runs_dir() == before  # nothing moves under a running program
    home_choice.obey()
    assert os.environ["LESION_LAB_HOME"] == str(chosen)
    assert places.runs_dir() == chosen / "runs"
    assert places.cache_dir() == chosen / "cache"
    assert places.log_dir() == chosen / "logs"


def test_a_home_from_outside_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the terminal and the tests need it."""
    home_choice.choose(tmp_path / "chosen")
    monkeypatch.setenv("LESION_LAB_HOME", str(tmp_path / "outside"))
    home_choice.obey()
    assert places.home_dir() == tmp_path / "outside"
    assert home_choice.is_set_from_outside()


def test_the_system_s_own_place_again(tmp_path: Path) -> None:
    """The choice can be taken back."""
    home_choice.choose(tmp_path)
    home_choice.choose(None)
    home_choice.obey()
    assert home_choice.chosen() is None
    assert "LESION_LAB_HOME" not in os.environ


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"home": 3}', '{"home": ""}', "\x00"])
def test_a_damaged_choice_counts_as_none(content: str) -> None:
    """The program starts with its own folder rather than not at all."""
    home_choice.choice_file().parent.mkdir()
    home_choice.choice_file().write_text(content)
    assert home_choice.chosen() is None


def test_a_chosen_folder_that_is_gone_is_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that is not connected is not replaced by an empty folder, in the window or in the terminal."""
    gone = tmp_path / "disk" / "lesions"
    home_choice.choose(gone)
    home_choice.obey()
    with pytest.raises(DiskError, match="is not there"):
        home_choice.check_writable()
    assert cli.main(["doctor"]) == 2
    assert "Connect the disk" in capsys.readouterr().err
    assert not gone.exists()


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the probe leaves nothing behind."""
    home_choice.use_now(tmp_path / "home")
    home_choice.check_writable()

    def refuse(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DiskError, match="the disk is full"):
        home_choice.check_writable()
    assert list((tmp_path / "home").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file in its place stands for all that keeps a folder from being made."""
    (tmp_path / "file").write_text("in the way")
    home_choice.use_now(tmp_path / "file" / "home")
    with pytest.raises(DiskError, match="cannot keep anything in its folder"):
        home_choice.check_writable()
