"""The self-test in the terminal: its table and its exit code."""

import json

import pytest

from engine import cli, self_test_commands
from engine.self_test import Step

GOOD = Step(name="window", passed=True, seconds=1.25, detail="5 pages drawn")
BAD = Step(name="training", passed=False, seconds=0.5, detail="Out of memory.")


@pytest.mark.parametrize(("steps", "code"), [((GOOD,), 0), ((GOOD, BAD), 1)], ids=["whole", "broken"])
def test_the_exit_code_says_whether_all_parts_work(
    steps: tuple[Step, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 only if all hold, and the JSON holds every step."""
    monkeypatch.setattr(self_test_commands, "run_all", lambda *arguments, **others: steps)
    assert cli.main(["self-test", "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["passed"] is (code == 0)
    assert [step["name"] for step in report["steps"]] == [step.name for step in steps]


def test_the_table_names_part_seconds_and_fault() -> None:
    """One line for each part, then the sum."""
    first, second, _, last = self_test_commands.describe((GOOD, BAD)).splitlines()
    assert first.split() == ["window", "ok", "1.2", "s", "5", "pages", "drawn"]
    assert second.split() == ["training", "FAILED", "0.5", "s", "Out", "of", "memory."]
    assert "1 of 2 parts failed" in last
