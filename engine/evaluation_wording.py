"""Says evaluations in plain words: the same sentences in the window, in the terminal and in reports."""

from engine.evaluation_results import ClassScore, Evaluation, ExternalData, Interval
from engine.labels import CLASSES, INDEX, PART_NAMES
from engine.wording import LEAKING_SPLIT, count, name_class

TOO_FEW = "too few to tell"
TRAINING_UNKNOWN = "The model's training data is unknown: leakage cannot be ruled out."
BALANCED_ACCURACY = (
    "Balanced accuracy is the share of images named right within each class, averaged over the classes, "
    "so that a rare class counts as much as a common one."
)
LEAK_WARNING = (
    "Too good to be true? The whole 95 % interval lies above 0.90. On this data that speaks for a leak, images of one "
    "lesion in two parts, more than for a good model. Look for copies under other names before you believe this number."
)


def name_interval(interval: Interval) -> str:
    """A share with its interval: "0.64 (0.60 to 0.68)"."""
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def describe_headline(evaluation: Evaluation) -> str:
    """The first line of an evaluation: balanced accuracy by image and by lesion."""
    by_image, by_lesion = evaluation.balanced_accuracy, evaluation.balanced_accuracy_by_lesion
    mark = "Leaking split, no result: " if evaluation.leaking_split else ""
    return (
        f"{mark}Balanced accuracy {by_image.value:.2f} "
        f"(95 % interval {by_image.low:.2f} to {by_image.high:.2f}), by image; by lesion {name_interval(by_lesion)}"
    )


def describe_accuracy(evaluation: Evaluation) -> str:
    """Accuracy beside what a model without eyes would reach."""
    most_common = max(evaluation.classes, key=lambda score: score.n_images).code
    return (
        f"Accuracy {name_interval(evaluation.accuracy)}; always saying “{CLASSES[INDEX[most_common]].name}” "
        f"would reach {evaluation.majority_baseline:.2f}."
    )


def describe_part(evaluation: Evaluation) -> str:
    """Which images the numbers are about, and what the part was used for before."""
    if evaluation.external is not None:
        return describe_external(evaluation, evaluation.external)
    what = f"{PART_NAMES[evaluation.part].capitalize()}: {count(evaluation.n_images, 'image')}"
    text = f"{what} of {count(evaluation.n_lesions, 'lesion')}."
    if evaluation.leaking_split:
        text = f"{text} {LEAKING_SPLIT}"
    if evaluation.part == "val":
        return f"{text} The best epoch was chosen on this part, so a little luck is in these numbers."
    if evaluation.part == "test":
        return f"{text} {describe_openings(evaluation.test_openings)}"
    return f"{text} The model learned from these images: the numbers say nothing about new ones."


def describe_external(evaluation: Evaluation, data: ExternalData) -> str:
    """Which external images the numbers are about, and whether the model can have met them."""
    what = f"External data {data.name}: {count(evaluation.n_images, 'image')}"
    sentences = [f"{what} of {count(evaluation.n_lesions, 'lesion')}."]
    if evaluation.leaking_split:
        sentences.append(LEAKING_SPLIT)
    if not data.is_training_known:
        sentences.append(TRAINING_UNKNOWN)
    elif not data.n_met:
        sentences.append("None of them was in the model's training, as far as files, looks and ids tell.")
    else:
        sentences.append(
            f"{data.n_met:,} of {count(data.n_images, 'image')} were left out: the model met them, or their lesions, "
            "in its training. The rest may be from the same source, so it is less foreign than other data."
        )
    if data.n_sealed:
        sentences.append(f"{data.n_sealed:,} more were left out: they are of the test part of the model's own split.")
    if data.n_without_lesion:
        sentences.append(
            f"Of {count(data.n_without_lesion, 'image')} the data set names no lesion: each counts as one of its own, "
            "and intervals are too narrow if some show the same."
        )
    return " ".join(sentences)


def describe_absent(evaluation: Evaluation) -> str:
    """Which classes have no image, and what that does to the headline; empty where all have some."""
    absent = [name_class(score.code) for score in evaluation.classes if score.n_images == 0]
    if not absent:
        return ""
    left = count(len(evaluation.classes) - len(absent), "class", "classes")
    return f"There is no image of {', '.join(absent)}: balanced accuracy is the mean over the other {left}."


def describe_openings(openings: int) -> str:
    """How often the test part was opened so far."""
    if openings == 0:
        return "The test part of this split was never opened."
    if openings == 1:
        return "The test part of this split was opened once."
    return f"The test part of this split was opened {openings:,} times: each further opening makes its number less new."


def describe_cell(confusion: tuple[tuple[int, ...], ...], row: int, column: int) -> str:
    """One cell of a confusion matrix as a sentence."""
    total, number = sum(confusion[row]), confusion[row][column]
    true, named = name_class(CLASSES[row].code), name_class(CLASSES[column].code)
    if total == 0:
        return f"There is no image of {true} in this part."
    verdict = "was" if number == 1 else "were"
    right = " rightly" if row == column else ""
    share = f" ({number / total:.2f})"
    return f"{number:,} of {count(total, 'image')} of {true}{share} {verdict}{right} named {named}."


def describe_sensitivity(score: ClassScore) -> str:
    """The share found of one class with its interval, and whether there were enough lesions to tell."""
    if score.sensitivity is None:
        return "none in this part"
    text = name_interval(score.sensitivity)
    return f"{text}, {TOO_FEW}" if score.sensitivity.is_too_wide else text
