"""The licences of everything this program brings along, as Help shows them: of each package, of Python and of Qt."""

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path, PurePosixPath
from typing import cast

from engine.events import Control, OnEvent, ignore_events
from engine.licences import HAM10000
from engine.places import resources_dir

FILE_NAME = "licences.txt"
"""Lies among the resources of the packaged program, written when it was built."""

_QT_NOTE = """\
The window is made with Qt for Python (PySide6) and Qt, which are used under the GNU Lesser General Public License,
version 3, whose text follows, with that of the GNU General Public License that it refers to. Their libraries lie as
files of their own in this program's folder, unchanged, and may be replaced by other builds of the same version.
Their source: https://download.qt.io/official_releases/QtForPython/"""
_QT_TEXTS = ("LGPL-3.0.txt", "GPL-3.0.txt")
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
_RULE = "=" * 100


def licences_text() -> str:
    """All licences as one text of some 25,000 lines. Read from the packaged program's file, from source made in 2 s."""
    try:
        return (resources_dir() / FILE_NAME).read_text(encoding="utf-8")
    except OSError:
        return make_licences_text(distributions_of(direct_dependencies()))


def read(*, control: Control | None = None, on_event: OnEvent = ignore_events) -> str:
    """As `licences_text`, for the window, which does not wait for it."""
    return licences_text()


def direct_dependencies() -> tuple[str, ...]:
    """The names of the packages that the source asks for; none where pyproject.toml is not beside it."""
    project = resources_dir().parent / "pyproject.toml"
    try:
        requirements = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    except OSError:
        return ()
    return tuple(re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in requirements)


def distributions_of(names: Iterable[str]) -> tuple[Distribution, ...]:
    """The installed packages `names` and all that they need, by name; what is not installed is passed over."""
    from packaging.requirements import Requirement

    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = _normalised(waiting.pop())
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except PackageNotFoundError:  # needed on other systems only
            continue
        found[name] = distribution
        needed = (Requirement(line) for line in distribution.requires or ())
        waiting.extend(each.name for each in needed if each.marker is None or each.marker.evaluate({"extra": ""}))
    return tuple(found[name] for name in sorted(found))


def make_licences_text(distributions: Iterable[Distribution]) -> str:
    """What is inside as a table, notes on Qt and on the data's licence, and the texts that the packages bring."""
    distributions = tuple(distributions)
    python = f"Python {'.'.join(map(str, sys.version_info[:3]))}"
    rows = [(python, "PSF-2.0"), *((f"{each.name} {each.version}", _licence_name(each)) for each in distributions)]
    width = max(len(name) for name, _ in rows)
    table = "\n".join(f"{name:<{width}}  {licence}" for name, licence in rows)
    parts = [
        "What Lesion Lab is made with, and under which licences\n\n" + table,
        "\n\n".join(
            ("Qt", _QT_NOTE, *((resources_dir() / "licences" / name).read_text("utf-8") for name in _QT_TEXTS))
        ),
        "Sample images, and models trained on HAM10000\n\n" + HAM10000.text,
        f"{python}\n\n" + _python_licence(),
    ]
    for each in distributions:
        texts = _licence_files(each)
        parts.append("\n\n".join((f"{each.name} {each.version}: {_licence_name(each)}", *(texts or [_where(each)]))))
    return f"\n\n{_RULE}\n".join(parts) + "\n"


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence_name(distribution: Distribution) -> str:
    """In a line: the SPDX expression where there is one, else the classifiers, else the field's first line."""
    metadata = cast(Message, distribution.metadata)  # which it is; an absent field is None
    if expression := metadata.get("License-Expression"):
        return expression
    named = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or () if line.startswith("License ::")]
    if named:
        return ", ".join(named)
    first = (metadata.get("License") or "").strip().partition("\n")[0]
    return first[:80] or "see its text"


def _licence_files(distribution: Distribution) -> list[str]:
    """The texts of the licence files that a package's own list of files names, in their order."""
    texts = []
    for file in distribution.files or ():
        is_text = PurePosixPath(file).suffix.lower() in ("", ".txt", ".md", ".rst", ".bsd", ".mit", ".apache")
        if is_text and _LICENCE_FILE.search(file.name) and _is_metadata_or_top(file):
            try:
                texts.append(
                    f"[{file}]\n" + Path(str(file.locate())).read_text(encoding="utf-8", errors="replace").strip()
                )
            except OSError:
                continue
    return texts


def _is_metadata_or_top(file: PurePosixPath) -> bool:
    """Beside the metadata, or at most two folders deep in the package: deeper ones are of tests and examples."""
    return file.parts[0].endswith(".dist-info") or len(file.parts) <= 3


def _where(distribution: Distribution) -> str:
    if distribution.name in ("PySide6_Essentials", "shiboken6"):
        return "See the part about Qt above."
    metadata = cast(Message, distribution.metadata)  # which it is; an absent field is None
    home = metadata.get("Home-page") or next(iter(metadata.get_all("Project-URL") or ()), "")
    return f"The package brings no text of its licence. Its own place: {home.rpartition(' ')[2] or 'the package index'}"


def _python_licence() -> str:
    for folder in (Path(sys.base_prefix), Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}"):
        for name in ("LICENSE.txt", "LICENSE"):
            if (folder / name).is_file():
                return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
    return "https://docs.python.org/3/license.html"
