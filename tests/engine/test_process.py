"""Calls in child processes: every way to end, no orphans, no mix-ups."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.calls import Call
from engine.errors import Cancelled, ChildDiedError, DataError, Paused, UnexpectedError
from engine.events import Control, Event, FoldStarted, StatusChanged, ignore_events
from engine.process import Lane


def call(name: str, **arguments: Any) -> Call[Any]:
    return Call(f"tests.engine.process_targets:{name}", arguments)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    lane = Lane("test", tmp_path)
    yield lane
    lane.close()


def test_result_and_events_come_back_in_order(lane: Lane) -> None:
    """A call's events arrive before its result, and the result is the function's."""
    events: list[Event] = []
    assert lane.run(call("add", a=2, b=3), events.append, Control()) == 5
    assert events == [StatusChanged(text="Adding")]


def test_child_stays_warm(lane: Lane) -> None:
    """The next call runs in the same child, so that imports are paid once."""
    first = lane.run(call("process_id"), ignore_events, Control())
    assert first == lane.run(call("process_id"), ignore_events, Control()) == lane.pid
    assert first != os.getpid()


def test_engine_error_crosses_as_itself(lane: Lane) -> None:
    """A user's error keeps its kind, sentence and hint, and the child goes on."""
    with pytest.raises(DataError) as caught:
        lane.run(call("raise_engine_error"), ignore_events, Control())
    assert caught.value.message == "The table has no column dx."
    assert caught.value.hint == "Use the file that came with the images."
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


def test_other_exception_crosses_as_text(lane: Lane) -> None:
    """A fault arrives with its traceback, even if the exception cannot be pickled."""
    with pytest.raises(UnexpectedError) as caught:
        lane.run(call("raise_fault"), ignore_events, Control())
    assert caught.value.kind == "UnpicklableError"
    assert "raise UnpicklableError" in caught.value.traceback


def test_unknown_target_is_a_fault_not_a_death(lane: Lane) -> None:
    """A wrong name is reported; the child lives."""
    with pytest.raises(UnexpectedError):
        lane.run(call("no_such_function"), ignore_events, Control())
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


def _after_first_event(action: Any) -> Any:
    done = threading.Event()

    def on_event(event: Event) -> None:
        if not done.is_set():
            done.set()
            action()

    return on_event


def test_cancel_ends_a_listening_call_and_keeps_the_child(lane: Lane) -> None:
    """A cancelled call raises `Cancelled` at its next step; the warm child is used again; no late events arrive."""
    control = Control()
    events: list[Event] = []

    def on_event(event: Event) -> None:
        events.append(event)
        control.cancel()

    with pytest.raises(Cancelled):
        lane.run(call("count", total=1000, seconds=0.05), on_event, control)
    assert len(events) == 1
    pid = lane.pid
    assert lane.run(call("process_id"), ignore_events, Control()) == pid


def test_cancel_ends_a_deaf_child_within_five_seconds(lane: Lane, tmp_path: Path) -> None:
    """A call that never looks at its control is ended with its child; the next call gets a new one."""
    control = Control()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        lane.run(call("ignore_cancel", path=tmp_path), _after_first_event(control.cancel), control)
    assert time.monotonic() - started < 10  # the child's start included
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


def test_finish_early_reaches_the_call(lane: Lane) -> None:
    """Finishing early is a result, not a cancellation."""
    control = Control()
    answer = lane.run(call("count", total=1000, seconds=0.05), _after_first_event(control.finish_early), control)
    assert answer == "finished early after True"


def test_finish_early_ends_one_fold_and_can_be_asked_again(lane: Lane) -> None:
    """The order is for the fold under way: the next one goes its whole way, and the one after hears it anew."""
    control = Control()
    fold, asked = 0, []

    def on_event(event: Event) -> None:
        nonlocal fold
        if isinstance(event, FoldStarted):
            fold = event.fold
            asked.append(control.is_finishing_early)
        elif fold != 2:
            control.finish_early()

    ends = lane.run(call("count_in_folds", total=60, seconds=0.05), on_event, control)
    assert ends == ("finished early after True", "all", "finished early after True")
    assert asked == [False, False, False]


def test_a_dead_child_is_an_error_with_its_last_words(lane: Lane) -> None:
    """Whatever the child wrote last stands in the hint, with its exit code."""
    with pytest.raises(ChildDiedError) as caught:
        lane.run(call("die"), ignore_events, Control())
    assert "code 7" in caught.value.message
    assert "the last thing I saw was a cliff" in caught.value.hint
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_kill_nine_is_named(lane: Lane) -> None:
    """A killed child is named as such, and the lane works again."""

    def kill() -> None:
        assert lane.pid is not None
        os.kill(lane.pid, signal.SIGKILL)

    with pytest.raises(ChildDiedError, match="signal 9"):
        lane.run(call("count", total=1000, seconds=0.05), _after_first_event(kill), Control())
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


def test_a_failing_listener_does_not_mix_up_the_next_call(lane: Lane) -> None:
    """When `on_event` raises, the unread rest of that call is never taken for another's answer."""

    def fail(event: Event) -> None:
        raise RuntimeError("the listener broke")

    with pytest.raises(RuntimeError):
        lane.run(call("flood", events=50), fail, Control())
    assert lane.run(call("add", a=20, b=22), ignore_events, Control()) == 42


def test_a_waiting_call_can_be_cancelled(lane: Lane) -> None:
    """A second call waits for the first; cancelling it while it waits needs no child."""
    first = Control()

    def run_first() -> None:
        with pytest.raises(Cancelled):
            lane.run(call("count", total=200, seconds=0.05), ignore_events, first)

    thread = threading.Thread(target=run_first)
    thread.start()
    while lane.pid is None:
        time.sleep(0.01)
    waiting = Control()
    threading.Timer(0.3, waiting.cancel).start()
    with pytest.raises(Cancelled):
        lane.run(call("add", a=1, b=1), ignore_events, waiting)
    assert thread.is_alive()
    first.cancel()
    thread.join(10)
    assert not thread.is_alive()


def test_close_ends_the_child(lane: Lane) -> None:
    """After `close` the child is gone."""
    pid = lane.run(call("process_id"), ignore_events, Control())
    lane.close()
    assert not psutil.pid_exists(pid)


def test_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """`kill -9` of the window leaves no child behind, busy or not."""
    script = tmp_path / "parent.py"
    script.write_text(
        "from pathlib import Path\n"
        "from engine.calls import Call\n"
        "from engine.events import Control, ignore_events\n"
        "from engine.process import Lane\n"
        "if __name__ == '__main__':\n"
        f"    home = Path({str(tmp_path)!r})\n"
        "    lane = Lane('test', home)\n"
        "    call = Call('tests.engine.process_targets:grandchild_lane', {'home': home})\n"
        "    lane.run(call, ignore_events, Control())\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    parent = subprocess.Popen([sys.executable, str(script)], env=environment, cwd=root)
    pid_file = tmp_path / "pid"
    _wait_until(lambda: pid_file.is_file() and pid_file.read_text() != "", 30)
    child = int(pid_file.read_text())
    assert psutil.pid_exists(child)
    parent.kill()
    parent.wait()
    _wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE, 10)


def _wait_until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_a_child_that_cannot_be_started_is_said(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory for another process: a sentence and a hint; later it works again."""

    def refuse(process: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    with monkeypatch.context() as patch:
        patch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
        with pytest.raises(ChildDiedError, match="Cannot allocate memory") as caught:
            lane.run(call("add", a=1, b=1), ignore_events, Control())
    assert "Close other programs" in caught.value.hint
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


def test_a_lane_works_without_a_log(tmp_path: Path) -> None:
    """A full or read-only disk keeps nobody from looking at results."""
    (tmp_path / "logs").write_bytes(b"")  # a file where the folder should be
    lane = Lane("test", tmp_path / "logs")
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2
    lane.close()


def test_kill_ends_a_deaf_child_at_once(lane: Lane) -> None:
    """From another thread, whatever the child does; the call fails with a message."""
    heard = threading.Event()
    errors: list[Exception] = []

    def work() -> None:
        try:
            lane.run(call("ignore_cancel", path=Path()), lambda event: heard.set(), Control())
        except ChildDiedError as error:
            errors.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    assert heard.wait(30)
    lane.kill()
    worker.join(5)
    assert len(errors) == 1


def test_a_pause_crosses_and_says_how_far_it_came(lane: Lane, tmp_path: Path) -> None:
    """The call ends with what the training said, its checkpoint is written, and the child goes on."""
    control = Control()
    asked = call("count_pausable", path=tmp_path / "run", seconds=0.01)
    with pytest.raises(Paused) as caught:
        lane.run(asked, lambda event: control.pause(), control)
    assert (caught.value.run, caught.value.epochs_run, caught.value.epochs) == (tmp_path / "run", 3, 30)
    assert (tmp_path / "run").read_text() == "checkpoint"
    assert lane.run(call("add", a=1, b=1), ignore_events, Control()) == 2


_PARENT = """
import sys
from pathlib import Path
from engine.calls import Call
from engine.events import Control
from engine.process import Lane

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    lane = Lane("test", folder)
    call = Call("tests.engine.process_targets:count_pausable", {"path": folder / "run", "seconds": 0.01})
    lane.run(call, lambda event: print(lane.pid, flush=True), Control())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_training_whose_window_is_killed_writes_a_checkpoint(tmp_path: Path) -> None:
    """The child notices that nobody listens any more, pauses, and then ends: no orphan, nothing lost."""
    script = tmp_path / "window.py"
    script.write_text(_PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(script), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as window:
        assert window.stdout is not None
        child = psutil.Process(int(window.stdout.readline()))
        window.kill()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running()
    assert (tmp_path / "run").read_text() == "checkpoint"
