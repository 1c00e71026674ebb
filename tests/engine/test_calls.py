"""Every Call names a function that exists, takes these arguments and accepts control and events."""

import importlib
import inspect
import typing
from pathlib import Path

import pytest

from engine import calls
from engine.calls import Call
from engine.config import TrainingConfig
from engine.results import OperatingPoint

CONFIG = TrainingConfig(data=Path("data"), out=Path("runs"))
POINT = OperatingPoint(name="95 % point", threshold=0.1, n_lesions=9, n_missed=0, n_other_lesions=9, n_false_alarms=1)
SAMPLES: dict[str, dict[str, object]] = {
    "describe_device": {},
    "examine_device": {"config": CONFIG, "has_data": True},
    "create_demo_data": {"path": Path("demo")},
    "download_ham10000": {"target": Path("ham10000"), "accept_licence": True},
    "inspect_dataset": {"path": Path("data")},
    "audit_split": {"path": Path("data")},
    "list_images": {"path": Path("data")},
    "thumbnails": {"paths": [Path("a.jpg")], "max_side": 128},
    "describe_weights": {"backbone": "resnet18"},
    "download_weights": {"backbone": "resnet18"},
    "estimate_time": {"config": CONFIG},
    "train": {"config": CONFIG},
    "resume": {"run": Path("run")},
    "train_folds": {"config": CONFIG},
    "resume_folds": {"folds": Path("folds")},
    "read_pooled": {"folds": Path("folds")},
    "evaluate": {"run": Path("run")},
    "read_evaluation": {"run": Path("run")},
    "evaluate_external": {"model": Path("model.safetensors"), "data": Path("data")},
    "read_external": {"folder": Path("external")},
    "score_submission": {"predictions": Path("a.csv"), "truth": Path("b.csv")},
    "measure_leak": {"data": Path("data")},
    "list_answers": {"run": Path("run")},
    "compare": {"run_a": Path("a"), "run_b": Path("b")},
    "pool_folds": {"runs": [Path("a"), Path("b")]},
    "operating_curve": {"run": Path("run"), "target": "mel"},
    "save_operating_point": {"run": Path("run"), "target": "mel", "threshold": 0.2},
    "read_operating_points": {"run": Path("run")},
    "export_with_operating_point": {"model": Path("a.safetensors"), "point": POINT, "path": Path("b.safetensors")},
    "read_card": {"model": Path("model.safetensors")},
    "find_similar": {"model": Path("model.safetensors"), "path": Path("a.jpg")},
    "index_training_images": {"model": Path("model.safetensors")},
    "import_weights": {"path": Path("skin_cancer_model.pth")},
    "export_weights": {"model": Path("model.safetensors"), "path": Path("model.pth")},
    "predict": {"model": Path("model.safetensors"), "paths": [Path("a.jpg")], "views": 8, "as_one_lesion": True},
    "fuse": {"model": Path("model.safetensors"), "predictions": []},
    "explain": {"model": Path("model.safetensors"), "path": Path("a.jpg")},
    "save_answers": {"models": [Path("model.safetensors")], "predictions": [], "path": Path("answers.csv")},
    "serve_web_demo": {"model": Path("model.safetensors")},
    "read_licences": {},
    "save_diagnostics": {"path": Path("d.zip"), "facts": {"device": "CPU"}},
    "preview": {"path": Path("a.jpg"), "max_side": 512},
}


def test_all_calls_have_a_sample() -> None:
    """No call is left out of these tests."""
    functions = {
        name for name, value in vars(calls).items() if inspect.isfunction(value) and value.__module__ == calls.__name__
    }
    assert functions == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_target_exists_and_takes_the_arguments(name: str) -> None:
    """The target is a function of the engine whose signature fits, and whose result is what the Call promises."""
    maker = getattr(calls, name)
    call: Call[object] = maker(**SAMPLES[name])
    module, function_name = call.target.split(":")
    assert module.startswith("engine.")
    function = getattr(importlib.import_module(module), function_name)
    inspect.signature(function).bind(**call.arguments, control=None, on_event=None)
    (promised,) = typing.get_args(typing.get_type_hints(maker)["return"])
    assert typing.get_type_hints(function)["return"] == promised
