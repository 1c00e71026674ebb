"""Recognises images again: the compact fingerprints of a model's training and validation images and lesions."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd  # half a second that a prediction, which only compares, does not have to wait

SAME_IMAGE_BITS = 14
"""Two hashes that differ in at most so many of 128 bits are of the same image.

Measured on HAM10000 at 32, 64 and 224 px. 107 images at 600x450 against the same at 200x150, strongly compressed,
differ in 2 bits on average and at most 9 (11 when squashed). Of all 35.8 million pairs of 8,457 images, those of
different lesions differ in at least 18 (16 when squashed), but for two photographs that the table gives to two lesions
each in different colourings: ISIC_0025226 and ISIC_0030074, ISIC_0027027 and ISIC_0029036.
"""
SAME_ID_BITS = 24
"""As many for an image that also has the id: fewer than 3 in a million pairs of different lesions are so close."""

_N_BITS = 128
_GRID = 32  # the luminance is averaged to so many rows and columns
_WAVES = 24  # and described by so many cosines each way, of which the gentlest are kept
_SMALLEST = 0.01  # of the luminance's 255 levels: below, a wave is rounding
_LUMINANCE = tuple(np.array((0.299, 0.587, 0.114), np.float32))  # of red, green and blue
_BLOCK = 64  # images at a time
_DIGEST_BYTES = 8

Bytes = npt.NDArray[np.uint8]


def perceptual_hash(pixels: Bytes) -> Bytes:
    """128 bits for each image of uint8 [n, S, S, 3], as uint8 [n, 16].

    They are the signs of the gentlest waves of the luminance (its discrete cosine transform). They hardly change with
    size, compression, brightness and colour of light; they do change when an image is turned, mirrored or cropped.
    Compare only images with the same geometry.
    """
    hashes: Bytes = _hash(pixels, turned=False)[0]
    return hashes


def turned_hashes(pixels: Bytes) -> Bytes:
    """Like `perceptual_hash`, of the images as they are and turned by quarters and mirrored, uint8 [8, n, 16]."""
    return _hash(pixels, turned=True)


def _hash(pixels: Bytes, *, turned: bool) -> Bytes:
    hashes = np.empty((8 if turned else 1, len(pixels), _N_BITS // 8), np.uint8)
    transform, rows, columns = _transform(pixels.shape[1])
    sign = np.where(np.arange(_WAVES) % 2, -1, 1).astype(np.float32)  # what mirroring does to a cosine
    for start in range(0, len(pixels), _BLOCK):
        block = pixels[start : start + _BLOCK]
        luminance = sum(weight * block[..., channel] for channel, weight in enumerate(_LUMINANCE))
        waves = transform @ luminance @ transform.T
        for number in range(len(hashes)):
            view = waves.transpose(0, 2, 1) if number & 4 else waves
            view = view * sign[:, None] if number & 2 else view
            view = view * sign if number & 1 else view
            hashes[number, start : start + _BLOCK] = np.packbits(view[:, rows, columns] > _SMALLEST, axis=1)
    return hashes


@dataclass(frozen=True)
class Fingerprints:
    """What a model remembers of the images it was trained and validated on, from which no image can be made again."""

    image_ids: Bytes
    """Start of the SHA-256 of each image id in lower case, uint8 [n, 8]."""
    lesion_ids: Bytes
    """The same of each lesion id, [m, 8]."""
    contents: Bytes
    """Start of the SHA-256 of each file, [n, 8]."""
    appearances: Bytes
    """Perceptual hash of each image, [n, 16]."""

    @classmethod
    def of(
        cls, rows: "pd.DataFrame", pixels: Bytes, positions: npt.NDArray[np.integer] | None = None
    ) -> "Fingerprints":
        """Those of checked rows (image_id, lesion_id, sha256) and their pixels, uint8 [n, S, S, 3] in the same order.

        With `positions` [n] those of a row stand there in `pixels`, a mapped file, which is read a little at a time.
        """
        chosen = np.arange(len(pixels)) if positions is None else positions
        starts = range(0, max(len(chosen), 1), _BLOCK)
        return cls(
            image_ids=_digests(rows["image_id"]),
            lesion_ids=_digests(sorted(set(rows["lesion_id"]))),
            contents=_stack(bytes.fromhex(sha256)[:_DIGEST_BYTES] for sha256 in rows["sha256"]),
            appearances=np.concatenate([perceptual_hash(pixels[chosen[at : at + _BLOCK]]) for at in starts]),
        )

    def contains(self, *, image_id: str | None, content: bytes | None, appearance: Bytes | None) -> bool:
        """Whether the image is one of these: the same file, or the same to look at.

        `content` is the whole file, `appearance` its perceptual hash, uint8 [16]. An id alone proves nothing, since
        another image may carry it; but with the id, the looks may differ more.
        """
        if content is not None:
            digest = np.frombuffer(hashlib.sha256(content).digest()[:_DIGEST_BYTES], np.uint8)
            if bool((self.contents == digest).all(axis=1).any()):
                return True
        if appearance is None:
            return False
        distances = np.bitwise_count(self.appearances ^ appearance).sum(axis=1)
        limits = np.full(len(distances), SAME_IMAGE_BITS)
        if image_id is not None:
            limits[(self.image_ids == _digests([image_id])).all(axis=1)] = SAME_ID_BITS
        return bool((distances <= limits).any())

    def to_json(self) -> str:
        """Compact: each table as base64 of its bytes."""
        return json.dumps({field.name: base64.b64encode(getattr(self, field.name)).decode() for field in fields(self)})

    @classmethod
    def from_json(cls, text: str) -> "Fingerprints":
        """The fingerprints that `to_json` wrote. Raises `ValueError` for anything else."""
        saved: Any = json.loads(text)
        if not isinstance(saved, dict) or set(saved) != {field.name for field in fields(cls)}:
            raise ValueError("the fingerprints have missing or unknown tables")
        tables = {name: _table(saved[name], 16 if name == "appearances" else _DIGEST_BYTES) for name in saved}
        if not len(tables["image_ids"]) == len(tables["contents"]) == len(tables["appearances"]):
            raise ValueError("the fingerprints have tables of different lengths")
        return cls(**tables)


@cache
def _transform(size: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The matrix [_WAVES, size] from pixels along one side to cosines, and row and column of each wave that is kept."""
    edges = np.linspace(0, size, _GRID + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    average = np.clip(overlap, 0, None) * (_GRID / size)
    cosines = np.cos(np.pi * np.outer(np.arange(_WAVES), np.arange(_GRID) + 0.5) / _GRID) / _GRID
    gentle = sorted(
        ((row, column) for row in range(_WAVES) for column in range(_WAVES) if row + column),
        key=lambda wave: ((wave[0] + 1) * (wave[1] + 1), wave),
    )[:_N_BITS]
    rows, columns = np.array(gentle).T
    return (cosines @ average).astype(np.float32), rows, columns


def _digests(names: Iterable[str]) -> Bytes:
    contents = (name.lower().encode("utf-8", "surrogatepass") for name in names)  # a file's name may be no text
    return _stack(hashlib.sha256(content).digest()[:_DIGEST_BYTES] for content in contents)


def _stack(digests: Iterable[bytes]) -> Bytes:
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, _DIGEST_BYTES)


def _table(text: object, width: int) -> Bytes:
    content = base64.b64decode(str(text), validate=True)
    return np.frombuffer(content, np.uint8).reshape(-1, width)
