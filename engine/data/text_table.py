"""Reads a table of text, whatever its encoding, delimiter and line ends."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError

SUFFIXES = (".csv", ".tab", ".tsv", ".txt", "")
"""Of files that may be tables, the likeliest first."""
GET_AGAIN = "Unpack the download again, or save the table anew as CSV in UTF-8."

_MAX_BYTES = 100_000_000
_HEADER_BYTES = 64_000
_DELIMITERS = ",\t;|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class TextTable:
    """A table as it stands in its file: every cell is text without spaces around it."""

    path: Path
    columns: tuple[str, ...]
    """Names in lower case; a name may stand twice."""
    rows: tuple[tuple[str, ...], ...]
    """All as long as `columns`; rows that are empty throughout are left out."""

    def column(self, name: str) -> list[str]:
        """The cells of a column. Raises `DataError` where two columns of that name differ."""
        positions = [at for at, column in enumerate(self.columns) if column == name]
        cells = [row[positions[0]] for row in self.rows]
        for other in positions[1:]:
            if [row[other] for row in self.rows] != cells:
                hint = "Remove the wrong one, or give it another name."
                raise DataError(f"{self.path.name} has two columns {name}, which differ.", hint)
        return cells


def read_text_table(path: Path) -> TextTable:
    """The table in the file `path`. Raises `DataError` where it is none, or has no rows."""
    text = _decode(_read(path, _MAX_BYTES + 1), path)
    if text is None:
        raise DataError(f"{path.name} is not a table of text.", GET_AGAIN)
    try:
        cells = [row for row in _cells(text) if any(row)]
    except csv.Error as error:
        raise DataError(f"{path.name} is not a table of text: {error}.", GET_AGAIN) from error
    if len(cells) < 2:
        raise DataError(f"{path.name} is empty.", GET_AGAIN)
    columns = tuple(name.lower() for name in cells[0])
    width = len(columns)
    rows = tuple((*row[:width], *("",) * (width - len(row))) for row in cells[1:])
    return TextTable(path, columns, rows)


def read_columns(path: Path) -> tuple[str, ...]:
    """The names of the columns in lower case; () for a file that is no table or cannot be read."""
    try:
        text = _decode(_read(path, _HEADER_BYTES), path, is_part=True)
        header = next(_cells(text)) if text else ()
    except (DataError, csv.Error, StopIteration):
        return ()
    return tuple(name.lower() for name in header)


def _read(path: Path, most: int) -> bytes:
    try:
        if not path.is_file():
            raise DataError(f"There is no file {path.name}.", GET_AGAIN)
        with path.open("rb") as file:
            content = file.read(most)
    except OSError as error:
        fault = f"{path.name} could not be read: {error.strerror or error}."
        raise DataError(fault, "Check that you may read it.") from error
    if len(content) > _MAX_BYTES:
        raise DataError(f"{path.name} is too large for a table of images.", GET_AGAIN)
    return content


def _decode(content: bytes, path: Path, *, is_part: bool = False) -> str | None:
    """The text of a file, without its byte order mark; None if it is no text.

    What is not UTF-8 is taken for Latin-1, which old spreadsheets write; ids and diagnoses are the same in both.
    """
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    if encoding is None and content[1::2].count(0) > len(content) // 4:
        encoding = "utf-16-le"
    try:
        text = content.decode(encoding or "utf-8", errors="ignore" if is_part else "strict")
    except UnicodeDecodeError:
        if encoding is not None:
            return None
        text = content.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return None if any(mark in text for mark in "\0\1\2\3\4\5\6\7\b") else text


def _cells(text: str) -> Iterator[tuple[str, ...]]:
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    for row in csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, skipinitialspace=True):
        yield tuple(cell.strip() for cell in row)
