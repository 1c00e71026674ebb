"""A data set in plain words."""

from pathlib import Path

from engine.data_results import ImageRow
from engine.data_wording import describe_image, name_diagnosis, name_dx_type, name_finding


def test_an_image_is_described_in_plain_words() -> None:
    """Class with name and code, lesion with its number of images; a table's code words are spelt out."""
    image = ImageRow(
        image_id="ISIC_1",
        lesion_id="HAM_1",
        dx="mel",
        sex="female",
        age=55.0,
        localization="back",
        dx_type="histo",
        source="",
        path=Path("ISIC_1.jpg"),
        is_used=True,
        kinds=("conflict",),
    )
    facts = dict(describe_image(image, 2))
    assert facts["Diagnosis"] == "Melanoma (mel)"
    assert facts["Made by"] == "histopathology"
    assert facts["Lesion"] == "HAM_1, 2 images"
    assert facts["Age"] == "55"
    assert facts["Findings"] == "conflicting diagnoses of one lesion"
    assert facts["Used"] == "yes"
    assert "Source" not in facts


def test_what_the_table_does_not_tell_is_unknown() -> None:
    """Nothing is made up, and an image that is left out says so."""
    image = ImageRow(
        image_id="a",
        lesion_id="a",
        dx="scc",
        sex="",
        age=None,
        localization="",
        dx_type="",
        source="",
        path=None,
        is_used=False,
        kinds=(),
    )
    facts = dict(describe_image(image, 1))
    assert facts["Diagnosis"] == "scc"
    assert {facts[title] for title in ("Sex", "Age", "Site", "Made by")} == {"unknown"}
    assert facts["Used"].startswith("no")


def test_new_words_stand_under_their_own_name() -> None:
    """A table or a check may know words that this version does not."""
    assert name_finding("too green") == "Too green"
    assert name_dx_type("serial_imaging") == "serial imaging"
    assert name_diagnosis("") == "unknown"
