"""What people see in a terminal: progress bars with the time left, and results as text."""

import sys

from tqdm import tqdm

from engine.events import BatchesDone, EpochDone, Event, ProgressDone, RunStarted, StatusChanged
from engine.labels import CLASSES, DEMO_NOTICE, EQUAL_PRIORS_NOTE, LIMITS, NOTICE, PART_NAMES
from engine.results import ClassScore, Evaluation, Interval, Prediction, TrainingResult
from engine.wording import describe


class Progress:
    """An `on_event` that shows bars on stderr where that is a terminal, and a line per step and epoch anywhere."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None
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
    ]
    return "\n".join([*lines, *_footer(result.is_demo)])


def describe_evaluation(result: Evaluation) -> str:
    """An evaluation as headline and table."""
    width = max(len(lesion_class.name) for lesion_class in CLASSES)
    head = f"{'class':<{width + 8}} {'images':>6} {'lesions':>7}  {'sensitivity':<22} {'specificity':>11} {'AUC':>6}"
    rows = [_class_row(score, width) for score in result.classes]
    lines = [
        f"{PART_NAMES[result.part].capitalize()}: {result.n_images:,} images of {result.n_lesions:,} lesions",
        f"Balanced accuracy {_interval(result.balanced_accuracy)}, by lesion "
        f"{_interval(result.balanced_accuracy_by_lesion)}",
        f"Accuracy {_interval(result.accuracy)}; always naming the most common class would reach "
        f"{result.majority_baseline:.3f}",
        "",
        head,
        *rows,
        "",
        f"The test part of this split was opened {result.test_openings} times.",
    ]
    if result.leak_suspected:
        lines.append("Too good to be true: look for images of the same lesion in training before you believe it.")
    return "\n".join([*lines, *_footer(result.is_demo)])


def _class_row(score: ClassScore, width: int) -> str:
    name = next(lesion_class.name for lesion_class in CLASSES if lesion_class.code == score.code)
    sensitivity = "no such image" if score.sensitivity is None else _interval(score.sensitivity)
    specificity = "" if score.specificity is None else f"{score.specificity:.3f}"
    auc = "" if score.auc is None else f"{score.auc:.3f}"
    unsure = "  too few to tell" if score.sensitivity is not None and score.sensitivity.is_too_wide else ""
    label = f"{name} ({score.code})"
    counts = f"{score.n_images:>6,} {score.n_lesions:>7,}"
    return f"{label:<{width + 8}} {counts}  {sensitivity:<22} {specificity:>11} {auc:>6}{unsure}"


def _interval(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def describe_predictions(answers: tuple[Prediction, ...]) -> str:
    """Answers one under the other, each as the window words it."""
    blocks = ["\n".join([str(answer.path), *(f"  {line}" for line in describe(answer))]) for answer in answers]
    return "\n\n".join([*blocks, f"Class probabilities hold {EQUAL_PRIORS_NOTE}.\n{NOTICE}"])


def _footer(is_demo: bool) -> list[str]:
    return ["", *([DEMO_NOTICE] if is_demo else []), NOTICE, LIMITS]
