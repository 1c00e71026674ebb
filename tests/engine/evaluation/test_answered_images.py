"""Tests of engine.evaluation.answered_images."""

import json
import shutil
from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.evaluation.answered_images import list_answers
from engine.evaluation.evaluate import assess
from engine.evaluation.saved import open_saved
from engine.labels import CODES, INDEX
from engine.runs import RunFolder
from tests.engine.evaluation.answered_run import give_answers


def test_each_image_has_its_truth_answer_and_file(own_run: RunFolder) -> None:
    """As predictions.csv has them, sorted by id, with the file of that very image."""
    table = give_answers(own_run).set_index("image_id")
    found = list_answers(own_run.path)
    assert [one.image_id for one in found] == sorted(table.index)
    for one in found:
        row = table.loc[one.image_id]
        assert (one.dx, one.predicted, one.lesion_id) == (row["dx"], row["predicted"], row["lesion_id"])
        assert one.probability == pytest.approx(row[[f"p_{code}" for code in CODES]].max())
        assert one.probability_of_truth == pytest.approx(row[f"p_{one.dx}"])
        assert one.group_probability == pytest.approx(row["group_probability"])
        assert one.is_right == (one.dx == one.predicted)
        assert (one.sex, one.age, one.localization, one.dx_type, one.source) == ("female", 63.0, "back", "histo", "")
        assert one.slice_value("age") == "60 to 69"
        assert one.slice_value("source") == "unknown"
        assert one.path is not None
        assert one.path.stem == one.image_id
        assert one.path.is_file()


def test_cells_bins_and_slices_hold_as_many_images_as_the_figures_say(own_run: RunFolder) -> None:
    """What a click on a cell, a bin or a slice would show is what the evaluation counted."""
    give_answers(own_run, seed=5)
    saved = open_saved(own_run.path, "val")
    shown = assess(own_run, saved.model, "val", saved.table, saved.card, 0, is_demo=True)
    found = list_answers(own_run.path)
    for true in CODES:
        for named in CODES:
            cell = [one for one in found if (one.dx, one.predicted) == (true, named)]
            assert len(cell) == shown.confusion[INDEX[true]][INDEX[named]]
    for reliability, position in (
        (shown.calibration.group_after, [one.group_probability for one in found]),
        (shown.calibration.top_after, [one.top_probability for one in found]),
    ):
        for step in reliability.bins:
            last = step.high == 1
            assert step.n_images == sum(step.low <= x < step.high or (last and x == 1) for x in position)
    for slicing in shown.slices:
        for part in slicing.slices:
            assert part.n_images == sum(one.slice_value(slicing.column) == part.value for one in found)


def test_without_the_data_set_there_are_answers_and_no_paths(own_run: RunFolder, tmp_path: Path) -> None:
    """Moved data, or data that lack an image, cost the picture only."""
    give_answers(own_run)
    config = json.loads(own_run.config.read_text(encoding="utf-8"))
    data = shutil.copytree(Path(config["training"]["data"]), tmp_path / "data")
    config["training"]["data"] = str(data)
    own_run.config.write_text(json.dumps(config), encoding="utf-8")
    first, second = list_answers(own_run.path)[:2]
    assert first.path is not None
    first.path.unlink()
    again = list_answers(own_run.path)
    assert again[0].path is None
    assert again[1].path == second.path
    shutil.rmtree(data)
    assert all(one.path is None for one in list_answers(own_run.path))


def test_a_part_that_was_not_evaluated_is_a_sentence(own_run: RunFolder) -> None:
    """Nothing is scored for it, and the test part is not opened."""
    with pytest.raises(ConfigError, match="was not evaluated on the validation part"):
        list_answers(own_run.path)
    with pytest.raises(ConfigError, match="no answers for the training part"):
        list_answers(own_run.path, "train")
