"""The command of the terminal that tries every part of this installation on demo data."""

import argparse
from typing import Any

from engine import __version__
from engine.calls import Call
from engine.events import Control, OnEvent
from engine.records import as_json
from engine.self_test import Step, run_all

COMMANDS = ("self-test",)

Report = tuple[Any, str]


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", window_check: Call[str] | None
) -> None:
    """Add the command to the parser of the command line; `window_check` as for `engine.self_test.run_all`."""
    test = commands.add_parser("self-test", help="try every part of this installation; the exit code is 1 if one fails")
    test.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    test.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="cpu", help="where to compute (cpu)")
    test.set_defaults(run=run_self_test, window_check=window_check)


def run_self_test(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Try every part; exit code 1 unless all of them do what they should."""
    steps = run_all(options.window_check, options.device, control=control, on_event=on_event)
    passed = all(step.passed for step in steps)
    value = {"passed": passed, "version": __version__, "steps": as_json(steps)}
    return (value, describe(steps)), int(not passed)


def describe(steps: tuple[Step, ...]) -> str:
    """A table: each part, whether it does what it should, the seconds it took, and what was seen."""
    width = max(len(step.name) for step in steps)
    lines = [
        f"{step.name:<{width}}  {'ok' if step.passed else 'FAILED':<6}  {step.seconds:6.1f} s  {step.detail}"
        for step in steps
    ]
    n_failed = sum(not step.passed for step in steps)
    end = f"{n_failed} of {len(steps)} parts failed." if n_failed else f"All {len(steps)} parts work."
    return "\n".join([*lines, "", f"Lesion Lab {__version__}: {end} {sum(step.seconds for step in steps):.0f} s."])
