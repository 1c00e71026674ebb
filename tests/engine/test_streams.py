"""A program without a terminal prints into its log."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import streams

ROOT = Path(__file__).parents[2]


def take_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows starts a windowed executable."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)


def test_what_is_printed_goes_to_the_log(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Both streams, at once, in letters of any language."""
    take_streams(monkeypatch)
    streams.ensure()
    sys.stdout.write("naïve\n")
    sys.stderr.write("wrong\n")
    assert (home / "logs" / "output.log").read_text(encoding="utf-8") == "naïve\nwrong\n"
    sys.stdout.close()


def test_streams_that_are_there_stay(capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal is a terminal."""
    before = sys.stdout
    streams.ensure()
    assert sys.stdout is before
    assert not streams.output_file().exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_what_nobody_reads_any_more_ends_no_work() -> None:
    """A terminal that was closed: what is said there, by libraries too, is left out, and the program goes on."""
    ours, theirs = os.openpty()
    lines = "print('one', file=sys.stderr); input(); print('two', file=sys.stderr); warnings.warn('three'); sys.exit(7)"
    script = f"import sys, warnings; from engine import streams; streams.ensure(); {lines}"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        assert os.read(ours, 3) == b"one"
        os.close(ours)
        process.communicate(b"\n")
    assert process.returncode == 7


def test_a_large_log_begins_anew(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """It does not fill the disk."""
    path = streams.output_file()
    path.parent.mkdir()
    path.write_bytes(b"x" * 1_000_001)
    take_streams(monkeypatch)
    streams.ensure()
    sys.stdout.write("new\n")
    assert path.read_text() == "new\n"
    sys.stdout.close()


def test_no_log_can_be_written(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Then it is printed nowhere, and nothing fails."""
    (home / "logs").write_text("in the way")
    take_streams(monkeypatch)
    streams.ensure()
    sys.stdout.write("lost\n")
    sys.stdout.close()
