"""A smoke of the fuzzing: the same two thousand damaged files every day; many more by `python -m tests.fuzz.images`."""

from itertools import count
from pathlib import Path
from random import Random

from engine.data.images import decode_image
from tests.fuzz.corpus import MAGIC_PNG, make_images
from tests.fuzz.images import Fuzzer
from tests.fuzz.mutations import damage, mend_checksums


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    """No file of strangers ends in anything but pixels, a card, or a sentence with a hint; none takes over 2 s."""
    found = Fuzzer(seed=0, folder=tmp_path).run(count(), lambda cases, _: cases < 2000)
    assert found.faults == []
    assert found.slow == []
    assert {"image read", "image refused", "model read", "model refused"} <= set(found.outcomes)
    assert found.megabytes[1] - found.megabytes[0] < 300


def test_the_corpus_is_whole_and_stays_the_same() -> None:
    """Every file that fuzzing begins with can be read, and a case can be made again from its number."""
    images = make_images()
    assert images == make_images()
    for name, content in images.items():
        decode_image(content, name)
        if content.startswith(MAGIC_PNG):
            assert mend_checksums(content) == content
    first, second = (damage(Random("0-7"), images["rgb.png"], images["grey.png"]) for _ in range(2))
    assert first == second
