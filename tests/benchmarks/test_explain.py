"""How long an explanation takes against the answer for the same image; prints the ratio, never fails on a time."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.config import Preprocessing
from engine.model import network
from engine.model.file import save_model
from engine.prediction.explain import explain
from engine.prediction.predictor import predict
from engine.prediction.remembered import forget_all
from tests.engine.evaluation.untrained_run import CARD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_explaining_an_image_against_answering_it(ham10000: Path, tmp_path: Path) -> None:
    """ResNet50 at 224 px, warm, one image after the other, each answered and then explained."""
    beside = ham10000.with_name(f"{ham10000.name}_fullsize")
    photographs = sorted((beside if beside.is_dir() else ham10000).rglob("*.jpg"))[:31]
    torch.manual_seed(0)
    card = replace(CARD, backbone="resnet50", preprocessing=Preprocessing(image_size=224))
    model = tmp_path / "model.safetensors"
    save_model(model, network.build("resnet50"), card, None)
    answers, explanations = [], []
    for path in photographs:
        forget_all()
        started = time.perf_counter()
        predict(model, [path], "cpu")
        answered = time.perf_counter()
        why = explain(model, path, "cpu")
        answers.append(answered - started)
        explanations.append(time.perf_counter() - answered)
        assert len(why.maps) == 7
    ratios = [long / short for long, short in zip(explanations[1:], answers[1:], strict=True)]  # the first warms up
    print(f"\n{len(ratios)} images, {torch.get_num_threads()} threads")
    print(f"  answer       {1000 * statistics.median(answers[1:]):6.0f} ms")
    print(f"  explanation  {1000 * statistics.median(explanations[1:]):6.0f} ms")
    print(f"  ratio        {statistics.median(ratios):6.2f}")
