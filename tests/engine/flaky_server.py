"""A web server on this computer that does, request by request, what servers do on bad days."""

import contextlib
import hashlib
import http.server
import os
import re
import ssl
import threading
import time
import unittest.mock
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

CERTIFICATE = Path(__file__).with_name("loopback.pem")


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. What a `Deed` does to it."""

    server: "FlakyServer"

    def do_GET(self) -> None:
        """Do the next deed for the address, or give the file as servers do."""
        parts = urlsplit(self.path)
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.server.requests.append((address, dict(self.headers)))
        deeds = self.server.deeds.get(address, [])
        content = self.server.files.get(address)
        with contextlib.suppress(ConnectionError):  # the client may hang up
            if deeds:
                deeds.pop(0)(self, content or b"")
            elif content is None:
                self.reply(404)
            else:
                give()(self, content)

    def do_CONNECT(self) -> None:
        """A proxy is asked for a way to somewhere: there is none."""
        self.server.requests.append((self.path, dict(self.headers)))
        self.reply(503)

    def reply(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """A status line with headers, and no body unless more is written."""
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} if headers is None else headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


Deed = Callable[[Handler, bytes], None]


class FlakyServer(http.server.ThreadingHTTPServer):
    """Files by address, what to do first at each, and what was asked."""

    daemon_threads = False  # closing waits for them
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.deeds: dict[str, list[Deed]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.is_closing = threading.Event()
        self.scheme = "http"

    def handle_error(self, *_: object) -> None:
        """A client that does not trust the server hangs up: keep the test's output clean."""

    def url(self, address: str) -> str:
        """The whole address of something here."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}{address}"

    def ranges(self) -> list[str | None]:
        """What part each request asked for."""
        return [headers.get("Range") for _, headers in self.requests]


@contextlib.contextmanager
def running(*, secure: bool = False) -> Iterator[FlakyServer]:
    """A server that answers until the block ends."""
    server = FlakyServer()
    if secure:
        server.scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with unittest.mock.patch.dict(os.environ, no_proxy="127.0.0.1", NO_PROXY="127.0.0.1"):
            yield server
    finally:
        server.is_closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def tag(content: bytes) -> str:
    """The ETag of a file."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def give(
    *,
    cut_after: int | None = None,
    announced: int | None = None,
    ranges: bool = True,
    place: str | None = None,
    hang: bool = False,
) -> Deed:
    """Give the file: only `cut_after` bytes of it, with a false Content-Length, ignoring Range, with a false
    Content-Range, or (after `cut_after` bytes) falling silent."""

    def deed(handler: Handler, content: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        is_current = handler.headers.get("If-Range", tag(content)) == tag(content)
        start = int(asked[1]) if asked and ranges and is_current else 0
        if start and start >= len(content):
            handler.reply(416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
            return
        body = content[start:]
        headers = {"Content-Length": str(len(body) if announced is None else announced), "ETag": tag(content)}
        if start:
            headers["Content-Range"] = place or f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.reply(206 if start else 200, headers)
        handler.wfile.write(body[:cut_after])
        if hang:
            handler.server.is_closing.wait(30)

    return deed


def answer(status: int, **headers: str) -> Deed:
    """A status without the file; `Retry_After` is the header Retry-After."""

    def deed(handler: Handler, content: bytes) -> None:
        handler.reply(
            status, {"Content-Length": "0"} | {name.replace("_", "-"): said for name, said in headers.items()}
        )

    return deed


def stream(body: bytes, *, times: int = 1, chunked: bool = False) -> Deed:
    """A body without any Content-Length, `times` over."""

    def deed(handler: Handler, content: bytes) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.close_connection = True
        handler.reply(200, {"Transfer-Encoding": "chunked"} if chunked else {"Connection": "close"})
        for _ in range(times):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body) if chunked else body)
        if chunked:
            handler.wfile.write(b"0\r\n\r\n")

    return deed


def hang(handler: Handler, content: bytes) -> None:
    """Say nothing at all."""
    handler.server.is_closing.wait(30)


def hang_up(handler: Handler, content: bytes) -> None:
    """Close the connection without a word."""


def talk_nonsense(handler: Handler, content: bytes) -> None:
    """Answer something that is no HTTP."""
    handler.wfile.write(b"220 ftp.example.org ready\r\n")


def drip(handler: Handler, content: bytes) -> None:
    """Give the file, a little at a time."""
    handler.reply(200, {"Content-Length": str(len(content)), "ETag": tag(content)})
    for at in range(0, len(content), 50_000):
        if handler.server.is_closing.is_set():
            return
        handler.wfile.write(content[at : at + 50_000])
        time.sleep(0.02)
