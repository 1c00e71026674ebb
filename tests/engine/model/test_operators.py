"""A torchvision that lost its operators is found out."""

import pytest

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
