"""Whatever lies on a disk: each file gets an answer or a reason, the batch goes on, and nothing hangs."""

import io
import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import images
from engine.events import Control
from engine.prediction.predictor import predict

_PIXELS = np.random.default_rng(8).integers(0, 256, size=(45, 60, 3), dtype=np.uint8)
_PHOTO = Image.fromarray(_PIXELS)


def _encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def _rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return _encode(_PHOTO, "JPEG", exif=exif)


def _animated() -> bytes:
    return _encode(_PHOTO, save_all=True, append_images=[_PHOTO.rotate(90)], duration=100, loop=0)


def _empty_png(width: int, height: int) -> bytes:
    """A whole PNG of one bit a pixel, all black: small, however many pixels it claims."""
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(data)) + name + data + _checksum(name, data) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def _checksum(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(name + data))


def _bomb() -> bytes:
    """The start of a JPEG with 65500 x 65500 in its header, 692 bytes in all."""
    whole = bytearray(_encode(_PHOTO, "JPEG"))
    start = whole.index(b"\xff\xc0")
    whole[start + 5 : start + 9] = (65500).to_bytes(2, "big") * 2
    return bytes(whole[:692])


ANSWERED: dict[str, Callable[[], bytes]] = {
    "16 bit grey.png": lambda: _encode(Image.fromarray(_PIXELS[..., 0].astype(np.uint16) * 257)),
    "cmyk.jpg": lambda: _encode(_PHOTO.convert("CMYK"), "JPEG"),
    "grey.jpg": lambda: _encode(_PHOTO.convert("L"), "JPEG"),
    "one bit.png": lambda: _encode(_PHOTO.convert("1")),
    "palette.png": lambda: _encode(_PHOTO.convert("P")),
    "transparent palette.png": lambda: _encode(_PHOTO.convert("P"), transparency=3),
    "alpha.png": lambda: _encode(_PHOTO.convert("RGBA")),
    "grey with alpha.png": lambda: _encode(_PHOTO.convert("LA")),
    "rotated by exif.jpg": _rotated,
    "animated.png": _animated,
    "progressive.jpg": lambda: _encode(_PHOTO, "JPEG", progressive=True),
    "1x1.png": lambda: _encode(_PHOTO.resize((1, 1))),
    "1x5000.png": lambda: _encode(_PHOTO.resize((1, 5000))),
    "png called.jpg": lambda: _encode(_PHOTO),
    "rubbish behind.jpg": lambda: _encode(_PHOTO, "JPEG") + b"rubbish" * 100,
    "49 million pixels.png": lambda: _empty_png(7000, 7000),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.jpg": (lambda: b"", "is empty"),
    "text.jpg": (lambda: b"Dear doctor,", "is not a JPEG or PNG"),
    "gif.png": (lambda: _encode(_PHOTO, "GIF"), "is not a JPEG or PNG"),
    "tiff.jpg": (lambda: _encode(_PHOTO, "TIFF"), "is not a JPEG or PNG"),
    "cut.jpg": (lambda: _encode(_PHOTO, "JPEG")[:900], "damaged"),
    "cut.png": (lambda: _encode(_PHOTO)[:900], "damaged"),
    "header.jpg": (lambda: _encode(_PHOTO, "JPEG")[:3], "damaged"),
    "header.png": (lambda: _encode(_PHOTO)[:8], "damaged"),
    "bomb.jpg": (_bomb, "claims"),
    "51 million pixels.png": (lambda: _empty_png(7200, 7200), "claims"),
    "4 billion pixels.png": (lambda: _empty_png(65000, 1)[:16] + struct.pack(">II", 65000, 65000) + b"x", "damaged"),
}


def test_every_kind_of_image_is_answered(model: Path, tmp_path: Path) -> None:
    """Whatever JPEG and PNG can hold, up to 50 million pixels."""
    for name, make in ANSWERED.items():
        (tmp_path / name).write_bytes(make())
    answers = predict(model, [tmp_path / name for name in ANSWERED])
    assert {answer.path.name: answer.error for answer in answers} == dict.fromkeys(ANSWERED)
    assert all(sum(answer.probabilities) == pytest.approx(1) for answer in answers)


def test_every_damage_has_its_reason(model: Path, tmp_path: Path) -> None:
    """A sentence with the file's name and a hint each, and the good image at the end is answered."""
    for name, (make, _) in REFUSED.items():
        (tmp_path / name).write_bytes(make())
    (tmp_path / "good.png").write_bytes(_encode(_PHOTO))
    *answers, good = predict(model, [*(tmp_path / name for name in REFUSED), tmp_path / "good.png"])
    for answer, (name, (_, reason)) in zip(answers, REFUSED.items(), strict=True):
        assert answer.error is not None, name
        assert answer.error.startswith(name)
        assert reason in answer.error
        assert answer.hint
        assert answer.code is None
    assert good.code is not None


def test_a_file_that_is_too_large_is_not_read(model: Path, tmp_path: Path) -> None:
    """50 MB are the most; a larger one is not taken into memory whole."""
    with (tmp_path / "large.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(3_000_000_000)  # sparse: it takes no room
    (answer,) = predict(model, [tmp_path / "large.jpg"])
    assert answer.error == "large.jpg is larger than 50 MB."


def test_names_that_cannot_be_opened(model: Path, tmp_path: Path) -> None:
    """Too long, with a null byte, missing, a folder called as an image, a folder within: a reason each."""
    (tmp_path / "folder.jpg").mkdir()
    names = ["x" * 300 + ".jpg", "gone.jpg", "null\0byte.jpg", "folder.jpg", "folder.jpg/deeper/x.jpg"]
    answers = predict(model, [*(tmp_path / name for name in names), tmp_path / "gone.png"])
    assert len(answers) == 6
    assert all(answer.error and answer.hint for answer in answers)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_names_that_are_no_text(model: Path, tmp_path: Path) -> None:
    """A name in an old encoding and one as long as the system allows are opened like any other."""
    odd = [Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xf6le.jpg")), tmp_path / ("y" * 251 + ".jpg")]
    try:
        for path in odd:
            path.write_bytes(_encode(_PHOTO, "JPEG"))
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    assert [answer.error for answer in predict(model, [tmp_path])] == [None, None]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
@pytest.mark.timeout(60)
def test_pipes_and_devices_do_not_hang(model: Path, tmp_path: Path) -> None:
    """What would never end, or wait for a writer, is no file; in a folder it is passed over."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link.jpg").symlink_to("/dev/zero")
    (tmp_path / "good.png").write_bytes(_encode(_PHOTO))
    answers = predict(model, [tmp_path / "pipe.jpg", tmp_path / "link.jpg", Path("/dev/zero"), tmp_path])
    assert [answer.error is None for answer in answers] == [False, False, False, True]
    assert answers[0].error == "pipe.jpg is not a file."


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.timeout(60)
def test_links_that_lead_round_do_not_hang(model: Path, tmp_path: Path) -> None:
    """A link to itself has a reason; a folder that links to the one above is searched once."""
    (tmp_path / "self.jpg").symlink_to("self.jpg")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "good.png").write_bytes(_encode(_PHOTO))
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data", target_is_directory=True)
    answers = predict(model, [tmp_path / "self.jpg", tmp_path / "data"])
    assert [answer.error is None for answer in answers] == [False, True]


def test_a_file_that_may_not_be_read_has_a_reason(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system words it; the others are answered. (The administrator may read all, so the refusal is made up.)"""
    for name in ("secret.png", "good.png"):
        (tmp_path / name).write_bytes(_encode(_PHOTO))
    real = Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "secret.png":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    good, secret = predict(model, [tmp_path])
    assert good.error is None
    assert secret.error == "secret.png could not be read: Permission denied."


def test_a_file_that_vanishes_after_it_was_listed(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was in the folder a moment ago: a row with a reason, and the batch goes on."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(_encode(_PHOTO))
    real = images.list_images

    def list_and_remove(paths: list[Path], control: Control) -> list[Path]:
        found = real(paths, control)
        (tmp_path / "a.png").unlink()
        return found

    monkeypatch.setattr("engine.prediction.predictor.list_images", list_and_remove)
    gone, good = predict(model, [tmp_path])
    assert gone.error == "a.png is not there."
    assert good.error is None
