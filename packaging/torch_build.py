"""Which build of PyTorch goes into which variant, where it comes from, and what a build without operators is given."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Variant = Literal["cpu", "gpu"]

SHIM = (
    "torchvision's compiled operators (non-maximum suppression and others) are missing: its package for Linux is built "
    "for CUDA and does not load beside PyTorch's CPU build. This program uses none of them."
)
"""What `mend_torchvision` leaves out, as About and the size table say it."""

_REGISTERS = "@torch.library.register_fake("
_GUARD = '''

def _register_fake_where_present(name):
    """Of the packaged program's build: without the compiled operators there is nothing to register for."""
    if torchvision.extension._has_ops():
        return torch.library.register_fake(name)
    return lambda function: function

'''


class BuildRefusedError(Exception):
    """This variant cannot be built here; the message is a sentence that says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where PyTorch's CPU build for Linux is to be had; nothing where no place was named."""

    find_links: Path | None = None
    index: str | None = None


def torch_requirements(pinned: list[str], variant: Variant, system: str, source: Source) -> list[str]:
    """What to install of PyTorch: `pinned`, or the CPU build that `source` has.

    `pinned` are the lines for torch and torchvision in pyproject.toml; `system` is as `sys.platform` says.
    Raises `BuildRefusedError` where the variant is not to be had.
    """
    if variant == "gpu" and system == "darwin":
        raise BuildRefusedError(
            "There is no GPU variant for macOS: PyTorch's one build there uses Apple's GPU already."
        )
    if variant == "gpu" and system == "win32" and source.index is None:
        raise BuildRefusedError(
            "The GPU variant for Windows needs PyTorch's own index, named with --index: PyPI has only its CPU build."
        )
    if variant == "gpu" or system != "linux":
        return pinned
    if source.index is not None:
        return [f"{line}+cpu" for line in pinned]
    if source.find_links is not None:
        version = _version(pinned, "torch")
        return [f"torch=={cpu_build_in(source.find_links, version)}", "torchvision"]  # torchvision names its torch
    raise BuildRefusedError(
        "PyPI has PyTorch for Linux only with CUDA, so the CPU variant needs another place for it: name a folder that "
        "holds its wheel with --find-links, or PyTorch's CPU index with --index, or build --variant gpu."
    )


def cpu_build_in(folder: Path, wanted: str) -> str:
    """The version of the CPU wheel in `folder`: `wanted` where there is one, else the newest."""
    names = (re.match(r"torch-(\d+(?:\.\d+)+)\+cpu-", path.name) for path in folder.glob("torch-*+cpu-*.whl"))
    versions = sorted({name[1] for name in names if name}, key=lambda text: [int(part) for part in text.split(".")])
    if not versions:
        raise BuildRefusedError(f"There is no CPU build of PyTorch (torch-...+cpu-....whl) in {folder}.")
    return f"{wanted if wanted in versions else versions[-1]}+cpu"


def mend_torchvision(package: Path) -> None:
    """Let torchvision in the folder `package` import without its compiled operators, which then stay missing.

    It declares no operator: whoever calls one hears that it does not exist. Raises `BuildRefusedError` where
    torchvision is not written as expected.
    """
    file = package / "_meta_registrations.py"
    text = file.read_text(encoding="utf-8")
    if _GUARD in text:
        return
    imported = re.search(r"^import torchvision\.extension.*\n", text, re.MULTILINE)
    if _REGISTERS not in text or imported is None:
        raise BuildRefusedError(
            "torchvision cannot be mended: it registers its operators in another way than was known."
        )
    text = (
        text[: imported.end()] + _GUARD + text[imported.end() :].replace(_REGISTERS, "@_register_fake_where_present(")
    )
    replacement = file.with_suffix(".new")  # the file may be a link into a cache of packages
    replacement.write_text(text, encoding="utf-8")
    replacement.replace(file)


def _version(lines: list[str], name: str) -> str:
    return next(line.partition("==")[2] for line in lines if line.partition("==")[0] == name)
