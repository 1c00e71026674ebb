"""Serves the demo's page on this computer alone: finds a port, watches over the server, and ends it cleanly."""

import contextlib
import errno
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI

from engine import places
from engine.errors import ChildDiedError, ConfigError
from engine.web.guard import MAX_UPLOAD, Guard
from engine.web.look import CSS, theme

HOST = "127.0.0.1"
_TRIES = 50  # ports beside the one that was asked for
_STARTING_SECONDS = 60.0
_ENDING_SECONDS = 3.0


def bind(port: int) -> socket.socket:
    """A socket on loopback at `port`, or at the next one that is free. Raises `ConfigError`."""
    for number in (*range(port, min(port + _TRIES, 65536)), 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also after a server that ended just now
        try:
            listener.bind((HOST, number))
            listener.listen(128)
            return listener
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) and getattr(error, "winerror", 0) != 10013:
                raise ConfigError(
                    f"No port of this computer could be opened: {error.strerror}.",
                    "A firewall or another program may forbid it.",
                ) from error
    raise ConfigError("No port of this computer is free.", "Close other programs that serve pages.")


def mount(page: gr.Blocks, port: int, folder: Path) -> Guard:
    """The page as an ASGI application, behind its guard."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=HOST,
        server_port=port,
        footer_links=[],
        run_history=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        allowed_paths=[],
        favicon_path=str(places.resources_dir() / "icon.svg"),
        show_error=False,
        max_file_size=MAX_UPLOAD,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css=CSS,
    )
    return Guard(app, port=port, folder=folder)


@contextlib.contextmanager
def served(app: Guard, listener: socket.socket) -> Iterator[Callable[[], bool]]:
    """Within, `app` answers on `listener`; what is given tells whether it still does. Raises `ChildDiedError`."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        limit_concurrency=512,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = uvicorn.Server(config)
    # In a thread of its own, where uvicorn leaves the signals of the process to whoever handles them already.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web demo", daemon=True)
    thread.start()
    give_up_at = time.monotonic() + _STARTING_SECONDS
    while thread.is_alive() and not server.started and time.monotonic() < give_up_at:
        time.sleep(0.02)
    try:
        if not server.started:
            raise ChildDiedError("The web demo did not start.", "Start it again; the log says more.")
        yield thread.is_alive
    finally:
        server.should_exit = server.force_exit = True  # open pages listen for ever: nobody waits for them
        thread.join(_ENDING_SECONDS)
        listener.close()
