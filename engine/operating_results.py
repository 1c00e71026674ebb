"""What comes back for choosing an operating point: the curve it lies on, and what it would do to people."""

from dataclasses import dataclass

from engine.evaluation_results import (
    Interval,
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a threshold would do to a number of people, of whom some have the condition; rounded to whole people."""

    n_ill: int
    n_missed: int
    """Of `n_ill`, below the threshold."""
    n_well: int
    n_alarmed: int
    """Of `n_well`, at or above it: needlessly alarmed."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a threshold does to the lesions of one part."""

    n_lesions: int
    """Of the target: the group, or the class."""
    n_missed: int
    """Those of them below the threshold."""
    n_other_lesions: int
    n_false_alarms: int
    """Those of them at or above it."""
    sensitivity: Interval | None
    """Wilson; None without a lesion of the target."""
    specificity: Interval | None
    """Wilson; None without another lesion."""

    def expect(self, prevalence: float, people: int = 100) -> Expected | None:
        """Among so many people, one lesion each, where the target is as common as `prevalence`; None if unknown."""
        if self.sensitivity is None or self.specificity is None:
            return None
        n_ill = round(people * prevalence)
        return Expected(
            n_ill=n_ill,
            n_missed=round(n_ill * (1 - self.sensitivity.value)),
            n_well=people - n_ill,
            n_alarmed=round((people - n_ill) * (1 - self.specificity.value)),
        )


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One threshold, chosen on validation, and what it does."""

    threshold: float
    """On the mean probability of a lesion's images, at the data's prevalence; at or above it counts as the target."""
    validation: Outcome
    test: Outcome | None
    """The same threshold on the test part; None while that was not opened for this model."""


@dataclass(frozen=True, kw_only=True)
class OperatingCurve:
    """Every sensitivity that can be had on the validation part, and what it costs."""

    target: str
    """"group" or the code of a class."""
    prevalence: float
    """Share of the target in the model's training data: what the probabilities hold at."""
    points: tuple[CurvePoint, ...]
    """From the highest sensitivity to the lowest; () unless validation has lesions of the target and others."""
    test_openings: int
    is_demo: bool
    leaking_split: bool
