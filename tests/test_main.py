"""What the program's arguments lead to: the window or the terminal."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import main
from desktop import app, display
from engine import cli


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the window was opened with."""
    found: list[list[str]] = []

    def run(arguments: Sequence[str]) -> int:
        found.append(list(arguments))
        return 0

    monkeypatch.setattr(app, "run", run)
    return found


@pytest.mark.parametrize("arguments", [[], ["lesion.jpg"], ["/elsewhere/data"], ["model.safetensors", "a.png"]])
def test_nothing_or_files_open_the_window(opened: list[list[str]], arguments: list[str]) -> None:
    """Also files that are not there: the window says so."""
    assert main.main(arguments) == 0
    assert opened == [arguments]


def test_a_folder_of_here_opens_the_window(
    opened: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its name could be a command's."""
    (tmp_path / "lesions").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main.main(["lesions"]) == 0
    assert opened == [["lesions"]]


def test_a_mistyped_command_is_named(opened: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """Rather than a window that looks for a file of that name."""
    with pytest.raises(SystemExit) as left:
        main.main(["evalaute", "run"])
    assert left.value.code == 2
    assert "evalaute" in capsys.readouterr().err
    assert opened == []


def test_without_a_display_the_demo_runs_in_the_terminal(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says why."""
    ran: list[list[str]] = []
    monkeypatch.setattr(display, "why_no_window", lambda: "There is no display.")
    monkeypatch.setattr(cli, "main", lambda arguments: ran.append(arguments) or 0)
    assert main.main([]) == 0
    assert ran == [["demo"]]
    assert "There is no display." in capsys.readouterr().err
    assert opened == []


def test_a_window_that_cannot_open_says_why(
    monkeypatch: pytest.MonkeyPatch, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of the program has exit code 3 and its traceback in the log."""

    def run(arguments: Sequence[str]) -> int:
        raise ImportError("libxkbcommon is missing")

    monkeypatch.setattr(app, "run", run)
    assert main.main([]) == 3
    assert "libxkbcommon is missing" in capsys.readouterr().err
    assert "Traceback" in (home / "logs" / "start.log").read_text()
