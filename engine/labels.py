"""The seven classes of HAM10000: code, name, plain description, group and colour, in the order of the logits."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LesionClass:
    """One diagnosis the network can name."""

    code: str
    """Short code as in the `dx` column."""
    name: str
    """Name in plain words, capitalised."""
    description: str
    """One sentence for somebody who never heard the name."""
    in_group: bool
    """Whether it belongs to the group "malignant or pre-malignant"."""
    color: str
    """Hex colour; told apart by people with any of the common colour blindnesses (after Okabe and Ito, 2008)."""
    dashes: tuple[int, ...]
    """Lengths of line and gap in drawings of curves, which colour alone should not tell apart; empty: a whole line."""


CLASSES: tuple[LesionClass, ...] = (
    LesionClass(
        code="akiec",
        name="Actinic keratosis or Bowen's disease",
        description="Rough, sun-damaged skin that can become a carcinoma, or an early carcinoma that has not spread.",
        in_group=True,
        color="#E69F00",
        dashes=(),
    ),
    LesionClass(
        code="bcc",
        name="Basal cell carcinoma",
        description="The most common skin cancer; grows slowly and rarely spreads.",
        in_group=True,
        color="#D55E00",
        dashes=(6, 3),
    ),
    LesionClass(
        code="bkl",
        name="Benign keratosis",
        description="Harmless growths of the outer skin: seborrheic keratosis, solar lentigo, lichenoid keratosis.",
        in_group=False,
        color="#009E73",
        dashes=(3, 3),
    ),
    LesionClass(
        code="df",
        name="Dermatofibroma",
        description="A harmless firm knot of connective tissue.",
        in_group=False,
        color="#8C6D31",
        dashes=(1, 3),
    ),
    LesionClass(
        code="mel",
        name="Melanoma",
        description="A cancer of the pigment cells; dangerous because it spreads early.",
        in_group=True,
        color="#CC79A7",
        dashes=(7, 3, 1, 3),
    ),
    LesionClass(
        code="nv",
        name="Melanocytic nevus",
        description="A common mole, harmless.",
        in_group=False,
        color="#0072B2",
        dashes=(7, 3, 1, 3, 1, 3),
    ),
    LesionClass(
        code="vasc",
        name="Vascular lesion",
        description="A harmless growth or bleeding of small blood vessels, such as an angioma.",
        in_group=False,
        color="#56B4E9",
        dashes=(12, 5),
    ),
)

CODES: tuple[str, ...] = tuple(lesion_class.code for lesion_class in CLASSES)
INDEX: dict[str, int] = {code: index for index, code in enumerate(CODES)}
GROUP_CODES: tuple[str, ...] = tuple(lesion_class.code for lesion_class in CLASSES if lesion_class.in_group)
GROUP_NAME = "Malignant or pre-malignant"
PARTS: tuple[str, ...] = ("train", "val", "test")
PART_NAMES: dict[str, str] = {
    "train": "training part",
    "val": "validation part",
    "test": "test part",
    "external": "external data",
}

NOTICE = "Research and education only. Not a medical device."
LIMITS = (
    "Trained on few sources and mostly light skin; about half of the diagnoses were not confirmed by histology; "
    'it knows seven diagnoses and has no "none of these".'
)
EQUAL_PRIORS_NOTE = "if every class were equally common"
DEMO_NOTICE = "Demo data: drawn by the program, not photographs. Its numbers say nothing about skin."
