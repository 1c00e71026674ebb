"""Puts images into groups that a split must not cut: those of one patient or one lesion belong together."""

import pandas as pd

_Node = tuple[int, str]
"""0 and a patient, or 1 and a lesion: the smallest of a group gives it its name."""


def group_names(rows: pd.DataFrame) -> list[str]:
    """A name of the group of each row (lesion_id and patient_id, the latter "" where unknown).

    The images of a patient are one group, and so are those of a lesion, even if its patient is not always named. A
    group is called by its patient, the first in order where several share a lesion, else by its lesion.
    """
    lesions, patients = list(rows["lesion_id"]), list(rows["patient_id"])
    if not any(patients):
        return lesions
    parents: dict[_Node, _Node] = {}
    for lesion, patient in zip(lesions, patients, strict=True):
        if patient:
            first, second = sorted((_first((1, lesion), parents), _first((0, patient), parents)))
            parents[second] = first
    return [_first((1, lesion), parents)[1] for lesion in lesions]


def _first(node: _Node, parents: dict[_Node, _Node]) -> _Node:
    """The smallest node of the group; shortens the way there."""
    root = node
    while (parent := parents.get(root, root)) != root:
        root = parent
    while node != root:
        parents[node], node = root, parents.get(node, root)
    return root
