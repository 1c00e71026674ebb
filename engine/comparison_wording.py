"""Says comparisons, operating points, calibration and missing figures in plain words, window and terminal alike."""

from engine.comparison_results import Comparison, Difference, PooledEvaluation
from engine.evaluation_results import BinaryScore, Calibration, ClassScore, Interval, Slice, Slicing
from engine.evaluation_wording import TOO_FEW, name_interval
from engine.labels import CLASSES, GROUP_NAME, INDEX, PART_NAMES
from engine.operating_results import CurvePoint, OperatingCurve, Outcome
from engine.results import Part
from engine.wording import count, name_percent

ONE_SPLIT = (
    "One split can show how a model does on common classes. A test part of HAM10000 holds about 11 dermatofibromas and "
    "15 vascular lesions: too few to tell 0.5 from 0.8. Folds answer every image once, and so halve the intervals and "
    "more."
)
SLICES = (
    "Each line is about the images of one kind only. Grey, “too few to tell”: fewer than 10 lesions, or an interval "
    "wider than 0.3. With twenty lines, one lies outside its interval by chance."
)
SLICE_TITLES: dict[str, str] = {
    "sex": "Sex",
    "age": "Age",
    "localization": "Site on the body",
    "dx_type": "How the diagnosis was made",
    "source": "Source of the image",
}


def describe_difference(difference: Difference, name_b: str, *, less_is_better: bool = False) -> str:
    """How much better run B is: "Run B is better by 3.1 points, 1.2 to 5.0." Points are hundredths."""
    found = difference.difference
    if found is None:
        return "This cannot be compared: one of the two figures cannot be computed."
    low, high = sorted((-found.low, -found.high)) if less_is_better else (found.low, found.high)
    value = -found.value if less_is_better else found.value
    if not difference.is_clear:
        return f"No clear difference: {name_b} is {_signed(value)} points, {_signed(low)} to {_signed(high)}."
    if value >= 0:
        return f"{name_b} is better by {100 * value:.1f} points, {100 * low:.1f} to {100 * high:.1f}."
    return f"{name_b} is worse by {-100 * value:.1f} points, {-100 * high:.1f} to {-100 * low:.1f}."


def describe_comparison(comparison: Comparison, name_b: str = "Run B") -> str:
    """The headline of a comparison, and what it is about."""
    about = f"{count(comparison.n_images, 'image')} of {count(comparison.n_lesions, 'lesion')}"
    return (
        f"{describe_difference(comparison.balanced_accuracy, name_b)} Balanced accuracy by image, 95 % interval of "
        f"drawing the same lesions for both, on {about} of the {PART_NAMES[comparison.part]}."
    )


def describe_expected(curve_target: str, outcome: Outcome, prevalence: float, people: int = 100) -> str:
    """What a threshold would do: "Of 100 people, at 5 % prevalence, 1 of 5 melanomas would be missed and 23 ..."."""
    expected = outcome.expect(prevalence, people)
    if expected is None:
        return explain_outcome(curve_target, outcome)
    # "0 of 0" would say nothing: rare things are told of as many people as it takes to meet some
    if expected.n_ill < 5 and people < 100_000 and prevalence > 0:
        return describe_expected(curve_target, outcome, prevalence, people * 10)
    kind = name_target(curve_target, expected.n_ill)
    return (
        f"Of {people:,} people, at {_percent(prevalence)} prevalence, {expected.n_missed:,} of {expected.n_ill:,} "
        f"{kind} would be missed and {expected.n_alarmed:,} of {expected.n_well:,} needlessly alarmed."
    )


def explain_outcome(target: str, outcome: Outcome) -> str:
    """Why a threshold says nothing here; empty where it does."""
    if outcome.n_lesions == 0:
        return f"This part has no {name_target(target, 1)}, so nothing can be said about those that are missed."
    if outcome.n_other_lesions == 0:
        return f"Every lesion of this part is a {name_target(target, 1)}: nothing can be said about needless alarms."
    return ""


def describe_outcome(target: str, outcome: Outcome, part: str) -> str:
    """What a threshold did to the lesions of a part, with intervals."""
    if outcome.sensitivity is None or outcome.specificity is None:
        return explain_outcome(target, outcome)
    found = outcome.n_lesions - outcome.n_missed
    doubt = f" That is {TOO_FEW}." if outcome.sensitivity.is_too_wide else ""
    kind = name_target(target, outcome.n_lesions)
    return (
        f"On the {PART_NAMES[part]} it found {found:,} of {outcome.n_lesions:,} {kind}"
        f", sensitivity {name_interval(outcome.sensitivity)}, and alarmed needlessly for "
        f"{outcome.n_false_alarms:,} of {count(outcome.n_other_lesions, 'other lesion')}, "
        f"specificity {name_interval(outcome.specificity)}.{doubt}"
    )


def describe_point(curve: OperatingCurve, point: CurvePoint, prevalence: float) -> tuple[str, ...]:
    """All that is to be said about one threshold, line by line. The people are those of the part judged last."""
    judged, part = (point.test, "test") if point.test is not None else (point.validation, "val")
    lines = [
        describe_expected(curve.target, judged, prevalence),
        describe_outcome(curve.target, point.validation, "val"),
    ]
    if point.test is not None:
        lines.append(describe_outcome(curve.target, point.test, "test"))
    else:
        lines.append(
            f"It was chosen on the {PART_NAMES[part]}, so these figures flatter it a little. "
            "Open the test part to see what it does there."
        )
    return tuple(lines)


def explain_curve(curve: OperatingCurve) -> str:
    """Why there is no point to choose; empty where there is."""
    if curve.points:
        return ""
    return f"The validation part does not hold both {name_target(curve.target, 2)} and other lesions."


def name_target(target: str, number: int) -> str:
    """What an operating point looks for, in a number: "melanoma", "melanomas", "lesions of the group"."""
    if target == "group":
        what = GROUP_NAME.lower()
        return f"{what} lesion" if number == 1 else f"{what} lesions"
    names = _PLURALS[target]
    return names[0] if number == 1 else names[1]


def explain_missing(score: ClassScore, figure: str, n_cases: int) -> str:
    """Why `figure` (a field's name) of a class is None, among `n_cases`; empty where it is not."""
    if getattr(score, figure) is not None:
        return ""
    name = CLASSES[INDEX[score.code]].name
    if figure == "precision":
        return f"Nothing was named “{name}” in this part."
    if figure == "npv":
        return f"Everything was named “{name}” in this part."
    if score.n_images == 0:
        return f"There is no image of “{name}” in this part."
    if score.n_images == n_cases:
        return f"Every image of this part is of “{name}”."
    return "It cannot be computed from these images."


def explain_missing_group(scores: BinaryScore | None, figure: str) -> str:
    """Why `figure` of the group's yes-or-no question is None; empty where it is not."""
    if scores is None:
        return "This model has no operating point."
    if getattr(scores, figure) is not None:
        return ""
    return {
        "sensitivity": "No image of this part is in the group.",
        "specificity": "Every image of this part is in the group.",
        "precision": "No image of this part was said to be in the group.",
        "npv": "Every image of this part was said to be in the group.",
    }[figure]


def explain_missing_loss() -> str:
    """Why a log loss or Brier score is None."""
    return "There are too few lesions to say how sure this figure would be."


def describe_calibration(calibration: Calibration) -> str:
    """How far said and observed lie apart, and whether the prevalence fits."""
    after, before = calibration.group_after.ece, calibration.group_before.ece
    if after is None or before is None:
        return "There are too few lesions to say whether the probabilities can be taken at their word."
    text = (
        f"When the model says a probability of the group, it is off by {_points(after)} on average "
        f"(before temperature {_points(before)}), at {_percent(calibration.prevalence)} prevalence."
    )
    if abs(calibration.part_prevalence - calibration.prevalence) > 0.05:
        text += (
            f" In these images the group's share is {_percent(calibration.part_prevalence)}, so that probabilities for "
            f"{_percent(calibration.prevalence)} cannot fit them."
        )
    return text


def describe_slice(slicing: Slicing, one: Slice) -> str:
    """One slice as a line: "female: 510 lesions, balanced accuracy 0.60 (0.54 to 0.66)"."""
    value = name_slice(slicing.column, one.value)
    text = f"{value}: {count(one.n_lesions, 'lesion')}, balanced accuracy {name_interval(one.balanced_accuracy)}"
    if one.n_classes < len(CLASSES):
        text += f" over {count(one.n_classes, 'class', 'classes')}"
    return f"{text}, {TOO_FEW}" if one.is_too_few else text


def name_slice(column: str, value: str) -> str:
    """A value of a column as people read it: "confirmed by histology" for "histo"."""
    return _DX_TYPES.get(value, value) if column == "dx_type" else value


def describe_answering(part: Part) -> str:
    """Which model gave each pooled answer: on the validation part it was chosen by those very images."""
    if part == "test":
        return "a model that never saw it"
    return (
        "a model that did not learn from it, though its best epoch was chosen on these images, which flatters a little"
    )


def describe_pool(pooled: PooledEvaluation) -> str:
    """What pooled folds are about, and their headline."""
    return (
        f"{count(len(pooled.runs), 'fold')} pooled: {count(pooled.n_images, 'image')} of "
        f"{count(pooled.n_lesions, 'lesion')}, each answered once by {describe_answering(pooled.part)}. "
        f"Balanced accuracy {name_interval(pooled.by_image.balanced_accuracy)} by image, "
        f"{name_interval(pooled.by_lesion.balanced_accuracy)} by lesion."
    )


_PLURALS: dict[str, tuple[str, str]] = {
    "akiec": ("actinic keratosis or Bowen's disease", "actinic keratoses or Bowen's diseases"),
    "bcc": ("basal cell carcinoma", "basal cell carcinomas"),
    "bkl": ("benign keratosis", "benign keratoses"),
    "df": ("dermatofibroma", "dermatofibromas"),
    "mel": ("melanoma", "melanomas"),
    "nv": ("melanocytic nevus", "melanocytic nevi"),
    "vasc": ("vascular lesion", "vascular lesions"),
}
_DX_TYPES: dict[str, str] = {
    "histo": "confirmed by histology",
    "follow_up": "seen not to change over time",
    "consensus": "agreed by experts",
    "confocal": "seen in a confocal microscope",
}


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"


def _points(figure: Interval) -> str:
    return f"{100 * figure.value:.1f} points ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def _percent(share: float) -> str:
    """ "5 %", or "19.5 %" where it is not whole."""
    return name_percent(share).replace(".0 %", " %")
