"""JSON of configs and results: there and back, and nothing wrong gets in."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.records import as_json, from_json


@dataclass(frozen=True, kw_only=True)
class Inner:
    size: int = 3
    shares: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Outer:
    path: Path
    inner: Inner
    mode: Literal["a", "b"] = "a"
    words: tuple[str, ...] = ()
    maybe: float | None = None
    table: dict[str, float | None]


@given(
    st.builds(
        Outer,
        path=st.text("abc/ é", min_size=1).map(Path),
        inner=st.builds(Inner, size=st.integers(), shares=st.tuples(st.floats(0, 1), st.floats(0, 1))),
        mode=st.sampled_from(["a", "b"]),
        words=st.lists(st.text()).map(tuple),
        maybe=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        table=st.dictionaries(st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False)),
    )
)
def test_round_trip_through_text(record: Outer) -> None:
    """Any record written as JSON text is read back equal."""
    assert from_json(Outer, json.loads(json.dumps(as_json(record)))) == record


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"size": "big"}, "size"),
        ({"size": True}, "size"),
        ({"size": 1.5}, "size"),
        ({"shares": [1]}, "shares"),
        ({"shares": [1, "x"]}, "shares"),
        ({"colour": 1}, "colour"),
        ([], "object"),
    ],
)
def test_wrong_values_are_named(change: object, named: str) -> None:
    """A wrong type, length or name is refused with the field's name in the sentence."""
    with pytest.raises(ConfigError, match=f"(?i){named}"):
        from_json(Inner, change)


def test_missing_and_unknown_choices_are_named() -> None:
    """A field without a default must be there, and a choice must be one of the choices."""
    with pytest.raises(ConfigError, match=r"(?i)path"):
        from_json(Outer, {"inner": {}, "table": {}})
    with pytest.raises(ConfigError, match=r"(?i)mode"):
        from_json(Outer, {"path": "x", "inner": {}, "table": {}, "mode": "c"})


def test_bytes_have_no_json() -> None:
    """What JSON cannot hold is refused, not turned into something else."""
    with pytest.raises(TypeError):
        as_json({"picture": b"PNG"})
