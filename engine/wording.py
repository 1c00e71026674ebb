"""Says answers and runs in plain words: the same sentences in the window, in the terminal and in the browser."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.labels import CLASSES, CODES, EQUAL_PRIORS_NOTE, GROUP_NAME, INDEX, LIMITS, NOTICE
from engine.prediction_results import Prediction, SimilarImage
from engine.results import OperatingPoint, RunInfo

NO_FIGURE = "\N{EN DASH}"
"""Stands where there is nothing to compute."""

LEAKING_SPLIT = (
    "Leaking split: images of one lesion stand in several parts, so that these numbers say nothing about new images."
)

REFUSED = "No class is named: this does not look like a dermatoscopic image of a skin lesion."
SHOWN_ANYWAY = (
    "Shown anyway: this does not look like a dermatoscopic image of a skin lesion, and the answer means nothing there."
)
CANNOT_KNOW = f"What the model cannot know: {LIMITS[0].lower()}{LIMITS[1:]}"
"""The limits of every answer."""

_SAME = 0.98  # similarity: other photographs of one lesion seldom reach 0.9
_MOST_NAMED = 5  # files in a sentence


def name_class(code: str) -> str:
    """A class in plain words with its code: "Melanoma (mel)"."""
    return f"{CLASSES[INDEX[code]].name} ({code})"


def name_share(share: float) -> str:
    """A probability with two decimals, never rounded to a certainty: "0.06", "under 0.01", "over 0.99"."""
    if 0 < share < 0.01:
        return "under 0.01"
    if 0.99 < share < 1:
        return "over 0.99"
    return f"{share:.2f}"


def name_percent(share: float) -> str:
    """A share as a percentage with one decimal: "19.5 %"."""
    return f"{100 * share:.1f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 lesion", "1,120 lesions"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def describe(prediction: Prediction) -> tuple[str, ...]:
    """All that is to be said about the answer for one image or lesion, line by line, the notice included.

    Where there is no answer, or it is not shown: the reason and what to do about it.
    """
    if prediction.code is None:
        return tuple(line for line in (prediction.error or "There is no answer.", prediction.hint) if line)
    if not prediction.is_named:
        return (*describe_gate(prediction), NOTICE)
    lines = (
        describe_fusion(prediction),
        *describe_gate(prediction),
        describe_class(prediction),
        describe_group(prediction),
        describe_heuristic(prediction),
        describe_views(prediction),
        describe_training(prediction),
        describe_split(prediction),
        CANNOT_KNOW,
        NOTICE,
    )
    return tuple(line for line in lines if line)


def as_text(prediction: Prediction) -> str:
    """The whole answer as text to paste elsewhere: the file's name, every class with its probability, the sentences.

    A fused answer has no file of its own: its first sentence names its images.
    """
    bars = []
    if prediction.is_named:
        ranked = sorted(zip(prediction.probabilities, CODES, strict=True), reverse=True)
        bars = [f"  {name_share(probability):>10}  {name_class(code)}" for probability, code in ranked]
    title, *lines = describe(prediction)
    if prediction.fused_from:
        return "\n".join([title, *bars, *lines])
    return "\n".join([name_file(prediction.path), *bars, title, *lines])


def name_file(path: Path) -> str:
    """A file's name as text that can be written and shown; on some disks names are not quite text."""
    return path.name.encode("utf-8", "backslashreplace").decode("utf-8")


def describe_gate(prediction: Prediction) -> tuple[str, ...]:
    """That the gate refused the image, why, and whether it is shown anyway; empty where the gate let it pass."""
    if prediction.gate is None or prediction.gate.passed:
        return ()
    if prediction.shown_anyway:
        return (SHOWN_ANYWAY, *prediction.gate.reasons)
    return (REFUSED, *prediction.gate.reasons)


def describe_fusion(prediction: Prediction) -> str:
    """Which images of a lesion the answer is for together; empty for that of one image."""
    if not prediction.fused_from:
        return ""
    names = ", ".join(map(name_file, prediction.fused_from[:_MOST_NAMED]))
    more = len(prediction.fused_from) - _MOST_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    lesion = f"of lesion {prediction.lesion_id}" if prediction.lesion_id else "of one lesion"
    return f"Together for {count(len(prediction.fused_from), 'image')} {lesion}: {names}{rest}."


def describe_views(prediction: Prediction) -> str:
    """How many flips and rotations were looked at; empty where it was the image as it is."""
    if prediction.views == 1:
        return ""
    return f"Mean over {prediction.views} views, flipped and rotated; the operating point was set with one view."


def describe_class(prediction: Prediction) -> str:
    """The most probable class: "Melanoma (mel): 0.64 (if every class were equally common)". Empty without an answer."""
    if prediction.code is None:
        return ""
    probability = name_share(prediction.probabilities[INDEX[prediction.code]])
    return f"{name_class(prediction.code)}: {probability} ({EQUAL_PRIORS_NOTE})"


def describe_group(prediction: Prediction) -> str:
    """The group's probability, the prevalence it holds at, and where it stands to the operating point.

    Below the point the sentence always adds how many such lesions were below it too, above it how many other lesions
    were also above: neither verdict is ever shown alone. Empty without an answer.
    """
    if prediction.group_probability is None:
        return ""
    text = f"{GROUP_NAME}: {name_share(prediction.group_probability)}"
    if prediction.prevalence is not None:
        text += f" at {name_percent(prediction.prevalence)} prevalence"
    point = prediction.operating_point
    if point is None:
        return f"{text}. This model has no operating point to hold it against."
    if prediction.group_probability < point.threshold:
        verb, too = ("was" if point.n_missed == 1 else "were"), (" too" if point.n_missed else "")
        missed = f"{point.n_missed:,} of {point.n_lesions:,} such lesions of the validation part {verb} below it{too}"
        return f"{text}, below this model's {point.name}; {missed}."
    alarms = f"{point.n_false_alarms:,} of {point.n_other_lesions:,} other lesions of the validation part"
    verb = "was" if point.n_false_alarms == 1 else "were"
    return f"{text}, at or above this model's {point.name}; so {verb} {alarms}."


def explain_point(point: OperatingPoint) -> str:
    """What an operating point is, for somebody who meets the word for the first time."""
    found = point.n_lesions - point.n_missed
    return (
        f"The {point.name} is a probability of {point.threshold:.2f}. It was set on the validation part, "
        f"where {found:,} of {point.n_lesions:,} lesions of the group reached it."
    )


def describe_heuristic(prediction: Prediction) -> str:
    """The notebook's yes or no, marked for what it is. Empty without an answer."""
    if prediction.cancerous is None:
        return ""
    return f"Top class in the group (cancerous: yes/no): {'yes' if prediction.cancerous else 'no'}, a quick heuristic."


def describe_training(prediction: Prediction) -> str:
    """Whether the model met this image while it was trained; empty where it did not."""
    if prediction.seen_in_training is None:
        what = "one of these images" if prediction.fused_from else "this image"
        return f"Whether {what} was in the model's training is unknown."
    if prediction.seen_in_training:
        what = "One of these images" if prediction.fused_from else "This image"
        return f"{what} was in the model's training, so its answer is no test."
    return ""


def describe_split(prediction: Prediction) -> str:
    """A warning where the model was judged on a split that leaks; empty where it was not."""
    if not prediction.leaking_split:
        return ""
    return "Leaking split: how good this model is on new images is unknown."


def describe_similar(images: Sequence[SimilarImage]) -> str:
    """Which diagnoses the most similar training images have: "5 melanocytic nevus, 3 melanoma"."""
    codes = Counter(image.dx for image in images)
    names = {code: CLASSES[INDEX[code]].name for code in codes}
    return ", ".join(f"{n} {names[code][0].lower()}{names[code][1:]}" for code, n in codes.most_common())


def describe_similar_image(image: SimilarImage, number: int, n_images: int) -> str:
    """One of the most similar training images: its rank, diagnosis and names."""
    lesion = f", lesion {image.lesion_id}" if image.lesion_id else ""
    same = "; the image you asked about, or a copy of it" if image.similarity > _SAME else ""
    return f"Number {number} of {n_images}: {name_class(image.dx)}, image {image.image_id}{lesion}{same}"


def describe_run(run: RunInfo) -> str:
    """A run in one line, for lists: what it reached, and whether it came to its end."""
    parts = [run.name]
    if run.val_balanced_accuracy is not None:
        parts.append(f"balanced accuracy {run.val_balanced_accuracy:.2f} on validation")
    if run.leaking_split and "leaking split" not in run.name:
        parts.append("leaking split")
    if run.is_demo and "demo" not in run.name:
        parts.append("demo data")
    if run.state == "interrupted":
        parts.append(f"interrupted at epoch {run.epochs_run} of {run.epochs}" if run.n_folds is None else "interrupted")
        parts[-1] += ", best model usable" if run.model is not None else ""
        parts[-1] += f", resuming goes on {describe_place(run)}" if run.is_resumable else ""
    return "; ".join(parts)


def describe_place(run: RunInfo) -> str:
    """Where resuming goes on: "after epoch 3 of 30", "in epoch 4 of 30", "in fold 2 of 5, before its first epoch"."""
    if run.n_folds is not None and run.folds_done == run.n_folds:
        return f"after all {run.n_folds} folds, before their evaluation"
    if run.saved_epochs is None:
        place = "from its last checkpoint"
    elif run.saved_steps:
        place = f"in epoch {run.saved_epochs + 1} of {run.epochs}"
    else:
        place = f"after epoch {run.saved_epochs} of {run.epochs}" if run.saved_epochs else "before its first epoch"
    return place if run.n_folds is None else f"in fold {run.folds_done + 1} of {run.n_folds}, {place}"
