"""What is left out of the packaged program is nothing that the program uses."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pruning
import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "main.py", *(path for name in ("engine", "desktop") for path in sorted((ROOT / name).rglob("*.py")))]
_IMPORT_ALL = """
import importlib, json, pkgutil, sys
import engine, desktop, pyqtgraph, gradio
for package in (engine, desktop):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
import matplotlib.backends.backend_agg, matplotlib.backends.backend_qtagg
import torch
torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])  # reaches for PyTorch's compilers
torch.jit
print(json.dumps({name: getattr(module, "__file__", None) for name, module in sys.modules.items()}))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, str | None]:
    """Every module that is loaded once the whole program is imported, and its file."""
    command = [sys.executable, "-c", _IMPORT_ALL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240)
    modules: dict[str, str | None] = json.loads(done.stdout.splitlines()[-1])
    return modules


def imported_names(path: Path) -> set[str]:
    """All modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def test_no_import_in_the_source_is_left_out() -> None:
    """Also those inside functions, which no start of the program would miss."""
    names = set().union(*(imported_names(path) for path in SOURCES))
    assert {"torch", "gradio", "matplotlib.figure"} <= names
    assert not {name for name in names if pruning.reason_module(name) is not None}


@pytest.mark.slow
def test_no_module_that_the_program_loads_is_left_out(loaded: dict[str, str | None]) -> None:
    """Nor one that the libraries load for themselves."""
    assert len(loaded) > 3000
    on_demand = {"triton", "networkx", "setuptools"}  # taken by libraries where they are, and not missed where not
    lost = {name for name in loaded if pruning.reason_module(name) is not None}
    assert {name for name in lost if name.partition(".")[0] not in on_demand} == set()


@pytest.mark.slow
def test_no_file_that_the_program_loads_is_left_out(loaded: dict[str, str | None]) -> None:
    """Compiled modules by the names that they have in the bundle."""
    site = Path(importlib.util.find_spec("numpy").origin).parents[1]  # type: ignore[union-attr, arg-type]
    files = {
        Path(file).relative_to(site).as_posix() for file in loaded.values() if file and Path(file).is_relative_to(site)
    }
    kept = {name for name in files if name.partition("/")[0] not in {"triton", "networkx", "setuptools"}}
    assert len([name for name in kept if name.endswith((".so", ".pyd"))]) > 100
    assert {name: why for name in kept if (why := pruning.reason_file(name)) is not None} == {}


@pytest.mark.parametrize(
    "name",
    [
        "torch/lib/libtorch_cpu.so",
        "torch/lib/libtorch_cuda.so",
        "torch/bin/torch_shm_manager",
        "torchvision/_C.so",
        "nvidia/cu13/lib/libcublas.so.13",
        "nvidia/cu13/lib/libcusolver.so.12",
        "nvidia/cu13/lib/libnvrtc.so.13",
        "nvidia/nvshmem/lib/libnvshmem_host.so.3",
        "nvidia/cudnn/lib/libcudnn_adv.so.9",
        "resources/style/style.qss",
        "resources/samples/samples.csv",
        "resources/licences.txt",
        "resources/licences/LGPL-3.0.txt",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "gradio/templates/frontend/index.html",
        "gradio/templates/frontend/assets/index-abc.js",
        "gradio/hash_seed.txt",
        "safehttpx/version.txt",
        "groovy/version.txt",
        "matplotlib/mpl-data/matplotlibrc",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
        "gradio-6.31.0.dist-info/METADATA",
        "pandas/_libs/testing.cpython-311-x86_64-linux-gnu.so",
    ],
)
def test_what_is_needed_at_run_time_stays(name: str) -> None:
    """Files that are opened rather than imported."""
    assert pruning.reason_file(name) is None
    assert pruning.reason_file(name.replace("/", "\\")) is None


@pytest.mark.parametrize(
    "name",
    [
        "torch/test/cpp/test_api",
        "torch/include/ATen/ATen.h",
        "torch/bin/protoc",
        "torch/lib/libdnnl.a",
        "torch/lib/dnnl.lib",
        "nvidia/cu13/lib/libcusolverMg.so.12",
        "nvidia/cu13/lib/libnvrtc.alt.so.13",
        "nvidia/nvshmem/lib/libnvshmem_device.bc",
        "pandas/tests/io/data/a.csv",
        "numpy/_core/tests/data/a.csv",
        "sklearn/datasets/data/iris.csv",
        "gradio/templates/node/build/index.js",
        "gradio/templates/frontend/static/ffmpeg/ffmpeg.wasm",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/translations/qtbase_de.qm",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "torch-2.14.1.dist-info/RECORD",
    ],
)
def test_what_nobody_needs_goes(name: str) -> None:
    """On each system's names."""
    assert pruning.reason_file(name) is not None
    assert pruning.reason_file(name.replace("/", "\\")) is not None


def test_operators_go_only_where_they_do_not_load() -> None:
    """A build with a matching torchvision keeps them."""
    assert pruning.reason_file("torchvision/_C.so") is None
    assert pruning.reason_file("torchvision/_C.so", has_shim=True) is not None
    assert pruning.reason_file("torchvision/models/resnet.py", has_shim=True) is None


def test_libraries_stay_as_long_as_something_needs_them() -> None:
    """Through others, too; what only a plugin that was left out needed is not kept; modules and plugins always are."""
    needs = {
        "/e/xcb.so": {"libxcb.so.1"},
        "/e/_ssl.so": {"libcrypto.so.3", "libc.so.6"},
        "/u/libxcb.so.1": {"libXau.so.6"},
        "/e/libQt6Gui.so.6": {"libGL.so.1"},
        "/e/widgets.so": {"libQt6Gui.so.6"},
    }
    binaries = [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/e/xcb.so", "BINARY"),
        ("python3.11/lib-dynload/_ssl.cpython-311.so", "/e/_ssl.so", "EXTENSION"),
        ("PySide6/QtWidgets.abi3.so", "/e/widgets.so", "EXTENSION"),
        ("PySide6/Qt/lib/libQt6Gui.so.6", "/e/libQt6Gui.so.6", "BINARY"),
        ("PySide6/Qt/lib/libQt6EglFS.so.6", "/e/libQt6EglFS.so.6", "BINARY"),
        ("libQt6EglFS.so.6", "PySide6/Qt/lib/libQt6EglFS.so.6", "SYMLINK"),
        ("libcrypto.so.3", "/u/libcrypto.so.3", "BINARY"),
        ("libxcb.so.1", "/u/libxcb.so.1", "BINARY"),
        ("libXau.so.6", "/u/libXau.so.6", "BINARY"),
        ("libgtk-3.so.0", "/u/libgtk-3.so.0", "BINARY"),
    ]
    found = pruning.needed_libraries(binaries, lambda file: needs.get(file, set()))
    assert found == {"PySide6/Qt/lib/libQt6Gui.so.6", "libcrypto.so.3", "libxcb.so.1", "libXau.so.6"}
    assert not pruning.is_library("_brotli.cpython-311-x86_64-linux-gnu.so")
    assert not pruning.is_library("libpython3.11.so.1.0")


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf, which says what a library links to, is not here")
def test_no_library_that_pytorch_links_to_is_left_out() -> None:
    """The CUDA libraries that the installed PyTorch asks for by name stay, where it is a build for CUDA."""
    torch = Path(importlib.util.find_spec("torch").origin).parent  # type: ignore[union-attr, arg-type]
    names = re.compile(rb"lib(?:cu|nv|nccl)[\w.-]*?\.so\.\d+")
    wanted = {name.decode() for path in torch.glob("lib/libtorch_*.so") for name in named(path, names)}
    folders = [path for path in torch.parent.glob("nvidia/**/lib") if path.is_dir()]
    there = {path.name: path for folder in folders for path in folder.glob("*.so*")}
    lost = [
        name for name in wanted & set(there) if pruning.reason_file(there[name].relative_to(torch.parent).as_posix())
    ]
    assert lost == []
    if (torch / "lib/libtorch_cuda.so").is_file():
        assert len(wanted & set(there)) > 8


def named(path: Path, names: re.Pattern[bytes]) -> set[bytes]:
    """The libraries that an ELF file asks the loader for."""
    readelf = subprocess.run(["readelf", "--dynamic", "--wide", str(path)], capture_output=True, check=False)
    return set(names.findall(readelf.stdout))
