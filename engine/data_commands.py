"""The commands of the terminal about data: inspect a data set, split it, audit a split."""

import argparse
from pathlib import Path
from typing import Any

from engine.audit_wording import describe_audit
from engine.data_wording import name_finding
from engine.events import Control, OnEvent
from engine.findings_file import save_findings
from engine.labels import CODES, DEMO_NOTICE, PARTS
from engine.records import as_json
from engine.results import DatasetSummary, Finding
from engine.wording import count, name_class

COMMANDS = ("inspect", "split", "audit")

Report = tuple[Any, str]
_MOST_NAMED = 10  # findings of a kind that are named in the text


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    common.add_argument("folder", metavar="FOLDER", type=Path, help="folder, table or .zip of the data set")

    inspect = commands.add_parser(
        "inspect", parents=[common], help="say what is in a data set and what is wrong with it"
    )
    inspect.add_argument("--findings", type=Path, default=None, metavar="FILE", help="save all findings as CSV")
    inspect.set_defaults(run=run_inspect)

    split = commands.add_parser("split", parents=[common], help="split a data set by lesion, into a file")
    split.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write, split.csv")
    how = split.add_mutually_exclusive_group()
    how.add_argument("--folds", type=int, default=None, metavar="K", help="K folds in place of 70/15/15")
    how.add_argument("--notebook", action="store_true", help="copy rows and split at random, to see how that leaks")
    split.add_argument("--seed", type=int, default=0, metavar="N", help="another number gives another split (0)")
    split.set_defaults(run=run_split)

    audit = commands.add_parser("audit", parents=[common], help="say whether a split leaks; the exit code is 1 if so")
    audit.add_argument("split", metavar="SPLIT", nargs="?", default="auto", help="table of image ids and parts (auto)")
    audit.add_argument("--seed", type=int, default=0, metavar="N", help="of the split that this program would make (0)")
    audit.set_defaults(run=run_audit)


def run_inspect(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Check every image and say what there is."""
    from engine.data.summary import inspect

    summary = inspect(options.folder, control=control, on_event=on_event)
    if options.findings is not None:
        save_findings(summary.findings, options.findings)
    return (as_json(summary), describe_summary(summary)), 0


def run_split(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Write a split of the data set."""
    from engine.data.checks import open_checked
    from engine.data.duplicates import find_duplicates, join_groups
    from engine.data.split import make_split, write_split
    from engine.data.split_modes import make_folds, notebook_split

    dataset = open_checked(options.folder, control=control, on_event=on_event)
    rows = join_groups(dataset.rows, find_duplicates(dataset, control=control, on_event=on_event))
    if options.notebook:
        split = notebook_split(rows, options.seed)
    elif options.folds is not None:
        split = make_folds(rows, options.folds, options.seed)
    else:
        split = make_split(rows, options.seed)
    sha256 = write_split(split, options.out)
    first = split[split["fold"] == 0]
    parts = {part: int((first["part"] == part).sum()) for part in PARTS}
    value = {
        "split": str(options.out.absolute()),
        "sha256": sha256,
        "folds": int(split["fold"].nunique()),
        "seed": options.seed,
        "n_images": int(split["image_id"].nunique()),
        "n_groups": int(split["group"].nunique()),
        "parts": parts,
    }
    sizes = ", ".join(f"{number:,} {part}" for part, number in parts.items())
    what = f"{value['folds']} folds, the first with" if options.folds else "Images:"
    lines = [f"{what} {sizes}.", f"Split: {value['split']}", f"SHA-256: {sha256}"]
    if options.notebook:
        lines.append(
            "This split leaks by design: copies of one image stand in several parts. Audit it to see how many."
        )
    return (value, "\n".join(lines)), 0


def run_audit(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Hold a split against lesions, copies and near-duplicates; exit code 1 if it leaks."""
    from engine.data.audit import audit_split

    found = audit_split(options.folder, options.split, options.seed, control=control, on_event=on_event)
    value = {"is_leaking": found.is_leaking, **as_json(found)}
    return (value, "\n".join(describe_audit(found))), int(found.is_leaking)


def describe_summary(summary: DatasetSummary) -> str:
    """What is in a data set, and what is wrong with it, in lines."""
    width = max(len(name_class(code)) for code in CODES)
    lines = [
        f"{summary.path}: {summary.layout}",
        f"{count(summary.n_images, 'image')} of {count(summary.n_lesions, 'lesion')} can be used, "
        f"of {count(summary.n_rows, 'row')} of the table.",
        "",
        f"{'class':<{width}} {'images':>7} {'lesions':>7}",
        *(f"{name_class(one.code):<{width}} {one.n_images:>7,} {one.n_lesions:>7,}" for one in summary.classes),
        "",
    ]
    kinds: dict[str, list[Finding]] = {}
    for finding in sorted(summary.findings, key=lambda one: one.severity != "warning"):
        kinds.setdefault(finding.kind, []).append(finding)
    for kind, findings in kinds.items():
        lines.append(f"{name_finding(kind)}: {len(findings):,}")
        lines += [f"  {finding.message} {finding.action}" for finding in findings[:_MOST_NAMED]]
        if len(findings) > _MOST_NAMED:
            lines.append(f"  and {len(findings) - _MOST_NAMED:,} more; --findings FILE saves them all")
    if not kinds:
        lines.append("Nothing was found wrong.")
    return "\n".join([*lines, *(["", DEMO_NOTICE] if summary.is_demo else [])])
