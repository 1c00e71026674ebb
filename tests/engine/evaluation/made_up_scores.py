"""Scores as records without a model: from a confusion matrix, with plausible figures for what it does not say."""

from engine.evaluation_results import (
    BinaryScore,
    Calibration,
    ClassScore,
    GroupScore,
    Interval,
    RankCurve,
    Reliability,
    ReliabilityBin,
    Scores,
    Slice,
    Slicing,
)
from engine.labels import CODES, GROUP_CODES

Confusion = tuple[tuple[int, ...], ...]


def figure(value: float, half: float = 0.03) -> Interval:
    """A share with an interval of `half` on both sides."""
    return Interval(value=value, low=max(0.0, value - half), high=min(1.0, value + half))


def class_score(code: str, confusion: Confusion, n_lesions: int) -> ClassScore:
    """One class of `confusion`; None where it has no image. Sensitivity is about as sure as `n_lesions` make it."""
    index = CODES.index(code)
    n_images, right = sum(confusion[index]), confusion[index][index]
    named, total = sum(row[index] for row in confusion), sum(map(sum, confusion))
    return ClassScore(
        code=code,
        n_images=n_images,
        n_lesions=n_lesions,
        sensitivity=figure(right / n_images, 1 / max(n_lesions, 1) ** 0.5) if n_images else None,
        specificity=figure(1 - (named - right) / (total - n_images)),
        precision=figure(right / named) if right else None,
        npv=figure(0.95),
        prevalence=n_images / total,
        f1=figure(2 * right / (n_images + named)) if n_images else None,
        auc=figure(0.91) if n_images else None,
        average_precision=figure(0.62) if n_images else None,
    )


def scores(confusion: Confusion, lesions: tuple[int, ...], **changes: object) -> Scores:
    """The scores of `confusion`, with `lesions` of each class."""
    total, right = sum(map(sum, confusion)), sum(confusion[index][index] for index in range(len(CODES)))
    present = [row[index] / sum(row) for index, row in enumerate(confusion) if sum(row)]
    values: dict[str, object] = {
        "n_cases": total,
        "balanced_accuracy": figure(sum(present) / len(present), 0.04),
        "accuracy": figure(right / total, 0.02),
        "majority_baseline": max(map(sum, confusion)) / total,
        "macro_auc": figure(0.9),
        "log_loss": Interval(value=0.79, low=0.7, high=0.9),
        "brier": Interval(value=0.4, low=0.35, high=0.45),
        "group": group_score(confusion),
        "classes": tuple(class_score(code, confusion, n) for code, n in zip(CODES, lesions, strict=True)),
        "confusion": confusion,
    }
    return Scores(**{**values, **changes})  # type: ignore[arg-type]


def group_score(confusion: Confusion) -> GroupScore:
    """The group of `confusion`, with an operating point."""
    n_cases = sum(sum(row) for code, row in zip(CODES, confusion, strict=True) if code in GROUP_CODES)
    total = sum(map(sum, confusion))
    binary = BinaryScore(sensitivity=figure(0.94), specificity=figure(0.6), precision=figure(0.36), npv=figure(0.98))
    return GroupScore(
        n_cases=n_cases,
        n_other_cases=total - n_cases,
        prevalence=n_cases / total,
        stated_prevalence=0.195,
        auc=figure(0.88),
        average_precision=figure(0.7),
        brier=figure(0.11),
        threshold=0.11,
        at_threshold=binary,
        by_top_class=binary,
    )


def calibration() -> Calibration:
    """Probabilities that were too sure before temperature."""

    def reliability(tilt: float) -> Reliability:
        middles = [(index + 0.5) / 15 for index in range(15)]
        bins = tuple(
            ReliabilityBin(
                low=index / 15,
                high=(index + 1) / 15,
                n_images=0 if index == 7 else 100,
                n_lesions=0 if index == 7 else 75,
                mean_probability=None if index == 7 else middle,
                observed=None if index == 7 else figure(middle + tilt * (0.5 - middle), 0.06),
            )
            for index, middle in enumerate(middles)
        )
        return Reliability(bins=bins, ece=figure(abs(tilt) / 4, 0.01))

    return Calibration(
        prevalence=0.195,
        part_prevalence=0.2,
        temperature=1.4,
        group_before=reliability(0.4),
        group_after=reliability(0.1),
        top_before=reliability(0.3),
        top_after=reliability(0.05),
    )


def curves() -> tuple[RankCurve, ...]:
    """The same curve for all."""
    roc = tuple((across / 20, min(1.0, (across / 20) ** 0.4)) for across in range(21))
    falling = tuple((across / 20, 1 - 0.6 * across / 20) for across in range(21))
    return tuple(RankCurve(target=target, roc=roc, precision_recall=falling) for target in (*CODES, "group"))


def slices() -> tuple[Slicing, ...]:
    """By sex, one value of it hardly there, and by how the diagnosis was made."""

    def one(value: str, n_lesions: int, half: float) -> Slice:
        return Slice(
            value=value,
            n_images=n_lesions * 4 // 3,
            n_lesions=n_lesions,
            n_classes=7,
            balanced_accuracy=figure(0.6, half),
            group_sensitivity=figure(0.93, half),
            group_specificity=figure(0.6, half),
            is_too_few=half > 0.15,
        )

    return (
        Slicing(column="sex", slices=(one("male", 600, 0.05), one("female", 510, 0.06), one("unknown", 9, 0.3))),
        Slicing(column="dx_type", slices=(one("histo", 560, 0.05), one("follow_up", 420, 0.2))),
    )
