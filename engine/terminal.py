"""What people see in a terminal: progress bars with the time left, and results as text."""

import sys
from typing import Any

from tqdm import tqdm

from engine import evaluation_wording as evaluation
from engine import wording
from engine.evaluation_results import ClassScore, Evaluation
from engine.events import BatchesDone, EpochDone, Event, ProgressDone, RunStarted, StatusChanged
from engine.labels import CODES, DEMO_NOTICE, LIMITS, NOTICE
from engine.results import Prediction, TrainingResult


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
            self._say(f"{event.n_train:,} training images, {event.n_val:,} for validation")
        elif isinstance(event, BatchesDone) and self._run is not None:
            left = "" if event.seconds_left is None else f", {event.seconds_left / 60:.0f} min left in all"
            note = f"loss {event.losses[-1]:.3f}{left}" if event.losses else left.lstrip(", ")
            self._show(event.step, self._run.steps_per_epoch, "batches", note)
        elif isinstance(event, EpochDone):
            self._close()
            self._say(_epoch_line(event, self._run.epochs if self._run else event.record.epoch))

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


def _epoch_line(event: EpochDone, epochs: int) -> str:
    record = event.record
    mark = "  best so far" if event.best_epoch == record.epoch else ""
    return (
        f"epoch {record.epoch}/{epochs}: loss {record.train_loss:.3f}, validation loss {record.val_loss:.3f}, "
        f"balanced accuracy {record.val_balanced_accuracy:.3f}, {record.seconds:.0f} s{mark}"
    )


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
    return "\n".join([*lines, *_footer(result.is_demo)])


def describe_evaluation(result: Evaluation) -> str:
    """An evaluation as headline and table."""
    width = max(len(wording.name_class(code)) for code in CODES)
    head = f"{'class':<{width}} {'images':>6} {'lesions':>7}  {'sensitivity':<20} {'specificity':>11} {'AUC':>5}"
    lines = [
        evaluation.describe_part(result),
        f"{evaluation.describe_headline(result)}.",
        evaluation.describe_accuracy(result),
        "",
        head,
        *(_class_row(score, width) for score in result.classes),
        "",
        *([] if result.part == "test" else [evaluation.describe_openings(result.test_openings)]),
        *([evaluation.LEAK_WARNING] if result.leak_suspected else []),
    ]
    return "\n".join([*lines, *_footer(result.is_demo)])


def _class_row(score: ClassScore, width: int) -> str:
    counts = f"{score.n_images:>6,} {score.n_lesions:>7,}"
    sensitivity = wording.NO_FIGURE if score.sensitivity is None else evaluation.name_interval(score.sensitivity)
    specificity, auc = (wording.NO_FIGURE if x is None else f"{x.value:.2f}" for x in (score.specificity, score.auc))
    unsure = f"  {evaluation.TOO_FEW}" if score.sensitivity is not None and score.sensitivity.is_too_wide else ""
    name = wording.name_class(score.code)
    return f"{name:<{width}} {counts}  {sensitivity:<20} {specificity:>11} {auc:>5}{unsure}"


def describe_predictions(answers: tuple[Prediction, ...]) -> str:
    """Answers one under the other, each as the window words it, with the notice once at the end."""
    blocks = []
    for answer in answers:
        lines = (line for line in wording.describe(answer) if line != NOTICE)
        blocks.append("\n".join([str(answer.path), *(f"  {line}" for line in lines)]))
    return "\n\n".join([*blocks, NOTICE])


def _footer(is_demo: bool) -> list[str]:
    return ["", *([DEMO_NOTICE] if is_demo else []), NOTICE, LIMITS]
