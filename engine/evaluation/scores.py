"""Every figure of a part with its interval, from the answers by image and by lesion."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.evaluation import metrics
from engine.evaluation.answers import Answers
from engine.evaluation.bootstrap import DRAWS, SEED, LesionSums, Samples, Weights, resample
from engine.evaluation.intervals import area, mean_of_shares, mean_share, percentile, percentile_share, share_of
from engine.evaluation.ranks import Ranking
from engine.evaluation.reliability import ReliabilitySampler
from engine.evaluation_results import BinaryScore, Calibration, ClassScore, GroupScore, Interval, Scores
from engine.labels import CODES
from engine.model.probabilities import IN_GROUP, group_prevalence
from engine.results import ModelCard

_SMALLEST = np.finfo(np.float64).eps  # as scikit-learn clips a probability before its logarithm


@dataclass(frozen=True, kw_only=True)
class PartFigures:
    """What `Evaluation` says about the answers themselves; its fields of the same names."""

    by_image: Scores
    by_lesion: Scores
    calibration: Calibration


def score(answers: Answers, card: ModelCard, *, draws: int = DRAWS, seed: int = SEED) -> PartFigures:
    """All figures of the answers of a model to the images of a part; there is at least one image."""
    by_lesion = answers.by_lesion()
    image_sampler, lesion_sampler = ScoreSampler(answers), ScoreSampler(by_lesion)
    calibration = ReliabilitySampler(answers)
    samples = resample(
        {"image": image_sampler, "lesion": lesion_sampler, "calibration": calibration},
        answers.lesion_labels,
        draws=draws,
        seed=seed,
    )
    threshold = group_threshold(card)
    stated = group_prevalence(card.data_prior)
    return PartFigures(
        by_image=summarize(answers, samples["image"], threshold, stated),
        by_lesion=summarize(by_lesion, samples["lesion"], threshold, stated),
        calibration=calibration.summarize(samples["calibration"], stated, card.temperature),
    )


def group_threshold(card: ModelCard) -> float | None:
    """The threshold on the group's probability that a prediction is held against; None if the model has none."""
    return next((point.threshold for point in card.operating_points if point.target == "group"), None)


class ScoreSampler:
    """The figures of answers for weighted lesions, all at once."""

    def __init__(self, answers: Answers) -> None:
        """Sorts and sums once what every draw needs."""
        n_lesions, lesions, labels = answers.n_lesions, answers.lesions, answers.labels
        self._present = np.unique(labels)
        cells = labels * len(CODES) + answers.named
        self._confusion = LesionSums(cells, lesions, (len(CODES) ** 2, n_lesions))
        truth = np.eye(len(CODES))[labels]
        in_group = IN_GROUP[labels]
        losses = -np.log(np.clip((answers.stated * truth).sum(axis=1), _SMALLEST, 1))
        errors = {
            "log_loss": losses,
            "brier": ((answers.stated - truth) ** 2).sum(axis=1),
            "group_brier": (answers.group - in_group) ** 2,
        }
        nowhere = np.zeros_like(lesions)
        self._errors = {name: LesionSums(nowhere, lesions, (1, n_lesions), error) for name, error in errors.items()}
        questions = {CODES[label]: (answers.equal[:, label], labels == label) for label in self._present}
        questions["group"] = (answers.group, in_group)
        self._rankings = {
            name: Ranking(scores, is_positive, lesions, n_lesions)
            for name, (scores, is_positive) in questions.items()
            if is_positive.any() and not is_positive.all()
        }

    def sample(self, weights: Weights) -> Samples:
        """The figures of each draw, by name: `log_loss`, `f1_mel`, `auc_group` and so on."""
        confusion = self._confusion.of(weights).reshape(len(CODES), len(CODES), -1)
        right = confusion[np.arange(len(CODES)), np.arange(len(CODES))]
        of_class, named = confusion.sum(axis=1), confusion.sum(axis=0)
        recall = right[self._present] / of_class[self._present]
        n_cases = of_class.sum(axis=0)
        samples: Samples = {
            "balanced_accuracy": recall.mean(axis=0),
            "accuracy": right.sum(axis=0) / n_cases,
        }
        for position, label in enumerate(self._present):
            samples[f"sensitivity_{CODES[label]}"] = recall[position]
            samples[f"f1_{CODES[label]}"] = 2 * right[label] / (of_class[label] + named[label])
        for name, sums in self._errors.items():
            samples[name] = sums.of(weights)[0] / n_cases
        for name, ranking in self._rankings.items():
            samples[f"auc_{name}"], samples[f"average_precision_{name}"] = ranking.sample(weights)
        areas = [samples[f"auc_{name}"] for name in self._rankings if name != "group"]
        if areas:
            samples["macro_auc"] = np.mean(areas, axis=0)
        return samples


def summarize(answers: Answers, samples: Samples, threshold: float | None, stated_prevalence: float) -> Scores:
    """The figures of `answers`, computed by scikit-learn where it has them, with intervals from `samples`."""
    labels, named = answers.labels, answers.named
    confusion = metrics.count_confusion(labels, named)
    n_lesions = np.bincount(answers.lesion_labels, minlength=len(CODES))
    classes = _score_classes(answers, samples, confusion, n_lesions)
    areas = {score.code: score.auc.value for score in classes if score.auc is not None}
    of_class = {code: int(n) for code, n in zip(CODES, n_lesions, strict=True)}
    fewest = [min(of_class[code], answers.n_lesions - of_class[code]) for code in areas]
    present = [int(n) for n in n_lesions if n]
    balanced, accuracy = metrics.balanced_accuracy(confusion), metrics.accuracy(confusion)
    return Scores(
        n_cases=len(answers),
        balanced_accuracy=mean_share(balanced, samples["balanced_accuracy"], present),
        accuracy=percentile_share(accuracy, samples["accuracy"], answers.n_lesions),
        majority_baseline=metrics.majority_baseline(confusion),
        macro_auc=area(float(np.mean(list(areas.values()))), samples["macro_auc"], mean_of_shares(fewest))
        if areas
        else None,
        log_loss=percentile(metrics.log_loss(answers.stated, labels), samples["log_loss"]),
        brier=percentile(metrics.brier(answers.stated, labels), samples["brier"]),
        group=_score_group(answers, samples, threshold, stated_prevalence),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def _score_classes(
    answers: Answers, samples: Samples, confusion: npt.NDArray[np.int64], n_lesions: npt.NDArray[np.integer]
) -> tuple[ClassScore, ...]:
    labels, named, lesions = answers.labels, answers.named, answers.lesions
    f1_scores = metrics.f1_scores(confusion)
    scores = []
    for index, code in enumerate(CODES):
        is_class, is_named, f1 = labels == index, named == index, f1_scores[index]
        n_rarer = min(int(n_lesions[index]), answers.n_lesions - int(n_lesions[index]))
        probabilities = answers.equal[:, index]
        scores.append(
            ClassScore(
                code=code,
                n_images=int(is_class.sum()),
                n_lesions=int(n_lesions[index]),
                sensitivity=share_of(is_named, is_class, lesions),
                specificity=share_of(~is_named, ~is_class, lesions),
                precision=share_of(is_class, is_named, lesions),
                npv=share_of(~is_class, ~is_named, lesions),
                prevalence=float(is_class.mean()),
                f1=None if f1 is None else percentile_share(f1, samples[f"f1_{code}"], int(n_lesions[index])),
                auc=_sampled(metrics.area_under_roc(probabilities, is_class), samples, f"auc_{code}", n_rarer),
                average_precision=_sampled(
                    metrics.average_precision(probabilities, is_class), samples, f"average_precision_{code}", n_rarer
                ),
            )
        )
    return tuple(scores)


def _score_group(answers: Answers, samples: Samples, threshold: float | None, stated_prevalence: float) -> GroupScore:
    in_group = IN_GROUP[answers.labels]
    n_lesions = int(IN_GROUP[answers.lesion_labels].sum())
    n_rarer = min(n_lesions, answers.n_lesions - n_lesions)
    return GroupScore(
        n_cases=int(in_group.sum()),
        n_other_cases=int((~in_group).sum()),
        prevalence=float(in_group.mean()),
        stated_prevalence=stated_prevalence,
        auc=_sampled(metrics.area_under_roc(answers.group, in_group), samples, "auc_group", n_rarer),
        average_precision=_sampled(
            metrics.average_precision(answers.group, in_group), samples, "average_precision_group", n_rarer
        ),
        brier=percentile(metrics.binary_brier(answers.group, in_group), samples["group_brier"]),
        threshold=threshold,
        at_threshold=None if threshold is None else _score_binary(answers.group >= threshold, in_group, answers),
        by_top_class=_score_binary(IN_GROUP[answers.named], in_group, answers),
    )


def _score_binary(is_named: npt.NDArray[np.bool_], in_group: npt.NDArray[np.bool_], answers: Answers) -> BinaryScore:
    return BinaryScore(
        sensitivity=share_of(is_named, in_group, answers.lesions),
        specificity=share_of(~is_named, ~in_group, answers.lesions),
        precision=share_of(in_group, is_named, answers.lesions),
        npv=share_of(~in_group, ~is_named, answers.lesions),
    )


def _sampled(value: float | None, samples: Samples, name: str, n: int) -> Interval | None:
    """An area with the interval of its draws; None where it cannot be computed."""
    return None if value is None else area(value, samples[name], n)
