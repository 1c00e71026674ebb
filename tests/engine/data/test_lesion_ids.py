"""Tests of engine.data.lesion_ids."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.lesion_ids import _lesions_in, find_lesion_id

TABLE = "lesion_id,image_id,dx\nHAM_1,ISIC_1,nv\nHAM_1,ISIC_2,nv\n,ISIC_3,mel\nHAM_4,ISIC_4,mel\n"


@pytest.mark.parametrize("folders", ["", "images", "images/images"])
def test_a_table_beside_or_above_the_images_is_found(folders: str, tmp_path: Path) -> None:
    """In the folder of the images, one above or two; ids in any case; an image without a lesion has none."""
    (tmp_path / "data" / folders).mkdir(parents=True)
    (tmp_path / "data" / "HAM10000_metadata.csv").write_text(TABLE)
    lesions = [find_lesion_id(tmp_path / "data" / folders / f"{name}.jpg") for name in ("ISIC_1", "isic_2", "ISIC_3")]
    assert lesions == ["HAM_1", "HAM_1", ""]
    assert find_lesion_id(tmp_path / "data" / folders / "holiday.jpg") == ""


def test_other_names_and_delimiters(tmp_path: Path) -> None:
    """The tab-separated table of the Dataverse without a suffix, and ISIC's groupings."""
    (tmp_path / "HAM10000_metadata").write_text(TABLE.replace(",", "\t"))
    (tmp_path / "groups.csv").write_text("image,lesion_id,diagnosis_confirm_type\nISIC_9,HAM_9,histo\n")
    assert [find_lesion_id(tmp_path / f"ISIC_{number}.jpg") for number in (4, 9)] == ["HAM_4", "HAM_9"]


def test_a_table_that_changes_is_read_again(tmp_path: Path) -> None:
    """A table that comes later is noticed."""
    assert find_lesion_id(tmp_path / "ISIC_1.jpg") == ""
    (tmp_path / "t.csv").write_text(TABLE)
    status = tmp_path.stat()
    os.utime(tmp_path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))  # coarse clocks
    assert find_lesion_id(tmp_path / "ISIC_1.jpg") == "HAM_1"


@pytest.mark.parametrize(
    "content",
    [b"", b"lesion_id,image_id\n", b"\x00\x01lesion_id,image_id\n1,2", b"lesion_id\n1\n", b"lesion_id,image_id\n1"],
)
def test_a_table_of_no_use_says_nothing(content: bytes, tmp_path: Path) -> None:
    """Nobody asked for the table, so what is wrong with it stops nothing."""
    (tmp_path / "table.csv").write_bytes(content)
    assert find_lesion_id(tmp_path / "2.jpg") == ""
    assert find_lesion_id(tmp_path / "no" / "such" / "folder" / "2.jpg") == ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.permutations(["lesion_id", "image_id", "age", "sex", "split", "lesion_id"]),
    cells=st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=5),
)
def test_whatever_stands_in_a_table_stops_nothing(header: list[str], cells: list[list[str]], tmp_path: Path) -> None:
    """Any text in any column, rows of any length, columns twice: a lesion or none."""
    text = io.StringIO()
    csv.writer(text).writerows([header, ["HAM_1", "ISIC_1", "5", "male", "train", "HAM_1"], *cells])
    (tmp_path / "table.csv").write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    _lesions_in.cache_clear()
    assert isinstance(find_lesion_id(tmp_path / "ISIC_1.jpg"), str)
