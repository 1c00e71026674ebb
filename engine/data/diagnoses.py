"""Knows the many names under which data sets give the seven diagnoses."""

import re

_NAMES: dict[str, tuple[str, ...]] = {
    "akiec": (
        "ak",
        "ack",
        "actinic keratosis",
        "actinic keratoses",
        "solar or actinic keratosis",
        "solar keratosis",
        "actinic keratosis or bowen s disease",
        "actinic keratoses and intraepithelial carcinoma",
        "actinic keratoses and intraepithelial carcinoma bowen s disease",
        "actinic keratoses and intraepithelial carcinoma bowens disease",
        "intraepithelial carcinoma",
        "bowen s disease",
        "bowens disease",
        "bowen disease",
        "squamous cell carcinoma in situ",
        "squamous cell carcinoma in situ bowen s disease",
        "squamous cell carcinoma in situ bowens disease",
    ),
    "bcc": ("basal cell carcinoma", "basal cell carcinomas"),
    "bkl": (
        "benign keratosis",
        "benign keratoses",
        "benign keratosis like lesion",
        "benign keratosis like lesions",
        "pigmented benign keratosis",
        "seborrheic keratosis",
        "seborrhoeic keratosis",
        "seborrheic keratoses",
        "sk",
        "solar lentigo",
        "lichenoid keratosis",
        "lichen planus like keratosis",
    ),
    "df": ("dermatofibroma", "dermatofibromas"),
    "mel": (
        "melanoma",
        "melanomas",
        "malignant melanoma",
        "melanoma in situ",
        "melanoma invasive",
        "melanoma nos",
        "malignant melanocytic proliferations melanoma",
    ),
    "nv": (
        "nevus",
        "naevus",
        "nevi",
        "naevi",
        "nev",
        "melanocytic nevus",
        "melanocytic nevi",
        "melanocytic naevus",
        "melanocytic naevi",
        "mole",
        "moles",
        "blue nevus",
    ),
    "vasc": (
        "vascular",
        "vascular lesion",
        "vascular lesions",
        "vascular skin lesion",
        "vascular skin lesions",
        "angioma",
        "hemangioma",
        "haemangioma",
        "cherry angioma",
        "angiokeratoma",
        "pyogenic granuloma",
        "hemorrhage",
        "hemorrhagic lesions",
        "venous lake",
        "benign soft tissue proliferations vascular",
    ),
}
_CODES = {name: code for code, names in _NAMES.items() for name in (code, *names)}
_CARCINOMA = {"scc", "squamous cell carcinoma", "squamous cell carcinoma nos", "squamous cell carcinoma invasive"}
_OTHERS = {"unk", "unknown", "other", "others"}
_METASTASIS = "melanoma metastasis"  # no primary lesion, which is all that HAM10000 has
_HAM10000_IDS = (24306, 34320)  # ISIC_0024306 to ISIC_0034320, all 10,015 of them


def code_of(name: str) -> str | None:
    """The code of a diagnosis called `name`, None if it is none of the seven. Case, plurals and marks do not matter."""
    return _CODES.get(_plain(name))


def deepest_code(names: tuple[str, ...]) -> str | None:
    """The code of a diagnosis that is given from coarse to fine, by the finest name that is known."""
    plain = [_plain(name) for name in names]
    if _METASTASIS in plain or not _CARCINOMA.isdisjoint(plain):
        return None
    return next((_CODES[name] for name in reversed(plain) if name in _CODES), None)


def is_carcinoma(name: str) -> bool:
    """Whether `name` is the squamous cell carcinoma that has grown into the skin, or one not said to be in situ."""
    return _plain(name) in _CARCINOMA


def is_diagnosis(name: str) -> bool:
    """Whether `name` is a diagnosis that some data set of lesions has, one of the seven or not."""
    plain = _plain(name)
    return plain in _CODES or plain in _CARCINOMA or plain in _OTHERS


def is_of_ham10000(image_id: str) -> bool:
    """Whether the image is one of HAM10000, where later tables call some of akiec a squamous cell carcinoma."""
    match = re.fullmatch(r"ISIC_(\d{7})", image_id, re.IGNORECASE)
    return match is not None and _HAM10000_IDS[0] <= int(match[1]) <= _HAM10000_IDS[1]


def _plain(name: str) -> str:
    """Lower case, words parted by one space, without a number in front: "3. Basal_cell-carcinoma" and the like."""
    words = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    return re.sub(r"^\d+ (?=[a-z])", "", words)
