"""The wall: the engine knows no window, and no heavy import reaches the window's process."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "gradio", "fastapi", "starlette"}
COMMANDS = {path.stem for path in (ROOT / "engine").glob("*_commands.py")}
COMMAND_LINE = {"cli", "evaluation_terminal", "terminal", "web_demo", *COMMANDS}
GROUND_FLOOR = {path.stem for path in (ROOT / "engine").glob("*.py")} - {"__init__", "figures", *COMMAND_LINE}
FLOORS = ["data", "model", "prediction", "evaluation", "training"]
MAY_USE = {"data": 0, "model": 0, "prediction": 2, "evaluation": 3, "training": 4}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports anywhere, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "engine").rglob("*.py")), ids=lambda path: path.stem)
def test_engine_knows_no_window(path: Path) -> None:
    """Nothing in engine imports Qt or desktop."""
    assert not {name for name in imports_of(path) if name.split(".")[0] in ("PySide6", "desktop", "pyqtgraph")}


@pytest.mark.parametrize("path", sorted((ROOT / "desktop").rglob("*.py")), ids=lambda path: path.stem)
def test_desktop_uses_the_ground_floor_only(path: Path) -> None:
    """The window imports no heavy library and, of the engine, the ground floor alone."""
    names = imports_of(path)
    assert not {name for name in names if name.split(".")[0] in HEAVY}
    rooms = {name.split(".")[1] for name in names if name.startswith("engine.")}
    assert rooms <= GROUND_FLOOR | {"__version__"}


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_upward(floor: str) -> None:
    """data, model -> prediction -> evaluation -> training: each uses only what stands before it."""
    allowed = set(FLOORS[: MAY_USE[floor]]) | {floor} | ({"data", "model"} if floor in ("data", "model") else set())
    for path in (ROOT / "engine" / floor).rglob("*.py"):
        used = {name.split(".")[1] for name in imports_of(path) if name.startswith("engine.")}
        assert used & set(FLOORS) <= allowed, path


def test_ground_floor_stands_on_nothing() -> None:
    """The ground floor imports no floor above it."""
    for room in GROUND_FLOOR:
        used = {n.split(".")[1] for n in imports_of(ROOT / "engine" / f"{room}.py") if n.startswith("engine.")}
        assert not used & {*FLOORS, *COMMAND_LINE, "web"}, room


def test_nothing_stands_on_the_web_demo() -> None:
    """Only the room that serves it imports the page; Gradio reaches nobody else."""
    for path in (ROOT / "engine").rglob("*.py"):
        if path.parent.name != "web" and path.name != "web_demo.py":
            used = {name.split(".")[0] for name in imports_of(path)}
            assert not used & {"gradio", "starlette", "fastapi", "uvicorn"}, path
            assert not any(name.startswith("engine.web.") for name in imports_of(path)), path


def test_ground_floor_and_command_line_are_cheap_to_import() -> None:
    """Importing the ground floor and the command line loads nothing heavy, not even numpy."""
    rooms = sorted(GROUND_FLOOR | COMMAND_LINE)
    code = "import sys\n" + "".join(f"import engine.{room}\n" for room in rooms)
    code += f"print(sorted({HEAVY | {'numpy', 'PySide6', 'PIL'}!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
