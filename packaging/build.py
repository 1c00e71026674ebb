"""Builds the program that needs no Python, in one command from a clean checkout: python packaging/build.py --help."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import archive  # noqa: E402
import environment  # noqa: E402
import finishing  # noqa: E402
import measuring  # noqa: E402
from torch_build import BuildRefusedError, Source, Variant  # noqa: E402

from engine import __version__  # noqa: E402


def main(arguments: list[str]) -> int:
    """Build, test, measure and pack; 0 done, 1 the built program fails its self-test, 2 the variant is refused."""
    options = _parse(arguments)
    source = Source(find_links=options.find_links, index=options.index)
    try:
        return build(options.variant or default_variant(sys.platform, source), source, options.work, options.out)
    except BuildRefusedError as error:
        _say(str(error))
        return 2


def default_variant(system: str, source: Source) -> Variant:
    """What PyTorch's packages on PyPI give: CUDA on Linux, the CPU elsewhere; the CPU where a place for it is named."""
    return "gpu" if system == "linux" and source == Source() else "cpu"


def build(variant: Variant, source: Source, work: Path, out: Path) -> int:
    """Everything in turn; the folder, the archive and its tables lie in `out` afterwards."""
    begun = time.monotonic()
    work = work.absolute() / variant
    _say(f"Setting up an environment for the {variant} variant in {work}")
    made_in = environment.make_environment(ROOT, work, variant, source)
    if made_in.shim:
        _say(made_in.shim)
    made = work / "made"
    shutil.rmtree(made, ignore_errors=True)
    _run([str(made_in.python), str(ROOT / "packaging/prepare.py"), str(made), variant, _commit(), made_in.shim])
    _say("Collecting the program; this takes some minutes")
    folder = _collect(made_in.python, made, work)
    notes = [made_in.shim] if made_in.shim else []
    if sys.platform == "linux":
        saved = finishing.strip_symbols(folder)
        notes.append(f"{saved / 2**20:.0f} MB of symbols for debuggers were taken out.")
        finishing.add_linux_files(folder, made, ROOT / "packaging/linux")
    _say("Trying the built program")
    passed = self_test(finishing.console_executable(folder, sys.platform))
    out.mkdir(parents=True, exist_ok=True)
    name = archive.archive_name(__version__, sys.platform, platform.machine(), variant)
    _say("Packing")
    packed = archive.pack(folder, out.absolute() / name, sys.platform)
    left_out = json.loads((made / "left_out.json").read_text(encoding="utf-8"))
    sizes = measuring.sizes_by_package(folder)
    table = measuring.size_table(sizes, left_out, packed.stat().st_size, notes)
    tables = out / f"{name}.sizes.txt"
    tables.write_text(table, encoding="utf-8")
    (out / f"{name}.sha256").write_text(measuring.checksums([packed, tables]), encoding="utf-8")
    _say(f"{table}\n{packed}\nBuilt in {(time.monotonic() - begun) / 60:.0f} min from {folder}")
    if not passed:
        _say("The built program fails its self-test: do not hand it on.")
    return 0 if passed else 1


def self_test(executable: Path) -> bool:
    """Whether the built program passes its own test in an empty home, without Python on the PATH and this environment's
    variables."""
    with tempfile.TemporaryDirectory() as home:
        passed_on = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SYSTEMROOT", "TEMP", "TMP", "QT_QPA_PLATFORM")
        variables = {name: os.environ[name] for name in passed_on if name in os.environ}
        if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(variables):
            variables["QT_QPA_PLATFORM"] = "offscreen"  # a build server has no display
        variables |= {"PATH": home, "HOME": home, "USERPROFILE": home, "LOCALAPPDATA": home, "APPDATA": home}
        return subprocess.run([str(executable), "self-test"], env=variables, cwd=home, check=False).returncode == 0


def _collect(python: Path, made: Path, work: Path) -> Path:
    """Let PyInstaller do its work; returns the folder it made, on macOS the .app."""
    target = work / "collected"
    shutil.rmtree(target, ignore_errors=True)
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--distpath", str(target), "--workpath", str(work / "pyinstaller")]
    _run([*command, str(ROOT / "packaging/lesion_lab.spec")], LESION_LAB_MADE=str(made))
    return target / ("Lesion Lab.app" if sys.platform == "darwin" else "lesion-lab")


def _commit() -> str:
    """Of this checkout, short, with "-dirty" where files were changed; empty outside of a repository."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", choices=("cpu", "gpu"), help="which build of PyTorch is inside")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--find-links", type=Path, metavar="DIR", help="a folder with PyTorch's CPU wheel for Linux")
    where.add_argument("--index", metavar="URL", help="an index that has PyTorch's builds, as PyTorch's own")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="DIR", help="where the archive goes (dist)")
    parser.add_argument("--work", type=Path, default=ROOT / "build", metavar="DIR", help="where it is built (build)")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a tool for a terminal


def _run(command: list[str], **variables: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **variables})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
