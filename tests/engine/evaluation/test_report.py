"""Tests of engine.evaluation.report."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from engine.errors import DiskError
from engine.evaluation import report
from engine.evaluation.report import read_provenance, read_report, write_report
from engine.evaluation_results import Evaluation
from engine.labels import CODES, DEMO_NOTICE, LIMITS, NOTICE
from engine.runs import RunFolder
from tests.engine.evaluation.samples import evaluation, evaluation_of_few

_PREDICTIONS = pd.DataFrame({"image_id": ["a", "b"], **{f"p_{code}": [0.5, 0.25] for code in CODES}})


def _stamped(shown: Evaluation) -> bytes:
    """A figure as it is written for `shown`."""
    return report._as_png(report._stamp(report._figures(evaluation())["confusion_counts.png"](), shown))


def test_every_file_is_written_and_named(tmp_path: Path) -> None:
    """Tables, numbers, the page and seven figures are in the folder, and the evaluation lists exactly them."""
    written = write_report(tmp_path, evaluation(), _PREDICTIONS, {"model_sha256": "c0ffee"})
    found = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert set(written.files) == found
    assert {path.name for path in found} == {
        "predictions.csv",
        "isic2018.csv",
        "per_class.csv",
        "metrics.json",
        "report.html",
        "confusion_counts.png",
        "confusion_shares.png",
        "share_wrong.png",
        "roc.png",
        "precision_recall.png",
        "reliability.png",
        "per_class_by_lesion.csv",
        "slices.csv",
        "reliability.csv",
        "training_curves.png",
    }
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "predictions.csv"), _PREDICTIONS)


def test_the_class_table_has_empty_cells_where_nothing_is_defined(tmp_path: Path) -> None:
    """A row per class, machine-readable: an absent class has counts of 0 and no score."""
    write_report(tmp_path, evaluation_of_few(), _PREDICTIONS, {})
    table = pd.read_csv(tmp_path / "per_class.csv", index_col="class")
    assert tuple(table.index) == CODES
    assert table.loc["df", "n_images"] == 0
    assert table.loc["df", ["sensitivity", "share_wrong", "auc"]].isna().all()
    assert table.loc["mel", "sensitivity"] == pytest.approx(91 / 167)
    assert bool(table.loc["vasc", "too_few_to_tell"])


def test_figures_are_sharp_and_stamped_when_they_show_demo_data(tmp_path: Path) -> None:
    """150 dots per inch, and the stamp darkens pixels that are white without it."""
    real = _stamped(evaluation())
    demo = _stamped(replace(evaluation(), is_demo=True))
    with Image.open(io.BytesIO(real)) as plain, Image.open(io.BytesIO(demo)) as stamped:
        assert plain.size == stamped.size == (1080, 990)
        assert round(plain.info["dpi"][0]) == 150
        assert plain.convert("RGB").tobytes() != stamped.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("shown", "limits"), [(evaluation(), LIMITS), (evaluation_of_few(), DEMO_NOTICE)], ids=["real", "demo"]
)
def test_numbers_and_footers_carry_notice_and_limits(
    tmp_path: Path, shown: Evaluation, limits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No figure or JSON leaves without the notice, and demo data is called demo data."""
    from matplotlib.figure import Figure

    footers: list[str] = []

    def note(self: Figure, text: str, **_: object) -> None:
        footers.append(text)

    monkeypatch.setattr(Figure, "supxlabel", note)
    write_report(tmp_path, shown, _PREDICTIONS, {"versions": {"torch": "2"}})
    assert len(footers) == 7
    for footer in footers:
        assert NOTICE in footer.replace("\n", " ")
        assert limits in footer.replace("\n", " ")
    numbers = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert (numbers["notice"], numbers["limits"]) == (NOTICE, limits)
    assert numbers["versions"] == {"torch": "2"}


def test_what_was_written_can_be_read_back_even_from_another_place(tmp_path: Path) -> None:
    """The round trip keeps every field; after a move the files are found where they are now."""
    old = RunFolder(tmp_path / "old").evaluation("val")
    written = write_report(old, evaluation(), _PREDICTIONS, {"model_sha256": "c0ffee"})
    read = read_report(old)
    assert read == written
    provenance = read_provenance(old)
    assert provenance is not None
    assert provenance["model_sha256"] == "c0ffee"
    (tmp_path / "old").rename(tmp_path / "new")
    moved = read_report(RunFolder(tmp_path / "new").evaluation("val"))
    assert moved is not None
    assert len(moved.files) == 15
    assert all(path.is_file() for path in moved.files)


@pytest.mark.parametrize("content", ["", "[]", '{"evaluation": {"part": "val"}}', '{"evaluation": 3}'])
def test_a_damaged_report_counts_as_none(tmp_path: Path, content: str) -> None:
    """Whatever stands in metrics.json, reading it does not fail."""
    assert read_report(tmp_path) is None
    (tmp_path / "metrics.json").write_text(content, encoding="utf-8")
    assert read_report(tmp_path) is None
    if '"part"' not in content:  # an older version may have written that
        assert read_provenance(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A disk error is a sentence, and nothing half-written stands there as a result."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(DiskError):
        write_report(tmp_path / "file" / "val", evaluation(), _PREDICTIONS, {})
