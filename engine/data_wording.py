"""Says what is in a data set in plain words: kinds of findings, how a diagnosis was made, one image of it."""

from pathlib import Path

from engine.data_results import ImageRow
from engine.labels import INDEX
from engine.wording import count, name_class

UNKNOWN = "unknown"
GIVES_AWAY = "Shown only: it gives the diagnosis away, so no network is ever told."
"""Stands beside how the diagnosis was made and where the image is from."""
SPLIT_CHOICE = "A table with the columns image_id and part, which is train, val or test."
"""What a split of the user's own looks like."""

_FINDINGS = {
    "conflict": "Conflicting diagnoses of one lesion",
    "conflicting near-duplicate": "Conflicting diagnoses of near-duplicates",
    "cut": "Images that are cut off",
    "different twins": "Different images of one name",
    "impossible age": "Impossible ages",
    "missing": "Missing images",
    "near-duplicate": "Near-duplicates: one lesion under two ids",
    "no id": "Rows without an image",
    "not RGB": "Images that are not in colour",
    "not dermatoscopic": "Images that are not dermatoscopic",
    "renamed diagnosis": "Renamed diagnoses",
    "repeated": "Repeated rows",
    "tiny": "Tiny images",
    "unknown diagnosis": "Unknown diagnoses",
    "unlisted": "Images that are not in the table",
    "unreadable": "Unreadable images",
    "unreadable folder": "Unreadable folders",
}
_DX_TYPES = {
    "confocal": "confocal microscopy",
    "consensus": "consensus of experts",
    "follow_up": "follow-up",
    "histo": "histopathology",
}


def name_finding(kind: str) -> str:
    """A kind of finding as a title: "Missing images"; a new kind under its own name."""
    return _FINDINGS.get(kind, kind.capitalize())


def name_split(split: str) -> str:
    """Which split is meant (`TrainingConfig.split`), as a sentence."""
    if split == "auto":
        return "The split of a training: the data set's own if it brings one, otherwise 70/15/15 by lesion."
    if split == "new":
        return "A new split, 70/15/15 by lesion."
    if split == "notebook":
        return "The notebook's split: rows copied, then split at random. It leaks by design."
    return f"Your split {Path(split).name}."


def name_dx_type(dx_type: str) -> str:
    """How a diagnosis was made: "histopathology"; what is not known of under its own name."""
    return _DX_TYPES.get(dx_type, dx_type.replace("_", " ")) or UNKNOWN


def name_diagnosis(dx: str) -> str:
    """The diagnosis of an image: "Melanoma (mel)", or what the table says where that is none of the classes."""
    return name_class(dx) if dx in INDEX else dx or UNKNOWN


def describe_image(image: ImageRow, n_of_lesion: int) -> tuple[tuple[str, str], ...]:
    """What the table tells about an image, as pairs of a title and words; what it does not tell is "unknown".

    `n_of_lesion`: the images of its lesion, itself included.
    """
    findings = ", ".join(name_finding(kind).lower() for kind in image.kinds)
    facts = [
        ("Diagnosis", name_diagnosis(image.dx)),
        ("Made by", name_dx_type(image.dx_type)),
        ("Lesion", f"{image.lesion_id or UNKNOWN}, {count(n_of_lesion, 'image')}"),
        ("Sex", image.sex or UNKNOWN),
        ("Age", UNKNOWN if image.age is None else f"{image.age:g}"),
        ("Site", image.localization or UNKNOWN),
        ("Source", image.source),
        ("Findings", findings or "none"),
        ("Used", "yes" if image.is_used else "no, it is left out"),
    ]
    return tuple((title, words) for title, words in facts if words)
