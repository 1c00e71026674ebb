"""engine/data/text_table.py."""

from pathlib import Path

import pytest

from engine.data.text_table import TextTable, read_columns, read_text_table
from engine.errors import DataError

HEADER = ("image_id", "lesion_id", "dx")
TEXT = "image_id,lesion_id,dx\nI1,Läsion,nv\n"


def _table(tmp_path: Path, content: bytes) -> TextTable:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return read_text_table(path)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("latin-1"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        TEXT.replace("I1,", ' "I1" , ').encode(),
        TEXT.replace("image_id", "IMAGE_ID").encode(),
        (TEXT.replace("\n", "\n\n,,\n") + "\n").encode(),
        TEXT.replace("nv", "nv,more,and more").encode(),
    ],
    ids=lambda content: repr(content)[2:40],
)
def test_the_table_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    """Encoding, byte order mark, line ends, delimiter, case of the columns, blank rows and spaces do not matter."""
    table = _table(tmp_path, content)
    assert table.columns == HEADER
    assert table.rows == (("I1", "Läsion", "nv"),)
    assert read_columns(table.path) == HEADER


def test_a_short_row_is_filled_up(tmp_path: Path) -> None:
    """A row that ends too soon says nothing about the rest."""
    assert _table(tmp_path, b"a,b,c\n1,2\n").rows == (("1", "2", ""),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"lesion_id,image_id,dx\n", "is empty"),
        (b"\xff\xfel\x00e", "is not a table of text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a table of text"),
        (b'a,b\n"' + b"x" * 200_000, "is not a table of text"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence_and_a_hint(tmp_path: Path, content: bytes, sentence: str) -> None:
    """An empty or foreign file is a `DataError`."""
    with pytest.raises(DataError, match=sentence) as caught:
        _table(tmp_path, content)
    assert caught.value.hint


def test_two_columns_of_one_name_must_agree(tmp_path: Path) -> None:
    """Equal ones are one; of different ones nobody knows which is right."""
    assert _table(tmp_path, b"dx,id,dx\nnv,1,nv\n").column("dx") == ["nv"]
    with pytest.raises(DataError, match="has two columns dx, which differ"):
        _table(tmp_path, b"dx,id,dx\nnv,1,mel\n").column("dx")


def test_a_file_that_is_not_there_has_no_columns(tmp_path: Path) -> None:
    """Looking for tables never fails; reading one says what is wrong."""
    assert read_columns(tmp_path / "none.csv") == ()
    with pytest.raises(DataError, match=r"There is no file none\.csv"):
        read_text_table(tmp_path / "none.csv")
