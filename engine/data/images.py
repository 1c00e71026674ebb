"""Reads images that nobody vouches for and turns them into the network's pixels, with the only resize there is."""

import io
import os
import stat
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from engine.config import Preprocessing
from engine.data.listing import IMAGE_SUFFIXES
from engine.errors import DataError
from engine.events import Control, OnEvent, ignore_events

MAX_BYTES = 50_000_000
MAX_PIXELS = 50_000_000

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_NOT_AN_IMAGE = "Use a JPEG or PNG image, for example a .jpg of HAM10000."
GET_AGAIN = "The file is damaged or was copied only in part: copy or download it again."
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112

# Pillow warns of odd metadata and large images; both are dealt with here, and nobody could act on the warning.
warnings.filterwarnings("ignore", module=r"PIL\.")


def read_image(path: Path) -> Image.Image:
    """The image in `path`: upright, RGB, whole, without metadata. Transparent parts are white.

    Raises `DataError` when the file is no JPEG or PNG, too large, damaged or cut.
    """
    return decode_image(read_image_bytes(path), path.name)


def read_image_bytes(path: Path) -> bytes:
    """The content of a file of at most `MAX_BYTES`. Raises `DataError`."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
            raise DataError(f"{path.name} is not a file.", _NOT_AN_IMAGE)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{path.name} is not there.", "It may have been moved or deleted.") from None
    except OSError as error:
        raise DataError(f"{path.name} could not be read: {error.strerror}.", "Check that you may read it.") from error
    except ValueError as error:  # a null byte, or half a character
        raise DataError("The name of the file is none that the system can open.", "Give it another name.") from error
    if len(content) > MAX_BYTES:
        raise DataError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.", "Save the image smaller.")
    return content


def decode_image(content: bytes, name: str, *, at_least: int | None = None) -> Image.Image:
    """Like `read_image`, from the content of a file called `name`.

    With `at_least` a JPEG may be decoded at a fraction of its size, which is quick, but no side below so many pixels.
    """
    if not content.startswith(_MAGIC):
        fault = "is empty" if not content else "is not a JPEG or PNG image"
        raise DataError(f"{name} {fault}.", _NOT_AN_IMAGE)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels(name, f"{image.width} x {image.height} pixels")
            if at_least is not None:
                image.draft("RGB", (at_least, at_least))
            image.load()
            return _as_rgb(_upright(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(name, "more pixels than a photograph has") from None
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is damaged: its beginning cannot be read.", GET_AGAIN) from error
    except MemoryError as error:
        raise DataError(
            f"There is not enough memory to open {name}.", "Close other programs or use it smaller."
        ) from error
    except Exception as error:  # Pillow raises nearly anything on a crafted file
        raise DataError(f"{name} is damaged: {_reason(error)}.", GET_AGAIN) from error


def is_cut(content: bytes) -> bool:
    """Whether a JPEG or PNG file that cannot be decoded lacks its end."""
    end = b"IEND" if content.startswith(_MAGIC[1]) else b"\xff\xd9"
    return content.startswith(_MAGIC) and end not in content[-1024:]


def mode_of(content: bytes) -> str:
    """How a file that can be decoded stores its pixels, as Pillow calls it: "RGB", "L", "CMYK"."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        return image.mode


def to_pixels(image: Image.Image, preprocessing: Preprocessing) -> npt.NDArray[np.uint8]:
    """The image at the network's size, uint8 [S, S, 3]: its central square, or the whole of it squashed to a square."""
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    if preprocessing.geometry == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    size = (preprocessing.image_size, preprocessing.image_size)
    rgb = image if image.mode == "RGB" else _as_rgb(image)
    return np.array(rgb.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))


def list_images(paths: Sequence[Path], control: Control | None = None) -> list[Path]:
    """The paths as given, but for each folder the images anywhere in it, sorted; hidden files are passed over.

    Raises `Cancelled`.
    """
    images: list[Path] = []
    for path in paths:
        images += _images_under(path, control or Control()) if is_folder(path) else [path]
    return images


def is_folder(path: Path) -> bool:
    """Whether there is a folder; a name that the system cannot bear, or may not look at, is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def thumbnail(image: Image.Image, max_side: int) -> bytes:
    """The image as PNG, no side longer than `max_side` pixels; never enlarged."""
    small = image.copy()
    small.thumbnail((max_side, max_side), Image.Resampling.BICUBIC)
    png = io.BytesIO()
    small.save(png, "PNG", compress_level=3)
    return png.getvalue()


def preview(path: Path, max_side: int, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> bytes:
    """The image in `path` as PNG, upright, no side longer than `max_side` pixels. Raises `DataError`."""
    if control is not None:
        control.raise_if_cancelled()
    return thumbnail(read_image(path), max_side)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; broken EXIF says nothing."""
    try:
        method = _TRANSPOSE.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - EXIF is as untrusted as the rest
        method = None
    return image if method is None else image.transpose(method)


def _as_rgb(image: Image.Image) -> Image.Image:
    """A fresh RGB image, on white where it was transparent; 16-bit grey keeps its upper 8 bits."""
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.int64)
        image = Image.fromarray(np.clip(values >> 8, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    rgb = image.convert("RGB")
    rgb.info = {}
    return rgb


def _images_under(folder: Path, control: Control) -> list[Path]:
    """Links to folders are not followed, since they may lead round in a circle; those to files are."""
    images = []
    for parent, _, names in os.walk(folder):
        control.raise_if_cancelled()
        paths = (Path(parent, name) for name in names if not name.startswith("."))
        images += [path for path in paths if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]
    return sorted(images)


def _too_many_pixels(name: str, what: str) -> DataError:
    most = MAX_PIXELS // 1_000_000
    return DataError(f"{name} claims {what}; the most that is opened is {most} million.", "Save the image smaller.")


def _reason(error: Exception) -> str:
    if isinstance(error, struct.error | IndexError | KeyError):
        return "a part of it is missing"
    return str(error).strip().rstrip(".") or type(error).__name__
