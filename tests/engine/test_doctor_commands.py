"""engine/doctor_commands.py, through the command line."""

import json

import pytest

from engine import cli
from engine.training import doctor


def test_the_report_for_machines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One JSON value, exit code 0 where the device computes right."""
    monkeypatch.setattr(doctor, "_BUDGET_SECONDS", 0.1)
    options = ["doctor", "--backbone", "resnet18", "--image-size", "32", "--device", "cpu", "--json"]
    assert cli.main(options) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["is_right"], value["backbone"], value["image_size"]) == (True, "resnet18", 32)
    assert value["estimate"] is None


def test_a_device_that_computes_wrong_is_an_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1, and a sentence that says not to trust it."""
    monkeypatch.setattr(doctor, "_BUDGET_SECONDS", 0.1)
    monkeypatch.setattr(doctor, "largest_difference", lambda device: 0.5)
    assert cli.main(["doctor", "--backbone", "resnet18", "--image-size", "32", "--device", "cpu"]) == 1
    assert "Do not trust a training on it" in capsys.readouterr().out
