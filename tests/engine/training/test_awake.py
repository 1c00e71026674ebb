"""Sleep is inhibited while a training runs, where the system can be asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.errors import Paused
from engine.events import Control, EpochDone, Event, StatusChanged
from engine.training import trainer
from engine.training.awake import kept_awake
from engine.training.trainer import resume, train
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
    """From the first word to the last, preparation and gate included; while it is paused the computer may sleep."""
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    said: list[object] = []

    @contextmanager
    def watched() -> Iterator[bool]:
        with kept_awake() as is_active:
            said.append(is_active)
            try:
                yield is_active
            finally:
                said.append("let go")

    monkeypatch.setattr(trainer, "kept_awake", watched)
    control = Control()

    def pause(event: Event) -> None:
        said.append(event)
        if isinstance(event, EpochDone):
            control.pause()

    with pytest.raises(Paused) as caught:
        train(make_config(), control=control, on_event=pause)
    assert said[0] is True
    assert said.index("let go") == len(said) - 1
    said.clear()
    resume(caught.value.run, on_event=said.append)
    assert said[0] is True
    assert isinstance(said[1], StatusChanged)
    assert said.index("let go") == len(said) - 1
