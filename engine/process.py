"""Runs calls in a child process and relays their events, result or error: nothing there can take the window along."""

import contextlib
import faulthandler
import importlib
import multiprocessing
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, cast

from engine.calls import Call
from engine.errors import ENGINE_ERRORS, Cancelled, ChildDiedError, EngineError, Paused, UnexpectedError
from engine.events import Control, Event, FoldStarted, OnEvent
from engine.threads import share_cpu

Result = TypeVar("Result")

_POLL_SECONDS = 0.05
_CANCEL_SECONDS = 4.0  # cancel is done within 5 s, by ending the child if need be
_CHECKPOINT_SECONDS = 120.0  # a training without a window may take so long for its batch and its checkpoint
_LAST_WORDS = 2000  # characters


class Lane:
    """A warm child process that carries out one call after another. Started by the first call, again after a death."""

    def __init__(self, name: str, log_dir: Path, *, niceness: int = 0) -> None:
        """`niceness` above 0 lets everything else on the computer go first."""
        self._name, self._niceness = name, niceness
        self._log = log_dir / f"engine-{name}-{os.getpid()}.log"
        self._busy = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection[Any, Any] | None = None
        self._number = 0

    def run(self, call: Call[Result], on_event: OnEvent, control: Control) -> Result:
        """Carry out `call` and wait for it; `on_event` is called in this thread.

        Raises what the call raised: an `EngineError`, `Cancelled` or `Paused` as itself, anything else as
        `UnexpectedError`;
        `ChildDiedError` when the child ended without an answer.
        """
        while not self._busy.acquire(timeout=_POLL_SECONDS):
            control.raise_if_cancelled()
        try:
            connection = self._ensure_child()
            self._number += 1
            connection.send(("call", self._number, call))
            answer = self._await_answer(connection, on_event, control)
        except (EOFError, OSError) as error:
            raise self._death() from error
        except BaseException:  # no answer was read: what the child still says belongs to nobody
            self._kill()
            raise
        finally:
            self._busy.release()
        return cast(Result, _unpack(answer, control))

    def kill(self) -> None:
        """End the child at once, from any thread. A call that runs there fails with `ChildDiedError`."""
        process = self._process
        if process is not None and process.pid is not None:
            process.kill()

    def close(self) -> None:
        """End the child. A call that still runs there fails with `ChildDiedError`."""
        process, connection = self._process, self._connection
        if connection is not None:
            connection.close()
        if process is not None:
            process.join(2)
            if process.is_alive():
                process.kill()
                process.join()
        self._process = self._connection = None
        with contextlib.suppress(OSError):
            self._log.unlink()

    @property
    def pid(self) -> int | None:
        """Of the child, None while there is none."""
        return self._process.pid if self._process is not None else None

    def _ensure_child(self) -> "Connection[Any, Any]":
        if self._process is not None and self._connection is not None and self._process.is_alive():
            return self._connection
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._begin_log(), self._niceness)
        process = context.Process(target=_serve, args=arguments, name=f"lesion-lab-{self._name}", daemon=True)
        try:
            process.start()
        except OSError as error:
            ours.close()
            hint = "Close other programs, they may hold all the memory there is, and try again."
            message = f"The process that does the work could not be started: {error.strerror or error}."
            raise ChildDiedError(message, hint) from error
        finally:
            theirs.close()
        self._process = process
        self._connection = ours
        return ours

    def _await_answer(self, connection: "Connection[Any, Any]", on_event: OnEvent, control: Control) -> list[Any]:
        give_up_at: float | None = None
        orders: dict[str, Callable[[], bool]] = {
            "finish_early": lambda: control.is_finishing_early,
            "pause": lambda: control.is_pausing,
        }
        sent: set[str] = set()
        while True:
            if control.is_cancelled and give_up_at is None:
                connection.send(("cancel", self._number))
                give_up_at = time.monotonic() + _CANCEL_SECONDS
            for order in [order for order, is_given in orders.items() if order not in sent and is_given()]:
                connection.send((order, self._number))
                sent.add(order)
            if give_up_at is not None and time.monotonic() > give_up_at:
                raise Cancelled
            if not connection.poll(_POLL_SECONDS):
                continue
            message = connection.recv()
            if message[0] != "event":
                return list(message)
            if isinstance(message[1], FoldStarted):  # the fold that was to finish early is over: it can be said anew
                control.forget_finish_early()
                sent.discard("finish_early")
            if not control.is_cancelled:
                on_event(message[1])

    def _death(self) -> ChildDiedError:
        process = self._process
        assert process is not None
        process.join(2)
        code = process.exitcode
        self._kill()
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        message = f"The process that did the work {how} before it was done."
        if code == -9:
            message += " The system does that when memory runs out."
        words = self._read_last_words()
        hint = "Start it again; a smaller image size or batch needs less memory. What was saved before is still there."
        return ChildDiedError(message, f"{hint}\n\nIts last words:\n{words}" if words else hint)

    def _begin_log(self) -> str:
        """An empty log; where none can be written (a full disk), the child works without."""
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.write_bytes(b"")
            return str(self._log)
        except OSError:
            return os.devnull

    def _read_last_words(self) -> str:
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip()
        except OSError:
            return ""

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _unpack(answer: list[Any], control: Control) -> object:
    kind, *content = answer
    if kind == "cancelled" or control.is_cancelled:
        raise Cancelled
    if kind == "result":
        return content[0]
    if kind == "paused":
        raise Paused(*content)
    if kind == "error":
        raise ENGINE_ERRORS.get(content[0], EngineError)(content[1], content[2])
    raise UnexpectedError(content[0], content[1], content[2])


def _serve(connection: "Connection[Any, Any]", log: str, niceness: int) -> None:
    """The child: a thread reads messages, the main thread carries out calls; it ends when the pipe closes, a training
    after a checkpoint."""
    _send_output_to(log)
    _lower_priority(niceness)
    share_cpu()
    calls: queue.SimpleQueue[tuple[int, Call[object]]] = queue.SimpleQueue()
    controls: dict[int, Control] = {}
    threading.Thread(target=_read_messages, args=(connection, calls, controls), daemon=True).start()
    while True:
        number, call = calls.get()
        _send(connection, _carry_out(call, controls[number], lambda event: _send(connection, ("event", event))))
        del controls[number]


def _send(connection: "Connection[Any, Any]", message: tuple[object, ...]) -> None:
    """Nobody need listen any more: whoever reads messages sees that too, and ends the child."""
    with contextlib.suppress(OSError):
        connection.send(message)


def _read_messages(
    connection: "Connection[Any, Any]",
    calls: "queue.SimpleQueue[tuple[int, Call[object]]]",
    controls: dict[int, Control],
) -> None:
    while True:
        try:
            kind, number, *content = connection.recv()
        except (EOFError, OSError):
            _await_checkpoints(controls)
            os._exit(0)  # the window is gone; every file is written atomically, so this is safe at any moment
        if kind == "call":
            controls[number] = Control()
            calls.put((number, content[0]))
        elif (control := controls.get(number)) is not None:
            {"cancel": control.cancel, "finish_early": control.finish_early, "pause": control.pause}[kind]()


def _await_checkpoints(controls: dict[int, Control]) -> None:
    """Pause what can be paused and wait until it has ended."""
    running = tuple(controls.values())
    for control in running:
        control.pause()
    give_up_at = time.monotonic() + _CHECKPOINT_SECONDS
    while any(control.hears_pause for control in running) and time.monotonic() < give_up_at:
        time.sleep(_POLL_SECONDS)


def _carry_out(call: Call[object], control: Control, on_event: Callable[[Event], None]) -> tuple[object, ...]:
    try:
        module, name = call.target.split(":")
        function = getattr(importlib.import_module(module), name)
        return ("result", function(**call.arguments, control=control, on_event=on_event))
    except Cancelled:
        return ("cancelled",)
    except Paused as paused:
        return ("paused", paused.run, paused.epochs_run, paused.epochs)
    except EngineError as error:
        return ("error", type(error).__name__, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - whatever it is, the window must hear of it, as text
        return ("fault", type(error).__name__, str(error), traceback.format_exc())


def _send_output_to(log: str) -> None:
    """Whatever the child prints, native libraries included, goes to its log: its last words, should it die."""
    file = Path(log).open("a", encoding="utf-8", errors="replace", buffering=1)  # noqa: SIM115 - for the child's life
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a windowed executable on Windows has neither
            with contextlib.suppress(OSError, ValueError):
                os.dup2(file.fileno(), stream.fileno())
    sys.stdout = sys.stderr = file
    faulthandler.enable(file)


def _lower_priority(niceness: int) -> None:
    if niceness <= 0:
        return
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        ctypes.windll.kernel32.SetPriorityClass(ctypes.windll.kernel32.GetCurrentProcess(), below_normal)
    else:
        os.nice(niceness)
