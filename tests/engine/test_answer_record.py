"""Tests of engine.answer_record."""

import json
from dataclasses import replace
from pathlib import Path

from engine.answer_record import COLUMNS, as_record, as_row
from engine.labels import CODES, DEMO_NOTICE, NOTICE
from engine.prediction_results import GateVerdict
from tests.engine.test_wording import ANSWER, REFUSED

GATE_SAYS_NO = replace(ANSWER, gate=GateVerdict(passed=False, reasons=("Blurred.", "Too dark.")))


def test_a_record_is_json_without_folders() -> None:
    """Everything about the answer, the file without its folder, and the notice."""
    record = as_record(replace(ANSWER, path=Path("/home/ada/mole.jpg"), lesion_id="HAM_1"), is_demo=True)
    text = json.dumps(record, allow_nan=False)
    assert "ada" not in text
    assert record["image"] == "mole.jpg"
    assert (record["class"], record["class_name"], record["lesion"]) == ("nv", "Melanocytic nevus", "HAM_1")
    assert record["probabilities"] == dict(zip(CODES, ANSWER.probabilities, strict=True))
    assert (record["top_class_in_group"], record["gate"], record["views"]) == (False, None, 1)
    assert record["notice"] == f"{DEMO_NOTICE} {NOTICE}"


def test_a_refused_image_carries_no_class_unless_it_is_shown_anyway() -> None:
    """Neither class, nor probabilities, nor verdicts; shown anyway they are there, with the mark."""
    record = as_record(GATE_SAYS_NO, is_demo=False)
    fields = ("class", "class_name", "group_probability", "prevalence", "operating_point", "top_class_in_group")
    assert [record[name] for name in fields] == [None] * 6
    assert record["probabilities"] == {}
    assert (record["gate"], record["gate_reasons"]) == ("refused", ["Blurred.", "Too dark."])
    shown = as_record(replace(GATE_SAYS_NO, shown_anyway=True), is_demo=False)
    assert (shown["class"], shown["gate"]) == ("nv", "refused, shown anyway")
    assert as_record(replace(ANSWER, gate=GateVerdict(passed=True)), is_demo=False)["gate"] == "passed"


def test_a_row_has_every_column_as_text() -> None:
    """The same content, flat; nothing where there is nothing; an unreadable image has its reason."""
    for answer in (ANSWER, REFUSED, GATE_SAYS_NO):
        row = as_row(answer, is_demo=False)
        assert set(row) == set(COLUMNS)
        assert all(isinstance(value, str) for value in row.values())
    assert as_row(ANSWER, is_demo=False)["p_nv"] == "0.810000"
    assert as_row(ANSWER, is_demo=False)["seen_in_training"] == "no"
    assert as_row(REFUSED, is_demo=False)["error"] == "page.png is not an image."
    assert as_row(GATE_SAYS_NO, is_demo=False)["p_nv"] == ""
    assert as_row(GATE_SAYS_NO, is_demo=False)["gate_reasons"] == "Blurred. | Too dark."
    together = replace(ANSWER, fused_from=(Path("x/a.jpg"), Path("x/b.jpg")))
    assert as_row(together, is_demo=False)["images"] == "a.jpg | b.jpg"
