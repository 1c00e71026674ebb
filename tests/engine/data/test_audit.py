"""The audit of a split: every kind of kin in another part is counted, and nothing else is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit_results import Overlap
from engine.data.audit import audit, audit_split
from engine.data.readers import open_dataset
from engine.data.split import make_split
from engine.data.split_modes import make_folds, notebook_split
from engine.data_results import NearDuplicate
from engine.errors import DataError
from engine.labels import CODES


def table(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Checked rows of image_id, lesion_id, group and file; all are naevi."""
    columns = pd.DataFrame(list(rows), columns=["image_id", "lesion_id", "group", "sha256"])
    return columns.assign(dx="nv")


def parts(**part_of: str) -> pd.DataFrame:
    return pd.DataFrame({"image_id": list(part_of), "part": list(part_of.values())}).assign(fold="0")


def kinds(found: tuple[Overlap, ...]) -> dict[str, tuple[int, int, int]]:
    """The kinds that occur, with train, with validation, with either."""
    return {one.what: (one.with_train, one.with_val, one.with_either) for one in found if one.with_either}


MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]

ROWS = table(
    ("a", "L1", "L1", "1"),
    ("b", "L1", "L1", "2"),
    ("c", "L2", "L2", "3"),
    ("d", "L3", "L3", "4"),
)


def test_two_images_of_one_lesion() -> None:
    """The commonest leak: the test image counts, by kind, by class and with its id."""
    found = audit(ROWS, parts(a="train", b="test", c="val", d="test"), ())
    assert found.is_leaking
    assert (found.test.total.n_images, found.test.total.with_train, found.test.total.with_val) == (2, 1, 0)
    assert kinds(found.test.kinds) == {"lesion": (1, 0, 1)}
    assert kinds(found.test.classes) == {"nv": (1, 0, 1)}
    assert found.val.total.with_either == 0
    assert found.examples == ("b",)


def test_training_and_validation_are_counted_apart() -> None:
    """A test image with kin in both counts in both, and once among either."""
    rows = table(*((name, "L1", "L1", name) for name in "abc"), ("d", "L2", "L2", "d"))
    found = audit(rows, parts(a="train", b="val", c="test", d="test"), ())
    assert (found.test.total.with_train, found.test.total.with_val, found.test.total.with_either) == (1, 1, 1)
    assert (found.val.total.with_train, found.val.total.with_val) == (1, 0)


def test_kin_within_a_part_is_no_leak() -> None:
    """Images of one lesion side by side are what a split by lesion is for."""
    found = audit(ROWS, parts(a="test", b="test", c="train", d="val"), ())
    assert not found.is_leaking
    assert found.examples == ()


def test_the_same_file_under_another_lesion() -> None:
    """Byte-identical files leak whatever their ids say."""
    rows = table(("a", "L1", "L1", "same"), ("b", "L2", "L2", "same"))
    assert kinds(audit(rows, parts(a="train", b="test"), ()).test.kinds) == {"copy": (1, 0, 1)}


def test_another_lesion_of_one_patient() -> None:
    """A patient's lesions belong together where the table names patients."""
    rows = table(("a", "L1", "P1", "1"), ("b", "L2", "P1", "2"), ("c", "L3", "L3", "3"))
    found = audit(rows, parts(a="train", b="test", c="test"), ())
    assert kinds(found.test.kinds) == {"patient": (1, 0, 1)}


def test_a_near_duplicate_takes_the_other_images_of_its_lesion_along() -> None:
    """The pair itself is named as such; all images of both lesions are affected."""
    rows = table(("a", "L1", "L1", "1"), ("b", "L2", "L2", "2"), ("c", "L2", "L2", "3"), ("d", "L3", "L3", "4"))
    pairs = [NearDuplicate(first="a", second="b", alike=0.9)]
    found = audit(rows, parts(a="train", b="test", c="test", d="test"), pairs)
    assert kinds(found.test.kinds) == {"near-duplicate": (1, 0, 1)}
    assert found.test.total.with_train == 2
    assert len(found.near_duplicates) == 1


def test_the_very_same_image_in_two_parts() -> None:
    """As where rows were copied before the split."""
    twice = pd.DataFrame({"image_id": ["a", "a", "c"], "part": ["train", "test", "val"]}).assign(fold="0")
    assert kinds(audit(ROWS, twice, ()).test.kinds)["image"] == (1, 0, 1)


def test_what_the_split_leaves_out_and_what_it_invents() -> None:
    """Both are counted, and an entirely foreign split is refused."""
    found = audit(ROWS, parts(a="train", c="test", x="test"), ())
    assert (found.n_images, found.n_left_out, found.n_unknown) == (2, 2, 1)
    with pytest.raises(DataError, match="names no image"):
        audit(ROWS, parts(x="train"), ())


@settings(max_examples=60, deadline=None)
@given(
    lesions=st.lists(st.integers(0, 12), min_size=8, max_size=60),
    classes=st.lists(st.sampled_from(CODES), min_size=13, max_size=13),
    duplicates=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=5),
    seed=st.integers(0, 5),
)
def test_a_count_by_hand_agrees(
    lesions: list[int], classes: list[str], duplicates: list[tuple[int, int]], seed: int
) -> None:
    """For random lesions, near-duplicates and parts: the affected images are those connected to an earlier part."""
    n = len(lesions)
    rows = pd.DataFrame(
        {
            "image_id": [f"i{k:02}" for k in range(n)],
            "lesion_id": [f"L{lesion:02}" for lesion in lesions],
            "group": [f"L{lesion:02}" for lesion in lesions],
            "sha256": [str(k) for k in range(n)],
            "dx": [classes[lesion] for lesion in lesions],
        }
    )
    pairs = [NearDuplicate(first=f"i{a:02}", second=f"i{b:02}", alike=1.0) for a, b in duplicates if a < b < n]
    part = np.random.default_rng(seed).choice(["train", "val", "test"], n)
    found = audit(rows, rows[["image_id"]].assign(part=part, fold="0"), pairs)
    kin = {lesion: {lesion} for lesion in set(lesions)}
    for pair in pairs:
        joined = kin[lesions[int(pair.first[1:])]] | kin[lesions[int(pair.second[1:])]]
        for lesion in joined:
            kin[lesion] = joined
    for later, earlier, count in (
        ("test", {"train"}, found.test.total.with_train),
        ("test", {"train", "val"}, found.test.total.with_either),
        ("val", {"train"}, found.val.total.with_either),
    ):
        learned = {lesions[k] for k in range(n) if part[k] in earlier}
        assert count == sum(part[k] == later and bool(kin[lesions[k]] & learned) for k in range(n))


class TestOfADataSet:
    """`audit_split` on images."""

    def test_our_own_split_is_clean(self, demo_data: Path) -> None:
        """Whatever the seed."""
        found = audit_split(demo_data, seed=3)
        assert not found.is_leaking
        assert found.test.total.n_images > 0
        assert found.n_left_out == found.n_unknown == 0

    def test_folds_and_the_notebook_split_from_files(self, demo_data: Path, tmp_path: Path) -> None:
        """Folds are clean and count every image once in test; the notebook's copies are nearly all memory."""
        from engine.data.checks import open_checked

        rows = open_checked(demo_data).rows
        make_folds(rows, 3, 0).to_csv(tmp_path / "folds.csv", index=False)
        notebook_split(rows, 0).to_csv(tmp_path / "notebook.csv", index=False)
        folds = audit_split(demo_data, str(tmp_path / "folds.csv"))
        assert (folds.n_folds, folds.is_leaking, folds.test.total.n_images) == (3, False, len(rows))
        notebook = audit_split(demo_data, str(tmp_path / "notebook.csv"))
        assert notebook.test.total.with_train > 0.9 * notebook.test.total.n_images
        assert kinds(notebook.test.kinds)["image"][0] > 0.5 * notebook.test.total.n_images

    def test_ids_in_another_case_are_the_same(self, make_data: MakeData, tmp_path: Path) -> None:
        """As everywhere where ids are read."""
        folder = make_data([("L1", "ISIC_1", "nv"), ("L2", "ISIC_2", "nv"), ("L3", "ISIC_3", "mel")])
        (tmp_path / "own.csv").write_text("image_id,part\nisic_1,train\nisic_2,test\nISIC_3,val\n")
        assert audit_split(folder, str(tmp_path / "own.csv")).n_unknown == 0


@pytest.fixture(scope="module")
def real_rows(ham10000: Path) -> pd.DataFrame:
    """The table of the real data; the files are not read, so each counts as different."""
    rows = open_dataset(ham10000).rows
    return rows.assign(sha256=rows["image_id"])


class TestOnRealData:
    """The figures that the program exists for."""

    def test_a_plain_random_split_leaks(self, real_rows: pd.DataFrame) -> None:
        """About 35 % of the test images share a lesion with training, about 40 % with training or validation."""
        part = np.random.default_rng(0).choice(["train", "val", "test"], len(real_rows), p=[0.7, 0.15, 0.15])
        total = audit(real_rows, real_rows[["image_id"]].assign(part=part, fold="0"), ()).test.total
        assert 0.31 < total.with_train / total.n_images < 0.39
        assert 0.36 < total.with_either / total.n_images < 0.44

    def test_ours_does_not(self, real_rows: pd.DataFrame) -> None:
        """Not one image of 1,268 or so."""
        found = audit(real_rows, make_split(real_rows, 0), ())
        assert found.test.total.n_images > 1_200
        assert not found.is_leaking
