"""What is left out of the packaged program, and why: rules on the names that files and modules have in the bundle."""

import re
from collections.abc import Callable, Iterable

EXCLUDED_PACKAGES = [
    # Compilers and debuggers of PyTorch, which this program does not call: it runs its networks as they are.
    "triton",
    "torch._inductor.autoheuristic",
    "torch._inductor.codegen",
    "torch._inductor.fx_passes",
    "torch._inductor.kernel",
    "torch.utils.benchmark",
    "torch.utils.tensorboard",
    "networkx",  # PyTorch's compilers divide graphs with it
    "setuptools",  # PyTorch builds extensions with it
    # Other windows, notebooks and tests than this program's.
    "tkinter",
    "IPython",
    "pytest",
    "hypothesis",
    "hf_xet",  # faster downloads from a hub, which nothing here asks
]
"""Modules that PyInstaller does not follow, with all that they alone need."""

_FILES: tuple[tuple[str, str], ...] = (
    (r"torch/(test|include|share)/", "tests, headers and CMake files of PyTorch"),
    (r"torch/bin/(?!torch_shm_manager)", "test programs and compilers of PyTorch"),
    (r"torch/lib/lib(jitbackend_test|torchbind_test|backend_with_compiler)\.", "libraries of PyTorch's own tests"),
    (
        r"nvidia/(.*/)?lib/lib(cusolverMg|nvrtc(-builtins)?\.alt|nvperf|pcsampling|checkpoint|nvshmem_device)",
        "CUDA libraries that PyTorch does not load",
    ),
    (r".*\.(a|lib|h|hpp|cuh|cmake|pxd|pyx|pxi|pyi|c|cpp|cu|f90|map)$", "what compilers read"),
    (r".*/(tests?|testing)/(?!.*\.(so|py)$).*", "tests inside packages"),
    (r"[^/]+\.dist-info/(?!METADATA$|entry_points\.txt$).*", "lists of files and licences, which licences.txt holds"),
    (r"sklearn/datasets/(data|descr|images)/", "data sets of scikit-learn"),
    (
        r"matplotlib/mpl-data/(sample_data|fonts/pdfcorefonts|fonts/afm|images/.*\.(pdf|gif))",
        "samples, fonts of PDF files",
    ),
    (r"gradio/templates/node/", "Gradio's server for Node.js"),
    (r"gradio/templates/frontend/static/(ffmpeg|bokeh)/", "video and Bokeh plots in Gradio's page"),
    (r"gradio/templates/frontend/assets/PlotlyPlot-", "Plotly plots in Gradio's page"),
    (r"gradio/(media_assets|test_data)/(?!.*\.py$)", "sample media of Gradio"),
    (r"PySide6/(Qt/)?(translations|resources|qml|metatypes|typesystems|glue)/", "translations and QML of Qt"),
    (
        r"PySide6/(Qt/)?plugins/(egldeviceintegrations|generic|networkinformation|tls|qmltooling|sqldrivers)/",
        "Qt plugins",
    ),
    (
        r"PySide6/(Qt/)?plugins/platforms/(lib)?q(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay|direct2d)",
        "screens without windows",
    ),
    (r"PySide6/(Qt/)?plugins/platformthemes/libqgtk3", "GTK's look, which drags the system's GTK along"),
    (r"PySide6/(Qt/)?plugins/platforminputcontexts/.*virtualkeyboard", "a keyboard on the screen"),
    (
        r"PySide6/(Qt/)?plugins/imageformats/(lib)?q(pdf|tiff|webp|tga|wbmp|icns)",
        "image formats that this program refuses",
    ),
    (r"PySide6/opengl32sw\.dll", "OpenGL in software"),
    (r".*\.(debug|pdb)$", "debug symbols"),
)
"""Patterns at the start of names with / between folders, and what they match."""

_WITHOUT_OPERATORS = (
    (r"torchvision/[^/]*\.(so|pyd)$", "torchvision's operators for CUDA, which do not load here"),
    (r"torchvision\.libs/", "what torchvision's operators for CUDA need"),
)
_FILE_RULES = tuple((re.compile(pattern), why) for pattern, why in _FILES)
_SHIM_RULES = tuple((re.compile(pattern), why) for pattern, why in _WITHOUT_OPERATORS)
_TEST_MODULE = re.compile(
    r"(numpy|scipy|sklearn|pandas|matplotlib|mpmath|sympy|PIL|joblib|fsspec|networkx)\.(.*\.)?tests(\.|$)"
)


def reason_file(name: str, *, has_shim: bool = False) -> str | None:
    """Why the file that would be called `name` in the bundle is left out; None where it stays."""
    name = name.replace("\\", "/")
    rules = (*_FILE_RULES, *(_SHIM_RULES if has_shim else ()))
    return next((why for pattern, why in rules if pattern.match(name)), None)


def reason_module(name: str) -> str | None:
    """Why the module `name` is left out; None where it stays."""
    if any(name == package or name.startswith(f"{package}.") for package in EXCLUDED_PACKAGES):
        return "not used"
    return "tests inside packages" if _TEST_MODULE.match(name) else None


def is_library(name: str) -> bool:
    """Whether a file of a Linux bundle is a library that others link to, the system's or Qt's; no plugin or module."""
    folder, _, file = name.rpartition("/")
    is_module = re.search(r"\.(cpython-|abi3\.)", file) is not None
    return folder in ("", "PySide6/Qt/lib") and ".so" in file and not is_module and not file.startswith("libpython")


def is_from_system(name: str) -> bool:
    """Whether a file of a Linux bundle was taken from the system that it was built on."""
    return "/" not in name and is_library(name)


def needed_libraries(binaries: Iterable[tuple[str, str, str]], imports_of: Callable[[str], set[str]]) -> set[str]:
    """The names in a Linux bundle of those libraries that something kept needs, directly or not.

    `binaries` are (name in the bundle, file, kind) as PyInstaller has them, and `imports_of` names (without folders)
    the libraries that a file asks for.
    """
    files = [entry for entry in binaries if entry[2] != "SYMLINK"]
    libraries = {name.rpartition("/")[2]: (name, file) for name, file, _ in files if is_library(name)}
    waiting = [file for name, file, _ in files if not is_library(name)]
    found: set[str] = set()
    while waiting:
        for wanted in imports_of(waiting.pop()):
            if wanted in libraries and (name := libraries[wanted][0]) not in found:
                found.add(name)
                waiting.append(libraries[wanted][1])
    return found
