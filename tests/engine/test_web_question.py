"""The question to a web demo fails where something else answers; that a demo answers it is shown by the self-test."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.web_question import ask


class _Other(BaseHTTPRequestHandler):
    """Somebody else's server."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path.endswith("gone/") else 200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_another_server_is_no_demo(other: str, tmp_path: Path) -> None:
    """What shows no page is not taken for the demo."""
    with pytest.raises(ValueError, match="does not show a page"):
        ask(other, tmp_path / "image.jpg")


def test_nobody_there(tmp_path: Path) -> None:
    """A closed port is an OSError."""
    with pytest.raises(OSError, match="refused"):
        ask("http://127.0.0.1:9/", tmp_path / "image.jpg")
