"""One answer as machines read it: the same fields in JSON lines, in the CSV table and in the terminal's JSON."""

from typing import Any

from engine.labels import CLASSES, CODES, DEMO_NOTICE, INDEX, NOTICE
from engine.prediction_results import Prediction
from engine.wording import LEAKING_SPLIT, name_file

COLUMNS: tuple[str, ...] = (
    *("image", "images", "lesion", "class", "class_name", *(f"p_{code}" for code in CODES)),
    *("group_probability", "prevalence", "operating_point", "top_class_in_group"),
    *("gate", "gate_reasons", "views", "seen_in_training", "leaking_split"),
    *("content_sha256", "model_sha256", "error", "hint", "notice"),
)
"""Of the CSV table: the record's fields, the probabilities with a column each."""


def as_record(answer: Prediction, *, is_demo: bool) -> dict[str, Any]:
    """The answer as JSON; null or empty where there is none, or where the gate refused the image and nobody insisted.

    Files are named without their folder.
    """
    is_named = answer.is_named and answer.code is not None
    marks = ([LEAKING_SPLIT] if answer.leaking_split else []) + ([DEMO_NOTICE] if is_demo else [])
    return {
        "image": name_file(answer.path),
        "images": [name_file(path) for path in answer.fused_from],
        "lesion": answer.lesion_id,
        "class": answer.code if is_named else None,
        "class_name": CLASSES[INDEX[answer.code]].name if is_named and answer.code else None,
        "probabilities": dict(zip(CODES, answer.probabilities, strict=True)) if is_named else {},
        "group_probability": answer.group_probability if is_named else None,
        "prevalence": answer.prevalence if is_named else None,
        "operating_point": answer.operating_point.threshold if is_named and answer.operating_point else None,
        "top_class_in_group": answer.cancerous if is_named else None,
        "gate": _name_gate(answer),
        "gate_reasons": list(answer.gate.reasons) if answer.gate is not None else [],
        "views": answer.views,
        "seen_in_training": answer.seen_in_training,
        "leaking_split": answer.leaking_split,
        "content_sha256": answer.content_sha256,
        "model_sha256": answer.model_sha256,
        "error": answer.error,
        "hint": answer.hint,
        "notice": " ".join([*marks, NOTICE]),
    }


def as_row(answer: Prediction, *, is_demo: bool) -> dict[str, str]:
    """The same as text, under `COLUMNS`; probabilities with six decimals."""
    record = as_record(answer, is_demo=is_demo)
    probabilities = record.pop("probabilities")
    return {
        **{name: _as_text(value) for name, value in record.items()},
        **{f"p_{code}": _as_text(probabilities.get(code)) for code in CODES},
    }


def _name_gate(answer: Prediction) -> str | None:
    """What the gate said; null where the model has none."""
    if answer.gate is None:
        return None
    if answer.gate.passed:
        return "passed"
    return "refused, shown anyway" if answer.shown_anyway else "refused"


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, list):
        return " | ".join(value)
    return str(value)
