"""A comparison and a leak meter without runs and data."""

from pathlib import Path

from engine.comparison_results import ClassDifference, Comparison, Difference
from engine.evaluation_results import Interval
from engine.labels import CODES
from engine.leak_results import LeakMeter, NeighbourScore
from tests.desktop.samples import CONFUSION


def difference(a: float, b: float, half: float = 0.019) -> Difference:
    """B minus A, `half` to both sides."""
    return Difference(a=a, b=b, difference=Interval(value=b - a, low=b - a - half, high=b - a + half))


def comparison(run_a: Path, run_b: Path) -> Comparison:
    """B is better by 3.1 points, 1.2 to 5.0; no class of them is clear, and one cannot be computed."""
    return Comparison(
        run_a=run_a,
        run_b=run_b,
        part="val",
        split_sha256="5" * 64,
        n_images=1497,
        n_lesions=1120,
        balanced_accuracy=difference(0.64, 0.671),
        balanced_accuracy_by_lesion=difference(0.66, 0.67),
        accuracy=difference(0.71, 0.66),
        macro_auc=difference(0.9, 0.93),
        group_auc=difference(0.88, 0.88),
        log_loss=difference(0.9, 0.8),
        classes=tuple(
            ClassDifference(
                code=code,
                n_images=sum(row),
                n_lesions=sum(row) // 2,
                sensitivity=Difference(a=None, b=None, difference=None) if code == "df" else difference(0.5, 0.52, 0.1),
                auc=difference(0.8, 0.82),
            )
            for code, row in zip(CODES, CONFUSION, strict=True)
        ),
        is_demo=False,
        leaking_split=False,
    )


def leak_meter(path: Path) -> LeakMeter:
    """What the design says about HAM10000."""

    def score(value: float, seen: int, lesions: int) -> NeighbourScore:
        interval = Interval(value=value, low=value - 0.01, high=value + 0.01)
        return NeighbourScore(
            n_train=30_000,
            n_test=10_000,
            n_images_seen=seen,
            n_lesions_seen=lesions,
            accuracy=interval,
            balanced_accuracy=interval,
        )

    return LeakMeter(
        path=path,
        data_fingerprint="f" * 64,
        is_demo=False,
        seed=0,
        thumbnail_side=16,
        n_images=10_015,
        n_lesions=7_470,
        notebook=score(0.97, 8_200, 9_000),
        by_lesion=score(0.30, 0, 0),
    )
