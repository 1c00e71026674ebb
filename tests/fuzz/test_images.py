"""A smoke of the fuzzing: the same two thousand damaged files every day; many more by `python -m tests.fuzz.images`."""

from itertools import count
from pathlib import Path
from random import Random

from engine.data.images import decode_image
from engine.model.file import read_card
from tests.fuzz.corpus import GATE, MAGIC_PNG, make_images, make_model_header, pack_header
from tests.fuzz.images import KINDS, Fuzzer
from tests.fuzz.mutations import damage, mend_checksums, seal_header
from tests.fuzz.weights import pack_weights, read_weights


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    """No file of strangers ends in anything but what was asked for, or a sentence with a hint; none takes over 2 s."""
    found = Fuzzer(seed=0, folder=tmp_path).run(count(), lambda cases, _: cases < 2000)
    assert found.faults == []
    assert found.slow == []
    assert set(found.outcomes) == {f"{kind} {outcome}" for kind in KINDS for outcome in ("read", "refused")}
    assert found.megabytes[1] - found.megabytes[0] < 300


def test_the_whole_files_are_read(tmp_path: Path) -> None:
    """What is fuzzed is a file that would be read: models up to their weights, with a gate and without, and weights."""
    assert read_weights(pack_weights()) == "read"
    for gate in (None, GATE):
        header, n_bytes = make_model_header(gate)
        (tmp_path / "a.safetensors").write_bytes(pack_header(seal_header(header)) + bytes(n_bytes))
        assert read_card(tmp_path / "a.safetensors").gate == gate


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
