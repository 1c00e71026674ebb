"""The part of a report about probabilities: the group as a question, reliability, and every threshold."""

from collections.abc import Iterator, Mapping

from engine import comparison_wording as comparing
from engine import metric_wording as metrics
from engine.evaluation_results import Evaluation, Scores
from engine.html_page import Cell, figure_cell, heading, paragraph, picture, table
from engine.labels import GROUP_NAME
from engine.operating_results import Outcome
from engine.wording import name_percent

_PREVALENCES = (0.05, 0.20)  # a screening of healthy people, and a clinic; the part's own stands first


def describe_group(evaluation: Evaluation) -> Iterator[str]:
    """Blocks of HTML: what the operating point does, in words and figures."""
    group = evaluation.by_lesion.group
    yield heading(f"{GROUP_NAME}: yes or no")
    yield paragraph(
        "The group is melanoma, basal cell carcinoma, and actinic keratosis or Bowen's disease. "
        f"{metrics.OPERATING_POINT}"
    )
    outcome = _outcome(evaluation.by_lesion)
    if outcome is None or group.threshold is None:
        yield paragraph(comparing.explain_missing_group(group.at_threshold, "sensitivity"))
    else:
        yield paragraph(
            f"Threshold {group.threshold:.3f}. {comparing.describe_outcome('group', outcome, evaluation.part)}"
        )
        for prevalence in (group.prevalence, *_PREVALENCES):
            yield paragraph(comparing.describe_expected("group", outcome, prevalence))
    rows = []
    for title, binary in (("Operating point", group.at_threshold), ("Top class in the group", group.by_top_class)):
        cells = (
            figure_cell(getattr(binary, name, None), comparing.explain_missing_group(binary, name))
            for name in ("sensitivity", "specificity", "precision", "npv")
        )
        rows.append((Cell(text=title, is_number=False), *cells))
    yield table(("By lesion", "Sensitivity", "Specificity", "PPV", "NPV"), rows)
    yield paragraph(
        f"PPV and NPV hold at this data's {name_percent(group.prevalence)}. “Top class in the group” is the quick "
        "heuristic “cancerous: yes/no”: it sets no sensitivity, and is shown so that it can be compared.",
        "note",
    )


def _outcome(scores: Scores) -> Outcome | None:
    """What the operating point did to the lesions, None unless it can be said of both sides."""
    group = scores.group
    binary = group.at_threshold
    if binary is None or binary.sensitivity is None or binary.specificity is None:
        return None
    return Outcome(
        n_lesions=group.n_cases,
        n_missed=round(group.n_cases * (1 - binary.sensitivity.value)),
        n_other_lesions=group.n_other_cases,
        n_false_alarms=round(group.n_other_cases * (1 - binary.specificity.value)),
        sensitivity=binary.sensitivity,
        specificity=binary.specificity,
    )


def describe_probabilities(evaluation: Evaluation, figures: Mapping[str, bytes]) -> Iterator[str]:
    """Blocks of HTML: reliability, and what every threshold does; `figures` are PNG by the name of their file."""
    yield heading("Can the probabilities be taken at their word?")
    yield paragraph(comparing.describe_calibration(evaluation.calibration))
    if "reliability.png" in figures:
        what = "Reliability diagrams: probability said against share observed, before and after temperature."
        yield picture(figures["reliability.png"], what, metrics.RELIABILITY)
    yield paragraph(
        f"Temperature {evaluation.calibration.temperature:.2f}: one number, fitted on the validation part, that makes "
        "all probabilities softer (above 1) or sharper (below 1). It changes no answer.",
        "note",
    )
    yield from _curves(figures)


def _curves(figures: Mapping[str, bytes]) -> Iterator[str]:
    drawn = (
        ("roc.png", "ROC curves of each class and of the group, with AUC.", metrics.ROC),
        ("precision_recall.png", "Precision and recall of each class and of the group.", metrics.PRECISION_RECALL),
    )
    if any(name in figures for name, _, _ in drawn):
        yield heading("Every threshold")
    for name, alternative, caption in drawn:
        if name in figures:
            yield picture(figures[name], alternative, caption)
