"""engine/data/thumbnails.py."""

import io
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from engine import places
from engine.data import thumbnails
from engine.data.thumbnails import make_thumbnails
from engine.errors import Cancelled
from engine.events import Control
from tests.engine.data.conftest import draw_image


def _save(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        draw_image(path.stem, (300, 200)).save(path)
    return paths


def _size(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        image.load()
        return image.size


def test_each_image_has_its_picture_in_order(tmp_path: Path) -> None:
    """JPEG and PNG alike, whole, no side longer than asked; nothing for a file that is no image or not there."""
    first, second = _save(tmp_path, "a.jpg", "b.png")
    (tmp_path / "c.jpg").write_bytes(b"text")
    made = make_thumbnails([second, tmp_path / "c.jpg", first, tmp_path / "none.jpg", second], 96)
    assert [bool(jpeg) for jpeg in made] == [True, False, True, False, True]
    assert {_size(jpeg) for jpeg in made if jpeg} == {(96, 64)}
    assert made[0] == made[4] != made[2]


def test_a_large_image_looks_the_same_small(tmp_path: Path) -> None:
    """Decoding at a fraction of the size, as is done for speed, shows the same picture."""
    path = tmp_path / "a.jpg"
    image = draw_image("a", (1600, 1200))
    image.save(path, quality=95)
    (jpeg,) = make_thumbnails([path], 100)
    with Image.open(io.BytesIO(jpeg)) as small:
        wanted = image.resize(small.size, Image.Resampling.BICUBIC)
        difference = [abs(a - b) for a, b in zip(small.tobytes(), wanted.tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 4


def test_the_second_time_no_image_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are remembered by size and by the file as it is: a changed file is looked at again."""
    paths = _save(tmp_path, "a.jpg", "b.jpg")
    first = make_thumbnails(paths, 64)
    opened: list[Path] = []
    make = thumbnails._make

    def make_and_note(path: Path, max_side: int) -> bytes:
        opened.append(path)
        return make(path, max_side)

    monkeypatch.setattr(thumbnails, "_make", make_and_note)
    assert make_thumbnails(paths, 64) == first
    assert opened == []
    draw_image("other", (310, 200)).save(paths[1])
    assert make_thumbnails(paths, 64)[1] != first[1]
    assert opened == paths[1:]
    make_thumbnails(paths, 65)
    assert opened == [*paths[1:], *paths]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_damaged_memory_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """Losing what was remembered costs time and nothing else."""
    memory = places.cache_dir() / "thumbnails.sqlite"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(content)
    paths = _save(tmp_path, "a.jpg")
    assert all(make_thumbnails(paths, 64) == make_thumbnails(paths, 64) for _ in range(2))
    assert sqlite3.connect(memory).execute("SELECT count(*) FROM thumbnails").fetchone() == (1,)


def test_without_a_place_to_remember_the_pictures_are_still_made(tmp_path: Path) -> None:
    """A disk that cannot be written to costs time and nothing else."""
    places.cache_dir().parent.mkdir(exist_ok=True)
    places.cache_dir().write_bytes(b"a file where the folder should be")
    assert make_thumbnails(_save(tmp_path, "a.jpg"), 64)[0]


def test_the_memory_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are too many, the older half goes."""
    monkeypatch.setattr(thumbnails, "_MOST_REMEMBERED", 4)
    paths = _save(tmp_path, *(f"{n}.jpg" for n in range(5)))
    make_thumbnails(paths, 32)
    memory = sqlite3.connect(places.cache_dir() / "thumbnails.sqlite")
    assert memory.execute("SELECT count(*) FROM thumbnails").fetchone() == (2,)


def test_cancel_is_heard(tmp_path: Path) -> None:
    """A grid that was left is not filled."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        make_thumbnails(_save(tmp_path, "a.jpg"), 64, control=control)
