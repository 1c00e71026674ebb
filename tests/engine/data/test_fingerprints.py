"""engine/data/fingerprints.py."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.config import Geometry, Preprocessing
from engine.data.cache import open_cache
from engine.data.checks import open_checked
from engine.data.fingerprints import SAME_ID_BITS, SAME_IMAGE_BITS, Fingerprints, perceptual_hash, turned_hashes
from engine.data.images import read_image, to_pixels
from engine.data.readers import Dataset, open_dataset

PREPROCESSING = Preprocessing(image_size=64)


@pytest.fixture(scope="module")
def dataset(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The demo data, checked once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(tmp_path_factory.mktemp("home")))
        return open_checked(demo_data)


@pytest.fixture(scope="module")
def pixels(dataset: Dataset) -> np.ndarray:
    return np.stack([to_pixels(read_image(Path(path)), PREPROCESSING) for path in dataset.rows["path"]])


@pytest.fixture(scope="module")
def half(dataset: Dataset, pixels: np.ndarray) -> Fingerprints:
    """Fingerprints of every second lesion."""
    known = _is_known(dataset)
    return Fingerprints.of(dataset.rows[known], pixels[known])


def _is_known(dataset: Dataset) -> np.ndarray:
    return (dataset.rows["lesion_id"].str[-1].astype(int) % 2 == 0).to_numpy()


def _distances(hashes: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.bitwise_count(hashes[:, None] ^ others[None]).sum(axis=2)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=quality)
    return content.getvalue()


def _hash(image: Image.Image, preprocessing: Preprocessing = PREPROCESSING) -> np.ndarray:
    return perceptual_hash(to_pixels(image, preprocessing)[None])[0]


def test_exactly_the_known_lesions_are_recognised(dataset: Dataset, pixels: np.ndarray, half: Fingerprints) -> None:
    """Each known image by its looks alone, and no image of another lesion, even under a known image's id."""
    known, hashes = _is_known(dataset), perceptual_hash(pixels)
    known_id = str(dataset.rows.loc[known, "image_id"].iloc[0])
    for appearance, is_known in zip(hashes, known, strict=True):
        assert half.contains(image_id=None, content=None, appearance=appearance) == is_known
        if not is_known:
            assert not half.contains(image_id=known_id, content=b"other", appearance=appearance)


def test_the_same_file_is_recognised_by_its_bytes(dataset: Dataset, half: Fingerprints) -> None:
    """Under any name, without a look at it."""
    paths = dataset.rows.loc[_is_known(dataset), "path"]
    content = Path(paths.iloc[0]).read_bytes()
    assert half.contains(image_id="renamed", content=content, appearance=None)
    assert not half.contains(image_id="renamed", content=content + b"\0", appearance=None)


def test_an_id_alone_proves_nothing(dataset: Dataset, half: Fingerprints) -> None:
    """Another program may use the same names for other images."""
    known_id = str(dataset.rows.loc[_is_known(dataset), "image_id"].iloc[0])
    assert not half.contains(image_id=known_id, content=None, appearance=None)
    assert not half.contains(image_id=known_id, content=b"other", appearance=np.zeros(16, np.uint8))


def test_an_image_is_recognised_resized_and_compressed_again(dataset: Dataset, half: Fingerprints) -> None:
    """Another size, another quality, a little brighter, under another name."""
    for path in dataset.rows.loc[_is_known(dataset), "path"].iloc[:25]:
        image = read_image(Path(path))
        large = image.resize((600, 450), Image.Resampling.LANCZOS)
        for copy in (_jpeg(image, 60), _jpeg(large, 90), _jpeg(image.resize((120, 90)), 80)):
            appearance = _hash(Image.open(io.BytesIO(copy)).convert("RGB"))
            assert half.contains(image_id="copy", content=copy, appearance=appearance)
        brighter = image.point(lambda value: min(255, int(1.1 * value) + 5))
        assert half.contains(image_id=None, content=None, appearance=_hash(brighter))


def test_with_its_id_an_image_may_differ_more() -> None:
    """Between the two limits the id decides."""
    bits = np.zeros(128, np.uint8)
    bits[: SAME_IMAGE_BITS + 1] = 1
    far = np.packbits(bits)
    bits[: SAME_ID_BITS + 1] = 1
    farther = np.packbits(bits)
    rows = pd.DataFrame({"image_id": ["I1"], "lesion_id": ["L1"], "sha256": ["00" * 32]})
    known = Fingerprints.of(rows, np.zeros((1, 32, 32, 3), np.uint8))
    assert not known.appearances.any()
    assert not known.contains(image_id="I2", content=None, appearance=far)
    assert known.contains(image_id="i1", content=None, appearance=far)
    assert not known.contains(image_id="I1", content=None, appearance=farther)


def test_what_is_kept_is_compact_and_aligned(dataset: Dataset, half: Fingerprints) -> None:
    """Eight bytes for an id, a lesion or a file and sixteen for the looks; each lesion once."""
    rows = dataset.rows[_is_known(dataset)]
    n = len(rows)
    assert half.image_ids.shape == half.contents.shape == (n, 8)
    assert half.appearances.shape == (n, 16)
    assert half.lesion_ids.shape == (rows["lesion_id"].nunique(), 8)
    assert half.contents[3].tobytes().hex() == rows["sha256"].iloc[3][:16]
    assert len(half.to_json()) < 60 * n + 200


def test_the_pixels_may_stand_in_another_order(dataset: Dataset, pixels: np.ndarray, half: Fingerprints) -> None:
    """Of a cache with more images, in any order, each row's own pixels are taken."""
    known = _is_known(dataset)
    shuffled = np.random.default_rng(0).permutation(len(pixels))
    place = np.argsort(shuffled)
    again = Fingerprints.of(dataset.rows[known], pixels[shuffled], place[np.flatnonzero(known)])
    assert np.bitwise_count(again.appearances ^ half.appearances).sum(axis=1).max() <= 1


def test_a_turned_or_mirrored_image_has_one_of_the_turned_hashes(pixels: np.ndarray) -> None:
    """All eight ways to lay a square are there, each up to rounding the hash of pixels laid so; the first is as is."""
    few = pixels[:5]
    hashes = turned_hashes(few)
    assert hashes.shape == (8, 5, 16)
    assert np.array_equal(hashes[0], perceptual_hash(few))
    ways = [np.rot90(view, quarters, axes=(1, 2)) for view in (few, few[:, :, ::-1]) for quarters in range(4)]
    nearest = []
    for way in ways:
        distances = np.bitwise_count(hashes ^ perceptual_hash(np.ascontiguousarray(way))).sum(axis=2)
        assert (distances.min(axis=0) <= 2).all()
        nearest.append(int(distances.sum(axis=1).argmin()))
    assert sorted(nearest) == list(range(8))


def test_the_json_gives_the_same_fingerprints(half: Fingerprints) -> None:
    """They travel in the header of the model file."""
    again = Fingerprints.from_json(half.to_json())
    for name in ("image_ids", "lesion_ids", "contents", "appearances"):
        assert np.array_equal(getattr(again, name), getattr(half, name))
        assert getattr(again, name).dtype == np.uint8


@pytest.mark.parametrize("spoil", ["no json", "list", "missing", "unknown", "alphabet", "odd length", "unequal"])
def test_damaged_json_is_a_value_error(half: Fingerprints, spoil: str) -> None:
    """The model file's reader turns it into a sentence."""
    saved = json.loads(half.to_json())
    match spoil:
        case "list":
            saved = []
        case "missing":
            del saved["contents"]
        case "unknown":
            saved["more"] = ""
        case "alphabet":
            saved["contents"] = "%" * 40
        case "odd length":
            saved["appearances"] = "AAAA"
        case "unequal":
            saved["image_ids"] = saved["image_ids"][:64]
    text = "{" if spoil == "no json" else json.dumps(saved)
    with pytest.raises(ValueError, match=r"."):
        Fingerprints.from_json(text)


def test_a_plain_surface_has_no_random_hash() -> None:
    """Without any structure the bits are zero, not rounding."""
    for size in (32, 64, 100):
        assert not perceptual_hash(np.full((3, size, size, 3), 93, np.uint8)).any()


def test_an_image_alone_hashes_like_in_a_crowd(pixels: np.ndarray) -> None:
    """Prediction hashes one image, training thousands; the bits agree but for rounding."""
    crowd = perceptual_hash(pixels)
    alone = np.concatenate([perceptual_hash(image[None]) for image in pixels[:50]])
    assert np.bitwise_count(crowd[:50] ^ alone).sum(axis=1).max() <= 1


@pytest.mark.parametrize(("size", "geometry"), [(64, "crop"), (32, "squash")])
def test_the_limits_hold_on_real_images(ham10000: Path, size: int, geometry: Geometry) -> None:
    """The same photographs at three times the size are recognised; those of other lesions are not.

    107 originals are compared with 500 reduced images, their own among them.
    """
    originals = sorted((ham10000.parent / "ham10000_fullsize").glob("*.jpg"))
    if not originals:
        pytest.skip("there are no images in full size beside the data set")
    preprocessing = Preprocessing(image_size=size, geometry=geometry)
    rows = open_dataset(ham10000).rows.set_index("image_id")
    ids = [path.stem for path in originals]
    some = rows.index[:400].union(ids)
    full = np.stack([_hash(read_image(path), preprocessing) for path in originals])
    small = np.stack([_hash(read_image(Path(rows.at[name, "path"])), preprocessing) for name in some])
    distances = _distances(full, small)
    same = distances[np.arange(len(ids)), [some.get_loc(name) for name in ids]]
    assert same.max() <= SAME_IMAGE_BITS - 3
    lesions = rows["lesion_id"]
    different = lesions[ids].to_numpy()[:, None] != lesions[some].to_numpy()[None]
    assert distances[different].min() > SAME_IMAGE_BITS + 3


@pytest.mark.slow
@pytest.mark.parametrize(("size", "nearest"), [(64, 18), (224, 18)])
def test_no_two_lesions_of_the_real_data_look_the_same(ham10000: Path, size: int, nearest: int) -> None:
    """Among 35.8 million pairs only the known double photograph is within the limit."""
    dataset = open_checked(ham10000)
    made = open_cache(dataset, Preprocessing(image_size=size))
    hashes = perceptual_hash(made.pixels)[[made.positions[name] for name in dataset.rows["image_id"]]]
    lesions = dataset.rows["lesion_id"].to_numpy()
    close = []
    for start in range(0, len(hashes), 256):
        distances = _distances(hashes[start : start + 256], hashes)
        distances[lesions[start : start + 256, None] == lesions[None]] = 128
        close += [
            (int(distances[at]), start + at[0], at[1]) for at in zip(*np.nonzero(distances < nearest), strict=True)
        ]
    names = {frozenset(dataset.rows["image_id"].iloc[list(pair)]) for _, *pair in close}
    assert names == {frozenset(("ISIC_0025226", "ISIC_0030074"))}
