"""Damages plain state dicts: as files, as pickles with whole checksums around them, and as dictionaries of tensors."""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import torch

from engine.model import network
from engine.model.state_dict import read_state_dict
from tests.fuzz.mutations import damage

_BACKBONE = "resnet18"
_PICKLE = "data.pkl"
_FEW = 8


@cache
def _make_weights() -> dict[str, torch.Tensor]:
    """A small backbone's state dict, every tensor a view of one number: a whole file of 30 KB."""
    ones = {torch.float32: torch.ones(()), torch.int64: torch.ones((), dtype=torch.int64)}
    own = network.build_empty(_BACKBONE).state_dict()
    return {name: ones[tensor.dtype].expand(tensor.shape) for name, tensor in own.items()}


@cache
def pack_weights(n_tensors: int | None = None) -> bytes:
    """Those, or only the first ones, as `torch.save` writes them."""
    return _save(dict(list(_make_weights().items())[:n_tensors]))


def make_damaged_weights(random: Random) -> bytes:
    """A file with one to a dozen faults, or that holds something else; mostly a small one, which is quicker to try."""
    chance, n_tensors = random.random(), random.choice((_FEW, _FEW, _FEW, None))
    if chance < 0.25:
        return damage(random, pack_weights(n_tensors), pack_weights(_FEW))
    if chance < 0.6:
        return _replace_pickle(n_tensors, lambda pickled: damage(random, pickled, pickled))
    if chance < 0.7:
        return _replace_pickle(_FEW, lambda _: random.choice(_STRANGE))
    found: dict[Any, Any] = dict(list(_make_weights().items())[:n_tensors])
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        random.choice(_CHANGES)(random, found)
    return _save(found)


def read_weights(content: bytes) -> str:
    """Read a file as the import does; every tensor must be there, as the network has it."""
    backbone, tensors = read_state_dict(content, "fuzz.pth")
    own = _shapes(backbone)
    if {name: tensor.shape for name, tensor in tensors.items()} != own:
        raise AssertionError(f"tensors of {backbone} are missing or have another shape")
    return "read"


@cache
def _shapes(backbone: str) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in network.build_empty(backbone).state_dict().items()}


def _save(content: object) -> bytes:
    data = io.BytesIO()
    torch.save(content, data)
    return data.getvalue()


def _replace_pickle(n_tensors: int | None, change: Callable[[bytes], bytes]) -> bytes:
    """A file with another pickle, its checksums right."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack_weights(n_tensors))) as whole, zipfile.ZipFile(data, "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            changed.writestr(name, change(content) if name.endswith(_PICKLE) else content)
    return data.getvalue()


def _any_name(random: Random, found: dict[Any, Any]) -> Any:
    return random.choice(list(found) or ["nothing"])


def _remove(random: Random, found: dict[Any, Any]) -> None:
    found.pop(_any_name(random, found), None)


def _rename(random: Random, found: dict[Any, Any]) -> None:
    value = found.pop(_any_name(random, found), torch.ones(1))
    found[random.choice(("", "x" * 100_000, "module.conv1.weight", 3, None, 0.5, ("a", 1), True, "\udcf6"))] = value


def _reshape(random: Random, found: dict[Any, Any]) -> None:
    """Another shape, absurd ones among them: views that would take terabytes."""
    shapes = ((), (0,), (7,), (2, 2), (2**31,), (2**20, 2**20), (2**41,), (1,) * 60)
    found[_any_name(random, found)] = torch.ones(()).expand(random.choice(shapes))


def _retype(random: Random, found: dict[Any, Any]) -> None:
    name = _any_name(random, found)
    shape = getattr(found.get(name), "shape", (1,))
    kinds = (torch.float16, torch.bfloat16, torch.float64, torch.int8, torch.bool, torch.complex64, torch.int64)
    found[name] = torch.ones((), dtype=random.choice(kinds)).expand(shape)


def _spoil(random: Random, found: dict[Any, Any]) -> None:
    name = _any_name(random, found)
    shape = getattr(found.get(name), "shape", (1,))
    found[name] = torch.tensor(random.choice((float("nan"), float("inf"), -1e38, 1e-45))).expand(shape)


def _replace(random: Random, found: dict[Any, Any]) -> None:
    """Something that is no plain tensor."""
    others: tuple[Callable[[], Any], ...] = (
        lambda: 3,
        lambda: None,
        lambda: "text",
        lambda: [torch.ones(1)],
        lambda: {"a": torch.ones(1)},
        lambda: bytearray(8),
        lambda: torch.ones(3).to_sparse(),
        lambda: torch.nn.Parameter(torch.ones(3)),
        lambda: torch.nn.Linear(1, 1),
        lambda: torch.empty(3, device="meta"),
        lambda: OrderedDict(items=torch.ones(1)),
    )
    found[_any_name(random, found)] = random.choice(others)()


_CHANGES: tuple[Callable[[Random, dict[Any, Any]], None], ...] = (
    _remove,
    _rename,
    _reshape,
    _retype,
    _spoil,
    _replace,
)


def _nest(depth: int) -> bytes:
    nested: tuple[Any, ...] = ()
    for _ in range(depth):
        nested = (nested, nested)
    return pickle.dumps({nested[:0]: nested}, protocol=2)


def _call(module: str, name: str, argument: bytes) -> bytes:
    """A pickle that calls a function with one argument."""
    return b"\x80\x02" + f"c{module}\n{name}\n".encode() + argument + b"\x85R."


def _shadow(name: bytes) -> bytes:
    """An ordered dict with an attribute in place of one of its methods."""
    return (
        b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aK\x01u}"
        + b"U"
        + bytes([len(name)])
        + name
        + b"K\x01sb."
    )


_STRANGE = (
    b"",
    b".",
    b"\x80\x02}.",
    _nest(60),
    _call("builtins", "bytearray", b"\x8a\x05\x00\x00\x00\x00\x10"),
    _call("posix", "system", b"X\x04\x00\x00\x00true"),
    _call("torch", "FloatStorage", b"\x8a\x05\x00\x00\x00\x00\x10"),
    _call("torch", "UntypedStorage", b"\x8a\x05\x00\x00\x00\x00\x10"),
    _shadow(b"items"),
    _shadow(b"keys"),
    _shadow(b"__len__"),
    pickle.dumps({"a": [1] * 1000}, protocol=2),
    b"\x80\x02" + b"(" * 5000 + b"." * 3,
    b"\x80\x02]" + b"]a" * 20_000 + b".",
)
"""Pickles that somebody means ill with, and ones that are only odd."""
