"""ImageNet weights: found, fetched, or read from a file."""

import contextlib
import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import safetensors.torch
import torch
from torchvision.models import get_model_weights

from engine.config import BACKBONES
from engine.errors import Cancelled, ConfigError, EngineError, ModelFileError
from engine.events import Control, Event, ProgressDone
from engine.model import weights
from engine.places import weights_dir


def _pth(tensors: dict[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    return buffer.getvalue()


_CONTENT = _pth({"conv1.weight": torch.arange(700_000, dtype=torch.float32)})


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for them
    content, announced, status = _CONTENT, len(_CONTENT), 200
    n_requests = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.n_requests += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(self.server.announced))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the client may hang up
            self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    """A server in PyTorch's place, which sends a small file under the name and hash that are expected."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/models/resnet18-test.pth"
    source = weights.Source(url, hashlib.sha256(_CONTENT).hexdigest()[:8], 2.8)
    monkeypatch.setitem(weights.SOURCES, "resnet18", source)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("backbone", BACKBONES)
def test_sources_are_torchvisions_own(backbone: str) -> None:
    """Address, hash and size are those of torchvision's default weights."""
    ours, theirs = weights.SOURCES[backbone], get_model_weights(backbone).DEFAULT
    assert ours.url == theirs.url
    assert urlsplit(ours.url).path.endswith(f"-{ours.sha256}.pth")
    assert ours.megabytes == pytest.approx(theirs.meta["_file_size"], abs=0.06)


def test_download_fetches_once_and_tells_how_far(server: _Server) -> None:
    """The weights arrive whole with progress events; asking again asks no server."""
    events: list[Event] = []
    assert not weights.describe("resnet18").is_available
    info = weights.download("resnet18", on_event=events.append)
    assert info.is_available
    assert weights.SOURCES["resnet18"].path.read_bytes() == _CONTENT
    last = [event for event in events if isinstance(event, ProgressDone)][-1]
    assert (last.done, last.total, last.unit) == (3, 3, "MB")
    weights.download("resnet18")
    assert server.n_requests == 1


@pytest.mark.parametrize(
    ("content", "announced", "status", "said"),
    [
        (b"x" * len(_CONTENT), len(_CONTENT), 200, "something else"),
        (_CONTENT[:1_500_000], len(_CONTENT), 200, "broke off"),
        (b"", 0, 404, "refused the weights: Not Found"),
    ],
)
def test_a_failed_download_leaves_nothing(
    server: _Server, content: bytes, announced: int, status: int, said: str
) -> None:
    """Wrong bytes, a cut connection and a missing file are errors with a hint; nothing is left that looks whole."""
    server.content, server.announced, server.status = content, announced, status
    with pytest.raises(EngineError) as caught:
        weights.download("resnet18")
    assert said in str(caught.value)
    assert caught.value.hint
    assert list(weights_dir().iterdir()) == []


def test_no_server_at_all_is_said(server: _Server) -> None:
    """Without a connection the user reads so, and is offered other ways."""
    server.shutdown()
    server.server_close()
    with pytest.raises(EngineError) as caught:
        weights.download("resnet18")
    assert "could not be reached" in str(caught.value)
    assert "file" in caught.value.hint


def test_cancel_ends_a_download_and_leaves_nothing(server: _Server) -> None:
    """Cancel is heard between two pieces."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        weights.download("resnet18", control=control)
    assert list(weights_dir().iterdir()) == []


def test_auto_and_none_never_touch_the_network(server: _Server) -> None:
    """Only "download" asks the server; "auto" without weights is random and says why."""
    assert weights.find("resnet18", "none")[0] is None
    tensors, described = weights.find("resnet18", "auto")
    assert tensors is None
    assert "no ImageNet weights" in described
    assert server.n_requests == 0


def test_find_downloads_when_asked_and_auto_uses_it_afterwards(server: _Server) -> None:
    """ "download" fetches what is missing; from then on "auto" finds it."""
    tensors, described = weights.find("resnet18", "download")
    assert tensors is not None
    assert "ImageNet" in described
    again, _ = weights.find("resnet18", "auto")
    assert again is not None
    assert torch.equal(again["conv1.weight"], tensors["conv1.weight"])


def test_damaged_weights_are_noticed_and_fetched_anew(server: _Server) -> None:
    """One flipped byte in the kept file is an error for "auto" and a new download for "download"."""
    weights.download("resnet18")
    path = weights.SOURCES["resnet18"].path
    content = bytearray(_CONTENT)
    content[1_000_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged"):
        weights.find("resnet18", "auto")
    assert weights.find("resnet18", "download")[0] is not None
    assert path.read_bytes() == _CONTENT


def test_find_reads_both_kinds_of_file(tmp_path: Path) -> None:
    """A .pth and a .safetensors file with the same tensors give the same tensors."""
    tensors = {"conv1.weight": torch.rand(4)}
    (tmp_path / "a.pth").write_bytes(_pth(tensors))
    safetensors.torch.save_file(tensors, tmp_path / "a.safetensors")
    for name in ("a.pth", "a.safetensors"):
        found, described = weights.find("resnet18", str(tmp_path / name))
        assert found is not None
        assert torch.equal(found["conv1.weight"], tensors["conv1.weight"])
        assert name in described


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("evil"),)  # type: ignore[return-value]


def test_files_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    """Text, nothing, a cut file, a pickle that would run code, a bare tensor and a missing file: a sentence each."""
    evil, bare = io.BytesIO(), io.BytesIO()
    torch.save({"a": _Evil()}, evil)
    torch.save(torch.zeros(3), bare)
    contents = {
        "text.pth": b"hello there",
        "empty.pth": b"",
        "cut.pth": _CONTENT[:5000],
        "evil.pth": evil.getvalue(),
        "bare.pth": bare.getvalue(),
        "text.safetensors": b"hello there, this is text",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in [*contents, "missing.pth"]:
        with pytest.raises(ModelFileError) as caught:
            weights.find("resnet18", str(tmp_path / name))
        assert name in str(caught.value)
        assert caught.value.hint
    assert not Path("evil").exists()


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is checked first, that of a packed archive once unpacked."""
    monkeypatch.setattr(weights, "MAX_BYTES", 1000)
    path = tmp_path / "large.pth"
    path.write_bytes(_CONTENT)
    with pytest.raises(ModelFileError, match="too large"):
        weights.find("resnet18", str(path))


def test_an_unknown_backbone_is_refused() -> None:
    """A name that is no backbone is a ConfigError."""
    with pytest.raises(ConfigError):
        weights.describe("resnet1")


def test_a_source_keeps_its_name_on_disk() -> None:
    """Weights stand under the name the server gives them, in the program's own folder."""
    source = replace(weights.SOURCES["resnet50"])
    assert source.path == weights_dir() / "resnet50-11ad3fa6.pth"
