"""The workflows are what GitHub's runners understand, as far as that can be told without them."""

import re
from pathlib import Path
from typing import Any

import build
import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_STEP_KEYS = {"name", "uses", "with", "run", "if", "env", "id", "shell", "working-directory"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_the_shape_that_runners_expect(path: Path) -> None:
    """Jobs with a runner and steps that each use or run something; every value in an expression exists."""
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert True in workflow  # YAML reads the key `on` so
    for job in workflow["jobs"].values():
        given = {key for row in job["strategy"]["matrix"].get("include", [job["strategy"]["matrix"]]) for key in row}
        for name in re.findall(r"\$\{\{ *matrix\.(\w+) *\}\}", str(job)):
            assert name in given
        for step in job["steps"]:
            assert set(step) <= _STEP_KEYS
            assert ("uses" in step) != ("run" in step)
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


def test_the_build_runs_on_three_systems_with_arguments_that_it_knows() -> None:
    """Each of Linux, Windows and macOS, and `build.py` accepts what it is given there."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/build.yml").read_text(encoding="utf-8"))
    rows = workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
    assert {row["os"].partition("-")[0] for row in rows} == {"ubuntu", "windows", "macos"}
    for row in rows:
        assert build._parse(row["arguments"].split()).variant == "cpu"
