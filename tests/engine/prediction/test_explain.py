"""Tests of engine.prediction.explain."""

import io
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import nn

from engine.config import Backbone, Geometry, Preprocessing
from engine.errors import Cancelled, DataError, ModelFileError
from engine.events import Control
from engine.labels import CODES
from engine.model.file import load_model, save_model
from engine.model.network import build
from engine.prediction.explain import compute_maps, explain
from engine.prediction.logits import compute_logits
from engine.prediction.predictor import predict
from engine.prediction_results import HeatMap
from tests.engine.evaluation.untrained_run import CARD

CPU = torch.device("cpu")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Skin with a brown spot, 120 x 80."""
    random = np.random.default_rng(0)
    pixels = np.array((214, 160, 140)) + random.normal(0, 2, size=(80, 120, 3))
    image = Image.fromarray(pixels.astype(np.uint8))
    ImageDraw.Draw(image).ellipse((45, 25, 75, 52), fill=(92, 52, 40))
    image.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def _save(path: Path, backbone: Backbone = "resnet18", geometry: Geometry = "crop") -> Path:
    torch.manual_seed(1)
    card = replace(CARD, backbone=backbone, preprocessing=Preprocessing(image_size=64, geometry=geometry))
    save_model(path / "model.safetensors", build(backbone), card, None)
    return path / "model.safetensors"


def _levels(heat: HeatMap) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(heat.png)) as image:
        assert image.mode == "L"
        return np.asarray(image)


@pytest.mark.parametrize("backbone", get_args(Backbone))
def test_the_two_halves_of_each_backbone_are_the_whole(backbone: Backbone) -> None:
    """The logits come out as from the network itself, and a map of each class from its last stage."""
    torch.manual_seed(2)
    module, preprocessing = build(backbone), Preprocessing(image_size=96)
    pixels = np.random.default_rng(2).integers(0, 256, size=(2, 96, 96, 3), dtype=np.uint8)
    logits, maps = compute_maps(module, pixels, preprocessing, CPU)
    assert logits == pytest.approx(compute_logits(module, pixels, preprocessing, CPU), abs=1e-4)
    assert maps.shape == (len(CODES), 3, 3)
    assert maps.std() > 0


def test_the_sum_of_a_map_is_its_logit() -> None:
    """In a ResNet what a map says in all its places together is the class's logit without its bias."""
    torch.manual_seed(3)
    module = build("resnet18")
    pixels = np.random.default_rng(3).integers(0, 256, size=(1, 128, 128, 3), dtype=np.uint8)
    logits, maps = compute_maps(module, pixels, Preprocessing(image_size=128), CPU)
    bias = module.state_dict()["fc.bias"].numpy()
    assert maps.sum(axis=(1, 2)) == pytest.approx(logits[0] - bias, abs=1e-4)


class _ColorNetwork(nn.Module):
    """Its first class is the share of red, its second that of blue; in 8 x 8 places."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(8)
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(3, len(CODES))
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.bias.zero_()
            self.head.weight[0] = torch.tensor([1.0, 0, 0])
            self.head.weight[1] = torch.tensor([0, 0, 1.0])


def test_the_map_is_where_the_evidence_is() -> None:
    """A red spot upper left speaks for the class of red there only, a blue one lower right for that of blue."""
    pixels = np.zeros((1, 64, 64, 3), dtype=np.uint8)
    pixels[0, 8:16, 16:24, 0] = 255
    pixels[0, 48:56, 40:48, 2] = 255
    preprocessing = Preprocessing(image_size=64, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    _, maps = compute_maps(_ColorNetwork(), pixels, preprocessing, CPU)
    assert np.argwhere(maps[0] > 0.1 * maps[0].max()).tolist() == [[1, 2]]
    assert np.argwhere(maps[1] > 0.1 * maps[1].max()).tolist() == [[6, 5]]
    assert not maps[2].any()


@pytest.mark.parametrize("backbone", get_args(Backbone))
def test_every_backbone_explains_itself(backbone: Backbone, photo: Path, tmp_path: Path) -> None:
    """Seven maps in the order of the classes, none brighter than white, those with anything in them up to white."""
    explanation = explain(_save(tmp_path, backbone), photo)
    assert [heat.code for heat in explanation.maps] == list(CODES)
    tops = {int(_levels(heat).max()) for heat in explanation.maps}
    assert tops <= {0, *range(250, 256)}
    assert tops != {0}
    assert sum(explanation.hidden_probabilities) == pytest.approx(1)


def test_maps_have_the_proportions_of_the_image(photo: Path, tmp_path: Path) -> None:
    """Cut to the middle, what the network does not see has no heat; squashed, the map reaches everywhere."""
    cut = explain(_save(tmp_path, geometry="crop"), photo)
    squashed = explain(_save(tmp_path, geometry="squash"), photo)
    for heat in (*cut.maps, *squashed.maps):
        assert _levels(heat).shape == (80, 120)
    outside = np.ones((80, 120), dtype=bool)
    outside[:, 20:100] = False
    assert not any(_levels(heat)[outside].any() for heat in cut.maps)
    assert any(_levels(heat)[outside].any() for heat in squashed.maps)


def test_an_image_turned_by_exif_has_upright_maps(photo: Path, tmp_path: Path) -> None:
    """A photograph that says "turn me" is explained as it is shown: upright."""
    with Image.open(photo) as image:
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(tmp_path / "turned.png", exif=exif)
        image.transpose(Image.Transpose.ROTATE_270).save(tmp_path / "upright.png")
    model = _save(tmp_path)
    turned, upright = explain(model, tmp_path / "turned.png"), explain(model, tmp_path / "upright.png")
    assert _levels(turned.maps[0]).shape == (120, 80)
    assert turned.maps == upright.maps
    assert turned.hidden_image == upright.hidden_image


def test_large_images_have_small_maps(tmp_path: Path) -> None:
    """At most 256 px a side, in the image's shape."""
    Image.new("RGB", (1024, 512), "tan").save(tmp_path / "large.jpg")
    explanation = explain(_save(tmp_path), tmp_path / "large.jpg")
    assert _levels(explanation.maps[0]).shape == (128, 256)


def test_the_hidden_lesion_is_what_the_network_saw(photo: Path, tmp_path: Path) -> None:
    """What the background alone says is what the model answers for the painted image, but for resizing."""
    model = _save(tmp_path)
    explanation = explain(model, photo)
    assert explanation.hidden_share is not None
    assert 0.05 < explanation.hidden_share < 0.4
    (tmp_path / "hidden.png").write_bytes(explanation.hidden_image)
    with Image.open(tmp_path / "hidden.png") as hidden:
        assert hidden.size == (120, 80)
        assert min(hidden.getpixel((60, 38))) > 100  # type: ignore[type-var,arg-type]
    (answer,) = predict(model, [tmp_path / "hidden.png"])
    assert explanation.hidden_probabilities == pytest.approx(answer.probabilities, abs=0.01)


def test_where_no_lesion_stands_out_nothing_is_hidden(tmp_path: Path) -> None:
    """Maps all the same, but no painted image, share or answer."""
    Image.new("RGB", (90, 60), "tan").save(tmp_path / "plain.png")
    explanation = explain(_save(tmp_path), tmp_path / "plain.png")
    assert len(explanation.maps) == len(CODES)
    assert explanation.hidden_image == b""
    assert explanation.hidden_share is None
    assert explanation.hidden_probabilities == ()


def test_the_network_is_left_as_it_was(photo: Path, tmp_path: Path) -> None:
    """Answers before and after an explanation are the same."""
    model = _save(tmp_path)
    (before,) = predict(model, [photo])
    explain(model, photo)
    module = load_model(model, CPU).module
    compute_maps(module, np.zeros((1, 64, 64, 3), dtype=np.uint8), Preprocessing(image_size=64), CPU)
    assert all(parameter.grad is None for parameter in module.parameters())
    assert predict(model, [photo])[0].probabilities == before.probabilities


def test_what_cannot_be_explained_says_why(photo: Path, tmp_path: Path) -> None:
    """No image, a model that answers with no number, or Cancel."""
    model = _save(tmp_path)
    with pytest.raises(DataError, match=r"gone\.png is not there"):
        explain(model, tmp_path / "gone.png")
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        explain(model, photo, control=control)
    module = build("resnet18")
    with torch.no_grad():
        module.get_parameter("fc.weight").fill_(3e38)
    save_model(tmp_path / "overflow.safetensors", module, CARD, None)
    with pytest.raises(ModelFileError, match="not a number"):
        explain(tmp_path / "overflow.safetensors", photo)
