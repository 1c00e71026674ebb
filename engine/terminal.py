"""What people see in a terminal: progress bars with the time left, and results as text."""

import shlex
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine import places, wording
from engine.events import (
    BatchesDone,
    EpochDone,
    Event,
    FoldStarted,
    ProgressDone,
    RunStarted,
    StatusChanged,
    TrainingAdjusted,
    WebDemoLogged,
    WebDemoStarted,
)
from engine.labels import DEMO_NOTICE, LIMITS, NOTICE
from engine.prediction_results import Prediction
from engine.ranks import own_rank
from engine.results import TrainingResult


class Progress:
    """An `on_event` that shows bars on stderr where that is a terminal, and a line per step and epoch anywhere."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._run: RunStarted | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, StatusChanged):
            self._close()
            self._say(f"{event.text} ...")
        elif isinstance(event, ProgressDone):
            self._show(event.done, event.total, event.unit, "")
            if event.done >= event.total:
                self._close()
        elif isinstance(event, RunStarted):
            self._run = event
            self._say(f"Run {event.run}\n{event.device}\n{event.weights}")
            self._say(f"Should it be interrupted, it goes on by: {resume_command(event.run)}")
            if event.history:
                self._say(f"It goes on after epoch {len(event.history)} of {event.epochs}")
            self._say(f"{event.n_train:,} training images, {event.n_val:,} for validation")
        elif isinstance(event, BatchesDone) and self._run is not None:
            left = "" if event.seconds_left is None else f", {event.seconds_left / 60:.0f} min left in all"
            note = f"loss {event.losses[-1]:.3f}{left}" if event.losses else left.lstrip(", ")
            self._show(event.step, self._run.steps_per_epoch, "batches", note)
        elif isinstance(event, EpochDone):
            self._close()
            self._say(_epoch_line(event, self._run.epochs if self._run else event.record.epoch))
        else:
            for line in _sentences(event):
                self._say(line)

    def _show(self, done: int, total: int, unit: str, note: str) -> None:
        if self._bar is None:
            self._bar = tqdm(total=total, unit=f" {unit}", file=sys.stderr, disable=None, leave=False)
        self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, text: str) -> None:
        tqdm.write(text, file=sys.stderr)


def _sentences(event: Event) -> tuple[str, ...]:
    """What an event has to say that moves no bar."""
    if isinstance(event, FoldStarted):
        return (
            f"Fold {event.fold} of {event.n_folds}; Ctrl+C ends this fold early and goes on with the next",
            f"Should it be interrupted, all folds go on by: {resume_command(event.folds)}",
        )
    if isinstance(event, WebDemoStarted):
        other = " (the port asked for is taken)" if event.is_other_port else ""
        return (f"The web demo is at {event.url}{other}. It ends with Ctrl+C.",)
    return (event.text,) if isinstance(event, TrainingAdjusted | WebDemoLogged) else ()


def _epoch_line(event: EpochDone, epochs: int) -> str:
    record = event.record
    mark = "  best so far" if event.best_epoch == record.epoch else ""
    took = f"{record.seconds:.0f} s" if record.seconds >= 0.5 else "less than 1 s"
    return (
        f"epoch {record.epoch}/{epochs}: loss {record.train_loss:.3f}, validation loss {record.val_loss:.3f}, "
        f"balanced accuracy {record.val_balanced_accuracy:.3f}, {took}{mark}"
    )


def resume_command(run: Path) -> str:
    """What to type to go on with a run: by its name where that is enough."""
    name = run.name if run.parent == places.runs_dir() else str(run)
    several = "" if own_rank() is None else "torchrun ... "
    program = (
        "lesion-lab-cli" if getattr(sys, "frozen", False) else "main.py"
    )  # as the packaged program is called there
    return f"{several}{program} resume {shlex.quote(name)}"


def describe_training(result: TrainingResult) -> str:
    """A finished training in a few lines."""
    figure = result.validation["balanced_accuracy"]
    lines = [
        f"Best epoch {result.best_epoch} of {result.epochs_run}: "
        f"balanced accuracy {figure:.3f} on the validation part.",
        f"Run:   {result.run}",
        f"Model: {result.model}",
        *([wording.LEAKING_SPLIT] if result.leaking_split else []),
    ]
    return "\n".join([*lines, *footer(result.is_demo)])


def describe_predictions(answers: tuple[Prediction, ...], *, is_demo: bool) -> str:
    """Answers one under the other, each as the window words it; what is the same for all stands once at the end."""
    same = (wording.CANNOT_KNOW, NOTICE)
    blocks = []
    for answer in answers:
        lines = [line for line in wording.describe(answer) if line not in same]
        title = lines.pop(0) if answer.fused_from else str(answer.path)
        blocks.append("\n".join([title, *(f"  {line}" for line in lines)]))
    return "\n\n".join([*blocks, "\n".join([*([DEMO_NOTICE] if is_demo else []), *same])])


def footer(is_demo: bool) -> list[str]:
    """What stands under every result."""
    return ["", *([DEMO_NOTICE] if is_demo else []), NOTICE, LIMITS]
