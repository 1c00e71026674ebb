"""Sleep is inhibited while a training runs, where the system can be asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.events import BatchesDone, Event
from engine.training import loop
from engine.training.awake import kept_awake
from engine.training.trainer import train
from tests.engine.training.conftest import MakeConfig


def test_where_nothing_can_be_asked_it_runs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without a desktop: no warning, no error; with wakepy's stand-in for a system it is active."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with kept_awake() as is_active:
        assert is_active is False
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    with kept_awake() as is_active:
        assert is_active


@pytest.mark.usefixtures("small_network")
def test_a_training_asks_and_lets_go(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first batch to the last, and no longer."""
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    said: list[object] = []

    @contextmanager
    def watched() -> Iterator[bool]:
        with kept_awake() as is_active:
            said.append(is_active)
            yield is_active
        said.append("let go")

    def note(event: Event) -> None:
        if isinstance(event, BatchesDone):
            said.append(event)

    monkeypatch.setattr(loop, "kept_awake", watched)
    train(make_config(epochs=1), on_event=note)
    assert said[0] is True
    assert isinstance(said[1], BatchesDone)
    assert said[-1] == "let go"
