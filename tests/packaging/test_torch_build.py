"""A variant is built with the PyTorch that belongs to it, or refused with a sentence."""

from pathlib import Path

import pytest
import torch_build
from torch_build import BuildRefusedError, Source

PINNED = ["torch==2.14.1", "torchvision==0.29.1"]
NOWHERE = Source()


def wheels(folder: Path, *versions: str) -> Source:
    for version in versions:
        (folder / f"torch-{version}-cp311-cp311-manylinux_2_28_x86_64.whl").touch()
    return Source(find_links=folder)


def test_linux_has_its_gpu_build_from_where_all_packages_are() -> None:
    """Nothing need be named for it."""
    assert torch_build.torch_requirements(PINNED, "gpu", "linux", NOWHERE) == PINNED


def test_linux_without_a_place_for_the_cpu_build_is_refused() -> None:
    """The sentence names both options that mend it."""
    with pytest.raises(BuildRefusedError, match=r"only with CUDA.*--find-links.*--index.*--variant gpu"):
        torch_build.torch_requirements(PINNED, "cpu", "linux", NOWHERE)


def test_a_folder_with_the_pinned_version_gives_it(tmp_path: Path) -> None:
    """Even where it holds a newer one."""
    source = wheels(tmp_path, "2.9.0+cpu", "2.14.1+cpu", "2.15.0+cpu")
    assert torch_build.torch_requirements(PINNED, "cpu", "linux", source) == ["torch==2.14.1+cpu", "torchvision"]


def test_a_folder_without_the_pinned_version_gives_its_newest(tmp_path: Path) -> None:
    """By number and not by letter: 2.13 is newer than 2.9."""
    source = wheels(tmp_path, "2.9.0+cpu", "2.13.0+cpu", "2.16.0+cu130")
    assert torch_build.torch_requirements(PINNED, "cpu", "linux", source) == ["torch==2.13.0+cpu", "torchvision"]


def test_a_folder_without_a_cpu_build_is_refused(tmp_path: Path) -> None:
    """A CUDA wheel under another name is none."""
    with pytest.raises(BuildRefusedError, match="no CPU build of PyTorch"):
        torch_build.torch_requirements(PINNED, "cpu", "linux", wheels(tmp_path, "2.14.1"))


def test_an_index_gives_both_pinned_versions_for_the_cpu() -> None:
    """PyTorch's own index has torchvision for it too, so that no operator is missing."""
    wanted = torch_build.torch_requirements(PINNED, "cpu", "linux", Source(index="INDEX"))
    assert wanted == ["torch==2.14.1+cpu", "torchvision==0.29.1+cpu"]


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_windows_and_macos_have_the_cpu_build_everywhere(system: str) -> None:
    """No place need be named."""
    assert torch_build.torch_requirements(PINNED, "cpu", system, NOWHERE) == PINNED


@pytest.mark.parametrize(("system", "words"), [("win32", "--index"), ("darwin", "no GPU variant for macOS")])
def test_gpu_variants_that_are_not_to_be_had_are_refused(system: str, words: str) -> None:
    """Rather than built without a GPU."""
    with pytest.raises(BuildRefusedError, match=words):
        torch_build.torch_requirements(PINNED, "gpu", system, NOWHERE)


def torchvision_like(folder: Path, body: str) -> Path:
    file = folder / "_meta_registrations.py"
    file.write_text(body, encoding="utf-8")
    return file


REGISTRATIONS = """import torch
import torch.library
import torchvision.extension  # noqa: F401


@torch.library.register_fake("torchvision::nms")
def meta_nms(dets, scores, iou_threshold):
    return 1
"""


def test_without_operators_nothing_is_registered_and_none_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torchvision imports, and who calls an operator hears that there is none. Mending twice changes nothing."""
    import torch
    import torchvision.extension

    file = torchvision_like(tmp_path, REGISTRATIONS)
    torch_build.mend_torchvision(tmp_path)
    once = file.read_text(encoding="utf-8")
    torch_build.mend_torchvision(tmp_path)
    assert file.read_text(encoding="utf-8") == once
    asked: list[str] = []
    monkeypatch.setattr(torch.library, "register_fake", lambda name: asked.append(name) or (lambda f: f))
    monkeypatch.setattr(torchvision.extension, "_has_ops", lambda: False)
    exec(compile(once, str(file), "exec"), {})
    assert asked == []
    monkeypatch.setattr(torchvision.extension, "_has_ops", lambda: True)
    exec(compile(once, str(file), "exec"), {})
    assert asked == ["torchvision::nms"]


def test_another_torchvision_is_not_mended_blindly(tmp_path: Path) -> None:
    """A build is refused rather than made with a torchvision that nobody looked at."""
    torchvision_like(tmp_path, "import torch\n")
    with pytest.raises(BuildRefusedError, match="cannot be mended"):
        torch_build.mend_torchvision(tmp_path)


def test_the_installed_torchvision_is_written_as_the_mending_expects(tmp_path: Path) -> None:
    """A newer pinned version that registers its operators in another way fails here first."""
    import torchvision

    source = Path(torchvision.__file__).with_name("_meta_registrations.py").read_text(encoding="utf-8")
    file = torchvision_like(tmp_path, source)
    torch_build.mend_torchvision(tmp_path)
    assert "@torch.library.register_fake(" not in file.read_text(encoding="utf-8")
