"""Tests of engine.model.state_dict."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
import torchvision
from PIL import Image
from torchvision import transforms

from engine import places
from engine.config import NOTEBOOK_MULTIPLIERS
from engine.errors import Cancelled, ConfigError, DiskError, ModelFileError
from engine.events import Control
from engine.labels import CODES
from engine.model import state_dict
from engine.model.file import load_model, save_model, weights_sha256
from engine.model.network import build
from engine.model.probabilities import posterior
from engine.model.state_dict import card_beside, export_weights, import_weights
from engine.prediction.predictor import predict
from engine.prediction.remembered import forget_all
from tests.engine.evaluation.untrained_run import CARD, make_network

_CPU = torch.device("cpu")


def _photo(folder: Path, side: int = 224) -> Path:
    path = folder / "photo.png"
    coarse = np.random.default_rng(1).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network's plain state dict."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("plain") / "mobile.pth"
    torch.save(build("mobilenet_v3_large").state_dict(), path)
    return path


def _changed(plain: Path, path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    tensors = torch.load(plain, weights_only=True)
    change(tensors)
    torch.save(tensors, path)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(ModelFileError) as caught:
        import_weights(path)
    assert caught.value.hint
    assert not list(places.home_dir().rglob("*.safetensors"))
    return str(caught.value)


def test_the_notebooks_weights_answer_as_plain_torchvision_does(tmp_path: Path) -> None:
    """ResNet50 with a head of seven, saved as the notebook saves it: the same probabilities for a 224 x 224 image."""
    torch.manual_seed(0)
    network = torchvision.models.resnet50(weights=None)
    network.fc = torch.nn.Linear(network.fc.in_features, 7)
    torch.nn.init.normal_(network.fc.weight, std=0.001)  # answers as unsure as those of a trained network
    torch.save(network.state_dict(), tmp_path / "skin_cancer_model.pth")
    model = import_weights(tmp_path / "skin_cancer_model.pth")
    assert model.parent == places.models_dir()
    assert model.name.startswith("skin_cancer_model_")
    photo = _photo(tmp_path)
    chain = transforms.Compose(
        [
            transforms.Resize((224, 224)),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    with Image.open(photo) as image, torch.inference_mode():
        logits = network.eval()(chain(image.convert("RGB"))[None])
    (answer,) = predict(model, [photo])
    assert answer.logits == pytest.approx(logits[0].tolist(), abs=1e-5)
    card = load_model(model, _CPU).card
    expected = posterior(logits.numpy(), card.training_prior, (1 / 7,) * 7, 1.0)[0]
    assert answer.probabilities == pytest.approx(expected.tolist(), abs=1e-6)
    assert (answer.gate, answer.operating_point, answer.seen_in_training) == (None, None, None)


def test_the_card_of_foreign_weights_claims_nothing(plain: Path) -> None:
    """No training, no figures, no point; the prior is the notebook's multipliers on HAM10000's 10,015 images."""
    card = load_model(import_weights(plain), _CPU).card
    assert (card.training, card.validation, card.operating_points, card.gate) == (None, {}, (), None)
    assert (card.temperature, card.preprocessing.geometry, card.preprocessing.image_size) == (1.0, "squash", 224)
    assert card.data_prior[CODES.index("nv")] == pytest.approx(6705 / 10015)
    drawn = np.array(card.data_prior) * NOTEBOOK_MULTIPLIERS
    assert card.training_prior == pytest.approx(drawn / drawn.sum())


@pytest.mark.parametrize("backbone", ["resnet18", "efficientnet_b0"])
def test_the_other_backbones_are_recognised(tmp_path: Path, backbone: str) -> None:
    """By names and shapes; DataParallel's prefix is taken away, and half precision made whole."""
    torch.manual_seed(0)
    network = build(backbone)
    halves = {f"module.{name}": t.half() if t.is_floating_point() else t for name, t in network.state_dict().items()}
    torch.save(halves, tmp_path / "weights.pth")
    loaded = load_model(import_weights(tmp_path / "weights.pth"), _CPU)
    assert loaded.card.backbone == backbone
    expected = {name: t.half().float() if t.is_floating_point() else t for name, t in network.state_dict().items()}
    assert all(torch.equal(expected[name], tensor) for name, tensor in loaded.module.state_dict().items())


def test_out_and_in_again_gives_the_same_probabilities(tmp_path: Path) -> None:
    """The card travels beside the weights, and so do preprocessing, temperature and points."""
    model, out = tmp_path / "model.safetensors", tmp_path / "out.pth"
    save_model(model, make_network(), CARD, None)
    assert export_weights(model, out) == out
    again = import_weights(out)
    assert load_model(again, _CPU).card == CARD
    photo = _photo(tmp_path, 90)
    (before,) = predict(model, [photo])
    forget_all()
    (after,) = predict(again, [photo])
    assert after.probabilities == pytest.approx(before.probabilities, abs=1e-6)
    assert after.operating_point == before.operating_point
    plain = torch.load(out, weights_only=True)
    network = torchvision.models.resnet18(num_classes=7)
    network.load_state_dict(plain)
    assert weights_sha256(network) == weights_sha256(load_model(model, _CPU).module)


def test_a_card_of_other_weights_is_not_believed(plain: Path, tmp_path: Path) -> None:
    """The card beside a file must name its weights."""
    path = tmp_path / "mobile.pth"
    path.write_bytes(plain.read_bytes())
    card_beside(path).write_text(json.dumps({"format": "lesion-lab card 1", "weights_sha256": "0" * 64, "card": {}}))
    assert "other weights" in _refusal(path)
    card_beside(path).write_text("[]")
    assert "no card" in _refusal(path)
    card_beside(path).write_text("{")
    assert "cannot be read" in _refusal(path)


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("ran"),))


def test_pickled_programs_are_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole pickled model, and a pickle that would run something."""
    monkeypatch.chdir(tmp_path)
    torch.save(torch.nn.Linear(2, 2), "whole.pth")
    assert "whole pickled model" in _refusal(Path("whole.pth"))
    torch.save({"fc.weight": _Evil()}, "evil.pth")
    assert "could run any program" in _refusal(Path("evil.pth"))
    assert not Path("ran").exists()


def test_misfits_are_refused_with_the_reason(plain: Path, tmp_path: Path) -> None:
    """Another class count, a missing or an unknown tensor, another shape or type, values that are no numbers."""
    head = "classifier.3.weight"
    changes: dict[str, Callable[[dict[str, Any]], object]] = {
        "tells 2 classes apart": lambda t: t.update({head: t[head][:2]}),
        f"{head} is missing": lambda t: t.pop(head),
        "extra is no tensor of its network": lambda t: t.update(extra=torch.zeros(1)),
        "features.0.0.weight is 16x1x3x3, not 16x3x3x3": lambda t: t.update(
            {"features.0.0.weight": t["features.0.0.weight"][:, :1]}
        ),
        "not finite": lambda t: t[head].fill_(float("nan")),
        "of the type int32": lambda t: t.update({head: t[head].int()}),
        "'epoch' in it is no tensor": lambda t: t.update(epoch=3),
    }
    for number, (reason, change) in enumerate(changes.items()):
        assert reason in _refusal(_changed(plain, tmp_path / f"{number}.pth", change))


def test_other_files_are_refused(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, text, another zip, a bomb, too many bytes, a cut file, a list, other networks, a folder."""
    content = plain.read_bytes()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    torch.save({"a": torch.zeros(2)}, tmp_path / "small.pth")
    (tmp_path / "text.pth").write_text("Dear doctor,")
    (tmp_path / "cut.pth").write_bytes(content[: len(content) // 2])
    assert "no whole zip archive" in _refusal(tmp_path / "text.pth")
    assert "no whole zip archive" in _refusal(tmp_path / "cut.pth")
    assert "zip archive of something else" in _refusal(tmp_path / "other.zip")
    assert "something else than named tensors" in _refusal(tmp_path / "list.pth")
    assert "none of the networks" in _refusal(tmp_path / "small.pth")
    assert "folder" in _refusal(tmp_path)
    with pytest.raises(ModelFileError, match="could not be read"):
        import_weights(tmp_path / "missing.pth")
    monkeypatch.setattr(state_dict, "MAX_BYTES", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2_000_000))
    (tmp_path / "bomb.pth").write_bytes(bomb.getvalue())
    assert "unpacks to more" in _refusal(tmp_path / "bomb.pth")
    assert "larger than" in _refusal(plain)


def test_the_same_file_again_is_the_same_model(plain: Path) -> None:
    """Imported once; cancelled before, nothing is left."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        import_weights(plain, control=control)
    assert not places.models_dir().exists()
    first = import_weights(plain)
    stamp = first.stat().st_mtime_ns
    assert import_weights(plain) == first
    assert first.stat().st_mtime_ns == stamp


def test_nothing_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export wants a new .pth; a full disk is an error that the user can mend."""
    model = tmp_path / "model.safetensors"
    save_model(model, make_network(), replace(CARD, operating_points=()), None)
    with pytest.raises(ConfigError, match=r"does not end in \.pth"):
        export_weights(model, tmp_path / "out.bin")
    (tmp_path / "there.pth").write_text("mine")
    with pytest.raises(ConfigError, match="already"):
        export_weights(model, tmp_path / "there.pth")
    assert (tmp_path / "there.pth").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        export_weights(model, tmp_path / "file" / "out.pth")


def _with_pickle(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A file of one tensor of seven numbers, its pickle changed."""
    whole = io.BytesIO()
    torch.save({"conv1.weight": torch.arange(7.0)}, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name.endswith("data.pkl") else content)
    return path


_SEVEN = b"K\x07"
_MANY = b"J" + (2**31 - 1).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.replace(_SEVEN + b"\x85", _MANY + b"\x85"), "damaged"),  # a shape that would take 8 GB
        (lambda p: p.replace(_SEVEN, _MANY), "damaged"),  # and a store of that size
        (lambda p: b"\x80\x02cbuiltins\nbytearray\n" + _MANY + b"\x85R.", "builtins.bytearray"),
        (lambda p: b"\x80\x02ctorch\nUntypedStorage\n" + _MANY + b"\x85R.", "torch.UntypedStorage"),
        (lambda p: b"\x80\x02})\x85" + b"2\x86" * 60 + b"K\x01s.", "the instruction DUP"),  # a key that is never hashed
        (lambda p: b"\x80\x02" + bytes(9 * 2**20), "unpacks to more"),
    ],
)
def test_what_claims_to_be_huge_takes_no_memory_and_no_time(
    tmp_path: Path, change: Callable[[bytes], bytes], reason: str
) -> None:
    """Refused at once, before anything of the claimed size is made."""
    path = _with_pickle(tmp_path / "huge.pth", change)
    before, started = psutil.Process().memory_info().rss, time.perf_counter()
    assert reason in _refusal(path)
    assert time.perf_counter() - started < 10
    assert psutil.Process().memory_info().rss - before < 300 * 2**20


def test_an_ordered_dict_with_odd_attributes_is_read_by_its_own_rules(tmp_path: Path) -> None:
    """An attribute from the file in place of `items` is not called."""
    filled = b"ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aK\x01u"
    path = _with_pickle(tmp_path / "odd.pth", lambda _: b"\x80\x02" + filled + b"}U\x05itemsK\x01sb.")
    assert "'a' in it is no tensor" in _refusal(path)
