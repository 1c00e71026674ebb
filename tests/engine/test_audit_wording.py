"""The audit in words: the verdict, its numbers and what they are about."""

from dataclasses import replace

from engine.audit_results import Overlap, PartAudit, SplitAudit
from engine.audit_wording import describe_audit, describe_duplicates, describe_numbers, describe_verdict
from engine.labels import CODES
from engine.results import Finding


def overlap(what: str, n_images: int, with_train: int = 0, with_val: int = 0) -> Overlap:
    return Overlap(
        what=what, n_images=n_images, with_train=with_train, with_val=with_val, with_either=with_train + with_val
    )


def clean(part: str, n_images: int) -> PartAudit:
    kinds = tuple(overlap(kind, n_images) for kind in ("image", "lesion", "patient", "copy", "near-duplicate"))
    classes = tuple(overlap(code, n_images if code == "nv" else 0) for code in CODES)
    return PartAudit(part=part, total=overlap("all", n_images), kinds=kinds, classes=classes)  # type: ignore[arg-type]


CLEAN = SplitAudit(
    test=clean("test", 1_268),
    val=clean("val", 1_270),
    n_folds=1,
    n_images=8_457,
    n_left_out=0,
    n_unknown=0,
    examples=(),
    near_duplicates=(),
)


def leaking() -> SplitAudit:
    kinds = (overlap("lesion", 1_268, 440, 67),)
    classes = (overlap("mel", 150, 60, 10), overlap("nv", 900))
    test = PartAudit(part="test", total=overlap("all", 1_268, 440, 67), kinds=kinds, classes=classes)
    return replace(CLEAN, test=test)


def test_a_clean_split_says_that_nothing_is_shared() -> None:
    """The sentence that people look for, with how many were looked at."""
    assert describe_verdict(CLEAN).startswith("No leak")
    assert describe_numbers(CLEAN)[0] == (
        "0 of 1,268 test images share a lesion with training, 0 with training or validation."
    )


def test_a_leaking_split_says_how_much_and_what() -> None:
    """Numbers, shares, the kind of kin and the classes."""
    lines = describe_audit(leaking())
    assert lines[0].startswith("This split leaks")
    assert lines[1] == (
        "440 of 1,268 test images (34.7 %) share a lesion with training, 507 (40.0 %) with training or validation."
    )
    assert "507 images of the test part have another image of the same lesion in training or validation." in lines
    assert "  Melanoma (mel): 70 of 150 test images" in lines
    assert not any("nevus" in line for line in lines)


def test_a_leak_into_validation_alone_is_told_from_one_into_test() -> None:
    """The best epoch would be chosen by memory; the test part is not affected."""
    val = PartAudit(part="val", total=overlap("all", 10, 3), kinds=(), classes=())
    assert "validation part of this split leaks" in describe_verdict(replace(CLEAN, val=val))


def test_a_split_without_a_part_is_no_division_by_zero() -> None:
    """It says that there are none."""
    empty = replace(CLEAN, test=clean("test", 0))
    assert describe_numbers(empty)[0] == "The split has no test images."


def test_pairs_under_two_ids_are_counted_with_their_conflicts() -> None:
    """A pair with two diagnoses is a warning."""
    one = Finding(severity="info", kind="near-duplicate", subject="a", message="", action="")
    two = replace(one, severity="warning", kind="conflicting near-duplicate")
    assert describe_duplicates(replace(CLEAN, near_duplicates=(one, two))).startswith(
        "2 pairs of images show one lesion under two lesion ids, 1 of them with two diagnoses."
    )


def test_what_does_not_fit_is_said() -> None:
    """Images in no part, and ids that the data set does not have."""
    lines = describe_numbers(replace(CLEAN, n_left_out=1, n_unknown=2, n_folds=5))
    assert "1 image of the data set stands in no part." in lines
    assert "2 images of the split are not in the data set." in lines
    assert "Counted over 5 folds." in lines
