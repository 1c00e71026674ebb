"""The spec fits the rooms that it uses and the tree that it stands in, without building anything."""

import ast
import builtins
import importlib
from pathlib import Path

import contents

SPEC = Path(contents.__file__).with_name("lesion_lab.spec")
_ROOMS = ("branding", "contents", "pruning", "system_licences")
_GIVEN = {"Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE", "SPECPATH"}
"""What PyInstaller gives a spec."""


def test_the_spec_uses_only_what_its_rooms_have() -> None:
    """A function that was renamed is found here rather than minutes into a build."""
    tree = ast.parse(SPEC.read_text(encoding="utf-8"))
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _ROOMS
    }
    assert len(used) > 8
    assert [pair for pair in used if not hasattr(importlib.import_module(pair[0]), pair[1])] == []


def test_the_spec_knows_every_name_that_it_uses() -> None:
    """Assigned, imported, given by PyInstaller, or Python's own."""
    tree = ast.parse(SPEC.read_text(encoding="utf-8"))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert read - stored - imported - _GIVEN - set(dir(builtins)) == set()


def test_the_spec_starts_at_the_programs_entry() -> None:
    """Which prepares for child processes before anything else, or each child would open a window of its own."""
    assert 'str(ROOT / "main.py")' in SPEC.read_text(encoding="utf-8")
    main = (contents.ROOT / "main.py").read_text(encoding="utf-8")
    block = main[main.index('if __name__ == "__main__":') :].splitlines()
    assert block[1].strip() == "multiprocessing.freeze_support()"
