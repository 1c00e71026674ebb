"""What goes into the packaged program is all that the program imports by name, opens or asks about."""

import ast
import importlib.util
import inspect
import re
from collections import Counter
from pathlib import Path

import contents
import pytest

from engine import calls
from engine.bundled_licences import direct_dependencies, distributions_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hidden() -> set[str]:
    """The modules that the bundle is told of by name."""
    return set(contents.hidden_imports())


def sources() -> list[Path]:
    """The program's own files."""
    return [ROOT / "main.py", *(path for name in contents.OWN_PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]


def test_every_target_of_a_call_is_collected(hidden: set[str]) -> None:
    """The child imports it by its name, which no analysis of imports sees."""
    targets = set()
    for path in sources():
        targets |= set(re.findall(r'"((?:engine|desktop)(?:\.\w+)+):\w+"', path.read_text(encoding="utf-8")))
    assert len(targets) > 20
    assert {module for module in targets if module not in hidden} == set()
    assert "engine.training.trainer" in inspect.getsource(calls)


def test_every_module_of_the_program_is_collected(hidden: set[str]) -> None:
    """By name, however it is reached."""
    for path in sources()[1:]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        assert ".".join(parts[:-1] if parts[-1] == "__init__" else parts) in hidden


def test_every_module_imported_by_name_is_collected(hidden: set[str]) -> None:
    """`importlib.import_module` with a constant, or with a constant of its file."""
    names = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"desktop(\.\w+)+", node.value)
            ):
                names.add(node.value)
    names = {name for name in names if importlib.util.find_spec(name.partition(":")[0]) is not None}
    assert "desktop.widgets.live_plot" in names
    assert names <= hidden


def test_all_that_is_imported_in_functions_is_installed_for_the_build() -> None:
    """Top-level packages: this program's own, Python's, or of a distribution that the build installs."""
    import importlib.metadata
    import sys

    provided = importlib.metadata.packages_distributions()
    inside = {each.name.lower() for each in distributions_of(direct_dependencies())}
    missing = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for top in (
                {name.partition(".")[0] for name in names} - sys.stdlib_module_names - set(contents.OWN_PACKAGES)
            ):
                if not {each.lower() for each in provided.get(top, [])} & inside:
                    missing.add((path.name, top))
    assert missing == set()


def test_every_resource_is_collected_in_its_folder() -> None:
    """None is forgotten, and each lies where the program looks for it."""
    entries = {(Path(file).name, folder.replace("\\", "/")) for file, folder in contents.resources()}
    assert {
        ("icon.svg", "resources"),
        ("style.qss", "resources/style"),
        ("samples.csv", "resources/samples"),
    } <= entries
    assert ("LGPL-3.0.txt", "resources/licences") in entries
    for file, folder in contents.resources():
        assert (ROOT / folder / Path(file).name).is_file()
    everything = {path for path in (ROOT / "resources").rglob("*") if path.is_file()}
    assert everything == {Path(file) for file, _ in contents.resources()}


def test_modules_that_read_their_own_sources_have_them() -> None:
    """PyTorch's settings are read from their comments while it is imported; without them nothing of it is."""
    modes = contents.collection_modes()
    assert modes["torch.distributed.config"] == modes["torch._dynamo.config"] == "pyz+py"
    assert modes["torch.nn.functional"] == modes["torch.functional"] == modes["torch.nn.modules.rnn"] == "pyz+py"
    assert modes["torchvision.models.densenet"] == "pyz+py"
    assert modes["gradio"] == "py"
    assert modes["torch"] == "pyz"


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("index.html", "gradio/templates/frontend"),
        ("hash_seed.txt", "gradio"),
        ("package.json", "gradio_client"),
        ("version.txt", "safehttpx"),
        ("version.txt", "groovy"),
    ],
)
def test_the_web_demos_files_are_collected(file: str, folder: str) -> None:
    """Gradio and its relatives read them while they are imported or answer the browser."""
    assert (file, folder) in WEB_FILES()


def test_no_data_file_is_missing() -> None:
    """What is to be copied is there."""
    assert all(Path(path).is_file() for path in WEB_PATHS())


def test_links_go_with_what_they_lead_to(tmp_path: Path) -> None:
    """A link to a file that was left out would lead nowhere; the bytes left out are counted by reason."""
    (tmp_path / "a").write_bytes(b"12345")
    entries = [
        ("PySide6/Qt/plugins/tls/libq.so", str(tmp_path / "a"), "BINARY"),
        ("libq.so", "PySide6/Qt/plugins/tls/libq.so", "SYMLINK"),
        ("numpy.libs/libz.so", str(tmp_path / "a"), "BINARY"),
        ("libz.so", "numpy.libs/libz.so", "SYMLINK"),
        ("scipy.libs/libz.so", "../numpy.libs/libz.so", "SYMLINK"),
    ]
    left_out: Counter[str] = Counter()
    kept = contents.kept(entries, left_out, has_shim=False)
    assert [name for name, _, _ in kept] == ["numpy.libs/libz.so", "libz.so", "scipy.libs/libz.so"]
    assert left_out == {"Qt plugins": 5}


_web: list[tuple[str, str]] = []


def WEB_PATHS() -> list[str]:
    if not _web:
        _web.extend(contents.data_files(each.name for each in distributions_of(["gradio"])))
    return [path for path, _ in _web]


def WEB_FILES() -> set[tuple[str, str]]:
    return {(Path(path).name, folder.replace("\\", "/")) for path, (_, folder) in zip(WEB_PATHS(), _web, strict=True)}
