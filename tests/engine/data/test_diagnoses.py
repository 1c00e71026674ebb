"""engine/data/diagnoses.py."""

import pytest

from engine.data.diagnoses import code_of, deepest_code, is_carcinoma, is_diagnosis, is_of_ham10000
from engine.labels import CLASSES


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_codes_and_plain_names_are_known(one: object) -> None:
    """Every class by its code and by the name this program gives it, in any case."""
    code, name = one.code, one.name  # type: ignore[attr-defined]
    assert code_of(code) == code_of(code.upper()) == code_of(name) == code_of(name.upper()) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("AK", "akiec"),
        ("actinic keratosis", "akiec"),
        ("Bowen's disease", "akiec"),
        ("basal_cell_carcinoma", "bcc"),
        ("pigmented benign keratosis", "bkl"),
        ("Seborrheic-Keratoses", "bkl"),
        ("3. Dermatofibroma", "df"),
        ("07_melanoma", "mel"),
        ("Melanocytic nevi", "nv"),
        ("vascular lesion", "vasc"),
        ("SCC", None),
        ("unknown", None),
        ("lentigo NOS", None),
        ("7", None),
        ("", None),
    ],
)
def test_names_of_other_data_sets_are_known(name: str, code: str | None) -> None:
    """As the ISIC challenges, the archive and class folders write them; what is none of the seven has no code."""
    assert code_of(name) == code


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("Benign", "Benign melanocytic proliferations", "Nevus", "", ""), "nv"),
        (("Benign", "Benign melanocytic proliferations", "Nevus", "Nevus, Spitz", ""), "nv"),
        (("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma, NOS"), "mel"),
        (("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma metastasis"), None),
        (("Malignant", "Malignant epidermal proliferations", "Squamous cell carcinoma, NOS"), None),
        (("Malignant", "Malignant epidermal proliferations", "Squamous cell carcinoma in situ"), "akiec"),
        (("Indeterminate", "Indeterminate epidermal proliferations", "Solar or actinic keratosis"), "akiec"),
        (("Benign", "Benign soft tissue proliferations - Vascular", ""), "vasc"),
        (("Benign", "Benign soft tissue proliferations - Vascular", "Hemangioma"), "vasc"),
        (("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Dermatofibroma"), "df"),
        (("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Scar"), None),
        (("Benign", "", ""), None),
    ],
)
def test_the_finest_name_of_a_diagnosis_counts(names: tuple[str, ...], code: str | None) -> None:
    """The archive names a diagnosis on up to five levels."""
    assert deepest_code(names) == code


def test_a_folder_may_be_called_by_a_diagnosis_this_model_never_saw() -> None:
    """So that its images are named as left out, not passed over."""
    assert all(is_diagnosis(name) for name in ("nv", "Melanoma", "SCC", "squamous cell carcinoma", "UNK"))
    assert not any(is_diagnosis(name) for name in ("images", "train", "HAM10000_images_part_1", ""))
    assert is_carcinoma("SCC")
    assert not is_carcinoma("Squamous cell carcinoma in situ")


def test_the_ids_of_ham10000() -> None:
    """Exactly 10,015 of them."""
    assert sum(is_of_ham10000(f"ISIC_{number:07d}") for number in range(24000, 35000)) == 10_015
    assert not is_of_ham10000("ISIC_0034321")
    assert not is_of_ham10000("HAM_0024306")
