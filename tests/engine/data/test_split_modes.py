"""engine/data/split_modes.py."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.config import NOTEBOOK_MULTIPLIERS
from engine.data.split import check_no_leak, read_split, write_split
from engine.data.split_modes import make_folds, notebook_split, own_split
from engine.errors import ConfigError, DataError
from engine.labels import CODES, PARTS
from tests.engine.data.test_split import make_rows

_GROUPS = st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 6)), min_size=8, max_size=120)
_SEEDS = st.integers(0, 2**32 - 1)
_quick = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@_quick
@given(_GROUPS, st.integers(3, 8), _SEEDS)
def test_each_image_is_once_in_a_test_part_and_once_in_a_validation_part(
    groups: list[tuple[str, int]], n_folds: int, seed: int
) -> None:
    """Whatever the data: no group in two parts of a fold, nothing lost, every class in every part that it can fill."""
    rows = make_rows(groups)
    split = make_folds(rows, n_folds, seed)
    assert sorted(split["fold"].unique()) == list(range(n_folds))
    for part in ("test", "val"):
        assert sorted(split.loc[split["part"] == part, "image_id"]) == sorted(rows["image_id"])
    for fold, of_fold in split.groupby("fold"):
        assert (of_fold.groupby("group")["part"].nunique() == 1).all()
        assert len(of_fold) == len(rows)
        following = split[split["fold"] == (fold + 1) % n_folds]
        assert set(of_fold.loc[of_fold["part"] == "val", "image_id"]) == set(
            following.loc[following["part"] == "test", "image_id"]
        )
        for _, of_class in of_fold.groupby("dx"):
            if of_class["group"].nunique() >= n_folds:
                assert set(of_class["part"]) == set(PARTS)
    assert make_folds(rows.iloc[::-1], n_folds, seed).equals(split)


def test_folds_are_equally_large_in_every_class() -> None:
    """Each test part has its share of each class, within a group or two."""
    split = make_folds(make_rows([("nv", 2)] * 200 + [("mel", 3)] * 50 + [("df", 1)] * 10), 5, 1)
    sizes = split[split["part"] == "test"].groupby(["dx", "fold"]).size().unstack()
    assert (abs(sizes.loc["nv"] - 80) <= 6).all()
    assert (abs(sizes.loc["mel"] - 30) <= 6).all()
    assert (sizes.loc["df"] == 2).all()


def test_folds_are_written_and_read(tmp_path: Path) -> None:
    """split.csv holds all folds, and each is checked for leaks by itself."""
    path = tmp_path / "split.csv"
    split = make_folds(make_rows([("nv", 2)] * 20), 5, 0)
    write_split(split, path)
    assert read_split(path).equals(split)


def test_impossible_numbers_of_folds_are_refused() -> None:
    """Two folds leave nothing to train on, and there must be a group for each."""
    rows = make_rows([("nv", 2)] * 4)
    for n_folds in (0, 2, 21):
        with pytest.raises(ConfigError, match="between 3 and 20"):
            make_folds(rows, n_folds, 0)
    with pytest.raises(DataError, match="4 lesions or patients are too few for 5 folds"):
        make_folds(rows, 5, 0)


def test_the_users_own_parts_are_kept() -> None:
    """What the user assigned stays; what the user left out is in no part."""
    rows = make_rows([("nv", 2)] * 4).assign(part=["train", "train", "val", "val", "test", "test", "", ""])
    split = own_split(rows, 0)
    assert split["image_id"].tolist() == rows["image_id"].tolist()[:6]
    assert split["part"].tolist() == rows["part"].tolist()[:6]
    check_no_leak(split)


def test_a_missing_validation_part_is_taken_from_training() -> None:
    """Whole groups, each class in proportion; the test part stays as it was."""
    rows = make_rows([("nv", 2)] * 40 + [("mel", 1)] * 20)
    rows["part"] = ["test" if number < 20 else "train" for number in range(len(rows))]
    split = own_split(rows, 3)
    check_no_leak(split)
    assert set(split.loc[split["part"] == "test", "image_id"]) == set(rows["image_id"][:20])
    sizes = split.groupby(["part", "dx"]).size()
    assert sizes["val", "nv"] == pytest.approx(60 * 15 / 85, abs=2)
    assert sizes["val", "mel"] == pytest.approx(20 * 15 / 85, abs=1)


def test_a_split_without_training_is_refused() -> None:
    """There is nothing to learn from."""
    with pytest.raises(DataError, match="no image in its training part"):
        own_split(make_rows([("nv", 2)] * 4).assign(part="test"), 0)


def test_the_notebooks_split_copies_and_leaks() -> None:
    """Each row as often as the notebook repeats it, 70/15/15 at random, copies of one image in several parts."""
    rows = make_rows([(code, 2) for code in CODES * 5])
    split = notebook_split(rows, 0)
    times = dict(zip(CODES, NOTEBOOK_MULTIPLIERS, strict=True))
    assert split["image_id"].value_counts().to_dict() == {
        image_id: times[dx] for image_id, dx in zip(rows["image_id"], rows["dx"], strict=True)
    }
    shares = split["part"].value_counts(normalize=True)
    assert [round(shares[part], 2) for part in PARTS] == [0.7, 0.15, 0.15]
    assert notebook_split(rows.iloc[::-1], 0).equals(split)
    with pytest.raises(DataError, match="twice"):
        check_no_leak(split)
    df = split[split["dx"] == "df"]
    assert df.groupby("image_id")["part"].nunique().min() == 3
