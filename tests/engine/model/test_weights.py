"""ImageNet weights: found, fetched, or read from a file."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import safetensors.torch
import torch
from torchvision.models import get_model_weights

from engine import fetch
from engine.config import BACKBONES
from engine.errors import Cancelled, ConfigError, EngineError, ModelFileError
from engine.events import Control, Event, ProgressDone
from engine.model import weights
from engine.places import weights_dir
from tests.engine.flaky_server import Deed, FlakyServer, Handler, answer, give, hang, running


def _pth(tensors: dict[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    return buffer.getvalue()


_CONTENT = _pth({"conv1.weight": torch.arange(700_000, dtype=torch.float32)})


_ADDRESS = "/models/resnet18-test.pth"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyServer]:
    """A server in PyTorch's place, which sends a small file under the name and hash that are expected."""
    monkeypatch.setattr(fetch, "WAITS_SECONDS", (0.01, 0.01))
    with running() as server:
        server.files[_ADDRESS] = _CONTENT
        source = weights.Source(server.url(_ADDRESS), hashlib.sha256(_CONTENT).hexdigest()[:8], 2.8)
        monkeypatch.setitem(weights.SOURCES, "resnet18", source)
        yield server


@pytest.mark.parametrize("backbone", BACKBONES)
def test_sources_are_torchvisions_own(backbone: str) -> None:
    """Address, hash and size are those of torchvision's default weights."""
    ours, theirs = weights.SOURCES[backbone], get_model_weights(backbone).DEFAULT
    assert ours.url == theirs.url
    assert urlsplit(ours.url).path.endswith(f"-{ours.sha256}.pth")
    assert ours.megabytes == pytest.approx(theirs.meta["_file_size"], abs=0.06)


def test_download_fetches_once_and_tells_how_far(server: FlakyServer) -> None:
    """The weights arrive whole with progress events; asking again asks no server."""
    events: list[Event] = []
    assert not weights.describe("resnet18").is_available
    info = weights.download("resnet18", on_event=events.append)
    assert info.is_available
    assert weights.SOURCES["resnet18"].path.read_bytes() == _CONTENT
    last = [event for event in events if isinstance(event, ProgressDone)][-1]
    assert (last.done, last.total, last.unit) == (3, 3, "MB")
    weights.download("resnet18")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (answer(404), "refused the ImageNet weights for resnet18: 404 Not Found"),
        (lambda handler, content: give()(handler, b"x" * len(content)), "something else"),
        (give(cut_after=500_000, ranges=False), "broke off"),
    ],
)
def test_a_failed_download_leaves_no_weights(server: FlakyServer, deed: Deed, said: str) -> None:
    """A missing file, wrong bytes and a cut connection are errors with a hint; nothing left passes as weights."""
    server.deeds[_ADDRESS] = [deed] * 3
    with pytest.raises(EngineError) as caught:
        weights.download("resnet18")
    assert said in str(caught.value)
    assert "choose a file with the weights" in caught.value.hint
    assert not weights.describe("resnet18").is_available
    assert weights.find("resnet18", "auto")[0] is None


def test_a_cut_download_goes_on_where_it_was(server: FlakyServer) -> None:
    """What has arrived is not fetched again, by the same call or by the next one."""
    server.deeds[_ADDRESS] = [give(cut_after=1_000_000), give(cut_after=500_000), *([answer(503)] * 2)]
    with pytest.raises(EngineError):
        weights.download("resnet18")
    weights.download("resnet18")
    assert weights.SOURCES["resnet18"].path.read_bytes() == _CONTENT
    assert server.ranges() == [None, "bytes=1000000-", *(["bytes=1500000-"] * 3)]
    assert list(weights_dir().iterdir()) == [weights.SOURCES["resnet18"].path]


def test_no_server_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a connection the user reads so, and is offered other ways."""
    monkeypatch.setattr(fetch, "WAITS_SECONDS", ())
    with running() as server:
        source = weights.Source(server.url(_ADDRESS), "0" * 8, 2.8)
    monkeypatch.setitem(weights.SOURCES, "resnet18", source)
    with pytest.raises(EngineError) as caught:
        weights.download("resnet18")
    assert "could not be reached" in str(caught.value)
    assert "file" in caught.value.hint


def test_cancel_ends_a_download(server: FlakyServer) -> None:
    """Cancel is heard while the server is silent, and leaves nothing that passes as weights."""
    control = Control()

    def cancel_and_hang(handler: Handler, content: bytes) -> None:
        control.cancel()
        hang(handler, content)

    server.deeds[_ADDRESS] = [cancel_and_hang]
    with pytest.raises(Cancelled):
        weights.download("resnet18", control=control)
    assert not weights.describe("resnet18").is_available


def test_auto_and_none_never_touch_the_network(server: FlakyServer) -> None:
    """Only "download" asks the server; "auto" without weights is random and says why."""
    assert weights.find("resnet18", "none")[0] is None
    tensors, described = weights.find("resnet18", "auto")
    assert tensors is None
    assert "no ImageNet weights" in described
    assert server.requests == []


def test_find_downloads_when_asked_and_auto_uses_it_afterwards(server: FlakyServer) -> None:
    """ "download" fetches what is missing; from then on "auto" finds it."""
    tensors, described = weights.find("resnet18", "download")
    assert tensors is not None
    assert "ImageNet" in described
    again, _ = weights.find("resnet18", "auto")
    assert again is not None
    assert torch.equal(again["conv1.weight"], tensors["conv1.weight"])


def test_damaged_weights_are_noticed_and_fetched_anew(server: FlakyServer) -> None:
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
