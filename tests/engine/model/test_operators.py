"""A torchvision that lost its operators is found out."""

from dataclasses import replace

import pytest

from engine.build_info import BuildInfo
from engine.errors import EngineError
from engine.model import operators


def test_whole() -> None:
    """Here torchvision has its own, and one of them computes right."""
    assert "has its own" in operators.check()


def test_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them the check fails, whatever else can be imported."""
    monkeypatch.setattr(operators, "_has_ops", lambda: False)
    with pytest.raises(EngineError, match="without its compiled operators"):
        operators.check()


def test_lost_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that names what it lacks passes, and the sentence is repeated."""
    build = BuildInfo(
        version="1", variant="cpu", built="2026-11-23", commit="", system="Linux", python="3.11", shim="Not needed."
    )
    monkeypatch.setattr(operators, "_has_ops", lambda: False)
    monkeypatch.setattr(operators, "read_build_info", lambda: build)
    assert operators.check().endswith("Not needed.")
    monkeypatch.setattr(operators, "read_build_info", lambda: replace(build, shim=""))
    with pytest.raises(EngineError, match="without its compiled operators"):
        operators.check()
