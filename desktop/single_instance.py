"""Lets one window at a time use a home: a second start hands its files to the first window and ends."""

import contextlib
import getpass
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from engine.errors import EngineError

_CONNECT_MS = 1000
_TAKEN = b"taken\n"
_LONGEST_MESSAGE = 1_000_000
_PATIENCE_SECONDS = 10.0  # the first one may be starting, or busy drawing
_PAUSE_SECONDS = 0.1
_ANY_PROCESS = -1  # ASFW_ANY of Windows


class SingleInstance(QObject):
    """Of one user and one home. Keep a reference: the place is free again when it is gone, however it goes."""

    received = Signal(object)
    """Another start handed over its files, a tuple of paths, and expects the window in front."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        """`home` must be there and writable."""
        super().__init__(parent)
        self._address = address_of(home)
        self._lock = QLockFile(str(home / "window.lock"))
        self._lock.setStaleLockTime(0)  # it is stale when its process is gone, not by its age
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connected)

    def take_place(self, paths: Sequence[Path] = ()) -> bool:
        """Whether this is the only one now; otherwise the other one has taken `paths` and shows its window.

        Raises `EngineError` where the other one does not answer.
        """
        message = json.dumps([str(path.absolute()) for path in paths]).encode() + b"\n"
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            if self._lock.tryLock(0):
                QLocalServer.removeServer(self._address)  # of one that was killed
                self._server.listen(self._address)
                return True
            if _hand_over(self._address, message):
                return False
            if time.monotonic() > give_up_at:
                raise self._no_answer()
            time.sleep(_PAUSE_SECONDS)

    def leave(self) -> None:
        """Make room for another one."""
        self._server.close()
        self._lock.unlock()

    def _no_answer(self) -> EngineError:
        pid, host, _ = self._lock.getLockInfo()
        if not pid:
            return EngineError(
                "It cannot be told whether Lesion Lab is open already.", f"See to {self._lock.fileName()}."
            )
        return EngineError(
            f"Lesion Lab is open already, but does not answer (process {pid} on {host}).",
            "Close it there, or end that process, and start again.",
        )

    @Slot()
    def _on_connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._on_ready)
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    @Slot()
    def _on_ready(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST_MESSAGE:
                socket.abort()
            return
        with contextlib.suppress(ValueError, TypeError):
            paths = tuple(Path(one) for one in json.loads(bytes(socket.readLine().data())))
            socket.write(_TAKEN)
            socket.flush()
            self.received.emit(paths)
        socket.disconnectFromServer()


def address_of(home: Path) -> str:
    """Where the first window of this user and `home` listens."""
    key = f"{getpass.getuser()}\n{home.resolve()}"
    name = f"lesion-lab-{hashlib.sha256(key.encode(errors='surrogateescape')).hexdigest()[:16]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"{runtime}/{name}" if sys.platform == "linux" and Path(runtime).is_dir() and runtime else name


def _hand_over(address: str, message: bytes) -> bool:
    """Whether somebody at `address` took `message`."""
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_CONNECT_MS):
        return False
    _let_it_come_to_the_front()
    socket.write(message)
    socket.flush()
    taken = socket.waitForReadyRead(int(_PATIENCE_SECONDS * 1000)) and socket.readAll().data() == _TAKEN
    socket.disconnectFromServer()
    return taken


def _let_it_come_to_the_front() -> None:
    """Windows lets only the program that the user just started do that, and those that it names."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)
