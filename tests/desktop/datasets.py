"""Made-up summaries of data sets, and small folders of real files, for the tests of the Data page."""

from pathlib import Path
from typing import Any

from engine.data_results import DatasetCounts, ImageRow, ValueCount
from engine.labels import CODES
from engine.results import ClassCount, DatasetSummary, Finding

IMAGES = (327, 514, 1099, 115, 1113, 6705, 142)
LESIONS = (228, 327, 727, 73, 614, 5403, 98)
HEADER = "lesion_id,image_id,dx,dx_type,age,sex,localization\n"


def missing(number: int) -> Finding:
    """One image that the table lists and the folder lacks."""
    return Finding(
        severity="warning",
        kind="missing",
        subject=f"ISIC_{number:07d}",
        message="There is no image of this name.",
        action="The row is left out.",
    )


def unlisted(name: str) -> Finding:
    """One image that the table does not know."""
    return Finding(
        severity="info", kind="unlisted", subject=name, message="The table does not list it.", action="It is not used."
    )


def image(number: int, **changes: Any) -> ImageRow:
    """One image of HAM10000 as a row; two to a lesion, the classes in turn."""
    values: dict[str, Any] = {
        "image_id": f"ISIC_{number:07d}",
        "lesion_id": f"HAM_{number // 2:07d}",
        "dx": CODES[number % 7],
        "sex": ("female", "male")[number % 2],
        "age": 50.0,
        "localization": ("back", "face", "")[number % 3],
        "dx_type": "histo",
        "source": "",
        "path": Path(f"/data/ISIC_{number:07d}.jpg"),
        "is_used": True,
        "kinds": (),
    }
    return ImageRow(**{**values, **changes})


def value(words: str, *images_by_class: int, n_lesions: int = 1) -> ValueCount:
    """One bar of a chart."""
    return ValueCount(value=words, n_images=sum(images_by_class), n_lesions=n_lesions, images_by_class=images_by_class)


def summary(
    path: Path,
    *,
    is_demo: bool = False,
    findings: tuple[Finding, ...] = (),
    counts: DatasetCounts = DatasetCounts(),  # noqa: B008 - frozen
) -> DatasetSummary:
    """HAM10000 in numbers."""
    return DatasetSummary(
        path=path,
        layout="HAM10000 as on Kaggle",
        is_demo=is_demo,
        n_rows=sum(IMAGES),
        n_images=sum(IMAGES),
        n_lesions=sum(LESIONS),
        classes=tuple(
            ClassCount(code=code, n_images=images, n_lesions=lesions)
            for code, images, lesions in zip(CODES, IMAGES, LESIONS, strict=True)
        ),
        findings=findings,
        fingerprint="0" * 64,
        counts=counts,
    )


def folder_without_dx(path: Path) -> Path:
    """A folder whose table lacks the column with the diagnoses."""
    path.mkdir()
    (path / "HAM10000_metadata.csv").write_text("lesion_id,image_id,age\nHAM_1,ISIC_1,50\n")
    return path
