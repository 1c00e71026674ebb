"""The model file: what is written comes back, and nothing else is taken for it."""

import copy
import errno
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.config import Preprocessing, TrainingConfig
from engine.data.fingerprints import Fingerprints
from engine.errors import DiskError, ModelFileError
from engine.labels import CODES, LIMITS, NOTICE
from engine.model import file, network
from engine.results import ModelCard, OperatingPoint

_CPU = torch.device("cpu")

CARD = ModelCard(
    name="mobilenet_v3_large, 23 Nov 2026 10:15",
    created="2026-11-23T10:15:00",
    backbone="mobilenet_v3_large",
    weights="random weights, as asked",
    preprocessing=Preprocessing(image_size=64),
    classes=CODES,
    training_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1),
    data_prior=(0.03, 0.05, 0.11, 0.01, 0.11, 0.68, 0.01),
    temperature=1.3,
    operating_points=(
        OperatingPoint(
            name="95 % point", threshold=0.2, n_lesions=10, n_missed=1, n_other_lesions=30, n_false_alarms=9
        ),
    ),
    best_epoch=2,
    epochs_run=3,
    is_finished=True,
    validation={"balanced_accuracy": 0.5, "recall_df": None},
    split_sha256="ab" * 32,
    data_fingerprint="cd" * 32,
    data_licence="drawn by the program",
    is_demo=True,
    training=TrainingConfig(data=Path("demo"), out=Path("runs")),
    versions={"torch": torch.__version__},
    limits=LIMITS,
    notice=NOTICE,
)


@cache
def _module() -> torch.nn.Module:
    torch.manual_seed(0)
    return network.build(CARD.backbone).eval()


def _fingerprints() -> Fingerprints:
    rng = np.random.default_rng(0)
    sizes = {"image_ids": (5, 8), "lesion_ids": (3, 8), "contents": (5, 8), "appearances": (5, 16)}
    return Fingerprints(**{name: rng.integers(0, 256, size, dtype=np.uint8) for name, size in sizes.items()})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model file."""
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    file.save_model(path, _module(), CARD, _fingerprints())
    return path


def _refusal(path: Path) -> ModelFileError:
    """What load_model says about the file; the card alone is refused or read, never a crash."""
    with pytest.raises(ModelFileError) as caught:
        file.load_model(path, _CPU)
    assert caught.value.hint
    return caught.value


def test_a_saved_model_comes_back_whole(model: Path) -> None:
    """Weights bit for bit, card and fingerprints are those that were saved, and the answers too."""
    loaded = file.load_model(model, _CPU)
    assert loaded.card == CARD
    assert loaded.fingerprints is not None
    assert loaded.fingerprints.to_json() == _fingerprints().to_json()
    assert file.weights_sha256(loaded.module) == file.weights_sha256(_module())
    images = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(loaded.module(images), _module()(images))
    assert not loaded.module.training


def test_the_same_model_gives_the_same_file(model: Path, tmp_path: Path) -> None:
    """Saving again, from other memory layouts too, gives the same bytes."""
    again = tmp_path / "again.safetensors"
    loaded = file.load_model(model, _CPU)
    module = loaded.module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    file.save_model(again, module, loaded.card, loaded.fingerprints)
    assert again.read_bytes() == model.read_bytes()
    assert file.load_model(again, _CPU).sha256 == loaded.sha256


def test_the_file_is_a_true_safetensors_file(model: Path) -> None:
    """The format's own library reads it, so that other programs can."""
    tensors = safetensors.torch.load_file(model)
    assert file._hash(tensors) == file.weights_sha256(_module())


def test_the_card_is_read_without_the_weights(model: Path) -> None:
    """The card comes from the header; `describe` answers the same for the window."""
    assert file.read_card(model) == CARD
    assert file.describe(model) == CARD


def test_rounded_weights_take_half_the_room_and_come_back_as_they_were(model: Path, tmp_path: Path) -> None:
    """Nothing is lost on the way to the file: only what 16 bits hold exactly is written with 16."""
    module = copy.deepcopy(_module())
    file.round_weights(module)
    path = tmp_path / "short.safetensors"
    file.save_model(path, module, CARD, None)
    assert path.stat().st_size < 0.55 * model.stat().st_size
    loaded = file.load_model(path, _CPU)
    assert file.weights_sha256(loaded.module) == file.weights_sha256(module)
    assert {parameter.dtype for parameter in loaded.module.parameters()} == {torch.float32}


def test_a_model_without_fingerprints_says_nothing_about_its_training(tmp_path: Path) -> None:
    """Fingerprints may be left out."""
    path = tmp_path / "model.safetensors"
    file.save_model(path, _module(), CARD, None)
    assert file.load_model(path, _CPU).fingerprints is None


def test_weights_sha256_sees_every_bit() -> None:
    """One changed weight or batch counter changes the value."""
    module = network.build("mobilenet_v3_large")
    module.load_state_dict(_module().state_dict())
    before = file.weights_sha256(module)
    next(buffer for name, buffer in module.named_buffers() if name.endswith("num_batches_tracked")).add_(1)
    assert file.weights_sha256(module) != before


def test_files_of_another_kind_are_refused_by_name(tmp_path: Path, model: Path) -> None:
    """Text, nothing, a .pth, another .safetensors, a cut model, a folder, a missing file: each is told what it is."""
    torch.save(_module().state_dict(), tmp_path / "weights.pth")
    safetensors.torch.save_file(dict(_module().state_dict()), tmp_path / "other.safetensors")
    (tmp_path / "text.txt").write_text("This is a text that is no model, and long enough to look like one.")
    (tmp_path / "short.txt").write_text("hi")
    (tmp_path / "empty.safetensors").write_bytes(b"")
    (tmp_path / "cut.safetensors").write_bytes(model.read_bytes()[:-1000])
    (tmp_path / "stub.safetensors").write_bytes(model.read_bytes()[:500])
    (tmp_path / "folder.safetensors").mkdir()
    said = {
        "weights.pth": "no .safetensors file",
        "other.safetensors": "another kind",
        "text.txt": "no .safetensors file",
        "short.txt": "no .safetensors file",
        "empty.safetensors": "is empty",
        "cut.safetensors": "it is cut",
        "stub.safetensors": "cut or damaged",
        "folder.safetensors": "is a folder",
        "missing.safetensors": "could not be read",
    }
    for name, words in said.items():
        refusal = _refusal(tmp_path / name)
        assert name in str(refusal)
        assert words in str(refusal)
        with pytest.raises(ModelFileError):
            file.read_card(tmp_path / name)


def test_a_file_too_large_is_refused_unread(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is checked before anything is read."""
    monkeypatch.setattr(file, "MAX_BYTES", 1000)
    assert "larger than 2 GB" in str(_refusal(model))


def _rewrite(model: Path, path: Path, tensors: dict[str, torch.Tensor], **metadata: str) -> None:
    """A file with a true seal but other content, as somebody might craft it."""
    size = int.from_bytes(model.read_bytes()[:8], "little")
    old = json.loads(model.read_bytes()[8 : 8 + size])["__metadata__"]
    new = {**old, "weights_sha256": file._hash(tensors), **metadata}
    path.write_bytes(safetensors.torch.save(tensors, {**new, "seal": file._seal(new)}))


def test_crafted_weights_are_refused(model: Path, tmp_path: Path) -> None:
    """Missing, added, misshapen, mistyped and non-finite tensors are refused by name, whatever the seal says."""
    path = tmp_path / "crafted.safetensors"
    whole = {name: tensor.clone() for name, tensor in _module().state_dict().items()}
    head = "classifier.3.bias"
    for change, words in (
        ({name: tensor for name, tensor in whole.items() if name != head}, f"{head} is missing"),
        ({**whole, "extra": torch.zeros(1)}, "extra is no tensor"),
        ({**whole, head: torch.zeros(8)}, f"{head} is not as"),
        ({**whole, head: torch.zeros(7, dtype=torch.float64)}, f"{head} is not as"),
        ({**whole, head: torch.full((7,), torch.inf)}, "not finite"),
    ):
        _rewrite(model, path, change)
        assert words in str(_refusal(path))
    _rewrite(model, path, whole, weights_sha256="00")
    assert "not those that were saved" in str(_refusal(path))


@pytest.mark.parametrize(
    "change",
    [
        {"backbone": "resnet1"},
        {"backbone": "resnet18"},
        {"classes": ["nv", "mel"]},
        {"training_prior": [0.5] * 7},
        {"data_prior": [1.0]},
        {"temperature": 0},
        {"temperature": -1},
        {"preprocessing": {"image_size": 10**6}},
        {"preprocessing": {"std": [0, 1, 1]}},
        {"preprocessing": "none"},
        {"unknown": 1},
        {"best_epoch": "two"},
        {"held_out": {"n_images": 9, "n_lesions": 9, "openings": 1, "figures": {"auc_mel": [0.9, 0.95, 1]}}},
        {"held_out": {"n_images": 9, "n_lesions": 9, "openings": 1, "figures": {"auc_mel": [0.9, 0.8]}}},
        {"held_out": {"n_images": 9, "n_lesions": 9, "openings": 1, "figures": {"auc_mel": [9, 8, 10]}}},
    ],
)
def test_crafted_cards_are_refused(change: dict[str, object], model: Path, tmp_path: Path) -> None:
    """A card whose values the program could not work with is refused, never used."""
    card = json.loads(file.cards.to_text(CARD)) | change
    path = tmp_path / "crafted.safetensors"
    _rewrite(model, path, dict(_module().state_dict()), card=json.dumps(card))
    _refusal(path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"name": NaN}', "[" * 100_000, '{"temperature": 1' + "0" * 400 + "}"])
def test_text_that_is_no_card_is_refused(text: str, model: Path, tmp_path: Path) -> None:
    """Whatever stands where the card should be ends in a ModelFileError."""
    path = tmp_path / "crafted.safetensors"
    _rewrite(model, path, dict(_module().state_dict()), card=text)
    _refusal(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_goes_unseen(data: st.DataObject, model: Path, tmp_path: Path) -> None:
    """Flipped bytes and cuts anywhere give a ModelFileError, or, in mere padding, the very same model."""
    content = bytearray(model.read_bytes())
    header_end = 8 + int.from_bytes(content[:8], "little")
    if data.draw(st.booleans(), "cut"):
        content = content[: data.draw(st.integers(0, len(content) - 1), "length")]
    else:
        end = data.draw(st.sampled_from([8, header_end, len(content)]), "part")
        content[data.draw(st.integers(0, end - 1), "at")] ^= data.draw(st.integers(1, 255), "bits")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(content)
    try:
        loaded = file.load_model(damaged, _CPU)
    except ModelFileError:
        pass
    else:
        assert loaded.card == CARD
        assert file.weights_sha256(loaded.module) == file.weights_sha256(_module())


def test_a_full_disk_leaves_the_old_model(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the file is as it was before, and the user is told."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(model.read_bytes())

    def write(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(DiskError, match="full"):
        file.save_model(path, _module(), replace(CARD, temperature=2.0), None)
    assert path.read_bytes() == model.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
