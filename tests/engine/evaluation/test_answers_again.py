"""Saved answers give their figures again: no image, no network, no opening, and only with the model that gave them."""

import shutil
from pathlib import Path

import pytest

from engine.errors import DataError, ModelFileError
from engine.evaluation import report
from engine.evaluation.answers_again import evaluate_answers
from engine.evaluation.evaluate import evaluate
from engine.evaluation_results import Evaluation
from engine.runs import RunFolder, count_test_openings, openings_dir


@pytest.fixture
def run(own_run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run on demo data; figures are not drawn."""
    monkeypatch.setattr(report, "_figures", lambda evaluation: {})
    return own_run


def _figures(evaluation: Evaluation) -> tuple[object, ...]:
    return evaluation.by_image, evaluation.by_lesion, evaluation.calibration, evaluation.slices, evaluation.curves


def test_the_figures_are_those_of_the_evaluation(run: RunFolder) -> None:
    """All of them, to the last bit, from the table in the folder of the run; the test part is not opened again."""
    evaluation = evaluate(run.path, "test")
    before = sorted(run.path.rglob("*"))
    again = evaluate_answers(run.evaluation("test") / "predictions.csv")
    assert _figures(again) == _figures(evaluation)
    assert (again.part, again.n_images, again.test_openings) == ("test", evaluation.n_images, 1)
    assert count_test_openings(openings_dir(run.path), evaluation.split_sha256) == 1
    assert sorted(run.path.rglob("*")) == before


def test_table_figures_and_model_can_travel_together(run: RunFolder, tmp_path: Path) -> None:
    """In a folder of their own, without run, images and cache."""
    evaluation = evaluate(run.path, "val")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for path in (run.final_model, *(run.evaluation("val") / name for name in ("predictions.csv", "metrics.json"))):
        shutil.copyfile(path, folder / path.name)
    shutil.rmtree(run.path)
    assert _figures(evaluate_answers(folder / "predictions.csv")) == _figures(evaluation)


def test_answers_of_another_model_are_refused(run: RunFolder, tmp_path: Path) -> None:
    """Priors, temperature and operating point of another model would give other figures."""
    evaluate(run.path, "val")
    table = run.evaluation("val") / "predictions.csv"
    run.final_model.write_bytes(run.final_model.read_bytes() + b"x")
    with pytest.raises(ModelFileError, match="is another than the one that gave them"):
        evaluate_answers(table)
    lonely = tmp_path / "lonely" / "predictions.csv"
    lonely.parent.mkdir()
    shutil.copyfile(table, lonely)
    with pytest.raises(ModelFileError, match="no model lies beside them"):
        evaluate_answers(lonely)


def test_a_damaged_table_is_a_sentence(run: RunFolder) -> None:
    """As wherever the table is read."""
    evaluate(run.path, "val")
    table = run.evaluation("val") / "predictions.csv"
    table.write_text("image_id\nx\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no column"):
        evaluate_answers(table)
