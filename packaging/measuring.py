"""Measures what was built: a table of sizes by package, and SHA-256 checksums."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

_MB = 1024 * 1024
_CHUNK = 1024 * 1024
_INSIDE = ("_internal", "Frameworks", "Resources")
"""The folder of all that is no executable; the last two in a .app."""


def sizes_by_package(folder: Path) -> dict[str, int]:
    """Bytes of each package in a built folder, the largest first. Links count nothing, hard links once."""
    sizes: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        status = path.stat()
        if status.st_ino and (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        sizes[package_of(path.relative_to(folder).as_posix())] += status.st_size
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def package_of(name: str) -> str:
    """To which package a file of the built folder belongs."""
    parts = name.split("/")
    inside = next((number for number, part in enumerate(parts[:-1]) if part in _INSIDE), None)
    if inside is None:
        return "executables and notes"
    parts = parts[inside + 1 :]
    first = parts[0]
    if len(parts) == 1:
        if re.search(r"\.(cpython-|abi3\.|pyd$)", first):
            return first.partition(".")[0].lstrip("_")
        return "Python" if re.match(r"(lib)?python|base_library", first, re.IGNORECASE) else "libraries of the system"
    if first.startswith("python3"):
        return "Python"
    if first.endswith(".dist-info"):
        return re.sub(r"-[^-]*\.dist-info$", "", first).replace("-", "_").lower()
    return re.sub(r"\.libs$", "", first)


def size_table(sizes: Mapping[str, int], left_out: Mapping[str, int], archive_bytes: int, notes: list[str]) -> str:
    """The sizes as a table in plain text: packages of 1 MB and more, the others together; what was left out and why."""
    large = {name: size for name, size in sizes.items() if size >= _MB}
    small = sum(sizes.values()) - sum(large.values())
    rows = [*large.items(), (f"{len(sizes) - len(large)} smaller ones", small), ("Together", sum(sizes.values()))]
    lines = [f"{size / _MB:9.1f} MB  {name}" for name, size in rows]
    lines += ["", f"{archive_bytes / _MB:9.1f} MB  the archive"]
    if left_out:
        lines += ["", "Left out"]
        lines += [f"{size / _MB:9.1f} MB  {why}" for why, size in sorted(left_out.items(), key=lambda item: -item[1])]
    return "\n".join([*lines, *(f"\n{note}" for note in notes)]) + "\n"


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def checksums(paths: list[Path]) -> str:
    """As `sha256sum --check` reads them, by the files' names without folders."""
    return "".join(f"{sha256(path)}  {path.name}\n" for path in paths)
