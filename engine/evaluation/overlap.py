"""Finds the images of a data set that a model met in its training, by the fingerprints in its file."""

import re
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.data.fingerprints import SAME_ID_BITS, SAME_IMAGE_BITS, Fingerprints, turned_hashes
from engine.events import Progress

Met = Literal["same file", "same image", "same id", "same lesion", "same lesion as a met image"]
"""How an image was recognised, the surest first."""

_BLOCK = 64  # images at a time: a few MB of distances to 10,000 others
_WORLDWIDE_IMAGE = r"isic_\d{7}"  # an id of the ISIC archive names one image, whoever has it
_WORLDWIDE_LESION = r"(ham|il)_\d{7}"

Bytes = npt.NDArray[np.uint8]


def find_overlap(
    rows: pd.DataFrame,
    pixels: Bytes,
    positions: npt.NDArray[np.integer],
    fingerprints: Fingerprints,
    progress: Progress,
) -> "pd.Series[str]":
    """How the model met each of `rows` (of a checked data set) in its training, "" where it did not; index of `rows`.

    `positions` [n] are those of the rows in `pixels`, uint8 [m, S, S, 3], with the model's size and geometry. An image
    is met if it is the same file, looks the same (turned and mirrored ones included), or has the same id of the ISIC
    archive; or if its lesion has the id of a lesion of the training. All images of a lesion that one of these is of
    are met too. Ids that the data set made up for want of any, and image ids that are just names of files, prove
    nothing.
    """
    own = Fingerprints.of(rows, pixels, positions)
    looks, with_id = _look_alike(own, pixels, positions, fingerprints, progress)
    lesion_ids = dict(zip(sorted(set(rows["lesion_id"])), _among(own.lesion_ids, fingerprints.lesion_ids), strict=True))
    same_id = _among(own.image_ids, fingerprints.image_ids)
    found: dict[Met, npt.NDArray[np.bool_]] = {
        "same file": _among(own.contents, fingerprints.contents),
        "same image": looks | with_id,
        "same id": same_id & rows["image_id"].map(_is_worldwide_image).to_numpy(),
        "same lesion": (rows["lesion_id"].map(lesion_ids) & _names_lesion(rows)).to_numpy(),
    }
    met = pd.Series("", index=rows.index)
    for reason, is_met in found.items():
        met[(met == "").to_numpy() & is_met] = reason
    for column in ("lesion_id", "group"):
        touched = rows[column].isin(rows.loc[met != "", column])
        met[(met == "") & touched] = "same lesion as a met image"
    return met


def find_named(rows: pd.DataFrame, others: pd.DataFrame) -> "pd.Series[bool]":
    """Which of `rows` have the image id or lesion id of one of `others`, as far as ids are proof; index of `rows`."""
    image_ids, lesion_ids = (set(others[column].str.lower()) for column in ("image_id", "lesion_id"))
    same_image = rows["image_id"].map(_is_worldwide_image) & rows["image_id"].str.lower().isin(image_ids)
    return same_image | (_names_lesion(rows) & rows["lesion_id"].str.lower().isin(lesion_ids))


def _names_lesion(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the data set, and not this program, gave each row its lesion id."""
    return (rows["lesion_id"] != rows["image_id"]) | rows["lesion_id"].map(_is_worldwide_lesion)


def _look_alike(
    own: Fingerprints,
    pixels: Bytes,
    positions: npt.NDArray[np.integer],
    fingerprints: Fingerprints,
    progress: Progress,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each image looks like one of the training; and like one that has its id, which may differ more, [n]."""
    first, second = _as_words(fingerprints.appearances).T
    row_of = {int(digest): row for row, digest in enumerate(_as_words(fingerprints.image_ids)[:, 0])}
    namesakes = np.array([row_of.get(int(digest), -1) for digest in _as_words(own.image_ids)[:, 0]])
    looks, with_id = np.zeros(len(positions), bool), np.zeros(len(positions), bool)
    for start in range(0, len(positions), _BLOCK):
        block = slice(start, start + _BLOCK)
        named = np.flatnonzero(namesakes[block] >= 0)
        for hashes in turned_hashes(pixels[positions[block]]):
            words = _as_words(hashes)
            bits = np.bitwise_count(words[:, :1] ^ first)
            bits += np.bitwise_count(words[:, 1:] ^ second)
            looks[block] |= bits.min(axis=1) <= SAME_IMAGE_BITS
            with_id[start + named] |= bits[named, namesakes[start + named]] <= SAME_ID_BITS
        progress.advance(len(bits))
    return looks, with_id


def _as_words(table: Bytes) -> npt.NDArray[np.uint64]:
    """The rows of a table of bytes as whole numbers, eight bytes each."""
    return np.ascontiguousarray(table).view(np.uint64)


def _among(digests: Bytes, known: Bytes) -> npt.NDArray[np.bool_]:
    """Whether each digest, uint8 [n, 8], is one of `known`, [m, 8]."""
    return np.isin(_as_words(digests)[:, 0], _as_words(known)[:, 0])


def _is_worldwide_image(image_id: str) -> bool:
    return re.fullmatch(_WORLDWIDE_IMAGE, image_id, re.IGNORECASE) is not None


def _is_worldwide_lesion(lesion_id: str) -> bool:
    return re.fullmatch(f"{_WORLDWIDE_LESION}|{_WORLDWIDE_IMAGE}", lesion_id, re.IGNORECASE) is not None
