"""Jobs: real child processes, and exactly one answer from each, in the window's thread."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop.jobs import Job, JobRunner
from engine import calls, places
from engine.calls import Call
from engine.config import TrainingConfig
from engine.errors import ChildDiedError, DataError, UnexpectedError
from engine.events import ProgressDone, StatusChanged
from engine.results import DatasetSummary, DeviceInfo
from tests.desktop.job_recorder import JobRecorder

ROOT = Path(__file__).parents[2]
TARGETS = "tests.engine.process_targets"


def target(name: str, lane: calls.LaneName = "work", **arguments: Any) -> Call[Any]:
    return Call(f"{TARGETS}:{name}", arguments, lane)


def until_over(qtbot: QtBot, *recorders: JobRecorder) -> None:
    qtbot.waitUntil(lambda: all(one.is_over for one in recorders), timeout=180_000)


def test_a_job_reports_then_succeeds_then_finishes_in_the_windows_thread(qtbot: QtBot, runner: JobRunner) -> None:
    """Exactly one outcome, after the events, before `finished`; all in the thread of the window."""
    recorder = JobRecorder(runner.start(target("add", a=2, b=3), "Adding"))
    until_over(qtbot, recorder)
    assert recorder.said == [("reported", StatusChanged(text="Adding")), ("succeeded", 5), ("finished", None)]
    assert recorder.threads == {QThread.currentThread()}


def test_nothing_begins_before_the_caller_could_connect(qtbot: QtBot, runner: JobRunner) -> None:
    """`start` returns before the job has begun."""
    job = runner.start(target("add", a=1, b=1), "Adding")
    assert not job.isRunning()
    assert job.is_waiting
    assert runner.running("work") is None
    recorder = JobRecorder(job)
    until_over(qtbot, recorder)
    assert not job.is_waiting
    assert job.has_succeeded


def test_nothing_waits_for_a_batch_of_images(qtbot: QtBot, runner: JobRunner) -> None:
    """What else is asked of the lane of answers goes aside while a batch is answered, and only then."""
    explain = calls.explain(Path("model.safetensors"), Path("a.jpg"))
    assert runner.start(explain, "Explaining").call.lane == "answers"
    batch = runner.start(calls.predict(Path("model.safetensors"), [Path("a.jpg")]), "Answering")
    assert batch.call.lane == "answers"
    job = runner.start(explain, "Explaining")
    assert job.call == replace(explain, lane="aside")
    assert runner.start(calls.predict(Path("model.safetensors"), [Path("b.jpg")]), "More").call.lane == "answers"
    assert runner.start(calls.preview(Path("a.jpg"), 64), "Opening").call.lane == "views"


def test_errors_arrive_as_themselves_and_faults_as_a_report(qtbot: QtBot, runner: JobRunner) -> None:
    """A user-mendable error keeps its kind and hint; anything else brings its traceback."""
    mendable = JobRecorder(runner.start(target("raise_engine_error"), "Reading"))
    fault = JobRecorder(runner.start(target("raise_fault"), "Reading"))
    until_over(qtbot, mendable, fault)
    error = mendable.content("failed")
    assert isinstance(error, DataError)
    assert error.hint == "Use the file that came with the images."
    assert mendable.kinds == fault.kinds == ["failed", "finished"]
    report = fault.content("failed")
    assert isinstance(report, UnexpectedError)
    assert "UnpicklableError" in report.traceback


def test_after_cancel_nothing_arrives_but_cancelled(qtbot: QtBot, runner: JobRunner) -> None:
    """Events that are under way when the user cancels are dropped."""
    job = runner.start(target("count", total=10_000, seconds=0.002), "Counting")
    recorder = JobRecorder(job)
    qtbot.waitUntil(lambda: len(recorder.said) > 2, timeout=60_000)
    with qtbot.waitSignal(job.cancelling, timeout=60_000):
        QThread.msleep(300)  # events pile up while the window is busy
        said = len(recorder.said)
        job.cancel()
    until_over(qtbot, recorder)
    assert recorder.said[said:] == [("cancelled", None), ("finished", None)]
    assert not job.has_succeeded


def test_a_result_that_comes_after_cancel_is_dropped(qtbot: QtBot, runner: JobRunner) -> None:
    """Who cancelled never sees a result, even one that was on its way already."""
    job = runner.start(target("add", a=1, b=1), "Adding")
    recorder = JobRecorder(job)
    qtbot.waitUntil(job.isRunning, timeout=60_000)
    assert job.wait(60_000)  # the result is there, but no event loop has run since
    job.cancel()
    until_over(qtbot, recorder)
    assert recorder.kinds == ["cancelled", "finished"]


def test_cancel_is_done_within_5_s_even_where_nobody_listens(qtbot: QtBot, runner: JobRunner) -> None:
    """A child that does not look at its control is ended, and the lane works again."""
    job = runner.start(target("ignore_cancel", path=Path()), "Deaf")
    recorder = JobRecorder(job)
    qtbot.waitUntil(lambda: bool(recorder.said), timeout=60_000)
    started = time.monotonic()
    job.cancel()
    assert job.is_cancelling
    until_over(qtbot, recorder)
    assert time.monotonic() - started < 5
    again = JobRecorder(runner.start(target("add", a=1, b=1), "Adding"))
    until_over(qtbot, again)
    assert again.content("succeeded") == 2


def test_finish_early_still_brings_a_result(qtbot: QtBot, runner: JobRunner) -> None:
    """Stop early is not Cancel."""
    job = runner.start(target("count", total=10_000, seconds=0.01), "Counting")
    recorder = JobRecorder(job)
    qtbot.waitUntil(lambda: len(recorder.said) > 1, timeout=60_000)
    with qtbot.waitSignal(job.finishing, timeout=60_000):
        job.finish_early()
    until_over(qtbot, recorder)
    assert recorder.content("succeeded") == "finished early after True"


def test_one_lane_does_one_thing_after_another(qtbot: QtBot, runner: JobRunner) -> None:
    """The second job of a lane waits its turn, in order; started and ended are said once for each."""
    started: list[str] = []
    ended: list[str] = []
    runner.job_started.connect(lambda job: started.append(job.title))
    runner.job_ended.connect(lambda job: ended.append(job.title))
    jobs = [runner.start(target("count", total=3, seconds=0.05), title) for title in "abc"]
    recorders = [JobRecorder(job) for job in jobs]
    qtbot.waitUntil(lambda: runner.running("work") is jobs[1], timeout=60_000)
    assert jobs[0].is_over
    assert jobs[2].is_waiting
    until_over(qtbot, *recorders)
    qtbot.waitUntil(lambda: runner.running("work") is None, timeout=60_000)
    assert started == ended == ["a", "b", "c"]


def test_two_lanes_do_two_things_at_once(qtbot: QtBot, runner: JobRunner) -> None:
    """An answer comes while work goes on."""
    work = runner.start(target("count", total=10_000, seconds=0.01), "Counting")
    working = JobRecorder(work)
    qtbot.waitUntil(lambda: bool(working.said), timeout=60_000)
    answer = JobRecorder(runner.start(target("add", "answers", a=1, b=2), "Adding"))
    until_over(qtbot, answer)
    assert answer.content("succeeded") == 3
    assert runner.running("work") is work
    assert runner.child_pid("work") != runner.child_pid("answers")


def test_a_waiting_job_is_cancelled_at_once(qtbot: QtBot, runner: JobRunner) -> None:
    """It does not wait for the work before it, and that work goes on."""
    first = runner.start(target("count", total=10_000, seconds=0.01), "First")
    working = JobRecorder(first)
    waiting = runner.start(target("add", a=1, b=1), "Second")
    recorder = JobRecorder(waiting)
    qtbot.waitUntil(lambda: bool(working.said), timeout=60_000)
    waiting.cancel()
    until_over(qtbot, recorder)
    assert recorder.said == [("cancelled", None), ("finished", None)]
    assert runner.running("work") is first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_child_is_a_failure_and_the_lane_works_again(qtbot: QtBot, runner: JobRunner) -> None:
    """kill -9 of the child: a clear message; the next job gets a new child."""
    job = runner.start(target("count", total=10_000, seconds=0.01), "Counting")
    recorder = JobRecorder(job)
    qtbot.waitUntil(lambda: bool(recorder.said), timeout=60_000)
    pid = runner.child_pid("work")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until_over(qtbot, recorder)
    error = recorder.content("failed")
    assert isinstance(error, ChildDiedError)
    assert "signal 9" in error.message
    again = JobRecorder(runner.start(target("add", a=1, b=1), "Adding"))
    until_over(qtbot, again)
    assert again.content("succeeded") == 2
    assert runner.child_pid("work") != pid


def test_shutdown_ends_what_runs_and_what_waits(qtbot: QtBot) -> None:
    """Closing with work under way: everything is cancelled and said so, no child is left, nothing crashes."""
    runner = JobRunner()
    work = JobRecorder(runner.start(target("count", total=10_000, seconds=0.01), "Counting"))
    waiting = JobRecorder(runner.start(target("add", a=1, b=1), "Adding"))
    answer = JobRecorder(runner.start(target("count", "answers", total=10_000, seconds=0.01), "Counting"))
    qtbot.waitUntil(lambda: bool(work.said) and bool(answer.said), timeout=60_000)
    pids = [runner.child_pid("work"), runner.child_pid("answers")]
    runner.shutdown()
    assert [one.kinds[:1] for one in (work, waiting, answer)] == [["cancelled"]] * 3
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)
    late = runner.start(target("add", a=1, b=1), "Adding")
    qtbot.wait(50)
    assert late.is_waiting
    runner.shutdown()  # a second time does nothing


def test_shutdown_does_not_wait_for_the_deaf(qtbot: QtBot) -> None:
    """A window that closes while a child imports its libraries is gone at once."""
    runner = JobRunner()
    recorder = JobRecorder(runner.start(target("ignore_cancel", path=Path()), "Deaf"))
    qtbot.waitUntil(lambda: bool(recorder.said), timeout=60_000)
    started = time.monotonic()
    runner.shutdown()
    assert time.monotonic() - started < 2
    assert recorder.kinds == ["cancelled"]


def test_nobody_needs_to_keep_a_job(qtbot: QtBot, runner: JobRunner) -> None:
    """A job whose caller forgot it runs to its end: a dropped QThread would abort the program."""
    ended: list[Job] = []
    runner.job_ended.connect(ended.append)
    for _ in range(20):
        runner.start(target("add", a=1, b=1), "Adding")
    qtbot.waitUntil(lambda: len(ended) == 20, timeout=180_000)
    assert all(job.has_succeeded for job in ended)


def test_a_flood_of_events_arrives_whole(qtbot: QtBot, runner: JobRunner) -> None:
    """20,000 events come in order and none is lost."""
    recorder = JobRecorder(runner.start(target("flood", events=20_000), "Flooding"))
    until_over(qtbot, recorder)
    texts = [event.text for kind, event in recorder.said if kind == "reported" and isinstance(event, StatusChanged)]
    assert texts == [str(number) for number in range(20_000)]


def test_demo_data_is_drawn_and_inspected(qtbot: QtBot, runner: JobRunner) -> None:
    """The engine's own calls: demo data, then its summary, with progress on the way."""
    drawn = JobRecorder(runner.start(calls.create_demo_data(places.demo_dir()), "Drawing"))
    until_over(qtbot, drawn)
    assert drawn.content("succeeded") == places.demo_dir()
    inspected = JobRecorder(runner.start(calls.inspect_dataset(places.demo_dir()), "Checking"))
    until_over(qtbot, inspected)
    summary = inspected.content("succeeded")
    assert isinstance(summary, DatasetSummary)
    assert summary.is_demo
    assert summary.n_images > 250
    assert any(isinstance(event, ProgressDone) for kind, event in inspected.said)


def test_a_training_is_told_from_other_jobs(tmp_path: Path, qtbot: QtBot, runner: JobRunner) -> None:
    """The call that the window makes for a training is the one that it asks about before it closes."""
    training = runner.start(calls.train(TrainingConfig(data=tmp_path, out=tmp_path)), "Training")
    other = runner.start(calls.inspect_dataset(tmp_path), "Checking")
    assert training.is_training
    assert not other.is_training


def test_the_device_is_described(qtbot: QtBot, runner: JobRunner) -> None:
    """The first thing that the window asks, and what warms the child."""
    recorder = JobRecorder(runner.start(calls.describe_device("cpu"), "Looking"))
    until_over(qtbot, recorder)
    device = recorder.content("succeeded")
    assert isinstance(device, DeviceInfo)
    assert device.kind == "cpu"


_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication
from desktop.jobs import JobRunner
from engine.calls import Call

if __name__ == "__main__":
    app = QApplication([])
    runner = JobRunner()
    for lane in ("work", "answers"):
        call = Call("tests.engine.process_targets:count", {"total": 100_000, "seconds": 0.01}, lane)
        job = runner.start(call, "Counting")
        job.reported.connect(lambda event, lane=lane: print(lane, runner.child_pid(lane), flush=True))
    app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_of_the_window_leaves_no_child(tmp_path: Path) -> None:
    """Children end when the window's end of their pipe closes, however it died."""
    script = tmp_path / "window.py"
    script.write_text(_WINDOW)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as window:
        assert window.stdout is not None
        pids: dict[str, int] = {}
        while len(pids) < 2:
            lane, pid = window.stdout.readline().split()
            pids[lane] = int(pid)
        family = psutil.Process(window.pid).children(recursive=True)
        assert {child.pid for child in family} >= set(pids.values())
        window.kill()
    gone, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert {child.pid for child in gone} >= set(pids.values())
