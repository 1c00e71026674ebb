"""Says answers and runs in plain words: the same sentences in the window, in the terminal and in the browser."""

from engine.labels import CLASSES, EQUAL_PRIORS_NOTE, GROUP_NAME, INDEX, NOTICE
from engine.prediction_results import Prediction
from engine.results import OperatingPoint, RunInfo

NO_FIGURE = "\N{EN DASH}"
"""Stands where there is nothing to compute."""

LEAKING_SPLIT = (
    "Leaking split: images of one lesion stand in several parts, so that these numbers say nothing about new images."
)


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
    """All that is to be said about the answer for one image, line by line, the notice included.

    Where there is no answer: the reason and what to do about it.
    """
    if prediction.code is None:
        return tuple(line for line in (prediction.error or "There is no answer.", prediction.hint) if line)
    lines = (
        describe_class(prediction),
        describe_group(prediction),
        describe_heuristic(prediction),
        describe_training(prediction),
        describe_split(prediction),
        NOTICE,
    )
    return tuple(line for line in lines if line)


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
        return "Whether this image was in the model's training is unknown."
    if prediction.seen_in_training:
        return "This image was in the model's training, so its answer is no test."
    return ""


def describe_split(prediction: Prediction) -> str:
    """A warning where the model was judged on a split that leaks; empty where it was not."""
    if not prediction.leaking_split:
        return ""
    return "Leaking split: how good this model is on new images is unknown."


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
        resume = ", can be resumed" if run.is_resumable else ""
        parts.append(f"interrupted at epoch {run.epochs_run} of {run.epochs}, best model usable{resume}")
    return "; ".join(parts)
