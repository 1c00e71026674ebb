"""What people see in a terminal of evaluations, comparisons, scores by a challenge's rule, and the leak meter."""

from engine import evaluation_wording as words
from engine.challenge_results import ChallengeScore
from engine.comparison_results import Comparison, Difference, PooledEvaluation
from engine.comparison_wording import describe_comparison, describe_pool
from engine.evaluation_results import ClassScore, Evaluation, Interval
from engine.labels import CODES, DEMO_NOTICE, NOTICE
from engine.leak_results import LeakMeter
from engine.leak_wording import EXPLANATION, describe_leak
from engine.terminal import footer
from engine.wording import LEAKING_SPLIT, NO_FIGURE, count, name_class

_WIDTH = max(len(name_class(code)) for code in CODES)
_CLASS_HEAD = f"{'class':<{_WIDTH}} {'images':>6} {'lesions':>7}  {'sensitivity':<20} {'specificity':>11} {'AUC':>5}"


def describe_evaluation(result: Evaluation) -> str:
    """An evaluation as headline and table."""
    lines = [
        words.describe_part(result),
        f"{words.describe_headline(result)}.",
        words.describe_accuracy(result),
        *([words.describe_absent(result)] if words.describe_absent(result) else []),
        "",
        _CLASS_HEAD,
        *(_class_row(score) for score in result.classes),
        "",
        *([words.describe_openings(result.test_openings)] if result.part == "val" else []),
        *([words.LEAK_WARNING] if result.leak_suspected else []),
        f"Report and tables: {result.files[0].parent}" if result.files else "",
    ]
    return "\n".join([*lines, *footer(result.is_demo)])


def describe_pooled(pooled: PooledEvaluation) -> str:
    """The figures of all folds together: headline, and every class."""
    lines = [describe_pool(pooled), "", _CLASS_HEAD, *(_class_row(score) for score in pooled.by_image.classes)]
    return "\n".join([*lines, *footer(pooled.is_demo)])


def _class_row(score: ClassScore) -> str:
    counts = f"{score.n_images:>6,} {score.n_lesions:>7,}"
    sensitivity = NO_FIGURE if score.sensitivity is None else words.name_interval(score.sensitivity)
    specificity, auc = (_value(figure) for figure in (score.specificity, score.auc))
    unsure = f"  {words.TOO_FEW}" if score.sensitivity is not None and score.sensitivity.is_too_wide else ""
    return f"{name_class(score.code):<{_WIDTH}} {counts}  {sensitivity:<20} {specificity:>11} {auc:>5}{unsure}"


def describe_runs_compared(comparison: Comparison) -> str:
    """How much better run B is than run A: the headline, and every figure of both side by side."""
    head = f"{'':<{_WIDTH}} {'A':>7} {'B':>7}  {'B - A, with 95 % interval':<30}"
    figures = {
        "Balanced accuracy, by image": comparison.balanced_accuracy,
        "Balanced accuracy, by lesion": comparison.balanced_accuracy_by_lesion,
        "Accuracy": comparison.accuracy,
        "Mean AUC of the classes": comparison.macro_auc,
        "AUC of the group": comparison.group_auc,
        "Log loss (less is better)": comparison.log_loss,
    }
    lines = [
        f"A: {comparison.run_a.name}",
        f"B: {comparison.run_b.name}",
        describe_comparison(comparison, "B"),
        *([LEAKING_SPLIT] if comparison.leaking_split else []),
        "",
        head,
        *(_difference_row(title, difference) for title, difference in figures.items()),
        "",
        "Sensitivity of each class",
        *(_difference_row(name_class(one.code), one.sensitivity) for one in comparison.classes),
        "",
        "Without a mark the interval holds 0: the two cannot be told apart. * marks a clear difference.",
    ]
    return "\n".join([*lines, *footer(comparison.is_demo)])


def _difference_row(title: str, difference: Difference) -> str:
    a, b = (NO_FIGURE if value is None else f"{value:.3f}" for value in (difference.a, difference.b))
    found = difference.difference
    text = NO_FIGURE if found is None else f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
    return f"{title:<{_WIDTH}} {a:>7} {b:>7}  {text}{' *' if difference.is_clear else ''}"


def describe_challenge(score: ChallengeScore) -> str:
    """The score of a submission, and what it is made of."""
    lines = [
        f"Balanced multi-class accuracy {score.balanced_accuracy:.3f} on {count(score.n_images, 'image')}, "
        "by the rule of ISIC 2018, task 3: the mean over the classes of the share named right.",
        "",
        f"{'class':<{_WIDTH}} {'images':>6} {'named right':>12}",
        *(
            f"{name_class(code):<{_WIDTH}} {n_images:>6,} {NO_FIGURE if recall is None else f'{recall:.3f}':>12}"
            for code, n_images, recall in zip(CODES, score.n_per_class, score.recalls, strict=True)
        ),
        "",
        *_challenge_notes(score),
        NOTICE,
    ]
    return "\n".join(lines)


def _challenge_notes(score: ChallengeScore) -> list[str]:
    """What is unusual about the tables; nothing where nothing is."""
    notes = []
    if score.n_undecided:
        notes.append(f"Undecided, and so wrong: {count(score.n_undecided, 'image')} whose highest value stands twice.")
    if score.n_other_sums:
        notes.append(
            f"The values of {count(score.n_other_sums, 'image')} do not sum to 1. The challenge allows that: "
            "only which one is highest counts."
        )
    if score.n_without_weight:
        notes.append(f"{count(score.n_without_weight, 'image')} without weight in the truth: counted for nothing.")
    absent = [code for code, recall in zip(CODES, score.recalls, strict=True) if recall is None]
    if absent:
        notes.append(f"The truth has no image of {', '.join(absent)}: the mean is over the other classes.")
    return notes


def describe_leak_meter(meter: LeakMeter) -> str:
    """What the notebook's split would have done to a data set."""
    about = f"{meter.path}: {count(meter.n_images, 'image')} of {count(meter.n_lesions, 'lesion')}."
    marks = [DEMO_NOTICE] if meter.is_demo else []
    return "\n".join([about, EXPLANATION, "", *describe_leak(meter), "", *marks, NOTICE])


def _value(figure: Interval | None) -> str:
    return NO_FIGURE if figure is None else f"{figure.value:.2f}"
