"""Writes an evaluation as one page of HTML that explains itself: every figure, its interval, and what it means."""

from collections.abc import Iterator, Mapping

from engine import comparison_wording as comparing
from engine import evaluation_wording as words
from engine import metric_wording as metrics
from engine.evaluation.html_origin import describe_origin
from engine.evaluation.html_probabilities import describe_group, describe_probabilities
from engine.evaluation_results import ClassScore, Evaluation, Interval, Scores, Slice, Slicing
from engine.html_page import (
    Cell,
    definitions,
    figure_cell,
    heading,
    headline,
    matrix,
    page,
    paragraph,
    picture,
    table,
)
from engine.labels import CLASSES, CODES, DEMO_NOTICE, LIMITS, NOTICE, PART_NAMES
from engine.results import ModelCard
from engine.wording import LEAKING_SPLIT, NO_FIGURE, count, name_class, name_percent

_NO_SCORE = "It needs lesions both of the class or group and of others, and enough of them for an interval."


def make_report(
    evaluation: Evaluation,
    card: ModelCard | None,
    provenance: Mapping[str, object],
    figures: Mapping[str, bytes],
) -> str:
    """The page. `figures` are PNG by the name of their file; `card` is the model's, None where it is not at hand."""
    name = card.name if card else evaluation.run.name
    what = evaluation.external.name if evaluation.external else PART_NAMES[evaluation.part]
    return page(
        f"Evaluation of {name} on {what}",
        (
            heading("Evaluation of a skin-lesion classifier", 1),
            paragraph(f"{name}, on {'external data ' if evaluation.external else 'the '}{what}", "about"),
            *_marks(evaluation),
            *_summary(evaluation),
            *_part(evaluation),
            *_classes(evaluation),
            *_confusion(evaluation),
            *describe_group(evaluation),
            *describe_probabilities(evaluation, figures),
            *_slices(evaluation),
            *_one_split(evaluation),
            *_training(evaluation, figures),
            *describe_origin(evaluation, card, provenance),
            *_limits(evaluation, card),
        ),
    )


def _marks(evaluation: Evaluation) -> Iterator[str]:
    """What a reader must know before any number."""
    if evaluation.leaking_split:
        yield paragraph(LEAKING_SPLIT, "mark")
    if evaluation.is_demo:
        yield paragraph(DEMO_NOTICE, "mark")
    if evaluation.leak_suspected:
        yield paragraph(words.LEAK_WARNING, "mark")
    if evaluation.external and not evaluation.external.is_training_known:
        yield paragraph(words.TRAINING_UNKNOWN, "mark")
    yield paragraph(NOTICE, "mark")


def _summary(evaluation: Evaluation) -> Iterator[str]:
    by_image, by_lesion, calibration = evaluation.by_image, evaluation.by_lesion, evaluation.calibration
    figure = evaluation.balanced_accuracy
    yield headline(
        f"Balanced accuracy {figure.value:.2f}",
        f"95 % interval {figure.low:.2f} to {figure.high:.2f}, by image; "
        f"by lesion {words.name_interval(evaluation.balanced_accuracy_by_lesion)}.",
        words.describe_absent(evaluation),
        words.describe_accuracy(evaluation),
        words.describe_part(evaluation),
    )
    yield paragraph(metrics.EQUAL_PRIORS)
    figures: dict[str, Interval | float | None] = {
        "balanced_accuracy": by_image.balanced_accuracy,
        "balanced_accuracy_by_lesion": by_lesion.balanced_accuracy,
        "accuracy": by_image.accuracy,
        "majority_baseline": by_image.majority_baseline,
        "macro_auc": by_image.macro_auc,
        "group_auc": by_image.group.auc,
        "group_average_precision": by_image.group.average_precision,
        "log_loss": by_image.log_loss,
        "brier": by_image.brier,
        "ece": calibration.group_after.ece,
    }
    rows = []
    for name, value in figures.items():
        title, meaning = metrics.METRICS[name]
        shown = (
            Cell(text=f"{value:.2f}") if isinstance(value, float) else figure_cell(value, "too few kinds of lesions")
        )
        rows.append((Cell(text=title, is_number=False), shown, Cell(text=meaning, is_number=False)))
    yield table(("Figure", "Value", "What it says"), rows)
    yield paragraph(
        f"Log loss, Brier score and calibration hold at {name_percent(calibration.prevalence)} prevalence of "
        "the group, "
        "that of the model's training data. No interval belongs to accuracy without looking: it only counts images.",
        "note",
    )
    yield paragraph(metrics.INTERVAL, "note")


def _part(evaluation: Evaluation) -> Iterator[str]:
    yield heading("What was tested")
    if evaluation.part == "val":
        yield paragraph(
            "These images were not learned from, but the best epoch, the temperature and the operating point "
            "were chosen "
            "on them. The test part is the fair exam: it is opened by an explicit act, and every opening is counted. "
            + words.describe_openings(evaluation.test_openings)
        )
    if evaluation.part == "test":
        kept = "They were kept apart by lesion before the training began. " if not evaluation.leaking_split else ""
        yield paragraph(
            "The test part of the split, opened by an explicit act. Nothing was chosen on these images: not the "
            "epoch, not "
            f"the temperature, not the operating point. {kept}{words.describe_openings(evaluation.test_openings)}"
        )
    if evaluation.external:
        yield paragraph(
            "Images that are no part of the model's split. Each was compared with what the model's file "
            "remembers of its "
            "training: the same file, the same picture (turned and mirrored ones too), the same id or the same lesion. "
            "Probabilities still hold at the prevalence of the training data, not at that of these images."
        )
    if evaluation.external and evaluation.external.n_met + evaluation.external.n_sealed:
        yield paragraph("The images that were left out are named, each with its reason, in overlap.csv.", "note")


def _classes(evaluation: Evaluation) -> Iterator[str]:
    yield heading("Each diagnosis")
    yield _class_table(evaluation.by_image, "By image", ("images", "lesions"))
    lesions = "By lesion: one answer per lesion, the mean log-probability of its images"
    yield _class_table(evaluation.by_lesion, lesions, ("lesions",))
    yield definitions(metrics.COLUMNS.values())
    yield paragraph(metrics.AT_PREVALENCE, "note")
    yield paragraph(
        "Below each figure stands its 95 % interval; grey, with an asterisk: wider than 0.3, too few lesions to tell. "
        f"{NO_FIGURE}: it cannot be computed, most often because the class, or a right answer, does not occur.",
        "note",
    )


def _class_table(scores: Scores, caption: str, counted: tuple[str, ...]) -> str:
    names = tuple(metrics.COLUMNS)
    head = ("Class", *counted, "share", *(metrics.COLUMNS[name][0] for name in names))
    rows = []
    for score in scores.classes:
        numbers = {"images": score.n_images, "lesions": score.n_lesions}
        counts = (*(f"{numbers[name]:,}" for name in counted), name_percent(score.prevalence))
        figures = (_class_figure(score, name, scores.n_cases) for name in names)
        label = Cell(text=name_class(score.code), is_number=False)
        rows.append((label, *(Cell(text=text) for text in counts), *figures))
    return table(head, rows, caption)


def _class_figure(score: ClassScore, name: str, n_cases: int) -> Cell:
    return figure_cell(getattr(score, name), comparing.explain_missing(score, name, n_cases))


def _confusion(evaluation: Evaluation) -> Iterator[str]:
    yield heading("What is taken for what")
    cells = [
        [Cell(text=f"{number:,}", small=f"{100 * number / sum(row):.0f} %" if sum(row) else "") for number in row]
        for row in evaluation.confusion
    ]
    rows = [f"{code} ({sum(row):,})" for code, row in zip(CODES, evaluation.confusion, strict=True)]
    yield matrix(CODES, rows, cells)
    yield paragraph(metrics.CONFUSION, "note")
    mel, nv = CODES.index("mel"), CODES.index("nv")
    worst = [(mel, nv), *_commonest_mistakes(evaluation.confusion)]
    for row, column in dict.fromkeys(worst):
        yield paragraph(words.describe_cell(evaluation.confusion, row, column))


def _commonest_mistakes(confusion: tuple[tuple[int, ...], ...]) -> list[tuple[int, int]]:
    """The two cells beside the diagonal with the largest share of their row."""
    cells = [
        (number / sum(row), at, column)
        for at, row in enumerate(confusion)
        for column, number in enumerate(row)
        if number and column != at
    ]
    return [(at, column) for _, at, column in sorted(cells, reverse=True)[:2]]


def _slices(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.slices:
        return
    yield heading("Does it do worse for some?")
    yield paragraph(comparing.SLICES)
    head = ("", "images", "lesions", "classes", "Balanced accuracy", "Sensitivity, group", "Specificity, group")
    for slicing in evaluation.slices:
        title = comparing.SLICE_TITLES.get(slicing.column, slicing.column)
        yield table((title, *head[1:]), [_slice_row(slicing, one) for one in slicing.slices])
    yield paragraph(
        "Balanced accuracy is by image over the classes that the line has, so lines with few classes are not alike. "
        "Sensitivity and specificity are for the group at the operating point, by lesion.",
        "note",
    )
    if any(one.value == "histo" for slicing in evaluation.slices for one in slicing.slices):
        yield paragraph(
            "The line “confirmed by histology” is the hardest evidence there is. Lesions that were only watched "
            "over time "
            "were easy enough to be left alone, most of them nevi, and flatter every figure that they are in.",
            "note",
        )


def _slice_row(slicing: Slicing, one: Slice) -> tuple[Cell, ...]:
    counts = (f"{one.n_images:,}", f"{one.n_lesions:,}", f"{one.n_classes}")
    figures = (
        figure_cell(one.balanced_accuracy, "", is_few=one.is_too_few),
        figure_cell(
            one.group_sensitivity, "No lesion of the group here, or no operating point.", is_few=one.is_too_few
        ),
        figure_cell(one.group_specificity, "No other lesion here, or no operating point.", is_few=one.is_too_few),
    )
    name = comparing.name_slice(slicing.column, one.value) + (f", {words.TOO_FEW}" if one.is_too_few else "")
    cells = (Cell(text=name, is_number=False, is_grey=one.is_too_few), *(Cell(text=text) for text in counts))
    return (*cells, *figures)


def _one_split(evaluation: Evaluation) -> Iterator[str]:
    yield heading("What one split can and cannot show")
    few = sorted(evaluation.classes, key=lambda score: score.n_lesions)[:2]
    held = " and ".join(f"{count(score.n_lesions, 'lesion')} of {name_class(score.code)}" for score in few)
    yield paragraph(f"{comparing.ONE_SPLIT} Here there are {held}.")
    yield paragraph(
        "The intervals hold for new lesions from the same sources, and for this one trained model: they say "
        "nothing about "
        "other cameras, other skin, other clinics, or another training of the same recipe."
    )


def _training(evaluation: Evaluation, figures: Mapping[str, bytes]) -> Iterator[str]:
    if "training_curves.png" in figures:
        yield heading("How it learned")
        yield picture(
            figures["training_curves.png"],
            "Loss and balanced accuracy per epoch on training and validation part.",
            f"The model of epoch {evaluation.best_epoch} is the one that was kept: the best balanced accuracy on "
            "validation.",
        )


def _limits(evaluation: Evaluation, card: ModelCard | None) -> Iterator[str]:
    yield heading("Limits")
    yield paragraph(LIMITS)
    if card is not None and card.limits not in (LIMITS, ""):
        yield paragraph(card.limits)
    if evaluation.is_demo:
        yield paragraph(DEMO_NOTICE)
    group = ", ".join(f"{one.name} ({one.code})" for one in CLASSES)
    yield paragraph(f"It knows these diagnoses and no other: {group}. Anything else is given one of these names.")
    yield f"<footer>{paragraph(NOTICE)}</footer>"
