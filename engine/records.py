"""Turns the frozen dataclasses of configs and results into JSON values and back, checking every type on the way in."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import ConfigError

Record = TypeVar("Record")


def as_json(value: object) -> Any:
    """`value` as JSON: records become objects, tuples lists, paths text. Bytes have no JSON and raise `TypeError`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def from_json(kind: type[Record], value: object, where: str = "the file") -> Record:
    """The record of type `kind` that `value` (parsed JSON) describes.

    Missing fields take their default. Raises `ConfigError` naming a field that is unknown, missing or of a wrong type.
    """
    if not isinstance(value, dict):
        raise _error(where, "is not a JSON object")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, kind))}
    for name in value:
        if name not in fields:
            raise _error(f"{name} in {where}", "is not a setting this version knows")
    arguments = {name: _parse(hints[name], value[name], f"{name} in {where}") for name in fields if name in value}
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in arguments:
            raise _error(f"{name} in {where}", "is missing")
    return kind(**arguments)


def _parse(hint: Any, value: object, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _parse_union(arguments, value, where)
    if origin is typing.Literal:
        if value not in arguments:
            raise _error(where, f"must be one of {', '.join(map(str, arguments))}, not {value!r}")
        return value
    if origin is tuple:
        return _parse_tuple(arguments, value, where)
    if origin is dict:
        if not isinstance(value, dict):
            raise _error(where, "is not a JSON object")
        return {key: _parse(arguments[1], item, f"{key} of {where}") for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast(type[Any], hint), value, where)
    return _parse_scalar(hint, value, where)


def _parse_scalar(hint: Any, value: object, where: str) -> Any:
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint is object or (isinstance(value, hint) and (hint is bool or not isinstance(value, bool))):
        return value
    raise _error(where, f"must be {_NAMES.get(hint, hint.__name__)}, not {value!r}")


def _parse_union(options: tuple[Any, ...], value: object, where: str) -> Any:
    if value is None and type(None) in options:
        return None
    errors = []
    for option in options:
        if option is type(None):
            continue
        try:
            return _parse(option, value, where)
        except ConfigError as error:
            errors.append(error)
    raise errors[-1]


def _parse_tuple(arguments: tuple[Any, ...], value: object, where: str) -> Any:
    if not isinstance(value, list):
        raise _error(where, "is not a JSON list")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_parse(arguments[0], item, f"item {n} of {where}") for n, item in enumerate(value))
    if len(value) != len(arguments):
        raise _error(where, f"must have {len(arguments)} items, not {len(value)}")
    return tuple(
        _parse(hint, item, f"item {n} of {where}") for n, (hint, item) in enumerate(zip(arguments, value, strict=True))
    )


_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false", Path: "a path"}


def _error(where: str, fault: str) -> ConfigError:
    return ConfigError(f"{where[:1].upper()}{where[1:]} {fault}.", "Correct it, or leave it out to use the default.")
