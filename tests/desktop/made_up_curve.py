"""An operating curve without a model: sensitivity falls step by step, and so do the false alarms."""

from dataclasses import replace

from engine.evaluation_results import Interval
from engine.operating_results import CurvePoint, OperatingCurve, Outcome


def outcome(n_lesions: int, n_missed: int, n_others: int, n_alarms: int) -> Outcome:
    """What a threshold did to so many lesions."""
    sensitivity, specificity = 1 - n_missed / n_lesions, 1 - n_alarms / n_others
    return Outcome(
        n_lesions=n_lesions,
        n_missed=n_missed,
        n_other_lesions=n_others,
        n_false_alarms=n_alarms,
        sensitivity=Interval(value=sensitivity, low=max(0.0, sensitivity - 0.05), high=min(1.0, sensitivity + 0.03)),
        specificity=Interval(value=specificity, low=specificity - 0.04, high=min(1.0, specificity + 0.04)),
    )


def curve(target: str = "group", *, prevalence: float = 0.2, with_test: bool = False) -> OperatingCurve:
    """Forty points: at each one more of 40 lesions is missed and ten fewer of 400 others are alarmed."""
    points = tuple(
        CurvePoint(
            threshold=0.05 + 0.02 * missed,
            validation=outcome(40, missed, 400, 400 - 10 * missed),
            test=outcome(80, min(80, 4 * missed), 400, 400 - 9 * missed) if with_test else None,
        )
        for missed in range(40)
    )
    return OperatingCurve(
        target=target,
        prevalence=prevalence,
        points=points,
        test_openings=int(with_test),
        is_demo=False,
        leaking_split=False,
    )


def empty_curve(target: str) -> OperatingCurve:
    """Of a class that validation does not have."""
    return replace(curve(target), points=())
