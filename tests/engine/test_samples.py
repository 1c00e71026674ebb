"""The sample images are there, one of each class, readable, named and attributed."""

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from engine import places
from engine.data.images import read_image
from engine.labels import CODES
from engine.samples import ATTRIBUTION, list_samples


def test_one_readable_image_of_each_class() -> None:
    """In the order of the classes, each opens as any user's image does."""
    samples = list_samples()
    assert tuple(sample.dx for sample in samples) == CODES
    assert all(min(read_image(sample.path).size) >= 150 for sample in samples)


def test_they_carry_nothing_but_the_picture() -> None:
    """No EXIF, and in all less than a megabyte."""
    paths = [sample.path for sample in list_samples()]
    for path in paths:
        with Image.open(path) as image:
            assert not image.getexif()
    assert sum(path.stat().st_size for path in paths) < 1_000_000


def test_authors_and_licence_are_named() -> None:
    """In what the window shows, and beside the files."""
    for text in (ATTRIBUTION, (places.resources_dir() / "samples" / "README.md").read_text(encoding="utf-8")):
        assert "Tschandl" in text
        assert "CC BY-NC 4.0" in text


def test_a_sample_taken_away_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without its samples, or with some, works on."""
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path)
    assert list_samples() == ()
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "samples.csv").write_text("image_id,file,dx,dx_type\na,a.jpg,mel,histo\nb,b.jpg,nv,histo\n")
    (tmp_path / "samples" / "b.jpg").write_bytes(b"x")
    assert [sample.image_id for sample in list_samples()] == ["b"]


def test_they_are_what_the_data_set_says(ham10000: Path) -> None:
    """Diagnosis and the kind of proof agree with the real table."""
    table = pd.read_csv(next(ham10000.glob("*etadata*"))).set_index("image_id")
    for sample in list_samples():
        assert table.loc[sample.image_id, "dx"] == sample.dx
        assert table.loc[sample.image_id, "dx_type"] == "histo"
