"""One window at a time: a second start hands over its files and ends, whatever became of the first."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from desktop import single_instance
from desktop.single_instance import SingleInstance, address_of
from engine.errors import EngineError

ROOT = Path(__file__).parents[2]
_START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.single_instance import SingleInstance

app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]))
is_first = instance.take_place([Path(one) for one in sys.argv[2:]])
print("first" if is_first else "handed over", flush=True)
if is_first:
    app.exec()
"""


class Starter:
    """Starts the program's beginning in processes of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *paths: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", _START, str(self._home), *paths]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=self._home)
        self._started.append(process)
        return process

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def said(process: "subprocess.Popen[str]") -> str:
    """The first line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def starter(home: Path) -> Iterator[Starter]:
    starter = Starter(home)
    yield starter
    starter.end()


@pytest.fixture
def first(home: Path, qtbot: QtBot) -> Iterator[SingleInstance]:
    """The first window's place."""
    instance = SingleInstance(home)
    assert instance.take_place()
    yield instance
    instance.leave()


def test_a_second_start_hands_over_its_files(first: SingleInstance, starter: Starter, home: Path, qtbot: QtBot) -> None:
    """The paths arrive whole and absolute: the second one may have been started in another folder."""
    with qtbot.waitSignal(first.received, timeout=60_000) as received:
        second = starter.start("Löße 1.jpg", "/elsewhere/model.safetensors")
    assert said(second) == "handed over"
    assert second.wait(10) == 0
    assert received.args == [(home / "Löße 1.jpg", Path("/elsewhere/model.safetensors"))]


def test_of_many_starts_at_once_one_is_the_first(starter: Starter) -> None:
    """Two clicks too many open one window."""
    processes = [starter.start() for _ in range(4)]
    assert sorted(said(process) for process in processes) == ["first", "handed over", "handed over", "handed over"]


def test_the_place_of_one_that_was_killed_is_free(starter: Starter, home: Path, qtbot: QtBot) -> None:
    """Its lock and its socket are left behind, and are in nobody's way."""
    killed = starter.start()
    assert said(killed) == "first"
    killed.kill()
    killed.wait()
    assert (home / "window.lock").exists()
    instance = SingleInstance(home)
    assert instance.take_place()
    instance.leave()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process by a signal")
def test_one_that_does_not_answer_is_named(
    starter: Starter, home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No second window over the same runs, and no silence: the sentence names the process."""
    monkeypatch.setattr(single_instance, "_PATIENCE_SECONDS", 0.5)
    stuck = starter.start()
    assert said(stuck) == "first"
    stuck.send_signal(signal.SIGSTOP)
    with pytest.raises(EngineError, match=f"does not answer .process {stuck.pid}"):
        SingleInstance(home).take_place()


def test_another_home_is_another_place(first: SingleInstance, tmp_path: Path) -> None:
    """Windows over different homes do not meet."""
    other = SingleInstance(tmp_path)
    assert other.take_place()
    other.leave()


def test_nonsense_is_not_obeyed(first: SingleInstance, home: Path, qtbot: QtBot) -> None:
    """What is no list of paths is dropped, and the place still works."""
    socket = QLocalSocket()
    socket.connectToServer(address_of(home))
    assert socket.waitForConnected(2000)
    with qtbot.assertNotEmitted(first.received, wait=300):
        socket.write(b'{"run": 7}7\n')
        socket.flush()
    with qtbot.waitSignal(first.received, timeout=60_000):
        other = QLocalSocket()
        other.connectToServer(address_of(home))
        assert other.waitForConnected(2000)
        other.write(b"[]\n")
        other.flush()
