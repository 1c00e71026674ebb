"""Cancel in the middle of a step."""

import pytest
import torch

from engine.errors import Cancelled
from engine.events import Control
from engine.model import network
from engine.training.interruption import interruptible


class _ControlAfter(Control):
    """The user cancels after so many questions whether they did."""

    def __init__(self, n_questions: int) -> None:
        super().__init__()
        self.n_asked, self._n_questions = 0, n_questions

    def raise_if_cancelled(self) -> None:
        self.n_asked += 1
        if self.n_asked > self._n_questions:
            self.cancel()
        super().raise_if_cancelled()


@pytest.mark.parametrize("n_questions", [3, 30])
def test_cancel_is_heard_forward_and_backward(n_questions: int) -> None:
    """Among the 20 convolutions of a resnet18, on the way in or on the way back, the step ends where it is."""
    module = network.build("resnet18").train()
    control = _ControlAfter(n_questions)
    with pytest.raises(Cancelled), interruptible(module, control):
        module(torch.zeros(2, 3, 32, 32)).sum().backward()
    assert control.n_asked == n_questions + 1


def test_nothing_changes_for_who_does_not_cancel() -> None:
    """Answers and gradients are the same bits, and no hook stays behind."""
    torch.manual_seed(0)
    module, images = network.build("resnet18").train(), torch.rand(2, 3, 32, 32)

    def gradient() -> torch.Tensor:
        module.zero_grad()
        module(images).square().sum().backward()
        return module.get_parameter("conv1.weight").grad.clone()  # type: ignore[union-attr]

    plain, control = gradient(), _ControlAfter(10**9)
    with interruptible(module, control):
        assert torch.equal(gradient(), plain)
    n_asked = control.n_asked
    assert n_asked == 40
    gradient()
    assert control.n_asked == n_asked
