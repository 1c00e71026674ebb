"""What the build writes about itself is read back, and nothing else is taken for it."""

import json
from pathlib import Path

import pytest

from engine.build_info import BuildInfo, read_build_info
from engine.records import as_json

INFO = BuildInfo(
    version="0.1.0",
    variant="cpu",
    built="2026-11-23",
    commit="173af70",
    system="Linux x86_64",
    python="3.11.7",
    packages={"torch": "2.13.0+cpu"},
    shim="torchvision's operators are missing.",
)


def test_reads_what_the_build_wrote(tmp_path: Path) -> None:
    """The file makes the round trip."""
    path = tmp_path / "build_info.json"
    path.write_text(json.dumps(as_json(INFO)), encoding="utf-8")
    assert read_build_info(path) == INFO


def test_from_source_there_is_none() -> None:
    """The source tree holds no such file, so About says that it runs from source."""
    assert read_build_info() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"variant": "tpu"}', "\x00"])
def test_a_damaged_file_stops_nothing(tmp_path: Path, text: str) -> None:
    """The window opens without it."""
    path = tmp_path / "build_info.json"
    path.write_text(text, encoding="utf-8")
    assert read_build_info(path) is None
