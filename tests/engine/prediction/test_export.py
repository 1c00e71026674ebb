"""Tests of engine.prediction.export, and of the page that it writes."""

import base64
import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine import wording
from engine.errors import Cancelled, ConfigError, DiskError
from engine.events import Control
from engine.labels import CODES, DEMO_NOTICE, NOTICE
from engine.model.file import load_model, save_model
from engine.model.network import build
from engine.prediction import export_page
from engine.prediction.export import save_answers
from engine.prediction.predictor import predict
from engine.prediction_results import GateVerdict, Prediction

CPU = torch.device("cpu")
REFUSED = GateVerdict(passed=False, reasons=("The image is blurred.",))


@pytest.fixture
def answers(model: Path, photos: list[Path], tmp_path: Path) -> tuple[Prediction, ...]:
    """Two good images, one refused, one refused and shown, one unreadable, and the first two together."""
    (tmp_path / "page.png").write_bytes(b"Dear doctor,")
    *single, fused = predict(model, [*photos[:4], tmp_path / "page.png"], as_one_lesion=True)
    single[2] = replace(single[2], gate=REFUSED)
    single[3] = replace(single[3], gate=REFUSED, shown_anyway=True)
    return (*single, fused)


def test_the_table_and_the_lines_say_the_same(model: Path, answers: tuple[Prediction, ...], tmp_path: Path) -> None:
    """A row and a line per answer in their order, with the demo mark and the notice in each."""
    lines = save_answers([model], answers, tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    with save_answers([model], answers, tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [answer.path.name for answer in answers]
    assert [record["image"] for record in records] == [row["image"] for row in rows] == names
    for record, row, answer in zip(records, rows, answers, strict=True):
        assert row["class"] == (record["class"] or "") == (answer.code if answer.is_named else "")
        assert record["notice"] == row["notice"] == f"{DEMO_NOTICE} {NOTICE}"
        assert row["model_sha256"] == record["model_sha256"] == answer.model_sha256
        if answer.is_named:
            assert [float(row[f"p_{code}"]) for code in CODES] == pytest.approx(answer.probabilities, abs=1e-6)
    assert rows[2]["gate"] == "refused"
    assert rows[2]["p_mel"] == ""
    assert rows[3]["gate"] == "refused, shown anyway"


def test_the_page_holds_everything_and_asks_for_nothing(
    model: Path, answers: tuple[Prediction, ...], tmp_path: Path
) -> None:
    """Every sentence, pictures and heat maps within, the marks; nothing from a network and no folder's name."""
    text = save_answers([model], answers, tmp_path / "a.html").read_text(encoding="utf-8")
    words = unescape(text)
    for answer in answers:
        for line in wording.describe(answer):
            assert line in words
    assert DEMO_NOTICE in words
    assert "default-src 'none'" in text
    assert not re.search(r"<script|https?://|src=\"(?!data:)|url\(", text)
    assert str(tmp_path) not in words
    assert "photos/" not in words
    assert text.count("with a heat map") == 3  # the two good ones and the one shown anyway
    sections = text.split("<h2>")
    refused = next(one for one in sections if one.startswith(answers[2].path.name))
    assert 'class="bars"' not in refused


def test_pictures_are_made_anew(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Neither place nor camera of the photograph goes along, and it stands upright."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    with Image.open(photos[0]) as image:
        image.resize((64, 48)).save(tmp_path / "gps.jpg", exif=exif)
    answers = predict(model, [tmp_path / "gps.jpg"])
    text = save_answers([model], answers, tmp_path / "a.html").read_text(encoding="utf-8")
    pictures = [base64.b64decode(data) for data in re.findall(r"data:image/\w+;base64,([^\"]+)", text)]
    assert len(pictures) == 2
    for data in pictures:
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.size == (48, 64)
            assert not picture.getexif()
            assert b"SecretCamera" not in data


def test_an_image_that_went_away_keeps_its_thumbnail(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """The answer stays, with the small picture that came with it."""
    answers = predict(model, photos[:1])
    photos[0].unlink()
    text = save_answers([model], answers, tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count("<figure>") == 1
    assert "data:image/png" in text


def test_names_of_strangers_are_text(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """A name with markup is shown as it is; one that is no text can be saved in every format."""
    names = ("<img src=x onerror=alert(1)>&.jpg", "m\udcf6le.jpg")  # which not every system lets a file have
    answers = [replace(one, path=Path(name)) for one, name in zip(predict(model, photos[:2]), names, strict=True)]
    text = save_answers([model], answers, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;.jpg" in text
    assert "m\\udcf6le" in text
    assert "m\\udcf6le" in save_answers([model], answers, tmp_path / "a.csv").read_text(encoding="utf-8")
    last = save_answers([model], answers, tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["image"] == "m\\udcf6le.jpg"


def test_only_so_many_have_a_heat_map(
    model: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large batch has its first images in full, the others with their thumbnail, and says so."""
    monkeypatch.setattr(export_page, "_MOST_EXPLAINED", 2)
    text = save_answers([model], predict(model, photos[:4]), tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count("with a heat map") == 2
    assert text.count("data:image/png") == 2
    assert "The first 2 images have a large picture" in text


def test_answers_of_several_models_are_saved_together(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Each row and section says which model gave it, each heat map is that model's; both models are described."""
    card = load_model(model, CPU).card
    other = tmp_path / "other.safetensors"
    save_model(other, build("resnet18"), replace(card, name="another network", is_demo=False), None)
    answers = (*predict(model, photos[:1]), *predict(other, photos[1:2]))
    with save_answers([model, other], answers, tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model_sha256"] for row in rows] == [answer.model_sha256 for answer in answers]
    assert [DEMO_NOTICE in row["notice"] for row in rows] == [True, False]
    text = save_answers([model, other], answers, tmp_path / "a.html").read_text(encoding="utf-8")
    first, second = (one for one in text.split("<h2>") if one.startswith("photo_"))
    assert f"By the model {card.name}." in first
    assert "By the model another network." in second
    assert text.count("with a heat map") == 2
    for answer in answers:
        assert answer.model_sha256 in text
    with pytest.raises(ConfigError, match="another model"):
        save_answers([other], answers, tmp_path / "b.csv")


def test_what_cannot_be_saved_is_an_error(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Another ending, answers of another model, no room; what was there before stays."""
    answers = predict(model, photos[:1])
    with pytest.raises(ConfigError, match=r"a\.pdf"):
        save_answers([model], answers, tmp_path / "a.pdf")
    with pytest.raises(ConfigError, match="another model"):
        save_answers([model], [replace(answers[0], model_sha256="1" * 64)], tmp_path / "a.csv")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DiskError):
        save_answers([model], answers, tmp_path / "file" / "a.csv")
    old = tmp_path / "old.html"
    old.write_text("before")
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        save_answers([model], answers, old, control=control)
    assert old.read_text() == "before"
    assert not list(tmp_path.glob(".*.tmp"))
