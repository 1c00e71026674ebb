"""Tests of engine.imported."""

import os
import subprocess
import sys
from dataclasses import replace

from engine import places
from engine.imported import list_imported
from engine.model.file import save_model
from tests.engine.evaluation.untrained_run import CARD, make_network


def test_imported_models_are_listed_newest_first() -> None:
    """By name and network; what is no model is passed over, and no folder is no model."""
    assert list_imported() == ()
    folder = places.models_dir()
    for number, name in enumerate(("old", "new")):
        path = folder / f"{name}.safetensors"
        save_model(path, make_network(), replace(CARD, name=name), None)
        os.utime(path, (number, number))
    (folder / "broken.safetensors").write_bytes(b"\xff" * 100)
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "list.safetensors").write_bytes((2).to_bytes(8, "little") + b"[]")
    assert [(model.name, model.backbone, model.path.stem) for model in list_imported()] == [
        ("new", "resnet18", "new"),
        ("old", "resnet18", "old"),
    ]


def test_listing_imports_nothing_heavy() -> None:
    """The window lists them itself."""
    code = "import sys, engine.imported; print({'torch', 'numpy', 'safetensors'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
