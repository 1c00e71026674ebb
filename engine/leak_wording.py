"""Says in plain words what a split that leaks would have done to a data set's figures."""

from engine.evaluation_wording import name_interval
from engine.leak_results import LeakMeter, NeighbourScore
from engine.wording import count, name_percent

EXPLANATION = (
    "The common recipe copies the images of rare diagnoses to balance the classes, then splits the copies at random. "
    "Here a program that learns nothing is scored under that split and under a split by lesion: for each test image it "
    "takes the diagnosis of the training image whose thumbnail is most alike."
)


def describe_leak(meter: LeakMeter) -> tuple[str, ...]:
    """What was measured, in sentences: how many test rows were seen in training, both scores, and what that means."""
    return (describe_seen(meter), describe_scores(meter), describe_meaning(meter))


def describe_seen(meter: LeakMeter) -> str:
    """How much of the test part the notebook's split puts into training as well."""
    seen = meter.notebook
    return (
        f"Under the notebook's split {seen.n_images_seen:,} of {count(seen.n_test, 'test row')} "
        f"({name_percent(seen.share_seen)}) are images that are also in training, and {seen.n_lesions_seen:,} "
        f"({name_percent(seen.n_lesions_seen / seen.n_test)}) show a lesion that is. Split by lesion, "
        f"{_none_of(meter.by_lesion)}."
    )


def describe_scores(meter: LeakMeter) -> str:
    """The score of looking up the most similar thumbnail under both splits."""
    side = meter.thumbnail_side
    return (
        f"Looking up the most similar thumbnail of {side} x {side} pixels reaches a balanced accuracy of "
        f"{name_interval(meter.notebook.balanced_accuracy)} under the notebook's split, and "
        f"{name_interval(meter.by_lesion.balanced_accuracy)} split by lesion (accuracy "
        f"{name_interval(meter.notebook.accuracy)} and {name_interval(meter.by_lesion.accuracy)})."
    )


def describe_meaning(meter: LeakMeter) -> str:
    """What the difference between the two scores says about figures from such a split."""
    notebook, by_lesion = meter.notebook.balanced_accuracy, meter.by_lesion.balanced_accuracy
    if notebook.low <= by_lesion.high:
        return "On this data the two scores are too close to tell them apart."
    points = 100 * (notebook.value - by_lesion.value)
    return (
        f"Both are the same program on the same images: the {points:.0f} points between them are the leak. "
        "A score under such a split says how well images are remembered, not how well a new lesion is recognised."
    )


def _none_of(score: NeighbourScore) -> str:
    if score.n_images_seen == 0 and score.n_lesions_seen == 0:
        return f"none of {count(score.n_test, 'test image')} is"
    return f"{score.n_lesions_seen:,} of {count(score.n_test, 'test image')} are"
