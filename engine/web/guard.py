"""Lets through only what the demo's own page asks of its server; everything else is refused before Gradio sees it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_UPLOAD = 20_000_000
"""Bytes of one image; a request with several images may be larger."""
MAX_IMAGES = 50
"""In one batch."""
_MAX_REQUEST = 200_000_000
_MAX_QUESTION = 1_000_000  # a question names uploaded files, it holds none
_MAX_FOLDER = 2_000_000_000  # what all visitors have uploaded and was not cleaned up yet

_PAGES = re.compile(
    r"/(?:config|theme\.css|favicon\.ico|manifest\.json|pwa_icon(?:/\d+)?|assets/.+|static/.+|svelte/.+)?"
    r"|/gradio_api/(?:queue/data|startup-events|heartbeat/\w+|upload_progress|info|app_id|file=.+)"
)
_QUESTIONS = ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel", "/gradio_api/reset")
_UPLOAD = "/gradio_api/upload"

_HEADERS = {
    # Whatever the page is made of, the browser asks no other server for anything, and no other page may frame this one.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: data:; worker-src 'self' blob:; "
        "frame-ancestors 'none'; form-action 'self'; base-uri 'self'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class RefusedError(Exception):
    """The request is none of the page's."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Guard:
    """ASGI middleware around the whole demo.

    A page of somebody else, open in the same browser, must not reach it (Host and Origin are checked, against DNS
    rebinding too), no request may name a file outside the demo's own folder or an address elsewhere, and none may be
    larger than an upload.
    """

    def __init__(self, app: ASGIApp, *, port: int, folder: Path) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with what is wrong about it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            if scope["type"] != "http":
                raise RefusedError(403, "Only plain requests are answered here.")
            exchange = _Exchange(receive, send, self._check(scope))
            if scope["path"] in _QUESTIONS:
                exchange.body = await self._read_question(exchange.receive)
            await exchange.carry_out(self._app, scope)
        except RefusedError as refused:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            answer = PlainTextResponse(refused.reason, status_code=refused.status, headers=_HEADERS)
            await answer(scope, receive, send)

    def _check(self, scope: Scope) -> int:
        """How large the request's body may be. Raises `RefusedError`."""
        headers = Headers(scope=scope)
        if headers.getlist("host") and headers.getlist("host") != [headers["host"]]:
            raise RefusedError(400, "A request has one Host.")
        if headers.get("host", "").lower() not in self._hosts:
            raise RefusedError(421, "This server answers for this computer alone.")
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in self._hosts}:
            raise RefusedError(403, "Pages of other servers get no answer.")
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            raise RefusedError(403, "Pages of other servers get no answer.")
        return self._check_path(scope["method"], scope["path"], headers)

    def _check_path(self, method: str, path: str, headers: Headers) -> int:
        if any(ord(sign) < 32 or sign == "\\" for sign in path) or ".." in unquote(path):
            raise RefusedError(404, "There is nothing here.")
        if method in ("GET", "HEAD") and _PAGES.fullmatch(path):
            if path.startswith("/gradio_api/file="):
                self._check_file(path.removeprefix("/gradio_api/file="))
            return 0
        if method != "POST" or path not in (*_QUESTIONS, _UPLOAD):
            raise RefusedError(404, "There is nothing here.")
        limit = _MAX_REQUEST if path == _UPLOAD else _MAX_QUESTION
        if not headers.get("content-length", "0").isdecimal() or int(headers.get("content-length", "0")) > limit:
            raise RefusedError(413, f"That is more than {limit // 1_000_000} MB.")
        if path == _UPLOAD and _size(self._folder) > _MAX_FOLDER:
            raise RefusedError(507, "Too many images were sent in a short time. Try again in ten minutes.")
        return limit

    def _check_file(self, name: object) -> None:
        """Only what lies in the demo's own folder may be named."""
        if not isinstance(name, str) or len(name) > 4096 or "\0" in name or "://" in name:
            raise RefusedError(403, "That is no file of this page.")
        try:
            path = Path(name)
            inside = path.is_absolute() and path.resolve().is_relative_to(self._folder)
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            raise RefusedError(403, "That is no file of this page.")

    async def _read_question(self, receive: Receive) -> bytes:
        """The body of a question, in which every file named is one of the demo's own."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "The question was cut.")
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        try:
            question = json.loads(body or b"{}")
            named = list(_files_in(question))
        except (ValueError, RecursionError):
            raise RefusedError(400, "The question cannot be read.") from None
        for key, value in named:
            if key == "path":
                self._check_file(value)
            elif not _is_own_url(value, self._hosts):
                raise RefusedError(403, "That is no file of this page.")
        return bytes(body)


def _files_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Whatever stands under "path" or "url" anywhere in `value`, but for nothing."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("path", "url") and inner is not None:
                yield key, inner
            else:
                yield from _files_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _files_in(inner)


def _is_own_url(value: object, hosts: set[str]) -> bool:
    """Gradio's page names an uploaded file by its address too; nothing is fetched from there."""
    starts = ("/gradio_api/file=", *(f"http://{host}/gradio_api/file=" for host in hosts))
    return isinstance(value, str) and value.startswith(starts)


class _Exchange:
    """One request and its answer: counts what comes in, seals what goes out."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._n_bytes = 0
        self._is_answered = False
        self.body: bytes | None = None
        """The request's body, where it was read already."""

    async def carry_out(self, app: ASGIApp, scope: Scope) -> None:
        """Let `app` answer. Raises `RefusedError` where the request proves longer than it said, before any answer."""
        try:
            await app(scope, self.receive, self._seal)
        except ClientDisconnect:  # the browser was closed: nobody waits, and nothing is wrong
            pass
        except Exception:  # what an application makes of a request that was cut
            if not self._is_too_long:
                raise
        if self._is_too_long and not self._is_answered:
            raise RefusedError(413, f"That is more than {self._limit // 1_000_000} MB.")

    async def receive(self) -> Message:
        """The next piece of the request; too long a one seems cut off."""
        if self.body is not None:
            body, self.body = self.body, None
            return {"type": "http.request", "body": body, "more_body": False}
        message = await self._receive()
        self._n_bytes += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._is_too_long else message

    @property
    def _is_too_long(self) -> bool:
        return self._n_bytes > self._limit

    async def _seal(self, message: Message) -> None:
        """Send on, with the headers that keep the page to itself."""
        if self._is_too_long and not self._is_answered:
            return
        if message["type"] == "http.response.start":
            self._is_answered = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await self._send(message)


def _size(folder: Path) -> int:
    """Bytes of the files below `folder`."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # cleaned up in the meantime
            continue
    return total
