"""Tests of engine.evaluation.compare."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError, ModelFileError
from engine.evaluation import saved
from engine.evaluation.bootstrap import draw_weights
from engine.evaluation.compare import compare
from engine.evaluation.evaluate import assess
from engine.evaluation.saved import open_saved
from engine.runs import RunFolder
from tests.engine.evaluation.answered_run import copy_run, give_answers, write_answers


@pytest.fixture
def pair(own_run: RunFolder, tmp_path: Path) -> tuple[RunFolder, RunFolder]:
    """Two runs on one split; the second answers better."""
    other = copy_run(own_run, tmp_path / "runs" / "run_b")
    give_answers(own_run, seed=1, skill=1.0)
    give_answers(other, seed=2, skill=4.0)
    return own_run, other


def test_the_figures_are_those_of_each_run_and_the_better_one_is_clearly_better(
    pair: tuple[RunFolder, RunFolder],
) -> None:
    """A and B stand as each evaluation has them; the difference is B minus A, and turns round with the runs."""
    found, turned = (compare(a.path, b.path) for a, b in (pair, pair[::-1]))
    alone = []
    for run in pair:
        given = open_saved(run.path, "val")
        alone.append(assess(run, given.model, "val", given.table, given.card, 0, is_demo=True))
    a, b = alone
    assert (found.balanced_accuracy.a, found.balanced_accuracy.b) == (
        a.balanced_accuracy.value,
        b.balanced_accuracy.value,
    )
    assert found.log_loss.a == (a.by_image.log_loss and a.by_image.log_loss.value)
    assert found.balanced_accuracy.is_clear
    assert found.balanced_accuracy.difference is not None
    assert turned.balanced_accuracy.difference is not None
    assert found.balanced_accuracy.difference.low > 0
    assert turned.balanced_accuracy.difference.high == pytest.approx(-found.balanced_accuracy.difference.low)
    assert (found.n_images, found.n_lesions, found.is_demo) == (a.n_images, a.n_lesions, True)
    assert [one.code for one in found.classes] == [one.code for one in a.classes]


def test_both_runs_are_judged_on_the_same_drawn_lesions(pair: tuple[RunFolder, RunFolder]) -> None:
    """The interval is the middle 95 % of the differences of a plain loop over 2,000 draws, image by image."""
    a, b = (open_saved(run.path, "val").answers for run in pair)
    differences = []
    for weights in draw_weights(a.lesion_labels):
        of_images = weights[a.lesions]
        recalls = []
        for answers in (a, b):
            right = (answers.named == answers.labels)[:, None]
            recalls.append(
                [
                    (of_images * right)[answers.labels == label].sum(0) / of_images[answers.labels == label].sum(0)
                    for label in np.unique(answers.labels)
                ]
            )
        differences.append(np.mean(recalls[1], axis=0) - np.mean(recalls[0], axis=0))
    low, high = np.quantile(np.concatenate(differences), [0.025, 0.975])
    found = compare(pair[0].path, pair[1].path).balanced_accuracy.difference
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_the_same_answers_differ_by_nothing_but_not_for_certain(own_run: RunFolder, tmp_path: Path) -> None:
    """No lesion told the runs apart: the difference is 0, within what so few lesions can show."""
    other = copy_run(own_run, tmp_path / "runs" / "run_b")
    for run in (own_run, other):
        give_answers(run, seed=1)
    found = compare(own_run.path, other.path)
    difference = found.balanced_accuracy.difference
    assert difference is not None
    assert difference.value == 0
    assert difference.low == -difference.high < -0.01
    assert not found.balanced_accuracy.is_clear
    assert found.log_loss.difference is None


def test_what_cannot_be_compared_is_refused_with_the_reason(pair: tuple[RunFolder, RunFolder], tmp_path: Path) -> None:
    """Itself, other images, other diagnoses, a part that was not evaluated, a changed model, no model."""
    a, b = pair
    with pytest.raises(ConfigError, match="with itself"):
        compare(a.path, a.path)
    with pytest.raises(ConfigError, match="run_a was not evaluated on the test part yet"):
        compare(a.path, b.path, "test")
    table = open_saved(b.path, "val").table
    write_answers(b, "val", table[1:])
    with pytest.raises(ConfigError, match="answered different images"):
        compare(a.path, b.path)
    write_answers(b, "val", table.assign(dx=table["dx"].iloc[::-1].tolist()))
    with pytest.raises(ConfigError, match="different diagnoses"):
        compare(a.path, b.path)
    write_answers(b, "val", table)
    b.final_model.write_bytes(b.final_model.read_bytes() + b"\0")
    with pytest.raises(ConfigError, match="run_b was not evaluated"):
        compare(a.path, b.path)
    b.final_model.unlink()
    with pytest.raises(ModelFileError, match="run_b has no model"):
        compare(a.path, b.path)
    with pytest.raises(ConfigError, match="is not the folder of a run"):
        compare(a.path, tmp_path)


def test_other_splits_are_refused(pair: tuple[RunFolder, RunFolder], monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of two splits are about other images, however alike they look."""
    real = saved.read_card
    monkeypatch.setattr(
        saved, "read_card", lambda path: replace(real(path), split_sha256=path.parent.name.ljust(64, "0"))
    )
    with pytest.raises(ConfigError, match="have different splits"):
        compare(pair[0].path, pair[1].path)
