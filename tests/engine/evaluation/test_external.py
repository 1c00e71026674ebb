"""Tests of engine.evaluation.external."""

import csv
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from engine.data.split import read_split
from engine.errors import Cancelled, ConfigError, DataError, ModelFileError
from engine.evaluation import report
from engine.evaluation.answered_images import list_answers
from engine.evaluation.evaluate import evaluate
from engine.evaluation.external import evaluate_external, read_external
from engine.evaluation_wording import TRAINING_UNKNOWN, describe_part
from engine.events import Control
from engine.labels import CODES
from engine.model.file import load_model, save_model
from engine.results import ModelCard
from engine.runs import RunFolder, list_runs
from tests.engine.evaluation.untrained_run import make_shared_run


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests look at numbers and words: drawing takes most of the time."""
    monkeypatch.setattr(report, "_figures", lambda evaluation: {})


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of a run on demo data, with the cache that it was made with."""
    home, shared = make_shared_run(tmp_path_factory.getbasetemp())
    monkeypatch.setenv("LESION_LAB_HOME", str(home))
    copy = RunFolder(tmp_path / "runs" / shared.path.name)
    shutil.copytree(shared.path, copy.path)
    return copy


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data that the run was trained on; for reading only."""
    make_shared_run(tmp_path_factory.getbasetemp())
    return tmp_path_factory.getbasetemp() / "shared-demo"


def _table(data: Path) -> list[dict[str, str]]:
    with (data / "HAM10000_metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _make_data(folder: Path, source: Path, rows: Sequence[dict[str, str]], names: Sequence[tuple[str, str]]) -> Path:
    """A data set of the images of `rows` in `source`, under other image and lesion ids (`names`)."""
    files = {path.stem: path for path in source.rglob("*.jpg")}
    (folder / "images").mkdir(parents=True)
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        for row, (image_id, lesion_id) in zip(rows, names, strict=True):
            writer.writerow({**row, "image_id": image_id, "lesion_id": lesion_id})
            shutil.copyfile(files[row["image_id"]], folder / "images" / f"{image_id}.jpg")
    return folder


def _rows_of(run: RunFolder, data: Path, part: str) -> list[dict[str, str]]:
    ids = set(read_split(run.split).query(f"part == '{part}'")["image_id"])
    return [row for row in _table(data) if row["image_id"] in ids]


def _renamed(rows: Sequence[dict[str, str]], prefix: str) -> list[tuple[str, str]]:
    return [(f"{prefix}{row['image_id']}", f"{prefix}{row['lesion_id']}") for row in rows]


def _foreign(run: RunFolder, data: Path, folder: Path) -> Path:
    """Images that the model never met, under names that nothing knows."""
    rows = _rows_of(run, data, "test")
    return _make_data(folder, data, rows, _renamed(rows, "new_"))


def test_images_that_were_never_met_are_all_scored(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """The figures are those of the same images as a test part; no opening is counted; all is written and read back."""
    external = _foreign(run, demo_data, tmp_path / "clinic")
    result = evaluate_external(run.path, external)
    as_test = evaluate(run.path, "test")
    assert result.confusion == as_test.confusion
    assert result.balanced_accuracy == as_test.balanced_accuracy
    assert (result.part, result.test_openings, result.history) == ("external", 0, ())
    about = result.external
    assert about is not None
    assert (about.name, about.n_images, about.n_met, about.n_sealed) == ("clinic", result.n_images, 0, 0)
    assert about.is_training_known
    assert result.run.parent == run.path.parent / "external"
    assert all(path.is_file() for path in result.files)
    assert read_external(result.run) == result
    assert {"predictions.csv", "isic2018.csv", "per_class.csv"} <= {path.name for path in result.files}
    assert len(pd.read_csv(result.run / "overlap.csv")) == 0
    assert "None of them was in the model's training" in describe_part(result)
    assert [one.path for one in list_runs(run.path.parent)] == [run.path]


def test_the_images_behind_an_external_figure_can_be_looked_at(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """As many in each cell as the figures say, with their files; without the data the list stays."""
    data = _foreign(run, demo_data, tmp_path / "clinic")
    result = evaluate_external(run.path, data)
    found = list_answers(result.run, "external")
    cells = [[sum((one.dx, one.predicted) == (dx, named) for one in found) for named in CODES] for dx in CODES]
    assert cells == [list(row) for row in result.confusion]
    assert all(one.path is not None and one.path.is_relative_to(data) for one in found)
    shutil.rmtree(data)
    assert [(one.image_id, one.path) for one in list_answers(result.run, "external")] == [
        (one.image_id, None) for one in found
    ]
    run.final_model.unlink()
    with pytest.raises(ConfigError, match="is not where it was"):
        list_answers(result.run, "external")
    with pytest.raises(ConfigError, match="holds no result on other images"):
        list_answers(run.path, "external")


def test_a_model_is_not_tested_on_its_own_training(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Refused: the data set itself, and its training images under other names in another folder."""
    with pytest.raises(DataError, match="is the data set that this model was trained on"):
        evaluate_external(run.final_model, demo_data)
    rows = _rows_of(run, demo_data, "train")[:20]
    copies = _make_data(tmp_path / "copies", demo_data, rows, _renamed(rows, "mine_"))
    with pytest.raises(DataError, match=r"cannot be tested on copies: all of 20 images were met in its training"):
        evaluate_external(run.path, copies)
    assert not (run.path.parent / "external").exists()


def test_on_a_mixture_the_overlap_is_left_out_and_named(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Copies of training images, also another image of such a lesion, are named with the reason; the rest is scored."""
    known, new = _rows_of(run, demo_data, "train")[:5], _rows_of(run, demo_data, "test")
    names = [*_renamed(known, "mine_"), *_renamed(new, "new_")]
    names[-1] = (names[-1][0], names[0][1])  # says that it shows the lesion of the first copy
    result = evaluate_external(run.path, _make_data(tmp_path / "mixture", demo_data, [*known, *new], names))
    about = result.external
    assert about is not None
    n_met = sum(lesion in {lesion for _, lesion in names[:5]} for _, lesion in names)
    assert (about.n_images, about.n_met, about.n_sealed) == (len(names), n_met, 0)
    assert n_met >= 6
    assert result.n_images == len(names) - n_met
    overlap = pd.read_csv(result.run / "overlap.csv").set_index("image_id")
    assert [overlap["reason"][name] for name, _ in names[:5]] == ["same file"] * 5
    assert overlap["reason"][names[-1][0]] == "same lesion as a met image"
    scored = set(pd.read_csv(result.run / "predictions.csv")["image_id"])
    assert scored == {name for name, _ in names} - set(overlap.index)
    assert f"{n_met} of {len(names)} images were left out" in describe_part(result)


def test_the_test_part_of_its_own_split_stays_closed(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Inside a larger folder: as long as the ids tell, the sealed images are left out, and the user hears so."""
    known, sealed = _rows_of(run, demo_data, "train")[:5], _rows_of(run, demo_data, "test")
    rows, new = [*known, *sealed], sealed[:6]
    names = [(row["image_id"], row["lesion_id"]) for row in rows]
    data = _make_data(tmp_path / "larger", demo_data, rows, names)
    with pytest.raises(DataError, match="test part of its own split"):
        evaluate_external(run.path, data)
    mixed = [*names, *_renamed(new, "new_")]
    result = evaluate_external(run.path, _make_data(tmp_path / "mixed", demo_data, [*rows, *new], mixed))
    about = result.external
    assert about is not None
    assert about.n_sealed == len(sealed)
    assert result.n_images == len(new)
    assert f"{len(sealed)} more were left out" in describe_part(result)


def test_classes_that_the_data_lacks_have_no_figures(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Two classes in folders named by class: the others have None, never 0; lesions are unknown, and that is said."""
    rows = [row for row in _rows_of(run, demo_data, "test") if row["dx"] in ("mel", "nv")]
    files = {path.stem: path for path in demo_data.rglob("*.jpg")}
    for row in rows:
        (tmp_path / "folders" / row["dx"]).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(files[row["image_id"]], tmp_path / "folders" / row["dx"] / f"new{row['image_id']}.jpg")
    result = evaluate_external(run.path, tmp_path / "folders")
    scores = dict(zip(CODES, result.classes, strict=True))
    assert scores["mel"].sensitivity is not None
    for code in set(CODES) - {"mel", "nv"}:
        assert (scores[code].sensitivity, scores[code].auc, scores[code].n_images) == (None, None, 0)
    about = result.external
    assert about is not None
    assert about.n_without_lesion == len(rows)
    assert "each counts as one of its own" in describe_part(result)


def test_a_model_without_fingerprints_is_marked(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Imported: it may have learned these very images, and every reader is told."""
    loaded = load_model(run.final_model, torch.device("cpu"))
    imported = tmp_path / "imported.safetensors"
    card: ModelCard = replace(loaded.card, data_fingerprint="")
    save_model(imported, loaded.module, card, None)
    result = evaluate_external(imported, demo_data, tmp_path / "out")
    assert result.external is not None
    assert not result.external.is_training_known
    assert result.run == tmp_path / "out"
    assert TRAINING_UNKNOWN in describe_part(result)


def test_a_folder_with_other_things_is_not_written_into(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """Named by mistake, the folder of a run or of images stays as it is; an older result gives way."""
    external = _foreign(run, demo_data, tmp_path / "clinic")
    with pytest.raises(ConfigError, match="is not empty"):
        evaluate_external(run.path, external, external)
    first = evaluate_external(run.path, external, tmp_path / "out")
    assert evaluate_external(run.path, external, tmp_path / "out") == first


def test_a_folder_without_a_model_is_a_sentence(tmp_path: Path, demo_data: Path) -> None:
    """As is a file that is no model."""
    with pytest.raises(ModelFileError, match="no model in"):
        evaluate_external(tmp_path, demo_data)
    (tmp_path / "note.txt").write_text("nothing")
    with pytest.raises(ModelFileError):
        evaluate_external(tmp_path / "note.txt", demo_data)


def test_a_cancel_leaves_nothing(run: RunFolder, demo_data: Path, tmp_path: Path) -> None:
    """No folder of a result that there is not."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        evaluate_external(run.path, _foreign(run, demo_data, tmp_path / "clinic"), control=control)
    assert not (run.path.parent / "external").exists()
