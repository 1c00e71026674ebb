"""Fuses the answers for several images of one lesion into one, as the evaluation does for its figures by lesion."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import ConfigError
from engine.events import Control, OnEvent, ignore_events
from engine.labels import CODES
from engine.model.probabilities import mean_of_logs
from engine.prediction.same_model import check_model
from engine.prediction_results import GateVerdict, Prediction
from engine.wording import count


def fuse(
    model: Path,
    predictions: Sequence[Prediction],
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Prediction:
    """One answer of the model file `model` for images of one lesion that it has answered already.

    Images that have no answer, or that the gate refused and nobody asked to be shown anyway, take no part; the same
    image counts once. Raises `ConfigError` where fewer than two are left or they were answered by another model, and
    `ModelFileError`.
    """
    usable = _usable(predictions)
    if len(usable) < 2:
        hint = "Choose at least two different images of the lesion that have an answer."
        raise ConfigError("One lesion needs two images to be answered together.", hint)
    check_model(model, usable)
    if len({answer.views for answer in usable}) > 1:
        raise ConfigError("Some images were looked at in one view, others in eight.", "Ask about all of them again.")
    return _fuse(usable)


def fuse_lesions(predictions: Sequence[Prediction], as_one_lesion: bool) -> tuple[Prediction, ...]:
    """A fused answer for each lesion id with two or more images, in the order of the first; or one for all.

    All predictions are of one model and as many views.
    """
    lesions: dict[str, list[Prediction]] = {}
    for answer in predictions:
        if as_one_lesion or answer.lesion_id:
            lesions.setdefault("" if as_one_lesion else answer.lesion_id, []).append(answer)
    usable = map(_usable, lesions.values())
    return tuple(_fuse(answers) for answers in usable if len(answers) > 1)


def _usable(predictions: Iterable[Prediction]) -> list[Prediction]:
    """Those that may be shown, each image once."""
    by_content = {answer.content_sha256: answer for answer in predictions if answer.is_named and not answer.fused_from}
    return list(by_content.values())


def _fuse(answers: Sequence[Prediction]) -> Prediction:
    owners = np.zeros(len(answers), dtype=np.intp)
    probabilities = mean_of_logs(np.array([answer.probabilities for answer in answers]), owners, 1)[0]
    groups = [answer.group_probability for answer in answers if answer.group_probability is not None]
    lesion_ids = {answer.lesion_id for answer in answers}
    return replace(
        answers[0],
        code=CODES[int(probabilities.argmax())],
        probabilities=tuple(probabilities.tolist()),
        group_probability=sum(groups) / len(groups),  # as the operating point was chosen
        logits=tuple(np.mean([answer.logits for answer in answers], axis=0).tolist()),
        seen_in_training=_any_seen([answer.seen_in_training for answer in answers]),
        gate=_join_gates(answers),
        shown_anyway=any(answer.is_refused for answer in answers),
        lesion_id=lesion_ids.pop() if len(lesion_ids) == 1 else "",
        fused_from=tuple(answer.path for answer in answers),
        content_sha256="",
    )


def _any_seen(seen: Sequence[bool | None]) -> bool | None:
    if any(seen):
        return True
    return None if None in seen else False


def _join_gates(answers: Sequence[Prediction]) -> GateVerdict | None:
    """The gate's verdict on all: passed if each was, otherwise how many it refused."""
    verdicts = [answer.gate for answer in answers if answer.gate is not None]
    if not verdicts:
        return None
    n_refused = sum(not verdict.passed for verdict in verdicts)
    if not n_refused:
        return GateVerdict(passed=True)
    verb = "was" if n_refused == 1 else "were"
    return GateVerdict(
        passed=False,
        reasons=(f"{count(n_refused, 'image')} of {len(answers)} {verb} refused and taken in all the same.",),
    )
