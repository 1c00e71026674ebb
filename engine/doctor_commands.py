"""The command of the terminal that examines the device: what computes here, whether right, and how fast."""

import argparse
from pathlib import Path
from typing import Any

from engine.config import BACKBONES
from engine.doctor_wording import describe_report
from engine.events import Control, OnEvent
from engine.recipes import from_recipe
from engine.records import as_json

COMMANDS = ("doctor",)

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of the command line."""
    doctor = commands.add_parser("doctor", help="examine the device: what it is, whether it computes right, how fast")
    doctor.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    doctor.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="data set: how long would it take?")
    doctor.add_argument("--backbone", choices=BACKBONES, default="resnet50", help="network (resnet50)")
    doctor.add_argument("--image-size", type=int, default=224, metavar="N", help="side of the input in pixels (224)")
    doctor.add_argument("--epochs", type=int, default=30, metavar="N", help="epochs to reckon with (30)")
    doctor.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="which device")
    doctor.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Examine the device; exit code 1 if it computes wrong."""
    data = options.folder.absolute() if options.folder is not None else Path()
    config = from_recipe(
        "recommended",
        data=data,
        out=Path(),
        image_size=options.image_size,
        backbone=options.backbone,
        epochs=options.epochs,
        device=options.device,
    )
    from engine.training.doctor import examine

    report = examine(config, has_data=options.folder is not None, control=control, on_event=on_event)
    return (as_json(report), "\n".join(describe_report(report))), int(not report.is_right)
