"""The list of libraries is that of the project, and all of them are here."""

import tomllib
from pathlib import Path

from engine.libraries import LIBRARIES, versions

ROOT = Path(__file__).parents[2]


def test_the_list_is_that_of_the_project() -> None:
    """No direct dependency is forgotten when About and the self-test name them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(LIBRARIES) == {one.split("==")[0] for one in project["project"]["dependencies"]}


def test_versions_are_those_that_the_project_pins() -> None:
    """What About names is what is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = dict(one.split("==") for one in project["project"]["dependencies"])
    assert {name: version.split("+")[0] for name, version in versions().items()} == pinned
