"""The starter model: found where it is, never promised where it is not."""

from pathlib import Path

import pytest

from engine import places
from engine.errors import ModelFileError
from engine.evaluation_commands import find_model
from engine.starter import ATTRIBUTION, DESCRIPTION, is_starter, starter_model


def test_it_is_offered_only_where_its_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that came without it says so, and does not lead to a file that is missing."""
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path)
    assert starter_model() is None
    model = tmp_path / "starter" / "model.safetensors"
    assert not is_starter(model)
    model.parent.mkdir()
    model.write_bytes(b"weights")
    assert starter_model() == model
    assert is_starter(model)
    assert not is_starter(tmp_path / "model.safetensors")


def test_the_terminal_knows_it_by_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "starter" stands for its file; a file of that name goes first, and where there is neither a sentence says so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path / "resources")
    with pytest.raises(ModelFileError, match="without a starter model"):
        find_model(Path("starter"))
    model = tmp_path / "resources" / "starter" / "model.safetensors"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    assert find_model(Path("starter")) == model
    (tmp_path / "starter").write_bytes(b"other weights")
    assert find_model(Path("starter")) == Path("starter")


def test_authors_licence_and_purpose_are_named() -> None:
    """Whoever uses it reads whose images it learned from, and what it is not for."""
    assert "Tschandl" in ATTRIBUTION
    assert "CC BY-NC 4.0" in ATTRIBUTION
    assert "non-commercial" in DESCRIPTION
    assert "Research and education only".lower() in DESCRIPTION.lower()
