"""The guard refuses whatever is not the page's own request: probes of many kinds, none of which reaches Gradio."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from engine.web.guard import Guard

PORT = 7860
HOST = f"127.0.0.1:{PORT}"
FILE = "/gradio_api/file="
QUESTION = "/gradio_api/queue/join"


class Inside:
    """Stands where Gradio does; notes what got through."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        self.paths.append(scope["path"])
        await PlainTextResponse("inside")(scope, receive, send)


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
def client(inside: Inside, tmp_path: Path) -> TestClient:
    return TestClient(Guard(inside, port=PORT, folder=tmp_path), base_url=f"http://{HOST}")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/assets/index.js", "/static/img/x.svg"),
        *("/gradio_api/queue/data", "/gradio_api/heartbeat/abc1", "/gradio_api/startup-events"),
    ],
)
def test_what_the_page_needs_gets_through(client: TestClient, inside: Inside, path: str) -> None:
    """Every answer carries the headers that keep the page to itself."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert inside.paths == [path]
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


ADDRESSES = [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:22/",
    "http://localhost:6379/",
    "https://example.org/x.png",
    "ftp://example.org/x",
    "file:///etc/passwd",
    "http:/example.org/x",
    "//example.org/x.png",
    "gopher://127.0.0.1:25/_HELO",
    "http://[::1]:22/",
    "http://0x7f000001/",
    "data:image/png;base64,AAAA",
]
TRAVERSALS = [
    "/etc/passwd",
    "etc/passwd",
    "../../etc/passwd",
    "/proc/self/environ",
    "%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e/etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "C:\\Windows\\win.ini",
    "\\\\server\\share\\x",
    "/dev/zero",
    "~/.ssh/id_rsa",
    "/etc/passwd%00.jpg",
    ".",
    "/",
]


@pytest.mark.parametrize("name", [*ADDRESSES, *TRAVERSALS])
def test_no_file_or_address_elsewhere_is_shown(client: TestClient, inside: Inside, name: str) -> None:
    """Traversal and server-side requests through Gradio's file route are refused."""
    assert client.get(FILE + name).status_code in (403, 404)
    assert inside.paths == []


@pytest.mark.parametrize("name", [*ADDRESSES, *TRAVERSALS])
@pytest.mark.parametrize("key", ["path", "url"])
def test_no_question_names_a_file_or_address_elsewhere(client: TestClient, inside: Inside, name: str, key: str) -> None:
    """Gradio would fetch what it is told to; it is never told."""
    body: dict[str, Any] = {"data": [[{"nested": [{key: name, "meta": {"_type": "gradio.FileData"}}]}]], "fn_index": 0}
    assert client.post(QUESTION, json=body).status_code == 403
    assert inside.paths == []


def test_links_out_of_the_folder_are_refused(client: TestClient, inside: Inside, tmp_path: Path) -> None:
    """A symbolic link inside that leads outside is outside."""
    link = tmp_path / "link"
    link.symlink_to("/etc")
    assert client.get(f"{FILE}{link}/passwd").status_code == 403
    assert inside.paths == []


def test_an_uploaded_file_can_be_named(client: TestClient, inside: Inside, tmp_path: Path) -> None:
    """By its path, and by the address under which the page shows it; the question arrives unchanged."""
    path = tmp_path / "a" / "x.jpg"
    body = {"data": [{"path": str(path), "url": f"http://{HOST}{FILE}{path}"}], "fn_index": 0}
    assert client.post(QUESTION, json=body).status_code == 200
    assert client.get(f"{FILE}{path}").status_code == 200
    assert str(path).encode() in inside.bodies[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": f"evil.example:{PORT}"},
        {"host": "127.0.0.1"},
        {"host": f"127.0.0.1:{PORT + 1}"},
        {"host": f"127.0.0.1.evil.example:{PORT}"},
        {"host": f"[::1]:{PORT}"},
        {"host": ""},
        {"host": f"0.0.0.0:{PORT}"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"origin": f"http://{HOST}.evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/config", QUESTION])
def test_pages_of_others_get_nothing(client: TestClient, inside: Inside, headers: dict[str, str], path: str) -> None:
    """Foreign Host (DNS rebinding) and Origin (another page in the same browser)."""
    method = "POST" if path == QUESTION else "GET"
    assert client.request(method, path, headers=headers).status_code in (403, 421)
    assert inside.paths == []


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_this_computer_by_both_names(client: TestClient, host: str) -> None:
    """With and without an Origin."""
    assert client.get("/", headers={"host": host}).status_code == 200
    assert client.get("/", headers={"host": host, "origin": f"http://{host.lower()}"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ("/docs", "/openapi.json", "/gradio_api/openapi.json", "/monitoring", "/login")),
        *(("GET", path) for path in ("/gradio_api/proxy=http://127.0.0.1:22/", "/gradio_api/vibe-code")),
        *(("POST", path) for path in ("/gradio_api/run/answer", "/gradio_api/api/answer", "/gradio_api/call/answer")),
        *(("POST", path) for path in ("/login", "/gradio_api/process_recording", "/gradio_api/vibe-code", "/")),
        *((method, "/") for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")),
        ("GET", QUESTION),
        ("GET", "/assets/../../etc/passwd"),
    ],
)
def test_rooms_that_the_page_does_not_use_are_shut(client: TestClient, inside: Inside, method: str, path: str) -> None:
    """No API docs, no proxy, no direct calls, no login."""
    assert client.request(method, path).status_code in (404, 405)
    assert inside.paths == [] or inside.paths == ["/etc/passwd"]


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b"\xff\xfe", b'{"data": NaN'], ids=["cut", "deep", "bytes", "nan"]
)
def test_a_question_that_cannot_be_read_is_refused(client: TestClient, inside: Inside, body: bytes) -> None:
    """With a sentence."""
    assert client.post(QUESTION, content=body).status_code == 400
    assert inside.paths == []


def test_too_long_a_question_is_refused(client: TestClient, inside: Inside) -> None:
    """By what it says, and by what it is."""
    assert client.post(QUESTION, content=b" " * 1_000_001).status_code == 413
    pieces = (b" " * 100_000 for _ in range(11))  # no length is said
    assert client.post(QUESTION, content=pieces).status_code in (400, 413)
    assert inside.paths == []


def test_a_full_folder_takes_no_more(
    client: TestClient, inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that uploads cannot fill the disk."""
    (tmp_path / "x").write_bytes(bytes(1000))
    monkeypatch.setattr("engine.web.guard._MAX_FOLDER", 999)
    assert client.post("/gradio_api/upload", content=b"x").status_code == 507
    assert inside.paths == []


def test_no_websocket_is_opened(client: TestClient, inside: Inside) -> None:
    """The page needs none."""
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/"):
        pass
    assert inside.paths == []
