"""Takes out of texts what says who somebody is: their name, their computer's, and where their files lie."""

import getpass
import json
import os
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from engine import places

_SHORTEST_NAME = 3  # shorter ones stand in every second word
_PATH = re.compile(
    r"""(?P<quote>["'])(?P<quoted>(?:[A-Za-z]:[\\/]|\\\\|/|~/)[^"'\r\n]*)(?P=quote)"""  # may hold blanks
    r"""|(?<![\w.:<>/\\-])(?P<bare>(?:[A-Za-z]:[\\/]|\\\\|~/|/)[^\s"'<>|:,;()\[\]{}]+)"""
)
_FILE = re.compile(r"""[^\s"'<>/\\|:;,()]+(\.(?:jpe?g|png|tiff?|bmp|webp|heic|csv|tsv|xlsx|zip))\b""", re.IGNORECASE)
"""The name alone of what may be an image or a table: people call such files by the names of others."""


class Scrubber:
    """Replaces names and paths in texts; what the program itself consists of stays readable."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known` are paths and names that may stand in texts without quotes, and hold blanks."""
        program = places.resources_dir().parent
        own = {
            str(places.home_dir()): "<home>",
            str(places.cache_dir()): "<cache>",
            str(places.log_dir()): "<logs>",
        }
        self._own = sorted(own.items(), key=lambda pair: -len(pair[0]))
        self._program = [f"{folder}{os.sep}" for folder in (program, sys.prefix, Path(os.__file__).parent)]
        self._known = sorted({one for one in known if len(one) >= _SHORTEST_NAME}, key=len, reverse=True)
        names = {getpass.getuser(): "<user>", platform.node(): "<computer>", Path.home().name: "<user>"}
        self._names = [
            (re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE), stand_in)
            for name, stand_in in names.items()
            if len(name) >= _SHORTEST_NAME
        ]

    def scrub(self, text: str) -> str:
        """`text` without them."""
        for one in self._known:
            text = text.replace(one, _stand_in(one))
        text = _FILE.sub(r"<file>\1", _PATH.sub(self._replace, text))
        for pattern, stand_in in self._names:
            text = pattern.sub(stand_in, text)
        return text

    def scrub_json(self, value: object) -> object:
        """A JSON value without them; whole texts that are paths are replaced whole."""
        if isinstance(value, dict):
            return {self.scrub(str(key)): self.scrub_json(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.scrub_json(one) for one in value]
        if isinstance(value, str):
            return self._stand_in_for(value) if _is_absolute(value) else self.scrub(value)
        return value

    def _replace(self, match: re.Match[str]) -> str:
        quote = match["quote"] or ""
        return f"{quote}{self._stand_in_for(match['quoted'] or match['bare'])}{quote}"

    def _stand_in_for(self, path: str) -> str:
        for folder in self._program:
            if path.startswith(folder):
                return f"<program>/{path.removeprefix(folder)}"
        for folder, stand_in in self._own:
            if path.startswith(folder):
                return f"{stand_in}/{_stand_in(path)}" if path != folder else stand_in
        return _stand_in(path)


def paths_in(text: str) -> set[str]:
    """The absolute paths that a JSON text holds as whole values, and their names."""
    try:
        value = json.loads(text)
    except ValueError:
        return set()
    found: set[str] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and _is_absolute(one):
            found.add(one)
    return found


def _is_absolute(text: str) -> bool:
    return "\n" not in text and (PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute())


def _stand_in(path: str) -> str:
    """Says what kind of file it was."""
    suffix = PurePath(path).suffix
    return f"<path>{suffix}" if re.fullmatch(r"\.\w{1,11}", suffix) else "<path>"
