"""Says what is in a data set in plain words: kinds of findings, how a diagnosis was made, one image of it."""

from engine.data_results import ImageRow
from engine.labels import INDEX
from engine.wording import count, name_class

UNKNOWN = "unknown"
GIVES_AWAY = "Shown only: it gives the diagnosis away, so no network is ever told."
"""Stands beside how the diagnosis was made and where the image is from."""

_FINDINGS = {
    "conflict": "Conflicting diagnoses of one lesion",
    "cut": "Images that are cut off",
    "different twins": "Different images of one name",
    "impossible age": "Impossible ages",
    "missing": "Missing images",
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
