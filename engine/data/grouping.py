"""Puts images into groups that a split must not cut: those of one patient or one lesion belong together."""

from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

_Node = TypeVar("_Node", str, tuple[int, str])


def group_names(rows: pd.DataFrame) -> list[str]:
    """A name of the group of each row (lesion_id and patient_id, the latter "" where unknown).

    The images of a patient are one group, and so are those of a lesion, even if its patient is not always named. A
    group is called by its patient, the first in order where several share a lesion, else by its lesion.
    """
    lesions, patients = list(rows["lesion_id"]), list(rows["patient_id"])
    # 0 and a patient come before 1 and a lesion, and so give a group its name
    joined = join(((0, patient), (1, lesion)) for lesion, patient in zip(lesions, patients, strict=True) if patient)
    return [joined.get((1, lesion), (1, lesion))[1] for lesion in lesions]


def join(pairs: Iterable[tuple[_Node, _Node]]) -> dict[_Node, _Node]:
    """The smallest node of the group of each node, where the pairs share a group; the smallest ones may be missing."""
    parents: dict[_Node, _Node] = {}
    for first, second in pairs:
        small, large = sorted((_first(first, parents), _first(second, parents)))
        parents[large] = small
    return {node: _first(node, parents) for node in parents}


def _first(node: _Node, parents: dict[_Node, _Node]) -> _Node:
    """The smallest node of the group; shortens the way there."""
    root = node
    while (parent := parents.get(root, root)) != root:
        root = parent
    while node != root:
        parents[node], node = root, parents.get(node, root)
    return root
