"""engine/data/images.py."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.config import Preprocessing
from engine.data import images
from engine.data.images import list_images, preview, read_image, thumbnail, to_pixels
from engine.errors import Cancelled, DataError
from engine.events import Control
from tests.engine.data.conftest import draw_image

_BROKEN_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x1a\x01\x05\0\xff\xff\0\0\xff\xff"


def _jpeg(image: Image.Image, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", **options)
    return content.getvalue()


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _write(folder: Path, content: bytes, name: str = "image.jpg") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def giant_jpeg() -> bytes:
    """A few hundred bytes that claim to be an image of 65500x65500."""
    content = _jpeg(Image.new("RGB", (8, 8)))
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + (65500).to_bytes(2, "big") * 2 + content[at + 4 :]


def giant_png(side: int) -> bytes:
    """A small file that claims to be a grey image of that size, with a right checksum."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("name", ["image.jpg", "image.JPEG", "image.png"])
def test_an_ordinary_image_is_read(tmp_path: Path, name: str) -> None:
    """JPEG and PNG by their content, whatever the ending."""
    original = draw_image(name)
    image = read_image(_write(tmp_path, _png(original), name))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), np.asarray(original))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"Just a note, nothing else.\n", "is not a JPEG or PNG image"),
        (b"GIF89a" + bytes(100), "is not a JPEG or PNG image"),
        (b"\xff\xd8\xff" + bytes(100), "image.jpg is"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image.jpg is"),
        (giant_jpeg(), "image.jpg claims"),
        (giant_png(7100), "image.jpg claims 7100 x 7100 pixels"),
        (giant_png(12_000), "image.jpg claims"),
        (_jpeg(draw_image("cut", (600, 450)))[:5000], "is damaged: image file is truncated"),
        (_png(draw_image("cut", (600, 450)))[:5000], "is damaged"),
    ],
    ids=["empty", "text", "gif", "jpeg stub", "png stub", "giant jpeg", "giant png", "bomb png", "cut jpeg", "cut png"],
)
def test_what_is_no_image_is_said_in_a_sentence_and_a_hint(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A hostile, foreign or cut file is a `DataError` that names it, never another exception."""
    with pytest.raises(DataError, match=sentence) as caught:
        read_image(_write(tmp_path, content))
    assert caught.value.message.startswith("image.jpg ")
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_the_giant_jpeg_is_tiny() -> None:
    """The file that claims 4.3 billion pixels has less than a thousand bytes: only its header gives it away."""
    assert len(giant_jpeg()) < 1000


def test_damage_anywhere_is_an_error_or_an_image(tmp_path: Path) -> None:
    """Whatever bytes of a file are wrong, reading it ends with an image or a `DataError`."""
    random = np.random.default_rng(0)
    outcomes = set()
    for content in (_jpeg(draw_image("a"), exif=_BROKEN_EXIF), _png(draw_image("a").quantize(16))):
        for _ in range(150):
            damaged = bytearray(content)
            for at in random.integers(8, len(content), 6):
                damaged[at] = int(random.integers(256))
            try:
                outcomes.add(read_image(_write(tmp_path, bytes(damaged))).mode)
            except DataError:
                outcomes.add("error")
    assert outcomes == {"RGB", "error"}


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    """The limit is 50 MB."""
    path = tmp_path / "image.jpg"
    with path.open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(images.MAX_BYTES + 1)
    with pytest.raises(DataError, match="larger than 50 MB"):
        read_image(path)


def test_a_missing_file_a_folder_and_a_pipe_are_said(tmp_path: Path) -> None:
    """Nothing that is no file is opened; a pipe would never end."""
    with pytest.raises(DataError, match=r"gone\.jpg is not there"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(DataError, match="is not a file"):
        read_image(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
        with pytest.raises(DataError, match=r"pipe\.jpg is not a file"):
            read_image(tmp_path / "pipe.jpg")


def test_pillow_keeps_its_warnings_to_itself(tmp_path: Path) -> None:
    """Broken EXIF and an image near Pillow's own limit leave nothing on the error output."""
    _write(tmp_path, _jpeg(draw_image("a"), exif=_BROKEN_EXIF), "exif.jpg")
    _write(tmp_path, giant_png(10_000), "large.png")
    program = (
        "import sys; from pathlib import Path; from engine.data.images import read_image\n"
        "read_image(Path(sys.argv[1]) / 'exif.jpg')\n"
        "try: read_image(Path(sys.argv[1]) / 'large.png')\n"
        "except Exception as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert "claims 10000 x 10000 pixels" in done.stdout


def test_the_camera_s_rotation_is_applied_and_metadata_dropped(tmp_path: Path) -> None:
    """The image stands upright as its EXIF says, and carries no metadata on."""
    upright = draw_image("upright", (40, 60))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    exif[0x010F] = "A camera"
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    image = read_image(_write(tmp_path, _jpeg(turned, exif=exif, quality=95, comment=b"secret")))
    assert image.size == (40, 60)
    assert np.abs(np.asarray(image).astype(int) - np.asarray(upright)).mean() < 5
    assert not image.info
    assert not dict(image.getexif())


def test_other_kinds_of_pixels_become_rgb(tmp_path: Path) -> None:
    """Grey, 16-bit grey, black and white, palette, alpha and CMYK all become what the eye sees."""
    ramp = np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8)
    grey = np.repeat(ramp[..., None], 3, axis=2).astype(int)
    sources = {
        "grey": _png(Image.fromarray(ramp)),
        "16 bit": _png(Image.fromarray(ramp.astype(np.uint16) * 257)),
        "palette": _png(Image.fromarray(ramp).convert("P")),
        "cmyk": _jpeg(Image.fromarray(ramp).convert("RGB").convert("CMYK"), quality=95),
        "grey jpeg": _jpeg(Image.fromarray(ramp), quality=95),
    }
    for name, content in sources.items():
        image = read_image(_write(tmp_path, content))
        assert image.mode == "RGB", name
        assert np.abs(np.asarray(image).astype(int) - grey).max() <= 4, name
    bits = read_image(_write(tmp_path, _png(Image.fromarray(ramp).convert("1"))))
    assert set(np.unique(np.asarray(bits))) == {0, 255}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    """Black under full transparency is not seen, and so not read."""
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))
    picture = image.quantize(4) if mode == "P" else image.convert(mode)
    pixels = np.asarray(read_image(_write(tmp_path, _png(picture))))
    assert (pixels[:, :4] == 0).all()
    assert (pixels[:, 4:] == 255).all()


def test_crop_keeps_the_shape_and_squash_keeps_the_whole() -> None:
    """ "crop" takes the central square of the short side, "squash" everything."""
    picture = np.zeros((60, 120, 3), np.uint8)
    picture[:, 30:90, 0] = 255
    image = Image.fromarray(picture)
    crop = to_pixels(image, Preprocessing(image_size=32, geometry="crop"))
    assert crop.shape == (32, 32, 3)
    assert crop.dtype == np.uint8
    assert (crop[:, 1:-1, 0] == 255).all()
    squash = to_pixels(image, Preprocessing(image_size=32, geometry="squash"))
    assert (squash[:, 0, 0], squash[:, -1, 0], squash[:, 16, 0]) == pytest.approx((0, 0, 255))
    assert 0.4 < (squash[..., 0] > 127).mean() < 0.6


def test_shrinking_averages_instead_of_picking() -> None:
    """A fine checkerboard becomes grey: the resize is antialiased."""
    board = np.indices((512, 512)).sum(axis=0) % 2 * 255
    image = Image.fromarray(board.astype(np.uint8)).convert("RGB")
    pixels = to_pixels(image, Preprocessing(image_size=64)).astype(int)
    assert np.abs(pixels[4:-4, 4:-4] - 127.5).max() < 10


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (31, 33)])
def test_odd_sizes_become_pixels(size: tuple[int, int]) -> None:
    """Any image that can be read gives a square of the asked size."""
    for geometry in ("crop", "squash"):
        pixels = to_pixels(Image.new("RGB", size, "red"), Preprocessing(image_size=32, geometry=geometry))
        assert pixels.shape == (32, 32, 3)
        assert (pixels == (255, 0, 0)).all()


def test_images_are_listed_in_folders_and_as_given(tmp_path: Path) -> None:
    """Folders give their images at any depth, sorted; a file stays where it was given, image or not."""
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("b/2.JPG", "b/1.png", "b/deep/3.jpeg", "b/._1.jpg", "b/notes.txt", "0.txt"):
        (tmp_path / name).touch()
    listed = list_images([tmp_path / "0.txt", tmp_path / "b", tmp_path / "gone.jpg"])
    assert [str(path.relative_to(tmp_path).as_posix()) for path in listed] == [
        "0.txt",
        "b/1.png",
        "b/2.JPG",
        "b/deep/3.jpeg",
        "gone.jpg",
    ]


def test_a_search_can_be_cancelled(tmp_path: Path) -> None:
    """Somebody may drop a whole disk."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        list_images([tmp_path], control)


def test_thumbnails_are_small_png_and_never_larger_than_the_image() -> None:
    """The longer side is at most what was asked, the shape stays."""
    for asked, size in ((30, (30, 22)), (1000, (60, 45))):
        with Image.open(io.BytesIO(thumbnail(draw_image("a"), asked))) as small:
            assert small.format == "PNG"
            assert small.size[0] == size[0]
            assert abs(small.size[1] - size[1]) <= 1


def test_a_preview_is_read_like_any_image_and_can_be_cancelled(tmp_path: Path) -> None:
    """The window gets PNG or a `DataError`, and nothing once it has cancelled."""
    path = _write(tmp_path, _jpeg(draw_image("a")))
    with Image.open(io.BytesIO(preview(path, 20))) as small:
        assert max(small.size) == 20
    with pytest.raises(DataError):
        preview(_write(tmp_path, b"text", "text.jpg"), 20)
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        preview(path, 20, control=control)
