"""Serves the web demo: a page in the browser with the window's answers on this computer, without a network."""

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine import places
from engine.atomic import disk_error
from engine.calls import WEB_PORT
from engine.config import DeviceName
from engine.errors import ChildDiedError
from engine.events import Control, OnEvent, StatusChanged, WebDemoLogged, WebDemoStarted, ignore_events

_POLL_SECONDS = 0.1
_STALE_SECONDS = 60.0
_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",  # otherwise it looks up its maker when it starts
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def serve(
    model: Path,
    port: int = WEB_PORT,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> None:
    """Serve the demo of the model file `model` until it is cancelled; says where as `WebDemoStarted`.

    If `port` is taken the next free one is used. Raises `ModelFileError`, `ConfigError`, `DiskError`, `Cancelled` in
    the end, and `ChildDiedError` when the server ends by itself.
    """
    control = control or Control()
    with _own_folder() as folder, _environment(folder), _log_to(on_event):
        on_event(StatusChanged(text="Loading the model"))
        from engine.model.device import choose
        from engine.prediction.loaded import open_model

        card = open_model(model, choose(device), on_event).card
        control.raise_if_cancelled()
        on_event(StatusChanged(text="Starting the web demo"))
        from engine.web.page import build
        from engine.web.server import HOST, bind, mount, served

        listener = bind(port)
        actual = listener.getsockname()[1]
        with served(mount(build(model, card, device), actual, folder), listener) as is_alive:
            on_event(WebDemoStarted(url=f"http://{HOST}:{actual}/", port=actual, is_other_port=actual != port))
            while is_alive():
                control.raise_if_cancelled()
                os.utime(folder)
                time.sleep(_POLL_SECONDS)
        raise ChildDiedError("The web demo ended by itself.", "Start it again; the log says more.")


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder for uploads that nobody else on this computer may look into; gone afterwards.

    What a demo that was killed left behind is removed by the next one.
    """
    above = places.cache_dir() / "web"
    try:
        above.mkdir(parents=True, exist_ok=True)
        _sweep(above)
        folder = Path(tempfile.mkdtemp(dir=above))  # 0700
    except OSError as error:
        raise disk_error(error, above) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(above: Path) -> None:
    """Remove folders that nothing was written to for a minute: a demo that runs touches its own ten times a second."""
    for left in above.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """What Gradio reads while it is imported and used."""
    settings = {**_ENVIRONMENT, "GRADIO_TEMP_DIR": str(folder)}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _ToEvents(logging.Handler):
    """Tells the window what the server logs."""

    def __init__(self, on_event: OnEvent) -> None:
        super().__init__(logging.INFO)
        self._on_event = on_event

    def emit(self, record: logging.LogRecord) -> None:
        """One record, with its traceback if it has one."""
        self._on_event(WebDemoLogged(text=self.format(record)))


@contextlib.contextmanager
def _log_to(on_event: OnEvent) -> Iterator[None]:
    handler = _ToEvents(on_event)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    loggers = [logging.getLogger(name) for name in ("engine.web", "uvicorn.error")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
