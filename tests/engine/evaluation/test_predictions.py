"""Tests of engine.evaluation.predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.evaluation.answers import answers_of
from engine.evaluation.predictions import COLUMNS, METADATA, make_table, read_table
from engine.labels import CODES, GROUP_CODES
from tests.engine.evaluation.untrained_run import CARD

_PRIOR = (0.03, 0.05, 0.11, 0.01, 0.11, 0.67, 0.02)
_CARD = replace(CARD, training_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1), data_prior=_PRIOR, temperature=1.5)


def _rows(codes: list[str], lesions: list[str]) -> pd.DataFrame:
    ids = [f"ISIC_{number}" for number in range(len(codes))]
    return pd.DataFrame({"image_id": ids, "lesion_id": lesions, "group": lesions, "dx": codes, "part": "val"})


def _logits(n: int) -> np.ndarray:
    return np.random.default_rng(8).normal(0, 2, size=(n, 7)).astype(np.float32)


def _table(n: int = 20) -> pd.DataFrame:
    return make_table(_rows(["nv", "mel"] * (n // 2), [str(n // 2) for n in range(n)]), _logits(n), _CARD)


def _write(tmp_path: Path, table: pd.DataFrame) -> Path:
    path = tmp_path / "run_7" / "evaluation" / "val" / "predictions.csv"
    path.parent.mkdir(parents=True)
    table.to_csv(path, index=False)
    return path


def test_the_table_names_the_top_class_at_equal_priors() -> None:
    """Classes hold at equal priors and sum to 1; `predicted` is the highest bar, whatever the data's prior favours."""
    rows = _rows(["nv", "mel", "bcc"] * 10, [str(n) for n in range(30)])
    table = make_table(rows, _logits(30), _CARD)
    bars = table[[f"p_{code}" for code in CODES]].to_numpy()
    assert tuple(table.columns) == tuple(COLUMNS)
    assert bars.sum(axis=1) == pytest.approx(1)
    assert table["predicted"].tolist() == [CODES[top] for top in bars.argmax(axis=1)]


def test_the_group_s_probability_is_the_bars_at_the_data_s_prior() -> None:
    """Both priors come from one network by Bayes' rule, at temperature 1: bars times prior, renormalised, summed."""
    rows = _rows(["nv"] * 20, [str(n) for n in range(20)])
    table = make_table(rows, _logits(20), replace(_CARD, temperature=1.0))
    weighted = table[[f"p_{code}" for code in CODES]].to_numpy() * np.array(_PRIOR)
    in_group = [code in GROUP_CODES for code in CODES]
    expected = weighted[:, in_group].sum(axis=1) / weighted.sum(axis=1)
    assert table["group_probability"].to_numpy() == pytest.approx(expected)


def test_what_is_computed_from_the_file_is_what_was_computed_before_it_was_written(tmp_path: Path) -> None:
    """Probabilities at every prior come back to the last bit, and so do all figures."""
    table = _table()
    again = read_table(_write(tmp_path, table), _CARD)
    before, after = answers_of(table, _CARD), answers_of(again, _CARD)
    assert tuple(again.columns) == tuple(COLUMNS)
    for name in ("labels", "lesions", "equal", "stated", "stated_before", "group"):
        assert (getattr(before, name) == getattr(after, name)).all(), name


def test_metadata_stand_beside_the_answers_of_their_own_image(tmp_path: Path) -> None:
    """Joined by image_id whatever the order; an image that the data set lacks has none, in the file and back."""
    metadata = pd.DataFrame(
        {
            "image_id": ["ISIC_1", "ISIC_0", "elsewhere"],
            "sex": ["male", "female", "male"],
            "age": [50.0, np.nan, 1.0],
            "localization": ["back", "", "ear"],
            "dx_type": ["histo", "consensus", "histo"],
            "source": ["vidir", "rosendahl", "vidir"],
        }
    )
    table = make_table(_rows(["nv", "mel", "df"], ["a", "b", "c"]), _logits(3), _CARD, metadata)
    again = read_table(_write(tmp_path, table), _CARD)
    for one in (table, again):
        assert one["sex"].tolist() == ["female", "male", ""]
        assert one["age"].isna().tolist() == [True, False, True]
        assert one["source"].tolist() == ["rosendahl", "vidir", ""]


def test_a_table_without_logits_gives_the_same_probabilities(tmp_path: Path) -> None:
    """Older tables held probabilities only: with the card's priors and temperature these say everything."""
    table = _table()
    older = table.drop(columns=[*METADATA, *(f"logit_{code}" for code in CODES)])
    again = answers_of(read_table(_write(tmp_path, older), _CARD), _CARD)
    now = answers_of(table, _CARD)
    for name in ("equal", "stated", "stated_before", "group"):
        assert getattr(again, name) == pytest.approx(getattr(now, name), abs=1e-9), name


def _spoil(table: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    spoiled = table.astype({column: object})
    spoiled.loc[3, column] = value
    return spoiled


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda t: _spoil(t, "p_mel", 0.9), "The probabilities of ISIC_3 in predictions.csv of run_7 are not seven"),
        (lambda t: _spoil(t, "p_mel", -0.2), "not seven shares that sum to 1"),
        (lambda t: _spoil(t, "p_mel", "much"), "is not a table of answers"),
        (lambda t: _spoil(t, "p_mel", "nan"), "not seven shares that sum to 1"),
        (lambda t: _spoil(t, "logit_nv", "inf"), "network outputs that are not numbers"),
        (lambda t: _spoil(t, "age", "old"), "is not a table of answers"),
        (lambda t: _spoil(t, "dx", "wart"), "names the class 'wart'"),
        (lambda t: _spoil(t, "image_id", "ISIC_0"), "names the image ISIC_0 twice"),
        (lambda t: t.drop(columns=["lesion_id"]), "has no column lesion_id"),
        (lambda t: t[:0], "has no row"),
    ],
)
def test_a_damaged_table_is_a_sentence(tmp_path: Path, spoil: object, sentence: str) -> None:
    """Whatever was changed in the file, the reason and the image are named."""
    path = _write(tmp_path, spoil(_table()))  # type: ignore[operator]
    with pytest.raises(DataError, match=sentence) as error:
        read_table(path, _CARD)
    assert error.value.hint


def test_no_file_and_no_text_are_sentences(tmp_path: Path) -> None:
    """A missing file, or bytes that are no text, do not fail otherwise."""
    for content in (None, b"\xff\xfe\x00"):
        path = tmp_path / "predictions.csv"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataError, match="could not be read"):
            read_table(path, _CARD)
