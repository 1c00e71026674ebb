"""The whole files that fuzzing begins with: every kind of JPEG and PNG, and a model file; drawn, never photographs."""

import io
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.model import gate_tensors, network
from engine.model.card import to_text
from engine.results import GateFamily, GateRange, GateSettings
from tests.engine.evaluation.untrained_run import CARD

GATE = GateSettings(
    ranges=(GateRange(measure="light_p50", low=0.2, high=0.9),),
    sharpness_limit=0.01,
    looks_limit=3.0,
    features_limit=3.0,
    n_measures=20,
    n_features=512,
    n_directions=8,
    n_examples=50,
    families=(GateFamily(name="maps", is_lesion=False, n_images=40, n_refused=30),),
)
MAGIC_PNG = b"\x89PNG\r\n\x1a\n"


def make_images() -> dict[str, bytes]:
    """Small images by name, the same at every call."""
    pixels = np.random.default_rng(5).integers(0, 256, (18, 24, 3), dtype=np.uint8)
    rough = Image.fromarray(pixels)
    photo = rough.resize((6, 4)).resize((24, 18), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    exif.get_ifd(0x8825)[1] = "N"
    text = PngInfo()
    text.add_text("Comment", "x" * 40, zip=True)
    text.add_itxt("Title", "Länge", "de", "Titel", zip=True)
    return {
        "baseline.jpg": _encode(photo, "JPEG", quality=90),
        "rough.jpg": _encode(rough, "JPEG", quality=30, optimize=True),
        "progressive.jpg": _encode(photo, "JPEG", progressive=True),
        "restarts.jpg": _encode(photo, "JPEG", restart_marker_blocks=1, subsampling=2),
        "grey.jpg": _encode(photo.convert("L"), "JPEG"),
        "cmyk.jpg": _encode(photo.convert("CMYK"), "JPEG"),
        "exif.jpg": _encode(photo, "JPEG", exif=exif, comment=b"hello", icc_profile=b"x" * 200),
        "rgb.png": _encode(photo),
        "rough.png": _encode(rough, compress_level=0),
        "rgba.png": _encode(photo.convert("RGBA")),
        "grey.png": _encode(photo.convert("L")),
        "grey alpha.png": _encode(photo.convert("LA")),
        "one bit.png": _encode(photo.convert("1")),
        "palette.png": _encode(photo.convert("P"), transparency=bytes(range(256))),
        "16 bit.png": _encode(Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)),
        "text and exif.png": _encode(photo, pnginfo=text, exif=exif, dpi=(72, 72)),
        "animated.png": _encode(photo, save_all=True, append_images=[rough], duration=50),
        "interlaced.png": _interlaced(),
    }


def make_model_header(gate: GateSettings | None = None) -> tuple[dict[str, object], int]:
    """The header of a small backbone's model file, and how many bytes of weights, and of `gate`, belong to it.

    The weights themselves need not be there to be fuzzed: names, shapes and lengths are checked before they are read.
    """
    header: dict[str, object] = {"__metadata__": _metadata(gate)}
    at = 0
    tensors = network.build_empty(CARD.backbone).state_dict() | gate_tensors.expected(gate)
    for name, tensor in tensors.items():
        kind = "F32" if tensor.is_floating_point() else "I64"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    return header, at


def pack_header(header: Mapping[str, object]) -> bytes:
    """The start of a .safetensors file: the length of the header and the header."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


def _metadata(gate: GateSettings | None) -> dict[str, object]:
    empty = dict.fromkeys(("image_ids", "lesion_ids", "contents", "appearances"), "")
    return {
        "format": "lesion-lab model 1",
        "card": to_text(replace(CARD, gate=gate)),
        "weights_sha256": "0" * 64,
        **({} if gate is None else {"gate_sha256": "0" * 64}),
        "fingerprints": json.dumps(empty),
    }


def _encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def _interlaced() -> bytes:
    """An 8x8 grey PNG in seven passes (Adam7), which Pillow reads but does not write."""
    passes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))  # width and height of each
    rows = b"".join((b"\0" + bytes(range(40, 40 + width))) * height for width, height in passes)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return MAGIC_PNG + b"".join(make_chunk(name, data) for name, data in chunks)


def make_chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG, with the checksum that fits."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
