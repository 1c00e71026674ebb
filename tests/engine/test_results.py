"""Whatever crosses the process boundary arrives equal, and holds no tensor, array or frame."""

import dataclasses
import pickle
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    audit_results,
    challenge_results,
    comparison_results,
    config,
    data_results,
    doctor_results,
    errors,
    evaluation_results,
    events,
    leak_results,
    operating_results,
    prediction_results,
    results,
)
from engine.config import Preprocessing, TrainingConfig
from engine.prediction_results import GateVerdict, Prediction
from engine.records import as_json, from_json

st.register_type_strategy(Path, st.sampled_from([Path("a/b.jpg"), Path("/runs/é")]))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(TrainingConfig, st.just(TrainingConfig(data=Path("data"), out=Path("runs"))))
st.register_type_strategy(Preprocessing, st.just(Preprocessing(image_size=64)))

MODULES = (
    results,
    prediction_results,
    data_results,
    audit_results,
    evaluation_results,
    comparison_results,
    operating_results,
    leak_results,
    doctor_results,
    challenge_results,
    events,
    config,
)
RECORDS: list[Any] = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
]
ALLOWED = (int, float, str, bool, bytes, Path, type(None))


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_fields_are_plain(kind: Any) -> None:
    """Only numbers, text, paths, bytes, tuples, dicts and other records cross."""

    def check(hint: Any) -> None:
        if typing.get_origin(hint) is typing.Literal or hint is Ellipsis:
            return
        if arguments := typing.get_args(hint):
            for argument in arguments:
                check(argument)
        else:
            assert hint in ALLOWED or hint in RECORDS, hint

    for hint in typing.get_type_hints(kind).values():
        check(hint)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_round_trip_through_a_pipe(kind: Any) -> None:
    """Pickled as a pipe does it, every record comes back equal."""

    @settings(max_examples=20, deadline=None)
    @given(st.from_type(kind))
    def check(record: Any) -> None:
        assert pickle.loads(pickle.dumps(record)) == record

    check()


@pytest.mark.parametrize(
    "kind",
    [evaluation_results.Evaluation, results.ModelCard, results.DatasetSummary, TrainingConfig],
    ids=lambda kind: kind.__name__,
)
def test_round_trip_through_json(kind: Any) -> None:
    """What is kept in files comes back equal from JSON."""

    @settings(max_examples=20, deadline=None)
    @given(st.from_type(kind))
    def check(record: Any) -> None:
        assert from_json(kind, as_json(record)) == record

    check()


@pytest.mark.parametrize("kind", errors.ENGINE_ERRORS.values(), ids=lambda kind: kind.__name__)
def test_errors_keep_sentence_and_hint(kind: type[errors.EngineError]) -> None:
    """Every error of the engine pickles with its sentence and hint."""
    error = pickle.loads(pickle.dumps(kind("It broke.", "Mend it.")))
    assert (type(error), str(error), error.hint) == (kind, "It broke.", "Mend it.")


def test_cancerous_is_the_top_class_in_the_group() -> None:
    """The notebook's yes/no follows the named class, and is silent where there is none."""
    answer = Prediction(
        path=Path("a.jpg"),
        code="mel",
        probabilities=(0.0,) * 7,
        group_probability=0.1,
        prevalence=0.2,
        operating_point=None,
        seen_in_training=None,
        error=None,
        hint=None,
    )
    assert answer.cancerous is True
    assert dataclasses.replace(answer, code="nv").cancerous is False
    assert dataclasses.replace(answer, code=None).cancerous is None


def test_a_refused_image_is_named_only_when_asked_for() -> None:
    """What the gate refuses has no name until the user wants to see it anyway; an unreadable image never has one."""
    answer = Prediction(
        path=Path("page.jpg"),
        code="mel",
        probabilities=(0.0,) * 7,
        group_probability=0.1,
        prevalence=0.2,
        operating_point=None,
        seen_in_training=None,
        error=None,
        hint=None,
    )
    assert answer.is_named
    assert dataclasses.replace(answer, gate=GateVerdict(passed=True)).is_named
    refused = dataclasses.replace(answer, gate=GateVerdict(passed=False, reasons=("It is blurred.",)))
    assert refused.is_refused
    assert not refused.is_named
    assert dataclasses.replace(refused, shown_anyway=True).is_named
    assert not dataclasses.replace(refused, shown_anyway=True, code=None).is_named
