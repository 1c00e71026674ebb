"""The Web demo page: with made-up jobs, and with a real server in its child process."""

import json
import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.model_reader import ModelReader
from desktop.pages.web_page import WebPage
from desktop.settings import Settings
from desktop.state import AppState
from engine.errors import ChildDiedError
from engine.events import WebDemoLogged, WebDemoStarted
from engine.samples import list_samples
from tests.desktop.samples import card
from tests.desktop.scripted_runner import ScriptedRunner
from tests.engine.evaluation.untrained_run import make_shared_run
from tests.web.conftest import make_asker

MODEL = Path("model.safetensors")
STARTED = WebDemoStarted(url="http://127.0.0.1:7861/", port=7861, is_other_port=True)
_MS = 180_000


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def page(qtbot: QtBot, state: AppState, scripted: ScriptedRunner) -> WebPage:
    reader = ModelReader(state, scripted)  # type: ignore[arg-type]
    page = WebPage(state, scripted, reader)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.show()
    return page


def test_without_a_model_it_leads_to_training(page: WebPage, qtbot: QtBot) -> None:
    """Nothing else can be done then, but to open a model file."""
    assert page.train_button.isVisible()
    assert page.file_button.isVisible()
    assert not page.start_button.isVisible()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.train_button.click()
    assert asked.args == ["train"]


def test_start_serves_the_model_and_shows_where(page: WebPage, state: AppState, scripted: ScriptedRunner) -> None:
    """The port that was asked for, and another one where that is taken, which is said."""
    state.set_model(MODEL, card())
    page.port_box.setValue(7860)
    page.start_button.click()
    job = scripted.latest("serve")
    assert (job.call.arguments["model"], job.call.arguments["port"], job.call.lane) == (MODEL, 7860, "web")
    assert not page.start_button.isEnabled()
    assert page.stop_button.isEnabled()
    assert not page.address.open_button.isEnabled()
    job.report(STARTED)
    assert page.address.url == STARTED.url
    assert "Port 7860 is taken" in page.status.text()
    assert "Only this computer" in page.status.text()


def test_address_is_copied_and_opened(
    page: WebPage, state: AppState, scripted: ScriptedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one click each; the browser is the system's own."""
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    state.set_model(MODEL, card())
    page.start_button.click()
    scripted.latest("serve").report(STARTED)
    page.address.copy_button.click()
    page.address.open_button.click()
    assert QGuiApplication.clipboard().text() == STARTED.url
    assert opened == [STARTED.url]


def test_stop_ends_it(page: WebPage, state: AppState, scripted: ScriptedRunner) -> None:
    """Until it has ended it cannot be started again; then it can."""
    state.set_model(MODEL, card())
    page.start_button.click()
    job = scripted.latest("serve")
    job.report(STARTED)
    page.stop_button.click()
    assert job.is_cancelling
    assert not page.start_button.isEnabled()
    job.end_cancelled()
    assert page.start_button.isEnabled()
    assert page.address.url == ""
    assert "not running" in page.status.text()


def test_its_death_is_shown(page: WebPage, state: AppState, scripted: ScriptedRunner) -> None:
    """With the reason; the log stays, and it can be started again."""
    state.set_model(MODEL, card())
    page.start_button.click()
    job = scripted.latest("serve")
    job.report(WebDemoLogged(text="12:00:00 INFO Started server process"))
    job.fail(ChildDiedError("The process was ended by signal 9.", "Start it again."))
    assert page.error_panel.isVisible()
    assert "ended" in page.status.text()
    assert "Started server process" in page.log.toPlainText()
    assert page.start_button.isEnabled()


def test_another_model_meanwhile_is_not_served_yet(page: WebPage, state: AppState, scripted: ScriptedRunner) -> None:
    """Which one the browser shows is said."""
    state.set_model(MODEL, card())
    page.start_button.click()
    scripted.latest("serve").report(STARTED)
    state.set_model(Path("other.safetensors"), card())
    assert "model of before" in page.status.text()


@pytest.mark.timeout(400)
def test_real_demo_started_used_killed_and_left(
    qtbot: QtBot,
    state: AppState,
    settings: Settings,
    runner: JobRunner,
    tmp_path_factory: pytest.TempPathFactory,
    home: Path,
) -> None:
    """Start, ask, stop; kill it from outside and see the page say so; close the window while it serves."""
    _, run = make_shared_run(tmp_path_factory.getbasetemp())
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    window.show()
    page = window.pages["web"]
    assert isinstance(page, WebPage)
    window.show_page("web")
    state.set_model(run.final_model)
    qtbot.waitUntil(page.start_button.isEnabled, timeout=_MS)

    page.start_button.click()
    qtbot.waitUntil(lambda: bool(page.address.url), timeout=_MS)
    photo = list_samples()[0].path
    with httpx.Client(base_url=page.address.url, timeout=60) as client:
        asker = make_asker(client)
        (image,) = asker.upload((photo.name, photo.read_bytes()))
        assert "ll-bar" in json.dumps(asker.ask("answer", image))
    page.stop_button.click()
    qtbot.waitUntil(lambda: not page.is_running, timeout=60_000)
    assert not list((home / "cache" / "web").iterdir())

    page.start_button.click()
    qtbot.waitUntil(lambda: bool(page.address.url), timeout=_MS)
    pid = runner.child_pid("web")
    assert pid is not None
    os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    qtbot.waitUntil(lambda: not page.is_running, timeout=60_000)
    assert page.error_panel.isVisible()

    page.start_button.click()
    qtbot.waitUntil(lambda: bool(page.address.url), timeout=_MS)
    pid = runner.child_pid("web")
    assert pid is not None
    window.close()
    qtbot.waitUntil(lambda: not psutil.pid_exists(pid), timeout=60_000)
