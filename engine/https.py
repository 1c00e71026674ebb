"""Asks a server over https and hears its answer in a thread, so that cancel is heard while nothing comes."""

import contextlib
import email.utils
import http.client
import queue
import re
import ssl
import string
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from types import TracebackType
from typing import Self

from engine import __version__
from engine.events import Control

SILENCE_SECONDS = 20.0
"""So long may a server say nothing before it is given up."""

_USER_AGENT = f"lesion-lab/{__version__}"  # Harvard Dataverse turns away the names that Python's libraries give
_REDIRECTS, _MAX_REDIRECTS = (301, 302, 303, 307, 308), 5
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_RANGE_REFUSED = 416
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PIECE = 1 << 18
_WAITING_PIECES = 16
_POLL_SECONDS = 0.1


class RefusedError(Exception):
    """The server does not give what it was asked for; asking again does not help. `str()` is the reason."""


class BrokenOffError(Exception):
    """No answer came, or not the whole of it; asking again may help. `str()` is what the server did."""

    def __init__(self, reason: str, wait_seconds: float = 0) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds
        """How long the server asks to wait."""


class RangeRefusedError(BrokenOffError):
    """There is nothing at the place from which the server was asked to go on."""


@dataclass(frozen=True)
class _Head:
    status: int
    length: int | None
    headers: Message


_Item = _Head | bytes | Exception | None


class Answer:
    """The answer to one GET: its head as soon as it is there, its body in pieces. A context manager.

    Only https is spoken, also where the server sends on to another (plain http with this computer itself, and only if
    the first address is there already). A proxy is taken from the environment. Raises `RefusedError`, `BrokenOffError`
    and, within a tenth of a second, `Cancelled`.
    """

    status: int
    """200 or 206."""
    length: int | None
    """Bytes of the body as announced; None if they are not."""
    headers: Message

    def __init__(self, url: str, headers: Mapping[str, str], control: Control) -> None:
        self._control = control
        self._items: queue.Queue[_Item] = queue.Queue(_WAITING_PIECES)
        self._abandoned = threading.Event()
        threading.Thread(target=self._receive, args=(url, headers), name="https", daemon=True).start()

    def __enter__(self) -> Self:
        try:
            head = self._next()
        except BaseException:
            self._abandoned.set()
            raise
        assert isinstance(head, _Head)
        self.status, self.length, self.headers = head.status, head.length, head.headers
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._abandoned.set()

    def pieces(self) -> Iterator[bytes]:
        """The body, never more of it than announced. It may end early: count."""
        while isinstance(piece := self._next(), bytes):
            yield piece

    def _next(self) -> _Head | bytes | None:
        give_up_at = time.monotonic() + SILENCE_SECONDS
        while True:
            self._control.raise_if_cancelled()
            try:
                item = self._items.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if time.monotonic() > give_up_at:
                    raise _silence() from None
                continue
            if isinstance(item, Exception):
                raise item
            return item

    def _receive(self, url: str, headers: Mapping[str, str]) -> None:
        """The thread: puts the head, the pieces and None, or what went wrong."""
        try:
            with _open(url, headers) as response:
                left = response.length
                self._put(_Head(response.status, left, response.headers))
                while left is None or left > 0:
                    piece = response.read1(_PIECE if left is None else min(_PIECE, left))
                    if not piece or not self._put(piece):
                        break
                    left = None if left is None else left - len(piece)
            self._put(None)
        except TimeoutError:
            self._put(_silence())
        except (OSError, http.client.HTTPException):
            self._put(BrokenOffError("broke off the connection"))
        except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
            self._put(error)

    def _put(self, item: _Item) -> bool:
        """Hand over an item; False once nobody waits for it any more."""
        while not self._abandoned.is_set():
            with contextlib.suppress(queue.Full):
                self._items.put(item, timeout=_POLL_SECONDS)
                return True
        return False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to `_open`, which looks at where they lead and does not read what comes with them."""

    def _leave(self, *_: object, **__: object) -> None:
        return None

    http_error_301 = http_error_302 = http_error_303 = http_error_307 = http_error_308 = _leave


def _open(url: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    opener = urllib.request.build_opener(_NoRedirects)
    is_local = url.startswith("http:") and urllib.parse.urlsplit(url).hostname in _LOOPBACK
    for _ in range(_MAX_REDIRECTS + 1):
        _check_address(url, is_local)
        request = urllib.request.Request(url, headers={"User-Agent": _USER_AGENT, **headers})
        try:
            response: http.client.HTTPResponse = opener.open(request, timeout=SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            with error:
                url = _follow(url, error)
            continue
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(error) from error
        return response
    raise RefusedError("it sends on and on to other addresses")


def _follow(url: str, error: urllib.error.HTTPError) -> str:
    """The address to which a redirect leads; raises for any other status."""
    said = f"{error.code} {_plain(str(error.reason))}".strip()
    location = error.headers.get("Location")
    if error.code in _REDIRECTS and location:
        try:
            return urllib.parse.quote(urllib.parse.urljoin(url, location), safe=string.punctuation)
        except ValueError:
            raise RefusedError(f"{said}, to an address that cannot be read") from error
    if error.code == _RANGE_REFUSED:
        raise RangeRefusedError(f"answered {said}") from error
    if error.code in _TRY_AGAIN:
        raise BrokenOffError(f"answered {said}", _seconds(error.headers.get("Retry-After"))) from error
    raise RefusedError(said) from error


def _check_address(url: str, is_local: bool) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        scheme, host = parts.scheme.lower(), parts.hostname
    except ValueError:
        raise RefusedError("it sends on to an address that cannot be read") from None
    if not host or not (scheme == "https" or (scheme == "http" and is_local and host in _LOOPBACK)):
        raise RefusedError(f"it sends on to an address that is not secure ({_plain(scheme)})")


def _unreachable(error: OSError | http.client.HTTPException) -> Exception:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return RefusedError(f"its certificate is not to be trusted ({_plain(cause.verify_message)})")
    if isinstance(cause, TimeoutError):
        return _silence()
    if isinstance(cause, http.client.RemoteDisconnected):
        return BrokenOffError("broke off the connection")
    if isinstance(cause, http.client.HTTPException):
        return BrokenOffError("answered with something that is no HTTP")
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return BrokenOffError(f"could not be reached: {_plain(reason) or type(cause).__name__}")


def _silence() -> BrokenOffError:
    return BrokenOffError(f"was silent for {SILENCE_SECONDS:.0f} s")


def _seconds(retry_after: str | None) -> float:
    """What a Retry-After header asks for: seconds, or a date."""
    if retry_after is None:
        return 0
    if re.fullmatch(r"\d{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    until = until.replace(tzinfo=until.tzinfo or UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _plain(text: str) -> str:
    """What a server says, fit to be shown in a sentence."""
    return re.sub(r"[^\x20-\x7e]", "?", text)[:100]
