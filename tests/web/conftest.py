"""A web demo in a real child process, and a real browser, for the tests of the page and its server."""

import json
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from engine import calls, places
from engine.errors import Cancelled
from engine.events import Control, Event, WebDemoLogged, WebDemoStarted
from engine.process import Lane
from tests.engine.evaluation.untrained_run import make_shared_run

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_SECONDS = 180  # a busy machine imports torch and Gradio slowly


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that has learned nothing."""
    return make_shared_run(tmp_path_factory.getbasetemp())[1].final_model


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Images that no model has seen."""
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(8)
    paths = []
    for number in range(4):
        coarse = random.integers(0, 256, size=(5, 6, 3), dtype=np.uint8)
        path = folder / f"photo {number}.jpg"
        Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(path)
    return paths


@dataclass
class RunningDemo:
    """A web demo that answers."""

    url: str
    port: int
    lane: Lane
    control: Control
    events: list[Event]
    folder: Path
    """Where it keeps what is uploaded."""
    outcome: "queue.Queue[BaseException | None]" = field(default_factory=queue.Queue)

    @property
    def log(self) -> str:
        """What it logged so far."""
        return "\n".join(event.text for event in self.events if isinstance(event, WebDemoLogged))

    def files(self) -> list[Path]:
        """What lies in its folder now, but for the samples."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return [path for path in found if "samples" not in path.relative_to(self.folder).parts]

    def client(self) -> httpx.Client:
        """Somebody who asks it over HTTP, as the page does."""
        return httpx.Client(base_url=self.url, timeout=_SECONDS)


StartDemo = Callable[..., RunningDemo]


@pytest.fixture(scope="module")
def start_demo(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[StartDemo]:
    """Starts demos in child processes of their own; all are ended afterwards."""
    home = tmp_path_factory.mktemp("web_home")
    demos: list[tuple[RunningDemo, threading.Thread]] = []

    def start(port: int = calls.WEB_PORT, *, of: Path | None = None) -> RunningDemo:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LESION_LAB_HOME", str(home))
            demo, thread = _start(of or model, port)
        demos.append((demo, thread))
        return demo

    yield start
    for demo, thread in demos:
        demo.control.cancel()
        thread.join(20)
        demo.lane.close()
    shutil.rmtree(home, ignore_errors=True)


def _start(model: Path, port: int) -> tuple[RunningDemo, threading.Thread]:
    lane, control = Lane("web", places.log_dir()), Control()
    events: list[Event] = []
    outcome: queue.Queue[BaseException | None] = queue.Queue()
    above = places.cache_dir() / "web"
    before = set(above.iterdir()) if above.is_dir() else set()
    started = threading.Event()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, WebDemoStarted):
            started.set()

    def serve() -> None:
        try:
            lane.run(calls.serve_web_demo(model, port, "cpu"), listen, control)
            outcome.put(None)
        except Cancelled as error:
            outcome.put(error)
        except Exception as error:  # noqa: BLE001 - the test that waits for the start tells it
            outcome.put(error)
            started.set()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(_SECONDS), events
    found = next((event for event in events if isinstance(event, WebDemoStarted)), None)
    assert found is not None, outcome.get()
    (folder,) = set(above.iterdir()) - before
    return RunningDemo(found.url, found.port, lane, control, events, folder, outcome), thread


@pytest.fixture(scope="module")
def demo(start_demo: StartDemo) -> RunningDemo:
    """The demo that most tests of a file share."""
    return start_demo()


@dataclass(frozen=True)
class Asker:
    """Asks the demo over HTTP, without a browser."""

    client: httpx.Client
    functions: dict[str, int]

    def upload(self, *images: tuple[str, bytes]) -> list[dict[str, Any]]:
        """Send images by name; what the page then sends to name them."""
        answer = self.client.post("/gradio_api/upload", files=[("files", one) for one in images])
        assert answer.status_code == 200, answer.text
        return [
            {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
            for path, (name, _) in zip(answer.json(), images, strict=True)
        ]

    def ask(self, function: str, value: object, session: str = "s1") -> dict[str, Any]:
        """The last message of the queue about one question."""
        question = {"data": [value], "fn_index": self.functions[function], "session_hash": session}
        joined = self.client.post("/gradio_api/queue/join", json=question)
        if joined.status_code != 200:
            return {"msg": "refused", "status": joined.status_code, "text": joined.text}
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message: dict[str, Any] = json.loads(line.removeprefix("data:"))
                    if message["msg"] in ("process_completed", "unexpected_error", "server_stopped"):
                        return message
        raise AssertionError("the stream ended without an answer")


@pytest.fixture
def asker(demo: RunningDemo) -> Iterator[Asker]:
    with demo.client() as client:
        yield make_asker(client)


def make_asker(client: httpx.Client) -> Asker:
    """Learns from the page's config what can be asked."""
    config = client.get("/config").json()
    return Asker(client, {one["api_name"]: one["id"] for one in config["dependencies"]})


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """Headless Chromium that logs every request it makes."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Debian's chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, "--window-size=1200,1500", f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    downloads = {"download.default_directory": str(tmp_path), "download.prompt_for_download": False}
    options.add_experimental_option("prefs", downloads)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()
