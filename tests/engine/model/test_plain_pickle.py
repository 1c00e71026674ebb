"""Tests of engine.model.plain_pickle."""

import collections
import io
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest
import torch

from engine.model.network import build
from engine.model.plain_pickle import MOST_BYTES, find_fault


def saved(content: object) -> bytes:
    """The pickle that `torch.save` writes for `content`."""
    data = io.BytesIO()
    torch.save(content, data)
    with zipfile.ZipFile(data) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))


@pytest.mark.parametrize("backbone", ["resnet50", "efficientnet_b0"])
def test_plain_state_dicts_pass(backbone: str) -> None:
    """As networks give them, as plain dicts, halved, as parameters; far smaller than the limit."""
    state = build(backbone).state_dict()
    pickled = saved(state)
    assert find_fault(pickled) == ""
    assert len(pickled) < MOST_BYTES / 20
    assert find_fault(saved({name: tensor.half() for name, tensor in state.items()})) == ""
    assert find_fault(saved({"a": torch.nn.Parameter(torch.zeros(2)), "b": torch.zeros(2, dtype=torch.int64)})) == ""
    assert find_fault(saved({"epoch": 3, "state": state, "best": 0.5})) == ""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (torch.nn.Linear(2, 2), "torch.nn.modules.linear.Linear"),
        ({"a": bytearray(5)}, "bytearray"),
        ({"a": torch.zeros(3).to_sparse()}, "_rebuild_sparse_tensor"),
        ({"a": np.float64(0.5)}, "numpy"),
        ({"a": collections.Counter("abc")}, "collections.Counter"),
        ({"a": 2**64}, "the number"),
        ({"a": 1 << 100_000}, "a number of many digits"),
    ],
)
def test_anything_else_is_named(content: Any, named: str) -> None:
    """Classes and functions of any kind, and numbers that no network has."""
    assert named in find_fault(saved(content))


def test_tuples_that_grow_without_end_are_found() -> None:
    """Sixty tuples, each with the one before twice: quick to look through, never to hash."""
    nested: tuple[Any, ...] = ()
    for _ in range(60):
        nested = (nested, nested)
    assert find_fault(pickle.dumps(nested, protocol=2)) == "a tuple that stands in several places"
    assert find_fault(b"\x80\x02)\x85" + b"2\x86" * 60 + b".") == "the instruction DUP"


def test_what_is_no_pickle_is_an_error() -> None:
    """Nothing, text, and a pickle that ends too early."""
    for content in (b"", b"Dear doctor,", saved({"a": 1})[:-1]):
        with pytest.raises(ValueError, match=r"pickle|opcode|byte"):
            find_fault(content)
