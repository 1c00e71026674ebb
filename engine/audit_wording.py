"""Says in plain words whether a split leaks, and what that means for a score."""

from engine.audit_results import Overlap, PartAudit, SplitAudit
from engine.labels import PART_NAMES
from engine.wording import count, name_class, name_percent

WHY = (
    "Photographs of one lesion look almost the same. If one is in training and another in the test part, "
    "the network is tested on what it has learned by heart."
)
KINSHIPS = {
    "image": "the very same image",
    "lesion": "another image of the same lesion",
    "patient": "an image of the same patient",
    "copy": "a copy of the same file",
    "near-duplicate": "a near-duplicate under another lesion id",
}
"""What kin an image has elsewhere, by `Kinship`."""


def describe_verdict(audit: SplitAudit) -> str:
    """Whether a score on the split can be believed, in one sentence."""
    if not audit.is_leaking:
        return "No leak: a score on this split is a score on lesions that the network has never seen."
    if audit.test.total.with_either:
        return "This split leaks: a score on it would be memory in part, and no result."
    return (
        "The validation part of this split leaks: the best epoch would be chosen by memory. "
        "The test part has no kin in the parts before it."
    )


def describe_numbers(audit: SplitAudit) -> tuple[str, ...]:
    """How many images of the test and validation parts have kin in the parts before them, and what kin."""
    lines = [_describe_part(audit.test), _describe_part(audit.val)]
    for one in (audit.test, audit.val):
        lines += [
            f"{count(kind.with_either, 'image')} of the {PART_NAMES[one.part]} {_has(kind)} {KINSHIPS[kind.what]} "
            f"in {_where(kind, one)}."
            for kind in one.kinds
            if kind.with_either
        ]
    if audit.n_folds > 1:
        lines.append(f"Counted over {audit.n_folds} folds.")
    if audit.n_left_out:
        lines.append(f"{count(audit.n_left_out, 'image')} of the data set {_stand(audit.n_left_out)} in no part.")
    if audit.n_unknown:
        lines.append(f"{count(audit.n_unknown, 'image')} of the split {_are(audit.n_unknown)} not in the data set.")
    return tuple(lines)


def describe_classes(audit: SplitAudit) -> tuple[tuple[str, str], ...]:
    """Per class with affected test images: its name, and how many of how many."""
    return tuple(
        (name_class(one.what), f"{one.with_either:,} of {one.n_images:,} test images")
        for one in audit.test.classes
        if one.with_either
    )


def describe_duplicates(audit: SplitAudit) -> str:
    """How many images of one lesion were found under different lesion ids."""
    number = len(audit.near_duplicates)
    if not number:
        return "No image was found that shows a lesion under a second lesion id."
    conflicts = sum(finding.severity == "warning" for finding in audit.near_duplicates)
    text = f"{count(number, 'pair')} of images {'shows' if number == 1 else 'show'} one lesion under two lesion ids"
    text += f", {conflicts:,} of them with two diagnoses" if conflicts else ""
    return f"{text}. Splits that this program makes keep each pair in one part."


def describe_audit(audit: SplitAudit) -> tuple[str, ...]:
    """All of it, line by line."""
    classes = tuple(f"  {name}: {words}" for name, words in describe_classes(audit))
    return (describe_verdict(audit), *describe_numbers(audit), *classes, describe_duplicates(audit))


def _describe_part(audit: PartAudit) -> str:
    total, name = audit.total, PART_NAMES[audit.part].removesuffix(" part")
    if not total.n_images:
        return f"The split has no {name} images."
    images = f"{name} image" if total.n_images == 1 else f"{name} images"
    text = f"{total.with_train:,} of {total.n_images:,} {images}{_percent(total.with_train, total)} share"
    text += f"{_s(total.n_images)} a lesion with training"
    if audit.part == "test":
        text += f", {total.with_either:,}{_percent(total.with_either, total)} with training or validation"
    return f"{text}."


def _percent(number: int, total: Overlap) -> str:
    return f" ({name_percent(number / total.n_images)})" if number else ""


def _where(kind: Overlap, part: PartAudit) -> str:
    return "training" if part.part == "val" or not kind.with_val else "training or validation"


def _has(kind: Overlap) -> str:
    return "has" if kind.with_either == 1 else "have"


def _stand(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _s(number: int) -> str:
    return "s" if number == 1 else ""
