"""Finds images that show one lesion although the table gives them to two, so that no split parts them.

Every image is looked at in some hundred ways (turned, mirrored, nearer, moved) and the others that then look most like
it are proposed; each proposed pair is laid over each other as well as can be, and is a near-duplicate if the fine
structure (hair, pores, pigment net) then agrees. Pictures of one lesion that were taken anew are found like copies.

In 8,457 images of HAM10000 it finds 70 pairs. All were looked at and show one lesion. Sex, which is never used, agrees
in all of the 66 that were held against the table; at random it does in half.
"""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch

from engine import atomic, places
from engine.config import Preprocessing
from engine.data import alignment, proposals
from engine.data.cache import open_cache
from engine.data.checks import fingerprint
from engine.data.grouping import join
from engine.data.readers import Dataset
from engine.data.resampling import shrink
from engine.data_results import NearDuplicate
from engine.data_wording import name_diagnosis
from engine.errors import DiskError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.results import Finding

_FORMAT = 1  # raise it whenever other pairs would be found
_PIXELS = Preprocessing(image_size=alignment.SIDE, geometry="crop")
"""The central square: it keeps the shape of a lesion, which a squashed picture loses when it is turned."""
_MIN_ALIKE = 0.28
"""In 8,457 images of HAM10000 all pairs from 0.24 on were seen to be one lesion; others have 0.22 at most."""
_GREY = torch.tensor([0.299, 0.587, 0.114])  # ITU-R BT.601
_CHUNK = 512  # images


def find_duplicates(
    dataset: Dataset, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[NearDuplicate, ...]:
    """The pairs of images of a checked data set that show one lesion under two lesion ids, in the order of their ids.

    Remembered by the contents of the data set. Of several copies of one file each is paired with the first. Raises
    `DataError` when an image changed since it was checked, and `DiskError`.
    """
    memory = places.cache_dir() / "duplicates" / f"{fingerprint(dataset)}.json"
    if (known := _recall(memory, frozenset(dataset.rows["image_id"]))) is not None:
        return known
    rows = dataset.rows.sort_values("image_id")
    found = _copies(rows)
    if not dataset.is_demo:  # whose lesions were drawn one by one, and look alike
        found += _look_alikes(dataset, rows.drop_duplicates("sha256"), control or Control(), on_event)
    pairs = tuple(sorted(found, key=lambda pair: (pair.first, pair.second)))
    _remember(memory, pairs)
    return pairs


def join_groups(rows: pd.DataFrame, pairs: Sequence[NearDuplicate]) -> pd.DataFrame:
    """The rows with the groups joined that a pair connects, whatever the diagnoses; the smallest name is theirs all."""
    group_of = dict(zip(rows["image_id"], rows["group"], strict=True))
    joined = join((group_of[pair.first], group_of[pair.second]) for pair in pairs)
    return rows.assign(group=[joined.get(group, group) for group in rows["group"]])


def duplicate_findings(rows: pd.DataFrame, pairs: Sequence[NearDuplicate]) -> tuple[Finding, ...]:
    """A finding for each pair; a warning where the two have different diagnoses."""
    columns = (rows[name] for name in ("lesion_id", "dx", "sha256"))
    by_id = dict(zip(rows["image_id"], zip(*columns, strict=True), strict=True))
    findings = []
    for pair in pairs:
        (lesion, dx, sha256), (other_lesion, other_dx, other_sha256) = by_id[pair.first], by_id[pair.second]
        agrees = dx == other_dx
        one = f"{pair.first} (lesion {lesion}, {name_diagnosis(dx)})"
        other = f"{pair.second} (lesion {other_lesion}, {name_diagnosis(other_dx)})"
        shows = "are the same file" if sha256 == other_sha256 else "seem to show one lesion"
        findings.append(
            Finding(
                severity="info" if agrees else "warning",
                kind="near-duplicate" if agrees else "conflicting near-duplicate",
                subject=pair.first,
                message=f"{one} and {other} {shows}.",
                action="They share a group, so no split parts them.",
            )
        )
    return tuple(findings)


def _copies(rows: pd.DataFrame) -> list[NearDuplicate]:
    """Images that are the same file as an earlier one (of rows sorted by image_id) of another lesion."""
    firsts = rows.groupby("sha256", sort=False)[["image_id", "lesion_id"]].transform("first")
    is_copy = firsts["lesion_id"] != rows["lesion_id"]
    return [
        NearDuplicate(first=first, second=second, alike=1.0)
        for first, second in zip(firsts["image_id"][is_copy], rows["image_id"][is_copy], strict=True)
    ]


def _look_alikes(dataset: Dataset, rows: pd.DataFrame, control: Control, on_event: OnEvent) -> list[NearDuplicate]:
    """Pairs of these rows that show one lesion under two ids."""
    images = _grey_images(dataset, rows, control, on_event)
    on_event(StatusChanged(text=f"Looking for near-duplicates among {len(images):,} images"))
    small = torch.cat(
        [shrink(images[at : at + _CHUNK].float(), proposals.SIDE) for at in range(0, len(images), _CHUNK)]
    )
    lesions = torch.from_numpy(pd.factorize(rows["lesion_id"])[0])
    proposed = proposals.propose(small, lesions, Progress(len(images), "images", control, on_event))
    n_pairs = len(proposed.first)
    on_event(StatusChanged(text=f"Comparing {n_pairs:,} pairs of images"))
    alike = alignment.compare(images, proposed, Progress(n_pairs, "pairs", control, on_event))
    ids = list(rows["image_id"])
    kept = alike >= _MIN_ALIKE
    pairs = zip(proposed.first[kept].tolist(), proposed.second[kept].tolist(), alike[kept].tolist(), strict=True)
    return [
        NearDuplicate(first=ids[min(first, second)], second=ids[max(first, second)], alike=round(min(score, 1.0), 3))
        for first, second, score in pairs
    ]


def _grey_images(dataset: Dataset, rows: pd.DataFrame, control: Control, on_event: OnEvent) -> torch.Tensor:
    """The images of these rows in grey, uint8 [n, SIDE, SIDE]."""
    cache = open_cache(dataset, _PIXELS, control=control, on_event=on_event)
    grey = torch.empty((len(rows), alignment.SIDE, alignment.SIDE), dtype=torch.uint8)
    for at, image_id in enumerate(rows["image_id"]):
        control.raise_if_cancelled()
        grey[at] = torch.tensor(cache.pixels[cache.positions[image_id]]).float() @ _GREY
    return grey


def _recall(memory: Path, image_ids: frozenset[str]) -> tuple[NearDuplicate, ...] | None:
    """What was found last time; None if that is missing, of another version or damaged."""
    try:
        saved = json.loads(memory.read_text(encoding="utf-8"))
        if saved["format"] != _FORMAT:
            return None
        pairs = tuple(
            NearDuplicate(first=first, second=second, alike=float(alike)) for first, second, alike in saved["pairs"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pairs if all({pair.first, pair.second} <= image_ids for pair in pairs) else None


def _remember(memory: Path, pairs: Sequence[NearDuplicate]) -> None:
    content = {"format": _FORMAT, "pairs": [[pair.first, pair.second, pair.alike] for pair in pairs]}
    with contextlib.suppress(DiskError):  # only costs time: they are looked for again
        atomic.write_json(memory, content)
