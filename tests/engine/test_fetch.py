"""Files from servers on their bad days: whole and right in the end, or an error that says what to do."""

import email.utils
import errno
import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import __version__, fetch, https
from engine.errors import Cancelled, DiskError, EngineError
from engine.events import Control, Event, OnEvent, ProgressDone, StatusChanged, ignore_events
from engine.fetch import Meter, Remote, RemoteFile, fetch_bytes, fetch_file
from tests.engine.flaky_server import (
    CERTIFICATE,
    Deed,
    FlakyServer,
    Handler,
    answer,
    drip,
    give,
    hang,
    hang_up,
    running,
    stream,
    tag,
    talk_nonsense,
)

CONTENT = random.Random(0).randbytes(3_000_000)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits between the tries."""
    monkeypatch.setattr(fetch, "WAITS_SECONDS", (0.01, 0.01, 0.01, 0.01))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of silence is enough."""
    monkeypatch.setattr(https, "SILENCE_SECONDS", 1.0)


@pytest.fixture
def server() -> Iterator[FlakyServer]:
    """A server with one file."""
    with running() as server:
        server.files["/file"] = CONTENT
        yield server


def _remote(server: FlakyServer, address: str = "/file") -> RemoteFile:
    return RemoteFile(
        url=server.url(address),
        name="the pictures",
        server="The museum",
        hint="Go there yourself.",
        max_bytes=10_000_000,
        size=len(CONTENT),
        algorithm="md5",
        checksum=hashlib.md5(CONTENT).hexdigest(),
    )


def _fetch(remote: RemoteFile, target: Path, control: Control | None = None, on_event: OnEvent = ignore_events) -> None:
    meter = Meter(remote.size or 0, on_event)
    fetch_file(remote, target, meter, control=control or Control(), on_event=on_event)


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.part"))


def test_a_file_arrives_with_progress(server: FlakyServer, tmp_path: Path) -> None:
    """The file is there whole, nothing lies beside it, the server knows who asks, and the progress ends at the end."""
    events: list[Event] = []
    meter = Meter(len(CONTENT), events.append)
    fetch_file(_remote(server), tmp_path / "new" / "file.zip", meter, control=Control(), on_event=events.append)
    meter.settle()
    assert (tmp_path / "new" / "file.zip").read_bytes() == CONTENT
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "file.zip"]
    assert server.requests[0][1]["User-Agent"] == f"lesion-lab/{__version__}"
    assert events[0] == StatusChanged(text="Downloading the pictures")
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert (last.done, last.total, last.unit) == (3, 3, "MB")


def test_a_file_that_is_there_is_not_fetched_again(server: FlakyServer, tmp_path: Path) -> None:
    """A right file is kept without asking; a damaged one is replaced."""
    (tmp_path / "file.zip").write_bytes(CONTENT)
    _fetch(_remote(server), tmp_path / "file.zip")
    assert server.requests == []
    (tmp_path / "file.zip").write_bytes(b"?" + CONTENT[1:])
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


def test_a_cut_connection_is_taken_up_where_it_broke(server: FlakyServer, tmp_path: Path) -> None:
    """Each new request asks for the rest alone, of the same version of the file."""
    server.deeds["/file"] = [give(cut_after=700_000), give(cut_after=1_000_000), hang_up, give(cut_after=1)]
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges() == [None, *(f"bytes={n}-" for n in (700_000, 1_700_000, 1_700_000, 1_700_001))]
    assert {headers["If-Range"] for _, headers in server.requests[1:]} == {tag(CONTENT)}
    assert _parts(tmp_path) == []


BAD_MOMENTS: dict[str, list[Deed]] = {
    "cut at once": [hang_up],
    "cut after the head": [give(cut_after=0)],
    "no HTTP": [talk_nonsense],
    "500": [answer(500)],
    "503": [answer(503), answer(503)],
    "429": [answer(429, Retry_After="0")],
    "silent": [hang],
    "falls silent": [give(cut_after=2_000_000, hang=True)],
    "ignores Range": [give(cut_after=2_000_000), give(ranges=False)],
    "ignores Range and is cut again": [give(cut_after=9999), give(cut_after=99_999, ranges=False)],
    "goes on somewhere else": [give(cut_after=2_000_000), give(place="bytes 0-999999/3000000")],
    "goes on with another file": [give(cut_after=2_000_000), give(place="bytes 2000000-3999999/4000000")],
    "goes on without a word": [give(cut_after=2_000_000), give(place="somewhere")],
    "refuses the range": [give(cut_after=2_000_000), answer(416)],
    "stops short of its own range": [give(cut_after=2_000_000), give(announced=500)],
    "chunked": [stream(CONTENT[:1000], chunked=True), stream(CONTENT, chunked=True)],
    "no length": [stream(CONTENT[:1000]), stream(CONTENT)],
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("moment", BAD_MOMENTS)
def test_bad_moments_pass(server: FlakyServer, tmp_path: Path, moment: str) -> None:
    """Whatever goes wrong for a moment, the file is whole and right in the end."""
    server.deeds["/file"] = list(BAD_MOMENTS[moment])
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [tmp_path / "file.zip"]


BAD_DAYS: dict[str, tuple[Callable[[], Deed], str, int]] = {
    "cut at once": (lambda: hang_up, "broke off", 5),
    "no HTTP": (lambda: talk_nonsense, "no HTTP", 5),
    "cut always": (lambda: give(cut_after=400_000, ranges=False), "broke off", 5),
    "500": (lambda: answer(500), "answered 500", 5),
    "429": (lambda: answer(429), "answered 429", 5),
    "429 for an hour": (lambda: answer(429, Retry_After="3600"), "answered 429", 1),
    "503 until next week": (
        lambda: answer(503, Retry_After=email.utils.formatdate(time.time() + 7 * 86400, usegmt=True)),
        "answered 503",
        1,
    ),
    "400": (lambda: answer(400), "refused the pictures: 400 Bad Request", 1),
    "403": (lambda: answer(403), "refused the pictures: 403 Forbidden", 1),
    "404": (lambda: answer(404), "refused the pictures: 404 Not Found", 1),
    "204": (lambda: answer(204), "refused the pictures: its answer has the status 204", 1),
    "206 unasked": (lambda: answer(206, Content_Range="bytes 0-0/1"), "status 206", 1),
    "redirect to nowhere": (lambda: answer(302), "refused the pictures: 302", 1),
    "redirect to itself": (lambda: answer(302, Location="/file"), "on and on", 6),
    "redirect to ftp": (lambda: answer(302, Location="ftp://127.0.0.1/file"), r"not secure \(ftp\)", 1),
    "redirect to a file": (lambda: answer(302, Location="file:///etc/passwd"), r"not secure \(file\)", 1),
    "redirect to data": (lambda: answer(302, Location="data:,abc"), r"not secure \(data\)", 1),
    "redirect to plain http": (lambda: answer(301, Location="http://example.org/file"), r"not secure \(http\)", 1),
    "redirect to nonsense": (lambda: answer(302, Location="http://[::1/"), "cannot be read", 1),
    "wrong bytes": (lambda: give_bytes(CONTENT[::-1]), "something else than the pictures; it was thrown away", 1),
    "a page that is shorter": (lambda: give_bytes(b"<html>Log in</html>"), "sends 19 bytes .* instead of 3,000,000", 1),
    "a length too long": (lambda: give(announced=3_000_001), "sends 3,000,001 bytes", 1),
    "a length too short": (lambda: give(announced=2_999_999), "sends 2,999,999 bytes", 1),
    "no end": (lambda: stream(bytes(100_000), times=200), "sends more than it should", 1),
    "no end, chunked": (lambda: stream(bytes(100_000), times=200, chunked=True), "sends more than it should", 1),
}


def give_bytes(body: bytes) -> Deed:
    """Another file in the place of the one that is asked for."""
    return lambda handler, content: give()(handler, body)


@pytest.mark.parametrize("day", BAD_DAYS)
def test_bad_days_end_in_a_sentence(server: FlakyServer, tmp_path: Path, day: str) -> None:
    """What does not pass is an error with a hint, after a bounded number of requests; nothing passes for the file."""
    deed, said, n_requests = BAD_DAYS[day]
    server.deeds["/file"] = [deed() for _ in range(20)]
    with pytest.raises(EngineError, match=said) as caught:
        _fetch(_remote(server), tmp_path / "file.zip")
    assert str(caught.value).startswith("The museum ")
    assert str(caught.value).endswith(".")
    assert "Go there yourself." in caught.value.hint
    assert len(server.requests) == n_requests
    assert not (tmp_path / "file.zip").exists()
    server.deeds.clear()
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stays_silent_is_given_up(
    server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence ends like a cut connection."""
    monkeypatch.setattr(fetch, "WAITS_SECONDS", (0.01,))
    server.deeds["/file"] = [hang, give(cut_after=1000, hang=True)]
    with pytest.raises(EngineError, match="The museum was silent for 1 s"):
        _fetch(_remote(server), tmp_path / "file.zip")
    assert [part.stat().st_size for part in _parts(tmp_path)] == [1000]


def test_a_download_that_got_somewhere_is_not_given_up(server: FlakyServer, tmp_path: Path) -> None:
    """Only tries in which nothing of note arrives are counted: a bad line brings a large file in the end."""
    server.deeds["/file"] = [give(cut_after=250_000) for _ in range(11)]
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert len(server.requests) == 12


def test_what_arrived_waits_for_the_next_time(server: FlakyServer, tmp_path: Path) -> None:
    """After an error the part is kept, said to be kept, and continued by the next call."""
    server.deeds["/file"] = [give(cut_after=2_000_000), *(hang_up for _ in range(4))]
    with pytest.raises(EngineError) as caught:
        _fetch(_remote(server), tmp_path / "file.zip")
    assert "What has arrived is kept" in caught.value.hint
    assert [part.stat().st_size for part in _parts(tmp_path)] == [2_000_000]
    server.requests.clear()
    _fetch(_remote(server), tmp_path / "file.zip")
    assert server.ranges() == ["bytes=2000000-"]
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


def test_the_part_of_another_version_is_not_continued(server: FlakyServer, tmp_path: Path) -> None:
    """A part belongs to one checksum; when the file is whole, those of others are removed."""
    server.deeds["/file"] = [give(cut_after=2_000_000), answer(404)]
    with pytest.raises(EngineError):
        _fetch(replace(_remote(server), checksum="0" * 32), tmp_path / "file.zip")
    server.requests.clear()
    _fetch(_remote(server), tmp_path / "file.zip")
    assert server.ranges() == [None]
    assert list(tmp_path.iterdir()) == [tmp_path / "file.zip"]


@pytest.mark.parametrize("kept", [b"?" * 1_000_000, b"?" * 3_000_000, b"?" * 4_000_000])
def test_a_damaged_part_is_fetched_anew(server: FlakyServer, tmp_path: Path, kept: bytes) -> None:
    """Wrong bytes from an earlier time are found by the checksum of the whole, and cost one more download."""
    server.deeds["/file"] = [give(cut_after=1_000_000), answer(404)]
    with pytest.raises(EngineError):
        _fetch(_remote(server), tmp_path / "file.zip")
    (part,) = _parts(tmp_path)
    part.write_bytes(kept)
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges()[-1] is None


def test_a_file_that_changes_in_between_is_fetched_anew(server: FlakyServer, tmp_path: Path) -> None:
    """If-Range: a server with another version by now sends all of it."""
    server.files["/file"] = CONTENT[::-1]
    server.deeds["/file"] = [give(cut_after=1_000_000)]
    remote = _remote(server)

    def on_event(event: Event) -> None:
        server.files["/file"] = CONTENT if server.requests else CONTENT[::-1]

    _fetch(remote, tmp_path / "file.zip", on_event=on_event)
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges() == [None, "bytes=1000000-"]


def test_redirects_are_followed_on_each_try(server: FlakyServer, tmp_path: Path) -> None:
    """A store behind the server is asked for the rest too; its address is asked for anew, since such ones expire."""
    server.files["/store/one"] = server.files["/store/two"] = CONTENT
    server.deeds["/file"] = [answer(303, Location="/store/one"), answer(302, Location=server.url("/store/two"))]
    server.deeds["/store/one"] = [give(cut_after=1_000_000)]
    _fetch(_remote(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert [address for address, _ in server.requests] == ["/file", "/store/one", "/file", "/store/two"]
    assert server.ranges()[-1] == "bytes=1000000-"


def test_retry_after_is_respected(server: FlakyServer, tmp_path: Path) -> None:
    """A server that asks to wait a second is given a second, and the user reads so."""
    server.deeds["/file"] = [answer(429, Retry_After="1")]
    events: list[Event] = []
    started = time.monotonic()
    _fetch(_remote(server), tmp_path / "file.zip", on_event=events.append)
    assert time.monotonic() - started >= 1
    assert StatusChanged(text="The museum answered 429 Too Many Requests; trying again in 1 s") in events


def _unknown_size(server: FlakyServer) -> RemoteFile:
    return replace(_remote(server), size=None)


def test_the_size_may_be_unknown(server: FlakyServer, tmp_path: Path) -> None:
    """Without a size the announced length and the checksum decide, with and without a cut."""
    server.deeds["/file"] = [give(cut_after=1_000_000), give(cut_after=500_000)]
    _fetch(_unknown_size(server), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (give(announced=2_000_000), "something else"),
        (stream(CONTENT[:-1]), "something else"),
        (stream(bytes(1_000_000), times=11), "sends more than it should"),
        (give(announced=4_000_000), "broke off"),
    ],
)
def test_lies_about_an_unknown_size_are_noticed(server: FlakyServer, tmp_path: Path, deed: Deed, said: str) -> None:
    """Too little, too much, and more than any such file may have."""
    server.deeds["/file"] = [deed, *(hang_up for _ in range(5))]
    with pytest.raises(EngineError, match=said):
        _fetch(_unknown_size(server), tmp_path / "file.zip")
    assert not (tmp_path / "file.zip").exists()


def test_no_server_is_said(tmp_path: Path) -> None:
    """Where nobody answers at all, the sentence says so."""
    with running() as server:
        remote = _remote(server)
    with pytest.raises(EngineError, match="The museum could not be reached: Connection refused") as caught:
        _fetch(remote, tmp_path / "file.zip")
    assert "kept" not in caught.value.hint


def test_cancel_keeps_the_part(server: FlakyServer, tmp_path: Path) -> None:
    """Cancel in the middle leaves what has arrived, and the next call goes on from there."""
    server.deeds["/file"] = [drip]
    control = Control()

    def on_event(event: Event) -> None:
        if isinstance(event, ProgressDone) and event.done:
            control.cancel()

    with pytest.raises(Cancelled):
        _fetch(_remote(server), tmp_path / "file.zip", control, on_event)
    (part,) = _parts(tmp_path)
    kept = part.stat().st_size
    assert 0 < kept < len(CONTENT)
    _fetch(_remote(server), tmp_path / "file.zip")
    assert server.ranges() == [None, f"bytes={kept}-"]
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("deed", [hang, give(cut_after=1000, hang=True), answer(503, Retry_After="50")])
def test_cancel_is_heard_while_nothing_comes(server: FlakyServer, tmp_path: Path, deed: Deed) -> None:
    """A silent server and a long wait hold up nobody: cancel is done within 5 s."""
    control, told = Control(), []

    def deed_and_cancel(handler: Handler, content: bytes) -> None:
        def cancel() -> None:
            told.append(time.monotonic())
            control.cancel()

        threading.Timer(0.3, cancel).start()
        deed(handler, content)

    server.deeds["/file"] = [deed_and_cancel]
    with pytest.raises(Cancelled):
        _fetch(_remote(server), tmp_path / "file.zip", control)
    assert time.monotonic() - told[0] < 5


def test_a_full_disk_is_a_disk_error(server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot take the file is no trouble of the network."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError):
        _fetch(_remote(server), tmp_path / "file" / "file.zip")

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskError, match="full"):
        _fetch(_remote(server), tmp_path / "file.zip")
    assert not (tmp_path / "file.zip").exists()


def test_the_environments_proxy_is_used(server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain requests go through the proxy; for https it is asked for a tunnel, and its refusal is said."""
    monkeypatch.setenv("http_proxy", server.url(""))
    monkeypatch.setenv("https_proxy", server.url(""))
    _fetch(replace(_remote(server), url="http://localhost:9/file"), tmp_path / "file.zip")
    assert server.requests[0][1]["Host"] == "localhost:9"
    server.requests.clear()
    with pytest.raises(EngineError, match="Tunnel connection failed: 503"):
        _fetch(replace(_remote(server), url="https://example.org/file"), tmp_path / "other.zip")
    assert server.requests[0][0] == "example.org:443"


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyServer]:
    """The same server behind https, with a certificate that nobody vouches for."""
    with running(secure=True) as server:
        server.files["/file"] = CONTENT
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: FlakyServer, tmp_path: Path) -> None:
    """Who cannot prove who they are is not asked twice."""
    with pytest.raises(EngineError, match="certificate is not to be trusted"):
        _fetch(_remote(secure), tmp_path / "file.zip")
    assert secure.requests == []


@pytest.mark.usefixtures("impatient")
def test_https_works_and_is_never_left(secure: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a trusted certificate the file comes; from https nothing leads to plain http, not even on this computer."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    secure.deeds["/file"] = [give(cut_after=1_000_000), give(cut_after=1_000_000, hang=True)]
    _fetch(_remote(secure), tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    with running() as plain:
        plain.files["/file"] = CONTENT
        secure.deeds["/file"] = [answer(302, Location=plain.url("/file"))]
        with pytest.raises(EngineError, match=r"not secure \(http\)"):
            _fetch(_remote(secure), tmp_path / "other.zip")
        assert plain.requests == []


def test_plain_http_is_not_spoken_with_anybody_else(tmp_path: Path) -> None:
    """An address without https is refused before anything is sent."""
    with running() as server:
        remote = replace(_remote(server), url="http://192.0.2.1/file")
    with pytest.raises(EngineError, match=r"not secure \(http\)"):
        _fetch(remote, tmp_path / "file.zip")


@pytest.mark.usefixtures("impatient")
def test_short_answers(server: FlakyServer) -> None:
    """A short answer comes as a whole, is tried again when it is cut, and has a limit."""
    server.files["/list"] = b"{}" * 1000
    remote = Remote(url=server.url("/list"), name="the list", server="The museum", hint="Go.", max_bytes=2000)
    server.deeds["/list"] = [give(cut_after=100), answer(502), hang]
    assert fetch_bytes(remote, control=Control(), on_event=ignore_events) == b"{}" * 1000
    with pytest.raises(EngineError, match="more than it should for the list"):
        fetch_bytes(replace(remote, max_bytes=1999), control=Control(), on_event=ignore_events)
    server.deeds["/list"] = [answer(404)]
    with pytest.raises(EngineError, match="refused the list: 404"):
        fetch_bytes(remote, control=Control(), on_event=ignore_events)


def test_the_meter_guesses_by_the_last_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time left follows the present speed: what was here before says nothing about it."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    events: list[Event] = []
    meter = Meter(100_000_000, events.append)
    meter.skip(40_000_000)
    meter.advance(0)
    assert events == []
    for _ in range(20):  # 1 MB/s
        now += 1
        meter.advance(1_000_000)
    assert events[-1] == ProgressDone(done=60, total=100, unit="MB", seconds_left=40)
    for _ in range(20):  # half as fast
        now += 1
        meter.advance(500_000)
    assert events[-1] == ProgressDone(done=70, total=100, unit="MB", seconds_left=60)
    meter.skip(-20_000_000)
    now += 1
    meter.advance(500_000)
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert (last.done, last.seconds_left) == (50, pytest.approx(99))
    meter.settle()
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert (last.done, last.total) == (51, 51)


def test_events_are_not_too_many(server: FlakyServer, tmp_path: Path) -> None:
    """At most about ten a second, however small the pieces are."""
    server.deeds["/file"] = [drip]
    events: list[Event] = []
    started = time.monotonic()
    _fetch(_remote(server), tmp_path / "file.zip", on_event=events.append)
    assert 2 <= len(events) <= 10 * (time.monotonic() - started) + 5
