"""Tests of engine.evaluation.evaluate."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from engine import runs
from engine.data.split import read_split, split_sha256
from engine.errors import Cancelled, ConfigError, DataError, EngineError, ModelFileError
from engine.evaluation import evaluate as module
from engine.evaluation import report
from engine.evaluation.evaluate import assess, evaluate, read
from engine.evaluation.predictions import make_table
from engine.events import Control, Event, ProgressDone
from engine.labels import CODES, DEMO_NOTICE, NOTICE
from engine.prediction.predictor import predict
from engine.runs import RunFolder
from tests.engine.evaluation.untrained_run import CARD, make_shared_run


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFolder]:
    return make_shared_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def run(shared: tuple[Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of the run, with the cache that it was made with."""
    monkeypatch.setenv("LESION_LAB_HOME", str(shared[0]))
    copy = RunFolder(tmp_path / "runs" / shared[1].path.name)
    shutil.copytree(shared[1].path, copy.path)
    return copy


@pytest.fixture
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at numbers only: drawing takes most of the time."""
    monkeypatch.setattr(report, "_figures", lambda evaluation: {})


def _data_of(run: RunFolder) -> Path:
    return Path(json.loads(run.config.read_text(encoding="utf-8"))["training"]["data"])


def _move_data(run: RunFolder, to: Path) -> None:
    """A copy of the data set in `to`, which the run's config then names."""
    shutil.copytree(_data_of(run), to)
    config = json.loads(run.config.read_text(encoding="utf-8"))
    config["training"]["data"] = str(to)
    run.config.write_text(json.dumps(config), encoding="utf-8")


def test_the_validation_part_is_scored_and_written(run: RunFolder) -> None:
    """Exactly the part's images are in the table, with probabilities that give the figures; all files are there."""
    result = evaluate(run.path)
    part = read_split(run.split).query("part == 'val'")
    table = pd.read_csv(run.evaluation("val") / "predictions.csv", dtype={"image_id": str})
    assert table["image_id"].tolist() == part["image_id"].tolist()
    assert table["dx"].tolist() == part["dx"].tolist()
    bars = table[[f"p_{code}" for code in CODES]].to_numpy()
    assert bars.sum(axis=1) == pytest.approx(1)
    assert [CODES[top] for top in bars.argmax(axis=1)] == table["predicted"].tolist()
    assert (result.n_images, result.n_lesions) == (len(part), part["lesion_id"].nunique())
    assert result.accuracy.value == pytest.approx((table["dx"] == table["predicted"]).mean())
    assert result.majority_baseline == pytest.approx(part["dx"].value_counts(normalize=True).max())
    assert sum(map(sum, result.confusion)) == len(part)
    assert (result.part, result.split_sha256) == ("val", split_sha256(run.split))
    assert set(result.files) == {path for path in run.evaluation("val").rglob("*") if path.is_file()}
    assert {"predictions.csv", "metrics.json", "slices.csv", "reliability.png"} <= {path.name for path in result.files}


@pytest.mark.usefixtures("_no_figures")
def test_demo_data_is_called_demo_data(run: RunFolder) -> None:
    """The result and its JSON say so, with the notice; a good score on it is no suspected leak."""
    result = evaluate(run.path)
    numbers = json.loads((run.evaluation("val") / "metrics.json").read_text(encoding="utf-8"))
    assert result.is_demo
    assert (numbers["notice"], numbers["limits"]) == (NOTICE, DEMO_NOTICE)
    assert numbers["evaluation"]["is_demo"] is True
    assert not result.leak_suspected


@pytest.mark.usefixtures("_no_figures")
def test_evaluation_and_prediction_give_the_same_answers(run: RunFolder) -> None:
    """One geometry, one resize, one network: the cache's pixels and a file's own lead to the same probabilities."""
    evaluate(run.path)
    table = pd.read_csv(run.evaluation("val") / "predictions.csv").head(20)
    files = {path.stem: path for path in _data_of(run).rglob("*.jpg")}
    assert run.model is not None
    answers = predict(run.model, [files[image_id] for image_id in table["image_id"]])[:20]  # then lesions follow
    bars = table[[f"p_{code}" for code in CODES]].to_numpy()
    assert np.array([answer.probabilities for answer in answers]) == pytest.approx(bars, abs=1e-5)
    groups = [answer.group_probability for answer in answers]
    assert groups == pytest.approx(table["group_probability"].tolist(), abs=1e-5)
    assert len({answer.code for answer in answers}) > 1  # a network that says one thing would prove little


def test_what_was_evaluated_can_be_read_again(run: RunFolder) -> None:
    """Before there is nothing to read; afterwards the same figures, without a network."""
    assert read(run.path) is None
    result = evaluate(run.path)
    assert read(run.path) == result
    assert read(run.path, "test") is None


@pytest.mark.usefixtures("_no_figures")
def test_what_an_older_version_wrote_is_computed_again_from_its_table(run: RunFolder) -> None:
    """Figures without intervals and a table without logits: all figures come back, without a network, and are kept."""
    result = evaluate(run.path)
    folder = run.evaluation("val")
    table = pd.read_csv(folder / "predictions.csv", dtype={"image_id": str})
    older = ["sex", "age", "localization", "dx_type", "source", *(f"logit_{code}" for code in CODES)]
    table.drop(columns=older).to_csv(folder / "predictions.csv", index=False)
    numbers = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    numbers["evaluation"] = {"part": "val", "balanced_accuracy": {"value": 0.1, "low": 0.0, "high": 0.2}}
    (folder / "metrics.json").write_text(json.dumps(numbers), encoding="utf-8")
    again = read(run.path)
    assert again is not None
    assert again.balanced_accuracy == result.balanced_accuracy
    assert again.confusion == result.confusion
    assert again.by_lesion.log_loss is not None
    assert result.by_lesion.log_loss is not None
    assert again.by_lesion.log_loss.value == pytest.approx(result.by_lesion.log_loss.value)
    assert again.slices == ()
    assert read(run.path) == again
    (folder / "metrics.json").write_text(json.dumps(numbers), encoding="utf-8")
    (folder / "predictions.csv").unlink()
    assert read(run.path) is None


@pytest.mark.usefixtures("_no_figures")
def test_an_evaluation_of_another_model_is_not_read(run: RunFolder) -> None:
    """When the run has got another model since, the old figures are not shown as its own."""
    evaluate(run.path)
    run.final_model.write_bytes(run.final_model.read_bytes() + b"\0")
    assert read(run.path) is None


@pytest.mark.usefixtures("_no_figures")
def test_opening_the_test_part_is_counted_per_split_across_runs(run: RunFolder, tmp_path: Path) -> None:
    """Every scoring of the test part counts, also that of another run on the same split; validation does not."""
    other = tmp_path / "runs" / "2026-11-24_090000_resnet18"
    shutil.copytree(run.path, other)
    assert evaluate(run.path, "val").test_openings == 0
    first = evaluate(run.path, "test")
    assert first.test_openings == 1
    assert evaluate(other, "test").test_openings == 2
    assert evaluate(run.path, "val").test_openings == 2
    again = read(run.path, "test")
    assert again == replace(first, test_openings=2)
    images = set(pd.read_csv(run.evaluation("test") / "predictions.csv")["image_id"])
    assert images == set(read_split(run.split).query("part == 'test'")["image_id"])


def test_the_opening_is_counted_before_anything_is_scored(run: RunFolder) -> None:
    """Who cancels the scoring has opened the test part all the same; nothing is written then."""
    control = Control()
    scored: list[int] = []

    def on_event(event: Event) -> None:
        if isinstance(event, ProgressDone):
            scored.append(runs.count_test_openings(run.path.parent, split_sha256(run.split)))
            control.cancel()

    with pytest.raises(Cancelled):
        evaluate(run.path, "test", control=control, on_event=on_event)
    assert runs.count_test_openings(run.path.parent, split_sha256(run.split)) == 1
    assert scored == [1]
    assert not run.evaluation("test").exists()


def test_a_cancel_before_the_scoring_opens_nothing(run: RunFolder) -> None:
    """Cancelled while the data is looked at: the test part stays closed."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        evaluate(run.path, "test", control=control)
    assert runs.count_test_openings(run.path.parent, split_sha256(run.split)) == 0


def test_an_opening_that_cannot_be_counted_does_not_happen(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a full disk the test part stays closed: not one image goes through the network."""

    def fail(*_: object) -> int:
        raise runs.disk_error(OSError(28, "No space left on device"), run.path)

    def score_nothing(*_: object, **__: object) -> None:
        raise AssertionError("the test part was scored")

    monkeypatch.setattr(runs, "record_test_opening", fail)
    monkeypatch.setattr(module, "compute_logits", score_nothing)
    with pytest.raises(EngineError, match="disk is full"):
        evaluate(run.path, "test")


@pytest.mark.parametrize(("part", "words"), [("train", "learned its images"), ("all", "no part 'all'")])
def test_other_parts_are_refused(run: RunFolder, part: str, words: str) -> None:
    """The training part is refused in words: its score would be memory."""
    with pytest.raises(ConfigError, match=words):
        evaluate(run.path, part)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_no_figures")
def test_an_interrupted_run_is_evaluated_with_its_best_epoch(run: RunFolder) -> None:
    """Without a final model the best epoch so far is scored; without any model the user hears so."""
    run.best_so_far.parent.mkdir()
    run.final_model.rename(run.best_so_far)
    assert evaluate(run.path).model == run.best_so_far
    assert read(run.path) is not None
    run.best_so_far.unlink()
    with pytest.raises(ModelFileError, match="no model yet"):
        evaluate(run.path)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """Any other folder gives a sentence."""
    with pytest.raises(ConfigError, match="not the folder of a run"):
        evaluate(tmp_path)


@pytest.mark.usefixtures("_no_figures")
def test_data_that_is_gone_is_named_with_its_old_place(run: RunFolder, tmp_path: Path) -> None:
    """The hint says where the new place is written; at that place the same data is taken."""
    before = evaluate(run.path)
    _move_data(run, tmp_path / "moved")
    assert evaluate(run.path).confusion == before.confusion
    (tmp_path / "moved").rename(tmp_path / "gone")
    with pytest.raises(DataError, match=r"is not at .*moved any more") as raised:
        evaluate(run.path)
    assert "config.json" in raised.value.hint


def test_data_that_changed_is_refused(run: RunFolder, tmp_path: Path) -> None:
    """One image of another content: figures would be about other data than the training's."""
    _move_data(run, tmp_path / "changed")
    images = sorted((tmp_path / "changed").rglob("*.jpg"))
    shutil.copyfile(images[1], images[0])
    with pytest.raises(DataError, match="not as it was in training"):
        evaluate(run.path)


def test_another_split_than_the_model_s_is_refused(run: RunFolder) -> None:
    """Images moved from training to validation after the training would be scored from memory."""
    text = run.split.read_text(encoding="utf-8")
    run.split.write_text(text.replace(",train,", ",val,", 1), encoding="utf-8")
    with pytest.raises(DataError, match="not the split"):
        evaluate(run.path)


def test_only_a_high_interval_on_real_data_is_a_suspected_leak(run: RunFolder) -> None:
    """A network that is right every time opens the leak report on real data, not on drawings."""
    real = replace(CARD, is_demo=False)
    codes = [CODES[number % 7] for number in range(700)]
    ids = [f"ISIC_{number}" for number in range(700)]
    rows = pd.DataFrame({"image_id": ids, "lesion_id": ids, "group": ids, "part": "val", "dx": codes})
    right = 9 * np.eye(7)[[CODES.index(code) for code in codes]]
    wrong = np.roll(right, 1, axis=0)
    wrong[:560] = right[:560]
    for logits, card, is_demo, suspected in (
        (right, real, False, True),
        (wrong, real, False, False),
        (right, real, True, False),
        (right, CARD, False, False),
    ):
        made = make_table(rows, logits, card)
        found = assess(run, run.final_model, "val", made, card, 0, is_demo=is_demo)
        assert found.leak_suspected is suspected
