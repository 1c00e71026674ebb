"""The licences that Help shows name every package that the program brings, with its text."""

import importlib.metadata
from functools import cache
from pathlib import Path

import pytest

from engine import bundled_licences

MADE = cache(lambda: bundled_licences.licences_text())


def test_every_direct_dependency_and_what_it_needs_is_named() -> None:
    """pyproject's dependencies, and one that nobody asked for by name."""
    text = MADE()
    for name in (*bundled_licences.direct_dependencies(), "starlette", "shiboken6", "markupsafe"):
        distribution = importlib.metadata.distribution(name)
        assert f"\n{distribution.name} {distribution.version}: " in text


def test_the_build_tools_are_not_named() -> None:
    """What only develops the program is not brought along."""
    assert "\npytest " not in MADE()
    assert "\npyinstaller " not in MADE()


def test_the_texts_of_qt_and_of_packages_are_there() -> None:
    """The LGPL asks for its own text and the GPL's; MIT and BSD packages for theirs."""
    text = MADE()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
    for name in ("numpy", "torch", "matplotlib", "gradio", "scikit-learn"):
        text_of = text[
            text.index(f"\n{importlib.metadata.distribution(name).name} {importlib.metadata.version(name)}: ") :
        ]
        assert "[" in text_of[:300], name
        assert "licenses/" in text_of[:400] or "LICENSE" in text_of[:400], name


def test_the_licence_of_the_data_is_there() -> None:
    """The sample images and models trained on HAM10000 are non-commercial."""
    assert "CC BY-NC 4.0" in MADE()


def test_the_packaged_programs_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen, no package's metadata need be there."""
    (tmp_path / bundled_licences.FILE_NAME).write_text("as built", encoding="utf-8")
    monkeypatch.setattr(bundled_licences, "resources_dir", lambda: tmp_path)
    assert bundled_licences.licences_text() == "as built"
