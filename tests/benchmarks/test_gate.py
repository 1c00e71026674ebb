"""What fitting a gate costs at the size and with the networks of real trainings: seconds, printed, never a limit."""

import time

import numpy as np
import pytest
import torch
from PIL import Image

from engine.config import Preprocessing
from engine.events import Control, ignore_events
from engine.model.network import build
from engine.prediction import gate_fit
from engine.prediction.gate_fit import GateImages, fit_gate
from tests.engine.prediction.gate_samples import CPU, draw_lesions


def calibrated(backbone: str) -> torch.nn.Module:
    """A network with random weights whose normalisation layers know the scale of their input."""
    torch.manual_seed(0)
    module = build(backbone)
    with torch.no_grad():
        for _ in range(2):
            module.train()(torch.randn(8, 3, 64, 64))
    return module.eval()


@pytest.mark.slow
@pytest.mark.parametrize(("backbone", "side"), [("mobilenet_v3_large", 128), ("resnet50", 224)])
def test_fitting_a_gate(backbone: str, side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """260 images: a gate whose tables are finite, that lets most lesions pass and refuses most other things."""
    monkeypatch.setattr(gate_fit, "HELD_OUT", ("maps", "noise"))
    pixels = np.stack([np.asarray(Image.fromarray(one).resize((side, side))) for one in draw_lesions()])
    rows = np.arange(len(pixels))
    images = GateImages(pixels, rows[:150], rows[150:210], rows[210:])
    started = time.perf_counter()
    fitted = fit_gate(calibrated(backbone), Preprocessing(image_size=side), CPU, images, Control(), ignore_events)
    seconds = time.perf_counter() - started
    assert fitted is not None
    assert all(bool(torch.isfinite(table).all()) for table in fitted.tables.values())
    shares = {one.name: one.n_refused / one.n_images for one in fitted.settings.families}
    n_seen = len(pixels) + sum(one.n_images for one in fitted.settings.families if not one.is_lesion)
    n_bytes = sum(table.nbytes for table in fitted.tables.values())
    print(f"\n{backbone} at {side} px: {seconds:.1f} s, {n_seen} images, {n_bytes / 2**20:.1f} MB of tables; {shares}")
    assert shares["the test part"] <= 0.2
    assert np.mean([share for name, share in shares.items() if name != "the test part"]) >= 0.8
