"""Chooses the device to compute on and describes it in plain words."""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import torch

from engine.config import DeviceName
from engine.errors import ConfigError
from engine.events import Control, OnEvent, ignore_events
from engine.results import DeviceInfo

CORES = torch.get_num_threads()
"""CPU threads that PyTorch finds right for this computer: one per core."""


def choose(device: DeviceName = "auto") -> torch.device:
    """The device that `device` asks for; "auto" takes the fastest there is.

    Raises `ConfigError` if the one asked for is not there.
    """
    has_cuda, has_mps = _has_cuda(), torch.backends.mps.is_available()
    if device == "cuda" and not has_cuda:
        raise ConfigError(f"There is no NVIDIA card to compute on. {_why_no_cuda()}".strip(), 'Choose "auto" or "cpu".')
    if device == "mps" and not has_mps:
        raise ConfigError("There is no Apple GPU to compute on.", 'Choose "auto" or "cpu".')
    if device == "auto":
        device = "cuda" if has_cuda else "mps" if has_mps else "cpu"
    return torch.device(device)


def describe(
    device: DeviceName = "auto", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> DeviceInfo:
    """The device that `choose` takes, and why. Raises `ConfigError` like it."""
    kind = choose(device).type
    asked = "" if device == "auto" else "It was asked for by name."
    if kind == "cuda":
        return DeviceInfo(kind="cuda", name=torch.cuda.get_device_name(), reason=asked or "An NVIDIA card is fastest.")
    if kind == "mps":
        name = f"{_cpu_name()} GPU"
        return DeviceInfo(kind="mps", name=name, reason=asked or "The GPU of this Apple computer is fastest.")
    threads = f"{torch.get_num_threads()} thread{'s' if torch.get_num_threads() != 1 else ''}"
    reason = asked or _why_no_cuda() or "PyTorch finds no GPU here that it can use."
    return DeviceInfo(kind="cpu", name=f"{_cpu_name()}, {threads}", reason=reason)


def _has_cuda() -> bool:
    return torch.cuda.is_available() and not card_without_kernels()


def card_without_kernels() -> str:
    """The name of an NVIDIA card that works, but that this PyTorch was not compiled for; empty where there is none."""
    if not torch.cuda.is_available() or torch.version.hip is not None:
        return ""
    card = torch.cuda.get_device_capability()
    for architecture in torch.cuda.get_arch_list():  # such as sm_86, sm_90a, compute_120
        kind, _, version = architecture.partition("_")
        major, minor = divmod(int("".join(filter(str.isdigit, version))), 10)
        # Compiled code runs on later cards of its generation, "compute" is compiled anew for any later card.
        if (major, minor) <= card and (kind == "compute" or major == card[0]):
            return ""
    return torch.cuda.get_device_name()


def _why_no_cuda() -> str:
    """Why an NVIDIA card that is there cannot be used; empty where there is none."""
    if card := card_without_kernels():
        return f"This PyTorch was not compiled for the {card}, so it is not used."
    if not has_nvidia_driver() or torch.cuda.is_available():
        return ""
    if torch.version.cuda is None:
        return "This PyTorch is a CPU build, so the NVIDIA card of this computer is not used."
    return "The NVIDIA driver of this computer does not work with this PyTorch; a newer driver may."


def half_type(device: torch.device) -> torch.dtype | None:
    """The half precision for autocast: bfloat16 where the card has it, otherwise float16; None for full precision."""
    if device.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def has_nvidia_driver() -> bool:
    """Whether this computer has a driver for NVIDIA cards, working or not."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").is_file()
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _cpu_name() -> str:
    """As people call it; the family where the system does not tell."""
    name = ""
    if sys.platform == "win32":
        name = _windows_cpu_name()
    elif sys.platform == "darwin":
        name = _first_words(["sysctl", "-n", "machdep.cpu.brand_string"])
    else:
        name = _linux_cpu_name()
    return name or platform.processor() or platform.machine() or "CPU"


def _linux_cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _windows_cpu_name() -> str:
    if sys.platform == "win32":
        import winreg

        key = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return str(winreg.QueryValueEx(opened, "ProcessorNameString")[0]).strip()
    return ""


def _first_words(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
