"""What goes into the packaged program: modules, data files and metadata, found by functions rather than listed."""

import importlib.metadata
import importlib.util
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import pruning
from PyInstaller.depend.bindepend import get_imports
from PyInstaller.utils.hooks import collect_data_files, collect_dynamic_libs, collect_submodules, copy_metadata

ROOT = Path(__file__).resolve().parents[1]
OWN_PACKAGES = ("engine", "desktop")
_READS_ITSELF = re.compile(r"^install_config_module\(|\b_overload(_method)?\b", re.MULTILINE)
LIBRARY_PATTERNS = ["*.so", "*.pyd", "*.dll", "*.dylib"]

Entry = tuple[str, str]
"""A file, and the folder of the bundle that it goes to."""
Collected = tuple[str, str, str]
"""A name in the bundle, the file behind it, and its kind, as PyInstaller has them after its analysis."""


def hidden_imports() -> list[str]:
    """Modules that are imported by name or in functions: all of the program's own, whose imports are then followed."""
    return [name for package in OWN_PACKAGES for name in collect_submodules(package)]


def collection_modes() -> dict[str, str]:
    """Which packages are collected as sources: Gradio, and those modules of PyTorch that read themselves.

    The other sources of PyTorch are for its compilers, which this program does not use.
    """
    modes = {"gradio": "py"}
    for package in ("torch", "torchvision"):
        modes[package] = "pyz"
        folder = Path(str(importlib.util.find_spec(package).origin)).parent  # type: ignore[union-attr]
        for path in sorted(folder.rglob("*.py")):
            reads_itself = _READS_ITSELF.search(path.read_text(encoding="utf-8")) is not None
            if reads_itself and path.name != "__init__.py":  # a package's mode would be that of all in it
                modes[".".join(path.relative_to(folder.parent).with_suffix("").parts)] = "pyz+py"
    return modes


def resources(root: Path = ROOT) -> list[Entry]:
    """Every resource of the program, each in its folder."""
    files = (path for path in sorted((root / "resources").rglob("*")) if path.is_file())
    return [(str(path), str(path.parent.relative_to(root))) for path in files if not path.name.startswith(".")]


def data_files(distributions: Iterable[str]) -> list[Entry]:
    """The files of Gradio and of what it needs that are no modules: its page, its components' looks, version files."""
    return [entry for package in sorted(_top_packages(distributions)) for entry in collect_data_files(package)]


def libraries() -> list[Entry]:
    """Libraries that no import leads to."""
    return list(collect_dynamic_libs("torchvision", search_patterns=LIBRARY_PATTERNS))


def metadata(distributions: Iterable[str]) -> list[Entry]:
    """What packages say about themselves, for those that ask for a version, their own or another's, while they run."""
    return [entry for name in distributions for entry in copy_metadata(name)]


def kept(entries: Iterable[Collected], left_out: Counter[str], *, has_shim: bool) -> list[Collected]:
    """Without what the rules leave out, links to it included; counts the bytes in `left_out` by reason."""
    staying, links = [], []
    for entry in entries:
        name, file, kind = entry
        if (why := pruning.reason_file(name, has_shim=has_shim)) is not None:
            left_out[why] += 0 if kind == "SYMLINK" else Path(file).stat().st_size
        elif kind == "SYMLINK":
            links.append(entry)
        else:
            staying.append(entry)
    names = {name for name, _, _ in staying}
    return staying + [link for link in links if _target(link) in names]


def without_unneeded(entries: Iterable[Collected], left_out: Counter[str]) -> list[Collected]:
    """Without libraries of the system and of Qt that nothing needs any more, for Linux."""
    entries = list(entries)
    needed = pruning.needed_libraries(entries, lambda file: {name for name, _ in get_imports(file)})
    staying = [
        entry for entry in entries if entry[2] == "SYMLINK" or not pruning.is_library(entry[0]) or entry[0] in needed
    ]
    names = {name for name, _, _ in staying}
    gone = [file for name, file, kind in entries if name not in names]
    left_out["libraries that nothing needs"] += sum(Path(file).stat().st_size for file in gone)
    return [entry for entry in staying if entry[2] != "SYMLINK" or _target(entry) in names]


def _target(link: Collected) -> str:
    """The name in the bundle that a link leads to."""
    return os.path.normpath(PurePosixPath(link[0]).parent / link[1])


def _top_packages(distributions: Iterable[str]) -> Iterator[str]:
    """The names under which distributions are imported, where they are packages of this environment."""
    wanted = set(distributions)
    for package, names in importlib.metadata.packages_distributions().items():
        if wanted.intersection(names) and re.fullmatch(r"[A-Za-z]\w*", package):
            spec = importlib.util.find_spec(package)
            if spec is not None and spec.submodule_search_locations and package not in sys.stdlib_module_names:
                yield package
