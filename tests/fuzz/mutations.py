"""Damages files at random: bits, bytes, pieces and lengths, with checksums made right again so that it goes deep."""

import hashlib
import json
import struct
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.corpus import MAGIC_PNG, make_chunk

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_VALUES = (
    *("null", "true", "-1", "0", "1", "2147483648", "9223372036854775808", "1180591620717411303424", "1e308", "-0.0"),
    *("NaN", "-Infinity", '""', '"x"', '"\\u0000"', '"\\udcf6"', "[]", "{}", "[[]]", "[-1]", "[" * 90 + "]" * 90),
)
"""As JSON, so that each is made anew."""


def damage(random: Random, content: bytes, other: bytes) -> bytes:
    """`content` with one to a dozen faults; some are pieces of `other`."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 3, 12))):
        if not data:
            break
        random.choice(_FAULTS)(random, data, other)
    if data.startswith(MAGIC_PNG) and random.random() < 0.7:
        return mend_checksums(bytes(data))
    return bytes(data)


def damage_header(random: Random, header: dict[str, Any]) -> dict[str, Any]:
    """A model's header with one to four of its values changed, then sealed again, so that the seal hides nothing."""
    changed: dict[str, Any] = json.loads(json.dumps(header))
    for _ in range(random.choice((1, 1, 2, 4))):
        _damage_value(random, changed)
    return seal_header(changed)


def _damage_value(random: Random, changed: dict[str, Any]) -> None:
    """Somewhere in the header, or in the JSON texts that its metadata hold."""
    metadata = changed.get("__metadata__")
    inner = random.choice(("card", "fingerprints", None, None))
    if inner is None or not isinstance(metadata, dict) or not isinstance(metadata.get(inner), str):
        _change_somewhere(random, changed)
        return
    try:
        parsed = json.loads(metadata[inner])
    except ValueError:
        return
    if isinstance(parsed, dict):
        _change_somewhere(random, parsed)
    metadata[inner] = json.dumps(parsed)


def seal_header(changed: dict[str, Any]) -> dict[str, Any]:
    """The header with the seal that fits, if there is anything to seal."""
    metadata = changed.get("__metadata__")
    if isinstance(metadata, dict):
        rest = {key: value for key, value in metadata.items() if key != "seal"}
        metadata["seal"] = hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    return changed


def mend_checksums(content: bytes) -> bytes:
    """A PNG whose chunks, as far as they can be told apart, have the checksum that fits."""
    mended, at = MAGIC_PNG, len(MAGIC_PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        if at + 12 + length > len(content):
            break
        mended += make_chunk(content[at + 4 : at + 8], content[at + 8 : at + 8 + length])
        at += 12 + length
    return mended + content[at:]


def _change_somewhere(random: Random, tree: dict[str, Any]) -> None:
    """Replace, remove or add one value at any depth."""
    node: Any = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = random.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and random.random() < 0.7:
            node = node[key]
            continue
        action = random.random()
        if action < 0.15:
            del node[key]
        elif action < 0.25 and isinstance(node, dict):
            node[random.choice(("x", "", "__class__"))] = json.loads(random.choice(_VALUES))
        else:
            node[key] = json.loads(random.choice(_VALUES))
        return


def _flip_bit(random: Random, data: bytearray, other: bytes) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set_byte(random: Random, data: bytearray, other: bytes) -> None:
    data[random.randrange(len(data))] = random.choice((0, 1, 0x7F, 0x80, 0xD9, 0xFE, 0xFF))


def _set_number(random: Random, data: bytearray, other: bytes) -> None:
    """An extreme number of 2 or 4 bytes: lengths and sizes among them."""
    width = random.choice((2, 4))
    at = random.randrange(len(data))
    number = random.choice(_EXTREMES) & (256**width - 1)
    data[at : at + width] = number.to_bytes(width, random.choice(("big", "little")))


def _cut(random: Random, data: bytearray, other: bytes) -> None:
    del data[random.randrange(len(data)) :]


def _remove(random: Random, data: bytearray, other: bytes) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.choice((1, 2, 4, 8, 64))]


def _repeat(random: Random, data: bytearray, other: bytes) -> None:
    at = random.randrange(len(data))
    piece = data[at : at + random.choice((1, 4, 32, 256))]
    data[at:at] = piece * random.choice((1, 2, 30))


def _insert(random: Random, data: bytearray, other: bytes) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.choice((1, 4, 40)))


def _splice(random: Random, data: bytearray, other: bytes) -> None:
    at, start = random.randrange(len(data)), random.randrange(len(other))
    piece = other[start : start + random.choice((4, 32, 256))]
    data[at : at + len(piece)] = piece


_FAULTS: tuple[Callable[[Random, bytearray, bytes], None], ...] = (
    _flip_bit,
    _flip_bit,
    _set_byte,
    _set_number,
    _cut,
    _remove,
    _repeat,
    _insert,
    _splice,
)
